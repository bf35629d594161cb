"""What was extracted builds: one dbt build over extracted Heap and Mixpanel files, and its counts equal the truth."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import harness
import pytest
import yaml
from standin.mixpanel_export import ExportApis, Fault, broken_records, profiles, truth

from cli.heap_dumps import EVENTS, MIGRATIONS, USERS, Bucket, event, nullable, schema_of, user
from cli.support import Project

FIRST = dt.date(2024, 1, 1)
SECOND_SCHEMA = schema_of(
    **{one["name"]: one["type"] for one in EVENTS["fields"]}
    | {"time": nullable({"type": "long", "logicalType": "timestamp-micros"}), "coupon": nullable("string")}
)


def _timed(number: int, **fields: Any) -> dict[str, Any]:
    """An event as a later dump has it: the time is a number, and there is one more column."""
    row = event(number, **fields)
    moment = dt.datetime.fromisoformat(row["time"]).replace(tzinfo=dt.UTC)
    return row | {"time": moment, "coupon": f"c{number}"}


def _default_globs(variable: str, folder: Path) -> list[str]:
    """The variable's default, below another folder."""
    settings = yaml.safe_load((harness.ROOT / "dbt_project.yml").read_text())["vars"]
    return [str(folder / glob) for glob in settings[variable]]


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project folder with a Heap dump of two loads and a Mixpanel project, extracted through faults."""
    root = tmp_path_factory.mktemp("extracted")
    bucket = Bucket(root / "dump")
    bucket.add(1, "pageviews", EVENTS, [[event(number) for number in range(300)]], incremental=False)
    bucket.add(2, "pageviews", SECOND_SCHEMA, [[_timed(number) for number in range(300, 400)]])
    bucket.add(2, "sign_up", EVENTS, [[event(number) for number in range(1000, 1050)], [event(1049)]])
    bucket.add(1, "users", USERS, [[user(number) for number in range(10)]], incremental=False)
    bucket.add(2, "users", USERS, [[user(3, 2), user(4, 2)]])
    bucket.add(2, "user_migrations", MIGRATIONS, [[
        {"from_user_id": 4815162342000007, "to_user_id": 4815162342000003, "time": "2024-01-20 00:00:00"}
    ]], incremental=False)  # fmt: skip
    bucket.add(2, "_event_metadata", schema_of(name="string"), [[{"name": "x"}]], incremental=False)
    project = Project(root / "project")
    apis = ExportApis(truth(600, FIRST, 5, empty=3), profiles(40), hour=0.0, second=0.0)
    apis.fault = lambda what, attempt: (
        Fault(body=broken_records(attempt))
        if attempt > 1 and what != "page 0"
        else Fault(status=503)
        if attempt == 1
        else None
    )
    with pytest.MonkeyPatch.context() as patch, apis:
        patch.setattr("crosswalk.push.retry._uniform", lambda low, high: 0.0)
        patch.setattr("crosswalk.extract.mixpanel_quota.HOUR_SECONDS", 0.0)
        patch.setattr("crosswalk.extract.mixpanel_quota.SECOND_SECONDS", 0.0)
        for name, value in {
            "MIXPANEL_DATA_URL": apis.url,
            "MIXPANEL_QUERY_URL": apis.url,
            "MIXPANEL_SERVICE_ACCOUNT": apis.account,
            "MIXPANEL_SERVICE_SECRET": apis.secret,
            "MIXPANEL_PROJECT_ID": apis.project_id,
        }.items():
            patch.setenv(name, value)
        done = project.run("extract", "mixpanel", "--from", "2024-01-01", "--to", "2024-01-05", "--profiles")
        assert done.code == 0, done.err
    done = project.run("extract", "heap", str(bucket.root))
    assert done.code == 0, done.err
    return project


@pytest.fixture(scope="module")
def built(extracted: Project) -> Iterator[harness.Result]:
    """One real build, with the globs that the project ships."""
    variables = ("heap_files", "mixpanel_files", "mixpanel_profile_files")
    result = harness.build(
        [],
        {
            "sources": ["heap", "mixpanel"],
            "as_of": "2025-01-01",
            **{name: _default_globs(name, extracted.folder) for name in variables},
        },
    )
    yield result
    result.close()


def test_every_row_is_counted(built: harness.Result) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for row in built.rows("audit_route_counts"):
        if row["destination"] == "posthog":
            for part in ("rows_read", "malformed", "duplicate", "quarantined", "filtered", "delivered"):
                counts[row["source"], part] += row[part]
    assert {key: number for key, number in counts.items() if number} == {
        ("heap", "rows_read"): 300 + 100 + 51,
        ("heap", "duplicate"): 1,
        ("heap", "delivered"): 450,
        ("mixpanel", "rows_read"): 600,
        ("mixpanel", "delivered"): 600,
    }


def test_outcomes_of_staging(built: harness.Result) -> None:
    for source, wanted in (("heap", {"kept": 450, "duplicate": 1}), ("mixpanel", {"kept": 600})):
        outcomes = Counter(row["outcome"] for row in built.rows(f"stg_{source}__rows"))
        assert outcomes == wanted


def test_values_arrive_exactly(built: harness.Result) -> None:
    """Heap: times to the microsecond whatever their type, whole numbers beyond 2^53, ids as they are."""
    rows = built.sql(
        "select event_name, event_at, device_id, event_properties::varchar as properties from hub_events where source = 'heap'",
        "hub_events",
    )
    found = {(row["event_name"], row["event_at"]): row for row in rows}
    for number in (7, 299, 350, 399):
        wanted = event(number)
        row = found["pageviews", dt.datetime.fromisoformat(wanted["time"])]
        person = wanted["user_id"] if wanted["user_id"] != 4815162342000007 else 4815162342000003
        assert row["device_id"] == str(person)
        properties = harness.strict_json(row["properties"])
        assert str(properties["seats"]) == str(wanted["seats"])
        assert float(properties["price"]) == wanted["price"]
        assert properties["is_trial"] == wanted["is_trial"]
        assert (properties.get("coupon") == f"c{number}") == (number >= 300)


def test_people_of_the_latest_dump_and_of_mixpanel(built: harness.Result) -> None:
    people = built.sql(
        "select source, user_id, properties::varchar as properties from hub_users", "hub_users"
    )
    plans = {
        row["user_id"]: harness.strict_json(row["properties"]).get("plan")
        for row in people
        if row["source"] == "heap" and row["user_id"]
    }
    assert plans["cust-3"] == plans["cust-4"] == "plan-2"
    assert plans["cust-5"] == "plan-0"
    notes = {
        row["user_id"]: str(harness.strict_json(row["properties"])["big"])
        for row in people
        if row["source"] == "mixpanel" and "big" in row["properties"]
    }
    assert notes == {f"user-{one}": str(2**60 + one) for one in range(40)}
