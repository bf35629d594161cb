"""All sources into both destinations in one real `dbt build`, with its tests: together they give what each gives alone."""

from collections import Counter

import harness
import pytest
from harness import ROOT, Result

DAY = "2025-07-01"
ORDER = ("rows_read", "malformed", "duplicate", "filtered", "quarantined", "delivered")
DESTINATIONS = ("posthog", "mixpanel")


@pytest.fixture(scope="module")
def together() -> Result:
    settings = {
        "sources": harness.SOURCES,
        "amplitude_files": [str(path) for path in harness.sample_files()],
        "heap_files": [str(path) for path in sorted((ROOT / "samples" / "heap").iterdir())],
        "mixpanel_files": [str(path) for path in harness.mixpanel_files()],
        "posthog_files": [str(path) for path in harness.posthog_files()],
        "as_of": DAY,
    }
    return harness.build([], settings, unit_tests=True)


def texts(result: Result, destination: str) -> Counter[str]:
    return Counter(payload.text for payload in result.payloads(destination))


def test_together_they_give_what_each_gives_alone(together: Result, heap_samples: Result) -> None:
    alone = [
        harness.run(harness.sample_files(), {"as_of": DAY}),
        harness.run(harness.mixpanel_files(), {"as_of": DAY}, tool="mixpanel"),
        harness.run(harness.posthog_files(), {"as_of": DAY}, tool="posthog"),
        heap_samples,
    ]
    for destination in DESTINATIONS:
        expected = sum((texts(result, destination) for result in alone), Counter[str]())
        assert texts(together, destination) == expected


def test_every_row_of_every_source_is_accounted_for(together: Result) -> None:
    columns = ", ".join(f"sum({name}) as {name}" for name in ORDER)
    rows = together.sql(
        f"select source, destination, {columns} from audit_route_counts group by 1, 2 order by 1, 2"
    )
    assert len(rows) == len(harness.SOURCES) * len(DESTINATIONS)
    for row in rows:
        assert row["rows_read"] == sum(row[name] for name in ORDER[1:])
        assert row["delivered"] > 0
    lines = together.sql(
        " union all ".join(
            f"select '{source}' as source, count(*) as lines from stg_{source}__rows"
            for source in harness.SOURCES
        )
    )
    read = {row["source"]: row["rows_read"] for row in rows}
    assert {row["source"]: row["lines"] for row in lines} == read


def test_send_order_holds_over_all_sources(together: Result) -> None:
    for destination in DESTINATIONS:
        payloads = together.payloads(destination)
        assert [payload.send_order for payload in payloads] == list(range(1, len(payloads) + 1))
        keys = [(payload.event_date, payload.bucket, payload.event_at) for payload in payloads]
        assert keys == sorted(keys)
