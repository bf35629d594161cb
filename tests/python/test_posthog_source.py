"""PostHog-shaped lines: to PostHog as they are, to Mixpanel through the hub."""

import json
from pathlib import Path
from typing import Any

import harness
import pytest
from harness import Line, Result, instant, same, strict_json

VECTORS = Path(__file__).parents[1] / "vectors" / "posthog_captured.json"
IMPORT_ID = "crosswalk"
MARKS: dict[str, Any] = {"$import_job_id": IMPORT_ID, "$geoip_disable": True}
SETTINGS = {"as_of": "2024-06-01"}
ANON = "018f0000-0000-7000-8000-00000000000a"

Row = dict[str, Any]


def uuid(number: int) -> str:
    return f"018f0000-0000-7000-8000-{number:012}"


def line(
    event: str = "e", distinct_id: Any = "u", day: int = 1, beside: Row | None = None, **more: Any
) -> Row:
    """A line of a file; a time and an id unless `more` says otherwise. `beside` are keys that are no Python names."""
    row = {
        "event": event,
        "distinct_id": distinct_id,
        "timestamp": f"2024-03-{day:02}T10:00:00Z",
        **more,
        **(beside or {}),
    }
    return {key: value for key, value in row.items() if value is not ...}


def vectors() -> list[Row]:
    return [vector for vector in strict_json(VECTORS.read_text()) if vector["kind"] == "row"]


@pytest.fixture(scope="module")
def captured() -> dict[str, Result]:
    """The vectors, and each with a time where it has none: here no row is dated to the day of the import."""
    cases = {
        vector["name"]: [json.dumps({"timestamp": "2024-03-01T10:00:00Z", **vector["input"]})]
        for vector in vectors()
    }
    return harness.run_cases(cases, SETTINGS, tool="posthog")


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
def test_vectors(vector: Row, captured: dict[str, Result]) -> None:
    result = captured[vector["name"]]
    payloads = result.payloads("posthog")
    if "error" in vector["expected"]:
        assert payloads == []
        assert harness.quarantine_reasons(result, "posthog") == ["no_id"]
        return
    for wanted, payload in zip(vector["expected"]["events"], payloads, strict=True):
        for name in ("event", "distinct_id", "uuid"):
            assert payload.json[name] == wanted.get(name, payload.json[name])
        for name, value in wanted.get("properties", {}).items():
            assert payload.properties[name] == (IMPORT_ID if value == "<JOB>" else value)
        if "timestamp" in vector["input"]:
            assert instant(payload.json["timestamp"]) == instant(vector["input"]["timestamp"])


# What arrives at PostHog: the name of a case, its line, and the record's fields as they have to be.

UNTOUCHED: list[Row] = [
    {"price": 1.10, "big": 12345678901234567890, "exp": 1e21, "minus": -0.0, "float": 5.0, "int": 5},
    {"nested": {"a": [1, [2, {"b": None}]], "": 0}, "null": None, "no": False, "empty": {}, "list": []},
    {"a.b": 1, 'it\'s "quoted"': 2, "$dollar": 3, "\U0001f600": 4, "": 5, "back\\slash": 6, "{{ x }}": "{%"},
    {"distinct_id": "other", "token": "phc_x", "$session_id": "s", "$device_id": "d", "$groups": {"team": 7}},
    {"time": 1, "$insert_id": "i", "$ip": "203.0.113.1", "$process_person_profile": False, "$window_id": "w"},
    {"$set": {"a": None, "b": [1]}, "$set_once": {"c": ""}, "$unset": ["d"], "$set_more": 1},
    {"historical_migration": False, "analytics_source": "mine", "$lib": "web", "$geoip_city_name": "Oslo"},
    {"amplitude_x": 1, "posthog_y": 2, "import_id": 3, "$geoip_disable": True},
]
NAMES = [
    "$identify",
    "$set",
    "$groupidentify",
    "$create_alias",
    "$merge_dangerously",
    "$pageview",
    "$merge",
    '"; drop table x; --',
    "{{ x }}",
    " padded ",
]
TO_POSTHOG: dict[str, tuple[Row, Row]] = {
    **{
        f"properties {number}": (line(properties=one), {"properties": one})
        for number, one in enumerate(UNTOUCHED)
    },
    **{f"name {name}": (line(name), {"event": name}) for name in NAMES},
    "id of the line": (
        line(distinct_id="a", beside={"$distinct_id": "b"}, properties={"distinct_id": "c"}),
        {"distinct_id": "a", "properties": {"distinct_id": "c"}},
    ),
    "id with a dollar": (line(distinct_id="", beside={"$distinct_id": "b"}), {"distinct_id": "b"}),
    "id in the properties": (line(distinct_id=None, properties={"distinct_id": "c"}), {"distinct_id": "c"}),
    "id with spaces": (line(distinct_id=" u "), {"distinct_id": " u "}),
    "id that is a number": (line(distinct_id=42), {"distinct_id": "42"}),
    "no properties": (line(), {"properties": {}}),
    "properties null": (line(properties=None), {"properties": {}}),
    "properties as text": (
        line(properties='{"a": [1.5, {"b": null}], "$groups": {"team": "x"}}'),
        {"properties": {"a": [1.5, {"b": None}], "$groups": {"team": "x"}}},
    ),
    "properties as text with a doubled key": (
        line(properties='{"a": 1, "b": {"c": 1, "c": 2}}'),
        {"properties": {"properties": '{"a": 1, "b": {"c": 1, "c": 2}}'}},
    ),
    "properties as text with a NUL": (
        line(properties='{"a": "\\u0000"}'),
        {"properties": {"properties": '{"a": "\\u0000"}'}},
    ),
    "properties that are none": (line(properties=[1]), {"properties": {"properties": [1]}}),
    "set beside": (
        line(properties={"x": 1}, beside={"$set": {"a": 1}, "$set_once": {"b": 2}}),
        {"properties": {"x": 1, "$set": {"a": 1}, "$set_once": {"b": 2}}},
    ),
    "set beside and inside": (
        line(
            properties={"$set": {"a": "in", "c": None}, "x": 1}, beside={"$set": {"a": "out", "b": 2, "c": 3}}
        ),
        {"properties": {"$set": {"a": "in", "b": 2, "c": None}, "x": 1}},
    ),
    "set beside, null inside": (
        line(properties={"$set": None}, beside={"$set": {"a": 1}}),
        {"properties": {"$set": {"a": 1}}},
    ),
    "set beside that is no object": (
        line(beside={"$set": "text", "$set_once": None}),
        {"properties": {"posthog_$set": "text"}},
    ),
    "further keys": (
        line(team_id=7, created_at="2024-03-01T10:00:01Z", offset=3, api_key="phc_x", posthog_a={"b": 1}),
        {
            "properties": {
                "posthog_team_id": 7,
                "posthog_created_at": "2024-03-01T10:00:01Z",
                "posthog_offset": 3,
                "posthog_posthog_a": {"b": 1},
            }
        },
    ),
    "another mark": (
        line(properties={"$import_job_id": "before", "$geoip_disable": False}),
        {"properties": {"posthog_$import_job_id": "before", "posthog_$geoip_disable": False}},
    ),
    "uuid in capitals": (line(uuid=uuid(1).upper().replace("-", "")), {"uuid": uuid(1)}),
    "uuid that is none": (line(uuid="mine"), {"properties": {"posthog_uuid": "mine"}}),
    "offset": (
        line(timestamp="2024-03-01T10:00:00.123456+05:30"),
        {"timestamp": "2024-03-01T04:30:00.123456Z"},
    ),
    "short offset": (line(timestamp="2024-03-01T10:00:00-03"), {"timestamp": "2024-03-01T13:00:00.000000Z"}),
    "bare offset": (line(timestamp="2024-03-01T10:00:00+0200"), {"timestamp": "2024-03-01T08:00:00.000000Z"}),
    "no zone": (line(timestamp="2024-03-01 10:00:00.5"), {"timestamp": "2024-03-01T10:00:00.500000Z"}),
    "nanoseconds": (
        line(timestamp="2024-03-01T10:00:00.123456789Z"),
        {"timestamp": "2024-03-01T10:00:00.123456Z"},
    ),
}
# No record at PostHog, and why.
NOT_TO_POSTHOG: dict[str, tuple[Line, str]] = {
    "no id": (line(distinct_id=" ", properties={"$user_id": "u", "$device_id": "d"}), "no_id"),
    "blocked id": (line(distinct_id="undefined", properties={"$device_id": "d"}), "no_id"),
    "long id": (line(distinct_id="x" * 201), "id_too_long"),
    "no time": (line(timestamp=...), "no_time"),
    "empty time": (line(timestamp=""), "no_time"),
    "a day": (line(timestamp="1999-12-31"), "no_time"),
    "future": (line(timestamp="2024-06-02T00:00:01Z"), "no_time"),
    "no name": (line(event=" "), "no_event_name"),
    "name missing": ({"distinct_id": "u", "timestamp": "2024-03-01"}, "no_event_name"),
    "cut off": ('{"event":"e","distinct', "malformed_json"),
    "not a number": ('{"event":"e","distinct_id":"u","properties":{"a":NaN}}', "malformed_json"),
    "a list": ('["e"]', "malformed_json"),
}
KEYLESS = line(properties={"a": 1})
PAIRS: dict[str, tuple[list[Row], int]] = {
    "the same line twice": ([KEYLESS, KEYLESS], 1),
    "another property": ([KEYLESS, line(properties={"a": 2})], 2),
    "another property to set": ([KEYLESS, {**KEYLESS, "$set": {"b": 1}}], 2),
    "another id": ([KEYLESS, {**KEYLESS, "distinct_id": "v"}], 2),
    "another time": ([KEYLESS, {**KEYLESS, "timestamp": "2024-03-01T10:00:01Z"}], 2),
    "another name": ([KEYLESS, {**KEYLESS, "event": "f"}], 2),
    "one uuid": ([line(uuid=uuid(7)), line("f", "v", uuid=uuid(7).upper())], 1),
}


@pytest.fixture(scope="module")
def routed() -> dict[str, Result]:
    cases: dict[str, list[Line]] = {name: [given] for name, (given, _) in TO_POSTHOG.items()}
    cases |= {name: [given] for name, (given, _) in NOT_TO_POSTHOG.items()}
    cases |= {name: list(given) for name, (given, _) in PAIRS.items()}
    cases["later"] = [
        line(uuid=uuid(8), properties={"which": "first"}, inserted_at="2024-03-02T00:00:00Z"),
        line(uuid=uuid(8), properties={"which": "last"}, created_at="2024-03-03T00:00:00Z"),
        line(uuid=uuid(8), properties={"which": "never"}),
    ]
    return harness.run_cases(cases, SETTINGS, tool="posthog")


@pytest.mark.parametrize("name", TO_POSTHOG)
def test_a_row_goes_back_as_it_is(name: str, routed: dict[str, Result]) -> None:
    given, wanted = TO_POSTHOG[name]
    payloads = routed[name].payloads("posthog")
    assert [payload.kind for payload in payloads] == ["event"], "nothing is generated"
    record = payloads[0].json
    usual = {"event": given["event"], "distinct_id": "u", "timestamp": "2024-03-01T10:00:00.000000Z"}
    for field in ("event", "distinct_id", "uuid", "timestamp"):
        assert record[field] == wanted.get(field, usual.get(field, record["uuid"]))
    if "properties" in wanted:
        assert same({**wanted["properties"], **MARKS}, record["properties"])


def test_keys_keep_their_order(routed: dict[str, Result]) -> None:
    for number, properties in enumerate(UNTOUCHED[:-1]):
        record = routed[f"properties {number}"].payloads("posthog")[0]
        assert list(record.properties) == [*properties, *MARKS]


@pytest.mark.parametrize("name", NOT_TO_POSTHOG)
def test_a_row_that_cannot_be_used_is_quarantined(name: str, routed: dict[str, Result]) -> None:
    assert routed[name].payloads("posthog") == []
    assert harness.quarantine_reasons(routed[name], "posthog") == [NOT_TO_POSTHOG[name][1]]


@pytest.mark.parametrize("name", PAIRS)
def test_rows_are_told_apart_by_content(name: str, routed: dict[str, Result]) -> None:
    payloads = routed[name].of_kind("posthog", "event")
    assert len({payload.record_id for payload in payloads}) == len(payloads) == PAIRS[name][1]


def test_the_row_that_was_received_last_stays(routed: dict[str, Result]) -> None:
    (record,) = routed["later"].payloads("posthog")
    assert record.properties["which"] == "last"


def test_a_row_without_an_id_reaches_mixpanel(routed: dict[str, Result]) -> None:
    (record,) = routed["no id"].of_kind("mixpanel", "import")
    assert (record.distinct_id, record.properties["$user_id"]) == ("u", "u")
    assert routed["blocked id"].payloads("mixpanel")[0].distinct_id == "$device:d"


# Who a row is about at Mixpanel: the lines, and user and device of each event.

IDENTITY: dict[str, tuple[list[Row], list[tuple[str | None, str | None]]]] = {
    "an id is a user": ([line()], [("u", None)]),
    "with its device": ([line(properties={"$device_id": "d"})], [("u", "d")]),
    "the device's id": ([line(distinct_id="d", properties={"$device_id": "d"})], [(None, "d")]),
    "not identified": ([line(distinct_id="a", properties={"$is_identified": False})], [(None, "a")]),
    "known elsewhere": (
        [line(distinct_id="a"), line("$identify", "u", 2, properties={"$anon_distinct_id": "a"})],
        [(None, "a"), ("u", "a")],
    ),
    "on another row only": (
        [line(distinct_id="a", properties={"$device_id": "a"}), line(distinct_id="a", day=2)],
        [(None, "a"), (None, "a")],
    ),
    "the user's id": (
        [line(distinct_id="a", properties={"$user_id": "u", "$device_id": "a"})],
        [("u", "a")],
    ),
    "logged in twice": (
        [
            line("$identify", "u", properties={"$anon_distinct_id": "a"}),
            line("$identify", "v", 2, properties={"$anon_distinct_id": "u"}),
            line(distinct_id="u", day=3),
        ],
        [("u", "a"), ("v", "u"), ("u", None)],
    ),
    "an old name": (
        [line("$create_alias", "u", 2, properties={"alias": "old"}), line(distinct_id="old")],
        [(None, "old"), ("u", "old")],
    ),
    "a name for nobody": (
        [line("$create_alias", "a", 2, properties={"alias": "u", "$device_id": "a"}), line(distinct_id="a")],
        [(None, "a"), ("u", "a")],
    ),
    "two users": (
        [line("$merge_dangerously", "u", 2, properties={"alias": "old"}), line(distinct_id="old")],
        [("old", None), ("u", "old")],
    ),
    "blank ids": ([line(properties={"$user_id": " ", "$device_id": ""})], [("u", None)]),
    "nobody at all": ([line(distinct_id=None)], [(None, None)]),
}


@pytest.fixture(scope="module")
def people() -> dict[str, Result]:
    cases: dict[str, list[Line]] = {name: list(lines) for name, (lines, _) in IDENTITY.items()}
    cases["evidence"] = [
        line("$identify", "u", properties={"$anon_distinct_id": "a"}),
        line("$create_alias", "u", properties={"alias": "b"}),
        line("$merge_dangerously", "u", properties={"alias": "c"}),
        line("$identify", "u", timestamp=..., properties={"$anon_distinct_id": "d"}),
    ]
    cases["profile"] = [
        line(properties={"$set": {"plan": "free", "email": "a@example.com", "$browser": "Chrome"}}),
        line(
            "$set",
            day=3,
            properties={"$set": {"plan": "pro", "n": None}, "$set_once": {"email": "z", "who": "b"}},
        ),
        line(
            day=2,
            beside={"$set": {"plan": "never", "age": 5}, "$set_once": {"who": "a", "$initial_referrer": "r"}},
        ),
        line(day=4, properties={"$unset": ["age", "unknown"], "$geoip_city_name": "Oslo"}),
    ]
    cases["trait once"] = [line(beside={"$set_once": {"email": "a@example.com", "$email": "other"}})]
    cases["groups"] = [
        line(properties={"$groups": {"company": "acme", "team": 7, "none": ""}}),
        line("$groupidentify", "$company_acme", 2, properties=group("acme", {"seats": 1})),
        line("$groupidentify", "u", 3, properties=group("acme", {"name": "Acme"})),
        line("$groupidentify", "u", timestamp=..., properties=group("timeless", None)),
    ]
    return harness.run_cases(cases, SETTINGS, tool="posthog")


def group(key: str, properties: Row | None) -> Row:
    return {"$group_type": "company", "$group_key": key, "$group_set": properties}


@pytest.mark.parametrize("name", IDENTITY)
def test_who_a_row_is_about(name: str, people: dict[str, Result]) -> None:
    records = people[name].of_kind("mixpanel", "import")
    found = [
        (
            record.properties.get("$user_id"),
            record.properties.get("$device_id", record.properties.get("device_id")),
        )
        for record in records
    ]
    assert found == IDENTITY[name][1]


def test_verbs_are_links(people: dict[str, Result]) -> None:
    links = {(row["device_id"], row["evidence"]) for row in people["evidence"].rows("stg_posthog__links")}
    assert links == {("a", "identify"), ("b", "alias"), ("c", "merge"), ("d", "identify")}
    hub = {(row["device_id"], row["user_id"]) for row in people["evidence"].rows("hub_identity_links")}
    assert hub == {("a", "u"), ("b", "u"), ("c", "u"), ("d", "u")}


def test_verbs_are_no_verbs_at_mixpanel(people: dict[str, Result]) -> None:
    names = {record.json["event"] for record in people["evidence"].of_kind("mixpanel", "import")}
    assert names == {"posthog_$identify", "posthog_$create_alias", "posthog_$merge_dangerously"}


def test_a_profile_has_the_latest_value_of_each_key(people: dict[str, Result]) -> None:
    (record,) = people["profile"].of_kind("mixpanel", "engage")
    assert record.json["$set"] == {
        "plan": "pro",
        "email": "a@example.com",
        "$email": "a@example.com",
        "$browser": "Chrome",
        "$city": "Oslo",
        "import_id": IMPORT_ID,
    }
    assert record.json["$set_once"] == {"who": "a", "$initial_referrer": "r"}


def test_a_trait_that_is_set_once_has_mixpanels_name_too(people: dict[str, Result]) -> None:
    (record,) = people["trait once"].of_kind("mixpanel", "engage")
    assert record.json["$set_once"] == {
        "email": "a@example.com",
        "$email": "a@example.com",
        "posthog_$email": "other",
    }


def test_groups_become_group_profiles(people: dict[str, Result]) -> None:
    result = people["groups"]
    records = {
        (record.json["$group_key"], record.json["$group_id"]): record.json["$set"]
        for record in result.of_kind("mixpanel", "groups")
    }
    mark = {"import_id": IMPORT_ID}
    assert records == {
        ("company", "acme"): {"name": "Acme", "seats": 1, "$name": "Acme", **mark},
        ("company", "timeless"): mark,
        ("team", "7"): mark,
    }
    (event,) = result.of_kind("mixpanel", "import")
    assert (event.properties["company"], event.properties["team"]) == (["acme"], ["7"])
    assert not {"$groups", "none"} & event.properties.keys()
    assert {row["user_id"] for row in result.rows("hub_users")} == {"u"}, "a group is nobody"


def test_original_projects_get_the_links() -> None:
    device = "0b7e4d1c-0000-4000-8000-000000000001"
    lines = [
        line("$identify", "u", properties={"$anon_distinct_id": device}),
        line("$merge_dangerously", "u", 2, properties={"alias": "old"}),
        line(distinct_id=device),
    ]
    result = harness.run(lines, {**SETTINGS, "mixpanel_id_merge": "original"}, tool="posthog")
    verbs = [
        record.json
        for record in result.of_kind("mixpanel", "import")
        if record.json["event"] in ("$identify", "$merge")
    ]
    assert [verb["event"] for verb in verbs] == ["$identify", "$merge"]
    assert verbs[0]["properties"]["$anon_id"] == device
    assert verbs[1]["properties"]["$distinct_ids"] == ["u", "old"]
    assert device in {record.distinct_id for record in result.of_kind("mixpanel", "import")}


def test_what_amplitude_made_comes_back_the_same(samples: Result) -> None:
    sent = samples.payloads("posthog")
    again = harness.run([payload.text for payload in sent], tool="posthog")
    returned = {payload.record_id: payload for payload in again.payloads("posthog")}
    assert len(returned) == len(sent) == len(again.payloads("posthog"))
    for payload in sent:
        copy = returned[payload.record_id]
        assert copy.kind == "event"
        assert copy.json["event"] == payload.json["event"]
        assert copy.json["distinct_id"] == payload.json["distinct_id"]
        assert copy.event_at == payload.event_at
        assert copy.properties == {**payload.properties, **MARKS}
    assert again.rows("audit_quarantined") == []
    again.close()


def test_neither_order_nor_files_matter(posthog_samples: Result, tmp_path: Path) -> None:
    lines = [one for file in harness.posthog_files() for one in harness.file_lines(file)]
    lines = [one.removeprefix(b"\xef\xbb\xbf") for one in reversed(lines)]
    files = [
        harness.write_lines(tmp_path / "z.jsonl", lines[::2]),
        harness.write_lines(tmp_path / "a.jsonl", lines[1::2]),
    ]
    again = harness.run(files, SETTINGS, tool="posthog")
    for destination in ("posthog", "mixpanel"):
        texts = [payload.text for payload in posthog_samples.payloads(destination)]
        assert [payload.text for payload in again.payloads(destination)] == texts
    again.close()


def test_settings_for_other_sources_leave_the_rows_alone(posthog_samples: Result) -> None:
    variables = {
        **SETTINGS,
        "posthog_person_properties": "on_change",
        "user_properties_on_events": {"posthog": "root", "mixpanel": "nested"},
        "user_properties_merge": "key",
    }
    result = harness.run(harness.posthog_files(), variables, tool="posthog")
    texts = [payload.text for payload in posthog_samples.payloads("posthog")]
    assert [payload.text for payload in result.payloads("posthog")] == texts
    profiles = [payload.json for payload in posthog_samples.of_kind("mixpanel", "engage")]
    assert [payload.json for payload in result.of_kind("mixpanel", "engage")] == profiles
    result.close()


def test_every_row_is_accounted_for(posthog_samples: Result) -> None:
    lines = sum(1 for file in harness.posthog_files() for one in harness.file_lines(file) if one.strip())
    for destination in ("posthog", "mixpanel"):
        counts = posthog_samples.rows("audit_route_counts", f"destination = '{destination}'")
        assert sum(row["rows_read"] for row in counts) == lines
        delivered = sum(row["delivered"] for row in counts)
        kind = "event" if destination == "posthog" else "import"
        assert delivered == len(posthog_samples.of_kind(destination, kind))


VERBS = ("$create_alias", "$merge_dangerously", "$groupidentify")


def test_the_verbs_of_other_sources_merge_nobody() -> None:
    """By the crosswalk; a unit test of posthog_routed_events holds the guard behind it."""
    rows = [
        {"event_type": verb, "user_id": "u", "device_id": "d", "event_time": "2024-03-01 10:00:00"}
        for verb in VERBS
    ]
    result = harness.run([{**row, "event_properties": {"alias": "x"}} for row in rows])
    names = {payload.json["event"] for payload in result.of_kind("posthog", "event")}
    assert names == {f"amplitude_{verb}" for verb in VERBS}
    assert not {payload.json["event"] for payload in result.payloads("posthog")} & set(VERBS)
