"""All sources into both destinations in one real `dbt build`, with its tests: together they give what each gives alone."""

from collections import Counter
from pathlib import Path
from typing import Any

import harness
from harness import Result, same

DAY = harness.DAY_OF_ALL
ORDER = ("rows_read", "malformed", "duplicate", "filtered", "quarantined", "delivered")
DESTINATIONS = ("posthog", "mixpanel")


def texts(result: Result, destination: str) -> Counter[str]:
    return Counter(payload.text for payload in result.payloads(destination))


def test_together_they_give_what_each_gives_alone(
    together: Result, heap_samples: Result, mixpanel_files: list[Path]
) -> None:
    alone = [
        harness.run(harness.sample_files(), {"as_of": DAY}),
        harness.run(mixpanel_files, {"as_of": DAY}, tool="mixpanel"),
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


def amplitude_row(**user_properties: Any) -> dict[str, Any]:
    return {
        "uuid": "0a000000-0000-4000-8000-000000000001",
        "event_type": "e",
        "user_id": "a",
        "event_time": "2024-01-03 10:00:00",
        "user_properties": user_properties,
    }


def test_a_first_touch_key_of_one_source_is_a_property_of_another() -> None:
    """Each line is read as a row of both sources; what it is not stands in the audit."""
    lines = [
        amplitude_row(**{"$initial_referrer": "theirs", "plan": "p", "initial_utm_source": "EMPTY"}),
        {"$distinct_id": "m", "$properties": {"initial_referrer": "own key", "initial_utm_source": "u"}},
    ]
    result = harness.run(lines, {"sources": ["amplitude", "mixpanel"]})
    profiles = {payload.distinct_id: payload.json for payload in result.of_kind("mixpanel", "engage")}
    assert profiles["a"]["$set"]["$initial_referrer"] == "theirs"
    updates = {
        payload.distinct_id: payload.properties for payload in result.of_kind("posthog", "person_update")
    }
    assert updates["a"]["$set"] == {"$initial_referrer": "theirs", "plan": "p"}
    assert updates["m"]["$set"] == {"initial_referrer": "own key"}
    assert updates["m"]["$set_once"] == {"$initial_utm_source": "u"}


MOVED = {
    "mp_keyword": "", "current_page_title": None, "$carrier": 7, "$model": True, "$app_version_string": 3.1,
    "$region": False, "$city": ["a", "b"], "current_url_path": {"a": 1}, "mp_country_code": "fr",
}  # fmt: skip
ARRIVED = (
    "ph_keyword", "title", "$network_carrier", "$device_model", "$app_version", "$geoip_subdivision_1_name", "$geoip_city_name",
    "$pathname", "$geoip_country_code",
)  # fmt: skip


def test_a_key_that_moves_keeps_its_value() -> None:
    line = {"event": "e", "properties": {"time": 1700000000, "distinct_id": "u", **MOVED}}
    (payload,) = harness.run([line], {"as_of": DAY}, tool="mixpanel").of_kind("posthog", "event")
    for (name, value), arrived in zip(MOVED.items(), ARRIVED, strict=True):
        assert name not in payload.properties
        assert same(payload.properties[arrived], value)


def test_keys_that_are_called_as_ours_are_kept_apart() -> None:
    once = {
        "initial_utm_source": "plain",
        "$initial_utm_source": "theirs",
        "created_at": "yesterday",
        "odd": 1,
    }
    line = {"event": "e", "distinct_id": "u", "timestamp": "2024-01-03T10:00:00Z", "$set_once": once}
    (profile,) = harness.run([line], {"as_of": DAY}, tool="posthog").of_kind("mixpanel", "engage")
    assert profile.json["$set_once"] == {
        "initial_utm_source": "theirs",
        "posthog_initial_utm_source": "plain",
        "created_at": "yesterday",
        "odd": 1,
    }


def test_a_blocked_user_id_hides_no_better_one() -> None:
    line = {
        "event": "e",
        "distinct_id": "good",
        "timestamp": "2024-01-03T10:00:00Z",
        "properties": {"$user_id": "null"},
    }
    (event,) = harness.run([line], {"as_of": DAY}, tool="posthog").of_kind("mixpanel", "import")
    assert event.distinct_id == "good"


def test_a_time_that_cannot_be_read_arrives_as_it_was_written() -> None:
    line = {"$distinct_id": "m", "$properties": {"$created": "long ago"}}
    (update,) = harness.run([line], {"as_of": DAY}, tool="mixpanel").of_kind("posthog", "person_update")
    assert update.properties["$set"] == {"$created": "long ago"}


def test_what_a_row_says_of_a_group_is_a_change() -> None:
    def told(second: int, **properties: Any) -> dict[str, Any]:
        group = {"$group_type": "company", "$group_key": "acme", "$group_set": properties}
        time = f"2024-01-03T10:00:0{second}Z"
        return {"event": "$groupidentify", "distinct_id": "u", "timestamp": time, "properties": group}

    lines = [told(1, name="A", seats=1), told(3, seats=3), told(2, seats=2)]
    (group,) = harness.run(lines, {"as_of": DAY}, tool="posthog").of_kind("mixpanel", "groups")
    assert group.json["$set"] == {"name": "A", "seats": 3, "$name": "A", "import_id": "crosswalk"}
