"""Heap as a source: the vectors, and the rules for its tables, files and people, each on data that could break it."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import harness
import pytest
from harness import ROOT, Payload, Result
from test_vectors_mixpanel import check
from test_vectors_posthog import Row, read_vectors, rows_of

SAMPLES = ROOT / "samples" / "heap"
UUID_V7 = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
PERSON = "4815162342000030"

VECTOR_LIST = read_vectors("mixpanel_from_heap.json", record="mixpanel")


def event(**keys: Any) -> dict[str, Any]:
    """A row of the one-time JSON export."""
    return {"user_id": PERSON, "event_id": 1, "time": "2024-01-03 10:00:00", "type": "click", **keys}


def build(paths: list[Path], **variables: Any) -> Result:
    settings = {"sources": ["heap"], "heap_files": [str(path) for path in paths], "as_of": "2025-01-01"}
    return harness.build([], {**settings, **variables})


@pytest.fixture(scope="module")
def vector_results() -> dict[str, Result]:
    cases = {vector["name"]: [harness.json_text(row) for row in rows_of(vector)] for vector in VECTOR_LIST}
    return harness.run_cases(cases, tool="heap")


@pytest.mark.parametrize("vector", VECTOR_LIST, ids=lambda vector: vector["name"])
def test_vector(vector: Row, vector_results: dict[str, Result]) -> None:
    check(vector, vector_results[vector["name"]])


def named(result: Result, destination: str, name: str) -> list[Payload]:
    return [
        payload
        for payload in result.payloads(destination)
        if payload.kind in ("event", "import") and payload.json["event"] == name
    ]


CASES: dict[str, list[dict[str, Any] | str]] = {
    "mac": [event(platform="Mac OS X 10.15.7", browser="Chrome 112.0.0")],
    "windows": [event(platform="Windows 10", browser="Mobile Safari 15.1")],
    "ios": [event(platform="iOS 17.1", library="ios", browser="Safari")],
    "chrome_os": [event(platform="Chrome OS 114.0")],
    "linux": [event(platform="Linux")],
    "windows_xp": [event(platform="Windows XP")],
    "empty": [event(platform="", browser="")],
    "web": [event(platform="web")],
    "page": [event(domain="example.com", path="docs", query="a=1", hash="top", landing_page="https://x.example/start")],
    "local_file": [event(path="/C:/Users/one/page.html")],
    "direct": [event(referrer="direct")],
    "referrer": [event(referrer="https://user@News.Example.com:8080/a?b#c")],
    "ms": [event(time=1704276000123)],
    "us": [event(time="1704276000123456")],
    "utc": [event(time="2024-01-03 10:00:00.5 UTC")],
    "iso": [event(time="2024-01-03T12:00:00+02:00")],
    "invalid_date": [event(time="Invalid date")],
    "float_id": [event(user_id="4.81516234200003e+15")],
    "point_zero": [event(user_id="4815162342000030.0")],
    "pandas": [event(time="1.704276000123e+12")],
    "pandas_point": [event(time="1704276000123.0")],
    "identity_row": [{"id": f"(7,{PERSON})", "time": "2024-01-03 10:00:00", "identity": "cust-1"}],
    "nested": ['{"id":"(7,1)","time":"2024-01-03 10:00:00","type":"click","properties":{"blob":"{\\\\"a\\\\":1}"}}'],
    "broken": ['{"id":"(7,1)","time":"2024-01-03 10:00:00","type":"click",}'],
    "same_event": [event(user_id="1"), event(user_id="2")],
    "hostile": [
        event(type='"; drop table x; --', properties={"{{ x }}": 1.10, "a.b": [1, {"c": "5"}], "": None, "n": 2**53 + 1})
    ],
    "account": [event(account_id=77), {"id": 77, "name": "acme"}],
    "user_dates": [
        {"id": f"(7,{PERSON})", "identity": "cust-1", "joindate": 1704164645678, "last_modified": "1706745600000000", "x": 1}
    ],
    "identity_of_an_event": [event(), event(event_id=2, time="2024-01-03 11:00:00", identity="jane")],
    "identity_of_a_row": [event(), {"user_id": PERSON, "time": "2024-01-03 11:00:00", "identity": "jane"}],
    "two_identities": [
        {"id": f"(7,{PERSON})", "identity": "old", "last_modified": "2024-01-01"},
        {"id": f"(7,{PERSON})", "identity": "new", "last_modified": "2024-01-02"},
    ],
    "no_event_id": [event(event_id=None, user_id=person, id=f"(7,{person})") for person in (1, 2)],
    "two_identity_rows": [
        {"user_id": PERSON, "time": "2024-01-03 11:00:00", "identity": identity} for identity in ("a", "b")
    ],
    "double_keys": [
        '{"id":"(7,1)","identity":"u","joindate":1704164645678,"account_id":"1","account_id":"2"}',
        '{"id":"2","name":"a","name":"b"}',
    ],
    "object": [event(object="Button", session_time="2024-01-03 09:59:00", id="own-9")],
    "object_is_name": [event(type=None, object="custom thing", id=f"(7,{PERSON})")],
    "own_id_of_user": [{"user_id": PERSON, "id": "crm-1", "identity": "cust-1", "joindate": 1704164645678}],
    "blocked_id": [event(user_id="0")],
    "session": [event(session_id=777)],
    "float_session": [json.dumps(event(session_id=0)).replace('"session_id": 0', '"session_id": 7.7e+15')],
    "nested_account": [event(properties={"account_id": "77"})],
    "user_of_the_future": [
        {"id": f"(7,{PERSON})", "identity": "u", "joindate": "2024-01-02", "last_modified": "2031-01-01"}
    ],
    "user_invalid_date": [{"id": f"(7,{PERSON})", "identity": "cust-1", "joindate": "Invalid date", "plan": "pro"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def cases() -> dict[str, Result]:
    lines = {
        name: [row if isinstance(row, str) else json.dumps(row) for row in rows]
        for name, rows in CASES.items()
    }
    return harness.run_cases(lines, {"as_of": "2025-01-01"}, tool="heap")


def properties(cases: dict[str, Result], name: str, destination: str = "posthog") -> dict[str, Any]:
    kind = "event" if destination == "posthog" else "import"
    payloads = cases[name].of_kind(destination, kind)
    assert len(payloads) == 1
    return payloads[0].properties


@pytest.mark.parametrize(
    ("name", "os", "version"),
    [
        ("mac", "Mac OS X", "10.15.7"),
        ("windows", "Windows", "10"),
        ("ios", "iOS", "17.1"),
        ("chrome_os", "Chrome OS", "114.0"),
        ("linux", "Linux", None),
        ("windows_xp", "Windows XP", None),
        ("empty", None, None),
        ("web", None, None),
    ],
)
def test_platform_is_split(cases: dict[str, Result], name: str, os: str | None, version: str | None) -> None:
    for destination in ("posthog", "mixpanel"):
        found = properties(cases, name, destination)
        assert found.get("$os") == os
        assert found.get("$os_version") == version


@pytest.mark.parametrize(
    ("name", "browser", "version"),
    [("mac", "Chrome", "112.0.0"), ("windows", "Mobile Safari", "15.1"), ("ios", "Safari", None), ("empty", None, None)],
)  # fmt: skip
def test_browser_is_split(
    cases: dict[str, Result], name: str, browser: str | None, version: str | None
) -> None:
    found = properties(cases, name)
    assert (found.get("$browser"), found.get("$browser_version")) == (browser, version)


def test_the_url_is_that_of_the_page_and_not_of_the_session(cases: dict[str, Result]) -> None:
    found = properties(cases, "page")
    assert found["$current_url"] == "https://example.com/docs?a=1#top"
    assert found["$session_entry_url"] == "https://x.example/start"
    assert found["$host"] == "example.com"
    assert properties(cases, "page", "mixpanel")["landing_page"] == "https://x.example/start"


def test_quirk_61_a_local_file_has_a_path_and_no_url(cases: dict[str, Result]) -> None:
    found = properties(cases, "local_file")
    assert found["$pathname"] == "/C:/Users/one/page.html"
    assert "$current_url" not in found


def test_referrers(cases: dict[str, Result]) -> None:
    assert properties(cases, "direct")["$referring_domain"] == "$direct"
    assert properties(cases, "referrer")["$referring_domain"] == "news.example.com"


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("ms", "2024-01-03 10:00:00.123000"),
        ("us", "2024-01-03 10:00:00.123456"),
        ("utc", "2024-01-03 10:00:00.500000"),
        ("iso", "2024-01-03 10:00:00.000000"),
        ("pandas", "2024-01-03 10:00:00.123000"),
        ("pandas_point", "2024-01-03 10:00:00.123000"),
    ],
)
def test_quirk_12_times_in_every_form(cases: dict[str, Result], name: str, at: str) -> None:
    (payload,) = cases[name].of_kind("posthog", "event")
    assert payload.event_at.strftime("%Y-%m-%d %H:%M:%S.%f") == at


def test_quirk_13_invalid_date_is_no_time(cases: dict[str, Result]) -> None:
    assert harness.quarantine_reasons(cases["invalid_date"], "posthog") == ["no_time"]
    (profile,) = cases["user_invalid_date"].of_kind("mixpanel", "engage")
    assert "$set_once" not in profile.json
    assert profile.json["$set"]["plan"] == "pro"
    assert profile.json["$set"]["joindate"] == "Invalid date"


def test_quirk_14_user_dates_in_ms_and_us(cases: dict[str, Result]) -> None:
    (profile,) = cases["user_dates"].of_kind("mixpanel", "engage")
    assert profile.json["$set_once"]["$created"] == "2024-01-02T03:04:05"
    assert profile.event_at.isoformat() == "2024-02-01T00:00:00"
    (update,) = cases["user_dates"].of_kind("posthog", "person_update")
    assert update.properties["$set_once"]["created_at"] == "2024-01-02T03:04:05"


@pytest.mark.parametrize("name", ["float_id", "point_zero"])
def test_quirk_60_ids_stay_text(cases: dict[str, Result], name: str) -> None:
    assert properties(cases, name, "mixpanel")["$device_id"] == PERSON


def test_quirk_70_double_escaped_records_are_read_or_set_aside(cases: dict[str, Result]) -> None:
    assert properties(cases, "nested")["blob"] == '{"a":1}'
    (row,) = cases["broken"].rows("audit_quarantined")
    assert (row["reason"], row["record"]) == ("malformed_json", CASES["broken"][0])
    repaired = cases["nested"].sql(
        "select sum(rows) as rows from audit_repaired where reason = 'double_escaped'", "audit_repaired"
    )
    assert repaired[0]["rows"] == 1


def test_quirk_71_the_id_in_a_tuple(cases: dict[str, Result]) -> None:
    (link,) = cases["identity_row"].rows("hub_identity_links")
    assert (link["device_id"], link["user_id"], link["evidence"]) == (PERSON, "cust-1", "identify")
    assert [row["outcome"] for row in cases["identity_row"].rows("stg_heap__rows")] == ["filtered"]


@pytest.mark.parametrize("name", ["identity_of_an_event", "identity_of_a_row"])
def test_an_identity_in_the_events_is_that_of_all_events(cases: dict[str, Result], name: str) -> None:
    payloads = cases[name].of_kind("mixpanel", "import")
    clicks = [payload.properties for payload in payloads if payload.json["event"] == "click"]
    assert clicks
    assert {(found["$user_id"], found["$device_id"]) for found in clicks} == {("jane", PERSON)}


def test_links_give_the_latest_identity(cases: dict[str, Result]) -> None:
    links = cases["two_identities"].rows("hub_identity_links")
    assert [(link["device_id"], link["user_id"]) for link in links] == [(PERSON, "new")]


def test_people_at_one_time_without_event_id_do_not_collide(cases: dict[str, Result]) -> None:
    assert [row["outcome"] for row in cases["no_event_id"].rows("stg_heap__rows")] == ["kept", "kept"]
    keys = {row["event_key"] for row in cases["two_identity_rows"].rows("stg_heap__rows")}
    assert len(keys) == 2


def test_the_last_of_doubled_keys_counts_for_accounts_too(cases: dict[str, Result]) -> None:
    groups = cases["double_keys"].of_kind("mixpanel", "groups")
    assert [(group.json["$group_id"], group.json["$set"]["$name"]) for group in groups] == [("2", "b")]


def test_object_session_time_and_an_own_id_arrive(cases: dict[str, Result]) -> None:
    found = properties(cases, "object")
    assert found["heap_object"] == "Button"
    assert found["heap_session_time"] == "2024-01-03 09:59:00"
    assert found["id"] == "own-9"
    assert not {"heap_object", "id"} & properties(cases, "object_is_name").keys()
    (profile,) = cases["own_id_of_user"].of_kind("mixpanel", "engage")
    assert profile.json["$set"]["id"] == "crm-1"


def test_a_blocked_id_does_not_come_back(cases: dict[str, Result]) -> None:
    assert harness.quarantine_reasons(cases["blocked_id"], "posthog") == ["no_id"]


def test_a_session_that_became_a_float_is_text(cases: dict[str, Result]) -> None:
    assert properties(cases, "session")["heap_session_id"] == 777
    assert properties(cases, "float_session")["heap_session_id"] == "7700000000000000"


def test_the_account_may_stand_in_the_properties(cases: dict[str, Result]) -> None:
    assert properties(cases, "nested_account")["$groups"] == {"account": "77"}


def test_a_user_of_the_future_has_no_time(cases: dict[str, Result]) -> None:
    (profile,) = cases["user_of_the_future"].of_kind("mixpanel", "engage")
    assert profile.event_at.isoformat() == "2024-01-02T00:00:00"


def test_quirk_24_a_key_does_not_hold_the_person(cases: dict[str, Result]) -> None:
    assert sorted(row["outcome"] for row in cases["same_event"].rows("stg_heap__rows")) == [
        "duplicate",
        "kept",
    ]


def test_hostile_names_and_values_are_data(cases: dict[str, Result]) -> None:
    (payload,) = cases["hostile"].of_kind("posthog", "event")
    assert payload.json["event"] == '"; drop table x; --'
    text = payload.text
    for part in ('"{{ x }}":1.1', '"a.b":[1,{"c":"5"}]', '"":null', '"n":9007199254740993'):
        assert part in text


def test_accounts_are_groups(cases: dict[str, Result]) -> None:
    assert properties(cases, "account")["$groups"] == {"account": "77"}
    assert properties(cases, "account", "mixpanel")["account"] == ["77"]
    (group,) = cases["account"].of_kind("mixpanel", "groups")
    assert group.json["$set"]["$name"] == "acme"


# Tables


def test_all_samples_add_up(heap_samples: Result) -> None:
    """Data tests run in the build; here the numbers themselves."""
    counts = heap_samples.sql(
        "select destination, sum(rows_read) as read, sum(duplicate) as doubles, sum(filtered) as filtered,"
        " sum(delivered) as delivered from audit_route_counts group by 1 order by 1"
    )
    numbers = [tuple(int(value) for value in list(row.values())[1:]) for row in counts]
    assert numbers == [(13, 4, 1, 8), (13, 4, 1, 8)]


def test_quirk_36_every_label_is_an_event_unless_one_is_wanted(heap_samples: Result, tmp_path: Path) -> None:
    labels = ["event_any_click", "event_sign_up_click_link"]
    assert [len(named(heap_samples, "posthog", label)) for label in labels] == [1, 1]
    # a label without a table of its own has no properties, so it comes after those that have
    write_csv(
        tmp_path / "more.all_events.csv",
        ["event_id", "time", "user_id", "event_table_name"],
        ["5900000000000001", "2024-01-03 10:00:20.500", PERSON, "a_label"],
    )
    first = build([*sorted(SAMPLES.iterdir()), tmp_path / "more.all_events.csv"], heap_label_policy="first")
    at_once = "select event_name from hub_events where event_at = '2024-01-03 10:00:20.5'"
    assert [row["event_name"] for row in first.sql(at_once)] == ["Signed Up"]
    reasons = first.sql(
        "select reason, sum(rows) as rows from audit_filtered where destination = 'posthog' group by 1"
    )
    assert {row["reason"]: int(row["rows"]) for row in reasons} == {"identity_row": 1, "other_label": 4}


def test_quirk_23_doubles_of_people_are_one_profile(heap_samples: Result) -> None:
    profiles = [payload.json for payload in heap_samples.of_kind("mixpanel", "engage")]
    assert sorted(profile["$distinct_id"] for profile in profiles) == ["cust-1", "two@example.com"]
    (person,) = [profile for profile in profiles if profile["$distinct_id"] == "cust-1"]
    assert person["$set"]["plan"] == "pro"


def test_quirk_37_doubles_of_sessions_are_one_session(heap_samples: Result) -> None:
    starts = heap_samples.sql(
        "select count(*) as rows from stg_heap__session_starts where session_id = '7700000000000001'"
    )
    assert starts[0]["rows"] == 1


def test_quirk_25_an_identity_that_is_a_mail_is_an_id(heap_samples: Result) -> None:
    (person,) = [
        payload.json
        for payload in heap_samples.of_kind("mixpanel", "engage")
        if payload.json["$distinct_id"] == "two@example.com"
    ]
    assert "$email" not in person["$set"]


def test_quirk_26_migrations_are_followed_to_their_end(heap_samples: Result) -> None:
    ends = heap_samples.sql("select from_id, final_id from stg_heap__migrations order by 1")
    assert {row["final_id"] for row in ends} == {PERSON}
    (first_page,) = [page for page in named(heap_samples, "posthog", "$pageview") if page.event_at.day == 2]
    assert first_page.distinct_id == "cust-1"
    assert first_page.properties["heap_original_user_id"] == "1234567890123456"
    linked = {
        payload.properties["$anon_distinct_id"] for payload in heap_samples.of_kind("posthog", "identify")
    }
    assert {"1234567890123456", "2222333344445555", "1111222233334444", PERSON} <= linked


def test_sessions_give_session_ids(heap_samples: Result) -> None:
    pages = [page for page in named(heap_samples, "posthog", "$pageview") if page.event_at.day == 3]
    ids = {page.properties["$session_id"] for page in pages}
    assert len(ids) == 1
    (session_id,) = ids
    start = int(session_id[:8] + session_id[9:13], 16)
    assert start == 1704276000000


LONG = "1234567890123456"
VALUES = {
    "n": "5", "f": "9.99", "neg": "-3", "zero": "0", "yes": "true", "no": "false",
    "lead": "007", "long": LONG, "exp": "1e5", "trail": "1.50", "plus": "+1", "yes_upper": "True", "text": 'a,"b"\nc',
    "point": ".5", "neg_zero": "-0",
}  # fmt: skip
TYPED = {"n": 5, "f": 9.99, "neg": -3, "zero": 0, "yes": True, "no": False}


HEAD = "user_id,event_id,time,x"
AT = "2024-01-03 10:00:00"


def write_csv(path: Path, *rows: list[str]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_bytes(text.getvalue().encode())


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Hard tables, each for a test below, in one build; one table of the samples besides."""
    folder = tmp_path_factory.mktemp("tables")
    write_csv(
        folder / "heap_user_migrations.csv",
        ["from_user_id", "to_user_id", "time"],
        *(
            [start, end, "2024-01-01"]
            for start, end in [("1", "2"), ("2", "3"), ("3", "1"), ("7", "1"), ("8", "9"), ("5", "")]
        ),
    )
    write_csv(
        folder / "rings.csv",
        ["user_id", "event_id", "time", "Plan"],
        ["1", "10", "2024-01-03 10:00:00", "pro"],
        ["8", "11", "2024-01-03 10:00:00", "free"],
    )
    write_csv(
        folder / "heap_custom.csv",
        ["user_id", "event_id", "time", *VALUES, "empty"],
        [PERSON, "8800000000000099", "2024-01-03 10:00:00", *VALUES.values(), ""],
    )
    (folder / "heap_thing.csv").write_bytes(
        b"user_id,event_id,time\n1,2,2024-01-03 10:00:00\n1,2\n\xff,3,2024-01-03 10:00:00\n1,4,2024-01-03 10:00:00,x\n"
    )
    write_csv(
        folder / "my_app.heap_main_production.my_cool_event.csv",
        ["user_id", "event_id", "time", "TITLE"],
        ["1", "1", "2024-01-03 10:00:00", "a"],
    )
    dump = folder / "sync_852" / "checkout"
    dump.mkdir(parents=True)
    checkout = duckdb.sql(
        "select 4815162342000030::double as user_id, 7::bigint as event_id, timestamp '2024-01-03 10:00:00.123456' as time,"
        " 2.50::decimal(9,2) as price, [1,2] as list, 'x' as landing_page, null as nothing"
    )
    assert checkout is not None
    checkout.write_parquet(str(dump / "part-00000-4a06-c000.snappy.parquet"))
    (folder / "heap__sync_info.csv").write_text("event_table_name,sync_started\npageviews,2024-01-04\n")
    (folder / "empty.csv").write_text("")
    write_csv(
        folder / "heap_accounts.csv",
        ["id", "account_id", "user_id", "name"],
        ["(7,77)", "", "5", "a"],
        ["", " 88.0", "5", "b"],
        ["", "", "5", "c"],
    )
    write_csv(folder / "manifest.csv", ["user_id", "time"], ["1", "2024-01-03 10:00:00"])
    (folder / "s3_manifest_1.json").write_text('{"type":"x","time":"2024-01-03 10:00:00","user_id":1}\n')
    write_csv(
        folder / "snow.csv",
        ["USER_ID", "TIME", "PLAN", "SESSION_TIME"],
        ["1", "2024-01-03 10:00:00", "pro", "2024-01-03 09:59:00"],
    )
    write_csv(
        folder / "cased.csv",
        ["User_Id", "Time", "First Name", "Title", "Object"],
        ["1", "2024-01-03 10:00:00", "Ann", "a", "o"],
    )
    for name, text in {
        "lf": f"{HEAD}\n1,1,{AT},a\n",
        "crlf": f"{HEAD}\r\n1,1,{AT},a\r\n1,2\r\n",
        "mixed": f"{HEAD}\n1,1,{AT},a\r\n1,2,{AT},b\n1,3,{AT},c,d\n\n",
        "bare": f"{HEAD}\n1,1,{AT},a\n1,2,{AT},b\rc\n",
        "blank": f"\n\r\n{HEAD}\n1,1,{AT},a\n",
    }.items():
        (folder / f"ends_{name}.csv").write_bytes(text.encode())
    for number, price in enumerate(["2.50::decimal(9,2)", "'nan'::double", "3::bigint"]):
        floats = duckdb.sql(
            f"select 1 as user_id, {number} as event_id, timestamp '{AT}' as time, {price} as price"
        )
        assert floats is not None
        (folder / f"part_{number}").mkdir()
        floats.write_parquet(str(folder / f"part_{number}" / "priced.parquet"))
    write_csv(
        folder / "heap_all_events.csv",
        ["event_id", "time", "user_id", "session_id", "event_table_name"],
        ["7", "2024-01-03 10:00:00.123456", PERSON, "", "Checkout"],
        ["12", "2024-01-03 11:00:00", "1", "", "paid"],
        ["13", "2024-01-03 12:00:00", "1", "", ""],
    )
    return build([*(path for path in folder.rglob("*") if path.is_file()), SAMPLES / "heap_pageviews.csv"])


def test_rings_of_migrations_are_reported_and_not_followed(tables: Result) -> None:
    rows = tables.sql(
        "select reason, count(*) as rows from audit_quarantined where stage = 'staging'"
        " and file not like '%ends_%' group by 1 order by 1"
    )
    assert [(row["reason"], row["rows"]) for row in rows] == [
        ("migration_cycle", 4),
        ("no_event_name", 1),
        ("no_id", 2),
    ]
    devices = tables.sql("select device_id from hub_events where event_name = 'rings' order by 1")
    assert [row["device_id"] for row in devices] == ["1", "9"]


def test_csv_values_are_typed_only_where_their_text_is_canonical(tables: Result) -> None:
    (payload,) = named(tables, "posthog", "custom")
    found = json.loads(payload.text)["properties"]
    for name, value in VALUES.items():
        assert found[name] == TYPED.get(name, value)
        assert type(found[name]) is type(TYPED.get(name, value))
    assert "empty" not in found


def test_quirk_73_an_archived_property_is_absent_and_not_empty(tables: Result) -> None:
    """The column stays in the table, with nothing in it."""
    (payload,) = named(tables, "mixpanel", "custom")
    assert "empty" not in payload.properties
    catalog = tables.sql("select name from audit_property_catalog where name = 'empty'")
    assert catalog == []


def test_ragged_rows_and_bad_utf8_are_set_aside(tables: Result) -> None:
    rows = tables.sql(
        "select reason, line from audit_quarantined where stage = 'read' and file like '%thing%' order by line"
    )
    assert [(row["reason"], row["line"]) for row in rows] == [
        ("unreadable_line", 3), ("invalid_utf8", 4), ("unreadable_line", 5),
    ]  # fmt: skip
    assert len(named(tables, "mixpanel", "thing")) == 1


def test_tables_are_told_by_the_names_of_files(tables: Result) -> None:
    (cool,) = named(tables, "posthog", "my_cool_event")
    assert cool.properties["title"] == "a"
    (checkout,) = named(tables, "posthog", "checkout")
    assert checkout.distinct_id == PERSON
    assert checkout.event_at.microsecond == 123456
    found = json.loads(checkout.text)["properties"]
    assert (found["list"], found["price"], found["$session_entry_url"]) == ([1, 2], 2.5, "x")
    assert "nothing" not in found
    names = tables.sql("select distinct event_name from hub_events order by 1")
    assert [row["event_name"] for row in names] == [
        "cased", "checkout", "custom", "ends_bare", "ends_blank", "ends_crlf", "ends_lf", "ends_mixed", "manifest",
        "my_cool_event", "pageviews", "paid", "priced", "rings", "snow", "thing",
    ]  # fmt: skip


def test_accounts_are_named_by_id_or_account_id(tables: Result) -> None:
    groups = {
        group.json["$group_id"]: group.json["$set"]["$name"] for group in tables.of_kind("mixpanel", "groups")
    }
    assert groups == {"77": "a", "88.0": "b"}


def test_columns_keep_the_case_of_their_names(tables: Result) -> None:
    (cased,) = named(tables, "posthog", "cased")
    assert (cased.properties["First Name"], cased.properties["title"], cased.properties["heap_object"]) == (
        "Ann",
        "a",
        "o",
    )
    (snow,) = named(tables, "posthog", "snow")
    assert (snow.properties["plan"], snow.properties["heap_session_time"]) == ("pro", "2024-01-03 09:59:00")


@pytest.mark.parametrize(
    ("name", "values", "quarantined"),
    [
        ("lf", ["a"], []),
        ("crlf", ["a"], ["1,2"]),
        ("mixed", ["a", "b"], [f"1,3,{AT},c,d"]),
        ("bare", ["a", "b"], ["c"]),
        ("blank", ["a"], []),
    ],
)
def test_line_ends_of_every_kind(
    tables: Result, name: str, values: list[str], quarantined: list[str]
) -> None:
    """A bare CR without quotes ends a line, so what stands behind it is a row without a time."""
    found = [payload.properties["x"] for payload in named(tables, "mixpanel", f"ends_{name}")]
    assert sorted(found) == values
    rows = tables.sql(f"select record from audit_quarantined where file like '%ends_{name}.csv'")
    records = [row["record"] for row in rows]
    assert records == quarantined or (name == "bare" and records == ['{"user_id":"c"}'])


def test_numbers_of_parquet_are_valid_and_neighbours_change_nothing(tables: Result) -> None:
    prices = [payload.properties["price"] for payload in named(tables, "posthog", "priced")]
    assert {str(price) for price in prices} == {"2.5", "nan", "3"}


def test_a_row_of_all_events_alone_is_an_event_and_one_with_its_table_a_double(tables: Result) -> None:
    rows = tables.sql(
        "select event_name, outcome from stg_heap__rows where event_name in ('checkout', 'paid') order by 1, 2"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("checkout", "duplicate"), ("checkout", "kept"), ("paid", "kept"),
    ]  # fmt: skip


def test_ids_do_not_depend_on_neighbours(tables: Result, heap_samples: Result) -> None:
    ids = {payload.record_id for payload in named(heap_samples, "posthog", "$pageview")}
    assert {payload.record_id for payload in named(tables, "posthog", "$pageview")} < ids
