"""Mixpanel as a source: what becomes of its rows, at PostHog and back at Mixpanel. The numbers in names are those of the known
quirks of exports."""

import datetime as dt
import hashlib
import itertools
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import harness
import pytest
from harness import Line, Payload, Result, same, strict_json

SAMPLES = harness.ROOT / "samples" / "mixpanel"
NAMESPACE = uuid.UUID(bytes=b"posthog_mixpanel")
T0 = 1_700_000_000
SESSION = "018bcfe5-687b-7abc-8def-0123456789ab"
UUID_V4 = "3b241101-e2bb-4255-8caf-4136c566a962"
# Mixpanel writes these itself, so they stay where they are made.
INTERNALS = {
    "$mp_api_endpoint": "api.mixpanel.com",
    "mp_processing_time_ms": T0 * 1000 + 5000,
    "$mp_api_timestamp_ms": T0 * 1000 + 4000,
    "$mp_event_size": 120,
    "$import": True,
    "$geo_source": "reverse_geocoding",
}
REWRITTEN = {
    "$distinct_id_before_identity": "$device:D1",
    "$is_reshuffled": True,
    "$preshuffle_distinct_id": "x",
    "$identity_failure_reason": "y",
}
# Every kind of value that a property can have.
VALUES: dict[str, Any] = {
    "text": "a",
    "empty": "",
    "integer": harness.Number("5"),
    "fraction": harness.Number("5.0"),
    "money": harness.Number("1.10"),
    "huge": harness.Number("12345678901234567890123"),
    "exponent": harness.Number("1e21"),
    "negative zero": harness.Number("-0.0"),
    "true": True,
    "null": None,
    "list": [harness.Number("1"), [harness.Number("2"), {"k": None}]],
    "object": {"a.b": {"c": [harness.Number("1.5")]}},
    "a.b": "dot",
    'quo"te': "'",
    "back\\slash": "\\",
    "😀": "\u2028\t\n",
    "": "no key",
    "$custom": "$",
    "True": "True",
    "userName": "a",
    "username": "b",
    "mixpanel_x": "already",
    "user_id": "not an id",
    '"; drop table x; --': "{{ x }}",
}


def row(event: str, time: Any = T0, **properties: Any) -> str:
    """A row of the raw export."""
    return harness.json_text({"event": event, "properties": {"time": time, **properties}})


def ids(distinct_id: Any = None, before: Any = None, user: Any = None, device: Any = None) -> dict[str, Any]:
    """The ids of a row as Mixpanel names them, without those that are None."""
    named = {
        "distinct_id": distinct_id,
        "$distinct_id_before_identity": before,
        "$user_id": user,
        "$device_id": device,
    }
    return {name: value for name, value in named.items() if value is not None}


def event_of(result: Result, destination: str, name: str) -> Payload:
    """The one event of a name at a destination."""
    kind = "event" if destination == "posthog" else "import"
    found = [payload for payload in result.of_kind(destination, kind) if payload.json["event"] == name]
    assert len(found) == 1, [payload.json for payload in result.payloads(destination)]
    return found[0]


def times(result: Result) -> dict[str, str]:
    """The time of each event at PostHog, by name."""
    return {
        payload.json["event"]: payload.json["timestamp"] for payload in result.of_kind("posthog", "event")
    }


def merges(result: Result) -> set[tuple[str, str, str]]:
    """What PostHog is told to merge: the event, the id that goes and the id that stays."""
    return {
        (
            payload.json["event"],
            payload.properties.get("$anon_distinct_id") or payload.properties["alias"],
            payload.distinct_id,
        )
        for payload in result.of_kind("posthog", "identify")
    }


def outcomes(result: Result) -> list[tuple[str | None, str, str | None]]:
    """Name, outcome and reason of each row, in the order of the lines."""
    rows = sorted(result.rows("stg_mixpanel__rows"), key=lambda one: one["line_id"])
    return [(one["event_name"], one["outcome"], one["reason"]) for one in rows]


def sample(*names: str) -> list[bytes]:
    """The lines of sample files, one file after another."""
    return [line for name in names for line in harness.file_lines(SAMPLES / name)]


# The distinct id, done anew in Python


def picked(distinct_id: Any, before: Any, user: Any, device: Any) -> str | None:
    """The newest rule of PostHog's importer, in plain Python, with ids trimmed and numbers as text."""

    def clean(value: Any) -> str | None:
        return str(value).strip() or None if value is not None else None

    sent, earlier = clean(distinct_id), clean(before)
    if earlier is None:
        chosen = sent
    elif sent is None:
        chosen = earlier
    else:
        has_letter = any(character.isupper() for character in sent)
        looks_anonymous = has_letter and all(re.match("[A-Z0-9-]", character) for character in sent)
        chosen = earlier if sent.startswith("$device:") or looks_anonymous else sent
    return chosen or clean(user) or clean(device)


ID_TABLE = list(
    itertools.product(
        [
            None,
            "",
            "  ",
            "u1",
            "U-1",
            "ACME-001",
            "123-456",
            "-",
            12345,
            "$device:d1",
            "Ünï",
            "A B",
            "a@b.c",
            "A1_B",
        ],
        [None, "", "b1", "$device:d2", " B2 "],
        [None, "", "user-9", 7],
        [None, " dev ", "D-9"],
    )
)


def user_of(distinct_id: Any, before: Any, user: Any, device: Any) -> str | None:
    """Who the row's user is: the user id, else what is picked, else the distinct id, where that is no device."""

    def clean(value: Any) -> str | None:
        return str(value).strip() or None if value is not None else None

    seen = clean(device)
    for prefixed in (clean(distinct_id), clean(before)):
        if seen is None and prefixed and prefixed.startswith("$device:"):
            seen = prefixed[len("$device:") :]
    for candidate in (picked(distinct_id, before, user, device), clean(distinct_id)):
        if clean(user):
            return clean(user)
        if candidate and not candidate.startswith("$device:") and candidate != seen:
            return candidate
    return None


# One run holds all cases that need no settings.

CASES: dict[str, Sequence[Line]] = {
    "ids": [
        row(f"e{number}", **ids(*given), **{"$insert_id": f"i{number}"})
        for number, given in enumerate(ID_TABLE)
    ],
    "times": [
        row("seconds", T0, distinct_id="u"),
        row("milliseconds", T0 * 1000 + 123, distinct_id="u"),
        row("fraction", harness.Number(f"{T0}.002"), distinct_id="u"),
        row("microseconds", T0 * 1_000_000 + 123456, distinct_id="u"),
        row("fraction of a millisecond", harness.Number(f"{T0}123.5"), distinct_id="u"),
        row("text", str(T0), distinct_id="u"),
        row("text of milliseconds", f"{T0}123", distinct_id="u"),
        row("iso", "2023-11-14T22:13:20.5Z", distinct_id="u"),
        row("with offset", "2023-11-14 23:13:20+01:00", distinct_id="u"),
        row("the last second", 10_000_000_000, distinct_id="u", mp_processing_time_ms=10_000_000_000_000),
        row("as late as can be", T0 + 86400, distinct_id="u", mp_processing_time_ms=T0 * 1000),
        row("too late", T0 + 86401, distinct_id="u", mp_processing_time_ms=T0 * 1000),
        row("too late for the api", T0 + 86401, **{"$mp_api_timestamp_ms": T0 * 1000}),
        row("before 2000", 946684799, distinct_id="u"),
        row("null", None, distinct_id="u"),
        row("blank", "", distinct_id="u"),
        row("word", "now", distinct_id="u"),
        row("list", [T0], distinct_id="u"),
        row("endless", harness.Number("1e300"), distinct_id="u"),
        row("negative", -5, distinct_id="u"),
    ],
    "uploads": [
        row("e", mp_processing_time_ms=T0 * 1000 + 1, distinct_id="u", n="old", **{"$insert_id": "i"}),
        row("e", mp_processing_time_ms=T0 * 1000 + 3, distinct_id="u", n="new", **{"$insert_id": "i"}),
        row("e", mp_processing_time_ms=T0 * 1000 + 2, distinct_id="u", n="mid", **{"$insert_id": "i"}),
        row("e", T0 * 1000, distinct_id="u", n="oldest", **{"$insert_id": "i"}),
        row("e", distinct_id="v", n="another person", **{"$insert_id": "i"}),
        row("f", distinct_id="u", n="another event", **{"$insert_id": "i"}),
        row("e", T0 + 1, distinct_id="u", n="another second", **{"$insert_id": "i"}),
    ],
    "rewritten": [
        row("e", distinct_id="$device:D1", mp_processing_time_ms=T0 * 1000, **{"$insert_id": "i"}),
        row(
            "e",
            distinct_id="user-1",
            mp_processing_time_ms=T0 * 1000 + 1,
            **{"$insert_id": "i", **REWRITTEN},
        ),
        row("f", distinct_id="$device:D1", mp_processing_time_ms=T0 * 1000),
        row("f", distinct_id="user-1", mp_processing_time_ms=T0 * 1000 + 1, **REWRITTEN),
    ],
    "without insert id": [
        row("e", distinct_id="u", a=1, b=2, **INTERNALS),
        '{"properties":{"b":2,"a":1,"distinct_id":"u","time":1700000000},"event":"e"}',
        row("e", distinct_id="u", a=1, b=3),
        row("e", distinct_id="u", a=1, b=2, **{"$insert_id": " "}),
        row("e", distinct_id="u", a="1", b=2),
    ],
    "devices": [
        row("name", distinct_id="u", **{"$device": "iPad"}),
        row("type", distinct_id="v", **{"$device_type": "Mobile", "$device": "iPad"}),
        row("other type", distinct_id="w", **{"$device_type": "Smart TV"}),
    ],
    "internals": [
        row(
            "e",
            **ids("user-1", None, "user-1", "D1"),
            **{**REWRITTEN, **INTERNALS, "$insert_id": "i", "plan": "pro", "token": "t", "mp_lib": "web"},
            **{"$ignore": True, "bucket": "b", "$bucket": "c"},
        ),
    ],
    "values": [harness.json_text({"event": "e", "properties": {"time": T0, "distinct_id": "u", **VALUES}})],
    "names": [
        row('"; drop table x; --', distinct_id="u"),
        row("{{ x }}", distinct_id="u"),
        row(" padded ", distinct_id="u"),
        row(" ", distinct_id="u"),
        harness.json_text({"event": None, "properties": {"time": T0, "distinct_id": "u"}}),
        harness.json_text({"properties": {"time": T0, "distinct_id": "u"}}),
        row("$session_start", distinct_id="u"),
        row("$session_end", distinct_id="u"),
    ],
    "verbs": [
        row("seen", distinct_id="anon-2"),
        row(
            "$identify", T0 + 1, **{"$identified_id": "user-1", "$anon_id": UUID_V4, "distinct_id": "user-1"}
        ),
        row("$create_alias", T0 + 2, distinct_id="user-1", alias="alias-1"),
        row("$merge", T0 + 3, distinct_id="user-1", **{"$distinct_ids": ["user-1", "user-2", "user-3"]}),
        row("$merge", T0 + 4, **{"$distinct_ids": ["user-4", "user-5", 6, "", None, "user-4"]}),
        row("$merge", T0 + 5, distinct_id="user-7", **{"$distinct_ids": []}),
        row("$merge", T0 + 6, distinct_id="user-8", **{"$distinct_ids": "user-9"}),
        row("$identify", T0 + 7, **{"$identified_id": "user-10", "$anon_id": "$device:anon-10"}),
    ],
    "prefixed": [
        row("anonymous", distinct_id="$device:d1", **{"$device_id": "d1"}),
        row("login", T0 + 60, **ids("user-1", None, "user-1", "d1")),
        row("other anonymous", distinct_id="$device:d2", **{"$device_id": "d2"}),
    ],
    "before identity": [
        row("now a user", **ids("user-1", "$device:d1")),
        row("an older name", T0 + 1, **ids("user-1", "old-name")),
        row("capitals", T0 + 2, **ids("ACME-001", "$device:d2")),
        row("a device again", T0 + 3, **ids("$device:d3", "user-3")),
        row("another canon", T0 + 4, **ids("canon-4", None, "user-4", "d4")),
    ],
    "shared device": [
        row("one", **ids("user-1", None, "user-1", "d1")),
        row("two", T0 + 1, **ids("user-2", None, "user-2", "d1")),
        row("anonymous", T0 - 1, distinct_id="$device:d1", **{"$device_id": "d1"}),
    ],
    "insert ids": [
        row("later", T0 + 5, distinct_id="u", **{"$insert_id": "i"}),
        row("first", T0, distinct_id="u", **{"$insert_id": "i"}),
        row("other", T0 + 9, distinct_id="u", **{"$insert_id": "j"}),
        row("blank", T0 + 9, distinct_id="u", **{"$insert_id": ""}),
        row("number", T0 + 9, distinct_id="u", **{"$insert_id": 77}),
    ],
    "sessions": [
        row("v7", distinct_id="u", **{"$session_id": SESSION}),
        row("v4", distinct_id="u", **{"$session_id": UUID_V4}),
        row("none", distinct_id="u"),
    ],
    "context": [
        row(
            "$mp_web_page_view",
            distinct_id="u",
            **{
                "$browser": "Chrome",
                "$browser_version": 126,
                "$os": "Windows",
                "$os_version": "10",
                "$device": "iPad",
                "$city": "Paris",
                "$region": "Île-de-France",
                "mp_country_code": "FR",
                "$current_url": "https://e.com/?q",
                "$referrer": "https://r.com/",
                "$referring_domain": "r.com",
                "current_url_path": "/",
                "utm_source": "ad",
                "current_domain": "e.com",
                "current_page_title": "T",
                "$screen_height": 1080,
                "$screen_width": 1920,
                "$initial_referrer": "$direct",
                "$initial_referring_domain": "$direct",
                "initial_utm_medium": "cpc",
                "$app_version_string": "1.2",
                "$carrier": "C",
                "mp_keyword": "k",
                "$manufacturer": "M",
                "$model": "P",
            },
        ),
    ],
    "split": [
        '{"event":"whole","properties":{"time":1700000000,"distinct_id":"u"}}',
        '{"event":"split',
        ' record","properties":{"time":1700000001,"distinct_id":"u"}}',
        "",
        '{"event":"cut","properties":{"time":17000',
        '{"event":"next","properties":{"time":1700000002,"distinct_id":"u"}}',
        '{"event":"half","properties":{"time":1700000003,"distinct_id":"u"',
        ',"a":1,"a":2}}',
        '{"event":"last","properties":{"ti',
        "terminated early",
    ],
    "terminated": [row("e", distinct_id="u"), " Terminated early\r"],
    "page over lines": [*sample("mixpanel_engage.json")],
    "page": [
        harness.json_text(
            {
                "page": 0,
                "results": [
                    {
                        "$distinct_id": "user-1",
                        "$properties": {"$name": "One", "$last_seen": "2023-11-01T10:00:00"},
                    },
                    {"$distinct_id": "$device:d9", "$properties": {"plan": "free"}},
                    {
                        "$distinct_id": "user-1",
                        "$properties": {"$name": "Uno", "$last_seen": "2023-11-02T10:00:00"},
                    },
                    {"$distinct_id": None, "$properties": {"plan": "lost"}},
                ],
            }
        ),
    ],
    "page of lines": [
        '{"results":[',
        '{"$distinct_id":"user-1","$properties":{}},',
        "",
        '{"$distinct_id":"user-2","$properties":{"a":1,"a":2}}',
        '],"page":0}',
    ],
    "no page": ["{", '"results": [', row("e", distinct_id="u")],
    "nobody": [
        {"$distinct_id": "", "$properties": {"plan": "pro"}},
        {"distinct_id": None, "properties": {"plan": "pro"}},
        {"distinct_id": "D1", "resolved_distinct_id": " "},
    ],
    "merged canonical": [
        row("Rewritten", distinct_id="ACME-2", **{"$distinct_id_before_identity": "user-1"}),
        row("Sent as it is", distinct_id="ACME-2"),
    ],
    "profiles": [
        '{"$distinct_id":1,"$properties":{"$created":"2019-12-12T11:20:47","$email":"one@example.com","n":1.10,"initial_utm_source":"ad"}}',
        '{"distinct_id":"user-2","properties":{"time":"tea","$last_seen":"2023-01-01T00:00:00"}}',
        row("e", distinct_id="1", **{"$initial_referrer": "r", "$os": "iOS", "$city": "Paris"}),
    ],
    "stringified": [
        harness.json_text(
            {
                "event": "Loaded",
                "distinct_id": "user-1",
                "time": "2023-11-14T22:13:20Z",
                "insert_id": "i",
                "flag": "True",
                "list": "['a', 'b']",
                "none": "None",
            }
        ),
        '{"event":"text","properties":"{\\"time\\":1700000000,\\"distinct_id\\":\\"u\\",\\"a\\":1.10}"}',
    ],
    "duplicate keys": [
        '{"event":"e","properties":{"time":1700000000,"distinct_id":"v","distinct_id":"u","a":{"b":1,"b":2}}}',
    ],
    "nul": ['{"event":"e","properties":{"time":1700000000,"distinct_id":"u","a":"\\u0000"}}'],
    "shapes": sample("mixpanel_export_shapes.ndjson"),
    "synthetic": sample("mixpanel_export_synthetic.ndjson"),
    "pipelines": sample(
        "mixpanel_pipeline_mp_master_event.jsonl",
        "mixpanel_pipeline_mp_identity_mappings_data.jsonl",
        "mixpanel_pipeline_mp_people_data.jsonl",
    ),
    "blocked ids": [
        row("e", distinct_id="undefined"),
        row("f", distinct_id="null", **{"$user_id": "u"}),
        row("g", distinct_id="$device:undefined"),
        row("h", distinct_id="$device:"),
        row("i", **ids("user-1", "$device:null")),
    ],
    "anonymous": [
        row("o_anon", **ids("an-1", None, None, "an-1")),
        row("$identify", T0 + 1, **{"$identified_id": "user@x", "$anon_id": "an-1", "distinct_id": "user@x"}),
        row("o_login", T0 + 2, **ids("an-1", None, "user@x", "an-1")),
        row("o_server", T0 + 3, distinct_id="an-1"),
        row("o_device", T0 + 4, distinct_id="an-2", **{"$device_id": "an-2"}),
        row("$create_alias", T0 + 5, distinct_id="an-2", alias="user@y"),
        row("o_alias", T0 + 6, distinct_id="an-2"),
        row("o_canonical", T0 + 7, **ids("an-1", "user@x")),
        row("o_blocked", T0 + 8, **ids("undefined", None, "user@x")),
        row("o_both", T0 + 9, **ids("user@z", None, None, "user@z")),
        row("o_user", T0 + 10, **{"$user_id": "user@z"}),
        {"$distinct_id": "an-1", "$properties": {"plan": "pro"}},
    ],
    "mapped back": [
        harness.json_text(
            {"event_name": "e", "distinct_id": "an-1", "time": T0, "device_id": "an-1", "properties": {}}
        ),
        harness.json_text({"event_name": "f", "distinct_id": "user@x", "time": T0 + 1, "properties": {}}),
        {"distinct_id": "user@x", "resolved_distinct_id": "an-1"},
    ],
    "merged devices": [
        row("$merge", distinct_id="$device:d1", **{"$distinct_ids": ["$device:d1", "user-1", "user-2"]}),
        row("$merge", T0 + 1, **{"$distinct_ids": ["$device:d3", "$device:d4"]}),
        row("$identify", T0 + 2, **{"$identified_id": "$device:d5", "$anon_id": "user-5"}),
        row("e", T0 + 3, **{"$user_id": "$device:d6"}),
        row("f", T0 + 4, **ids("d7", None, None, "d7")),
        row("$merge", T0 + 5, **{"$distinct_ids": ["d7", "user-7"]}),
        '{"event":"$\\u006derge","properties":{"time":1700000006,"$distinct_ids":["user-8","user-9"]}}',
    ],
    "further profiles": [
        {"$distinct_id": "u", "$properties": '{"plan":"pro","mixpanel_b":1}', "_loaded": "x", "b": 2},
        '{"$distinct_id":"v","$properties":{"a":1,"a":2,"n":"\\u0000"}}',
    ],
    "types": [
        row("number", distinct_id="u", p=1),
        row("text", distinct_id="u", p="1"),
        row("list", distinct_id="u", p=[1]),
        row("truth", distinct_id="u", p=True),
    ],
}


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    return harness.run_cases(CASES, {"as_of": "2026-01-01"}, tool="mixpanel")


def test_distinct_id_is_the_importers_pick(results: dict[str, Result]) -> None:
    """Every combination of ids against the rule done anew in Python; kept rows, since all have an insert id of their own."""
    found = {one["event_name"]: one for one in results["ids"].rows("stg_mixpanel__rows")}
    assert len(found) == len(ID_TABLE)
    for number, given in enumerate(ID_TABLE):
        assert found[f"e{number}"]["source_distinct_id"] == picked(*given), given


def test_user_of_every_combination_of_ids(results: dict[str, Result]) -> None:
    found = {one["event_name"]: one for one in results["ids"].rows("stg_mixpanel__rows")}
    for number, given in enumerate(ID_TABLE):
        assert found[f"e{number}"]["user_id"] == user_of(*given), given


def test_events_go_to_posthog_under_that_id(results: dict[str, Result]) -> None:
    sent = {
        payload.json["event"]: payload.distinct_id for payload in results["ids"].of_kind("posthog", "event")
    }
    wanted = {f"e{number}": picked(*given) for number, given in enumerate(ID_TABLE) if picked(*given)}
    assert sent == wanted
    assert set(harness.quarantine_reasons(results["ids"], "posthog")) == {"no_id"}


def test_quirk_11_seconds_milliseconds_and_fractions(results: dict[str, Result]) -> None:
    assert times(results["times"]) == {
        "seconds": "2023-11-14T22:13:20.000000Z",
        "milliseconds": "2023-11-14T22:13:20.123000Z",
        "fraction": "2023-11-14T22:13:20.002000Z",
        "microseconds": "2023-11-14T22:13:20.123456Z",
        "fraction of a millisecond": "2023-11-14T22:13:20.123500Z",
        "text": "2023-11-14T22:13:20.000000Z",
        "text of milliseconds": "2023-11-14T22:13:20.123000Z",
        "iso": "2023-11-14T22:13:20.500000Z",
        "with offset": "2023-11-14T22:13:20.000000Z",
        "the last second": "2286-11-20T17:46:40.000000Z",
        "as late as can be": "2023-11-15T22:13:20.000000Z",
    }


def test_times_that_are_none_are_quarantined(results: dict[str, Result]) -> None:
    reasons = [reason for _, outcome, reason in outcomes(results["times"]) if outcome == "quarantined"]
    assert reasons == ["no_time"] * 9


def test_the_latest_upload_wins(results: dict[str, Result]) -> None:
    sent = {payload.properties["n"] for payload in results["uploads"].of_kind("posthog", "event")}
    assert sent == {"new", "another person", "another event", "another second"}
    assert [outcome for _, outcome, _ in outcomes(results["uploads"])].count("duplicate") == 3


def test_a_row_that_was_given_to_another_person_is_the_same_row(results: dict[str, Result]) -> None:
    """Exported before and after the merge: one row, and the later state of it."""
    kept = [one for one in results["rewritten"].rows("stg_mixpanel__rows") if one["outcome"] == "kept"]
    assert {(one["event_name"], one["canonical_id"]) for one in kept} == {("e", "user-1"), ("f", "user-1")}


def test_quirk_39_order_of_keys_and_marks_of_mixpanel_make_no_other_row(results: dict[str, Result]) -> None:
    rows = sorted(results["without insert id"].rows("stg_mixpanel__rows"), key=lambda one: one["line_id"])
    keys = [one["event_key"] for one in rows]
    assert keys[0] == keys[1] == keys[3]
    assert len(set(keys)) == 3


def test_posthog_drops_what_its_importer_drops(results: dict[str, Result]) -> None:
    properties = event_of(results["internals"], "posthog", "e").properties
    assert (
        properties.keys() & {"$insert_id", "$user_id", "$device_id", "time", "distinct_id", *INTERNALS}
        == set()
    )
    assert properties["$mixpanel_user_id"] == "user-1"
    assert properties["$mixpanel_device_id"] == "D1"
    assert properties["plan"] == "pro"
    assert properties["mp_lib"] == "web"
    assert properties["$is_reshuffled"] is True
    assert properties["mixpanel_token"] == "t"


def test_mixpanel_gets_no_marks_of_its_own(results: dict[str, Result]) -> None:
    payload = event_of(results["internals"], "mixpanel", "e")
    assert payload.properties.keys() == {
        *("time", "distinct_id", "$insert_id", "$user_id", "$device_id", "plan", "mp_lib", "ip", "import_id")
    }
    assert payload.properties["$user_id"] == "user-1"
    assert payload.properties["$device_id"] == "D1"


def test_every_value_arrives_at_mixpanel_as_it_was(results: dict[str, Result]) -> None:
    """Type and value of every property, and nothing beside them but time, ids and the marks of the import."""
    properties = event_of(results["values"], "mixpanel", "e").properties
    ours = {"time", "distinct_id", "$insert_id", "$user_id", "ip", "import_id"}
    assert properties.keys() - ours == VALUES.keys()
    for name, value in VALUES.items():
        assert same(value, properties[name]), name
        if isinstance(value, harness.Number) and name != "money":
            assert properties[name].text == value.text


def test_every_value_arrives_at_posthog(results: dict[str, Result]) -> None:
    properties = event_of(results["values"], "posthog", "e").properties
    for name, value in VALUES.items():
        assert same(value, properties[name]), name


def test_names_are_data(results: dict[str, Result]) -> None:
    sent = {payload.json["event"] for payload in results["names"].of_kind("posthog", "event")}
    assert sent == {'"; drop table x; --', "{{ x }}", " padded ", "$session_start", "$session_end"}
    assert harness.quarantine_reasons(results["names"], "posthog") == ["no_event_name"] * 3


def test_computed_sessions_are_renamed_at_mixpanel(results: dict[str, Result]) -> None:
    sent = {payload.json["event"] for payload in results["names"].of_kind("mixpanel", "import")}
    assert {"mixpanel_$session_start", "mixpanel_$session_end"} <= sent
    assert not {"$session_start", "$session_end"} & sent


def test_identity_verbs_are_merges_at_posthog(results: dict[str, Result]) -> None:
    assert merges(results["verbs"]) == {
        ("$identify", UUID_V4, "user-1"),
        ("$identify", "alias-1", "user-1"),
        ("$identify", "anon-10", "user-10"),
        ("$merge_dangerously", "user-2", "user-1"),
        ("$merge_dangerously", "user-3", "user-1"),
        ("$merge_dangerously", "user-5", "user-4"),
        ("$merge_dangerously", "6", "user-4"),
    }
    assert [payload.json["event"] for payload in results["verbs"].of_kind("posthog", "event")] == ["seen"]


def test_identity_verbs_link_in_a_simplified_project(results: dict[str, Result]) -> None:
    """No verb goes out as one, and each row carries both ids, which is what links them there."""
    sent = results["verbs"].of_kind("mixpanel", "import")
    linked = {
        (payload.json["event"], payload.properties["$user_id"], payload.properties.get("$device_id"))
        for payload in sent
    }
    assert linked == {
        ("seen", "anon-2", None),
        ("mixpanel_$identify", "user-1", UUID_V4),
        ("mixpanel_$create_alias", "user-1", "alias-1"),
        ("mixpanel_$merge", "user-1", "user-2"),
        ("mixpanel_$merge", "user-4", "6"),
        ("mixpanel_$merge", "user-7", None),
        ("mixpanel_$merge", "user-8", None),
        ("mixpanel_$identify", "user-10", "anon-10"),
    }
    names = {name for payload in sent for name in payload.properties}
    assert not names & {"$identified_id", "$anon_id", "$distinct_ids"}


def test_quirk_27_prefixed_ids_lead_to_the_user_of_the_device(results: dict[str, Result]) -> None:
    result = results["prefixed"]
    assert event_of(result, "posthog", "anonymous").distinct_id == "$device:d1"
    assert merges(result) == {("$identify", "d1", "user-1"), ("$identify", "$device:d1", "user-1")}
    assert event_of(result, "mixpanel", "anonymous").properties["$device_id"] == "d1"
    assert "$user_id" not in event_of(result, "mixpanel", "anonymous").properties


def test_quirk_27_the_id_before_identity_is_merged(results: dict[str, Result]) -> None:
    assert {
        ("$identify", "$device:d1", "user-1"),
        ("$identify", "d1", "user-1"),
        ("$identify", "old-name", "user-1"),
        ("$identify", "$device:d3", "user-3"),
        ("$identify", "canon-4", "user-4"),
    } <= merges(results["before identity"])


def test_quirk_28_a_key_in_capitals_is_not_lost(results: dict[str, Result]) -> None:
    """PostHog's rule takes it for a device. The event goes by that rule, and the two ids are merged."""
    result = results["before identity"]
    assert event_of(result, "posthog", "capitals").distinct_id == "$device:d2"
    assert event_of(result, "posthog", "capitals").properties["$mixpanel_user_id"] == "ACME-001"
    assert ("$identify", "$device:d2", "ACME-001") in merges(result)
    assert event_of(result, "mixpanel", "capitals").properties["$user_id"] == "ACME-001"


def test_a_shared_device_goes_to_its_first_user(results: dict[str, Result]) -> None:
    assert merges(results["shared device"]) == {
        ("$identify", "d1", "user-1"),
        ("$identify", "$device:d1", "user-1"),
    }


def test_quirk_34_the_first_holder_of_an_insert_id_keeps_its_uuid(results: dict[str, Result]) -> None:
    uuids = {
        payload.json["event"]: payload.record_id
        for payload in results["insert ids"].of_kind("posthog", "event")
    }
    assert uuids["first"] == str(uuid.uuid5(NAMESPACE, "i"))
    assert uuids["other"] == str(uuid.uuid5(NAMESPACE, "j"))
    assert uuids["number"] == str(uuid.uuid5(NAMESPACE, "77"))
    assert len(set(uuids.values())) == 5
    assert {uuid.UUID(text).version for text in uuids.values()} == {5}


def test_quirk_34_one_insert_id_over_different_events(results: dict[str, Result]) -> None:
    """Lines 5 to 7 of the sample: three events, of which the earliest keeps the UUID."""
    sold = str(uuid.uuid5(NAMESPACE, "c7bdd9a8-3115-4d48-b68e-f1c1c58b9cc7"))
    sent = [
        payload
        for payload in results["shapes"].of_kind("posthog", "event")
        if payload.distinct_id == "buyer1@example.com"
    ]
    assert [payload.properties["item_name"] for payload in sent if payload.record_id == sold] == ["table"]
    assert len({payload.record_id for payload in sent}) == 3


def test_sessions_that_posthog_can_read_are_kept(results: dict[str, Result]) -> None:
    result = results["sessions"]
    assert event_of(result, "posthog", "v7").properties["$session_id"] == SESSION
    assert "$session_id" not in event_of(result, "posthog", "v4").properties
    assert event_of(result, "posthog", "v4").properties["mixpanel_$session_id"] == UUID_V4
    assert event_of(result, "mixpanel", "v4").properties["$session_id"] == UUID_V4


def test_context_is_moved_at_posthog(results: dict[str, Result]) -> None:
    properties = event_of(results["context"], "posthog", "$pageview").properties
    wanted = {
        "$browser": "Chrome", "$browser_version": 126, "$os": "Windows", "$geoip_city_name": "Paris",
        "$geoip_subdivision_1_name": "Île-de-France", "$geoip_country_code": "FR", "$geoip_country_name": "France",
        "$current_url": "https://e.com/?q", "$referrer": "https://r.com/", "$pathname": "/", "$host": "e.com", "title": "T",
        "utm_source": "ad", "$screen_height": 1080, "$app_version": "1.2", "$network_carrier": "C", "ph_keyword": "k",
        "$device_manufacturer": "M", "$device_model": "P", "$device": "iPad", "$initial_referrer": "$direct",
    }  # fmt: skip
    for name, value in wanted.items():
        assert same(value, properties.get(name)), (name, properties.get(name))
    moved = {
        "$city",
        "$region",
        "mp_country_code",
        "current_url_path",
        "current_domain",
        "$carrier",
        "mp_keyword",
    }
    assert not moved & properties.keys()
    assert properties["$set"].keys() >= {
        *("$browser", "$browser_version", "$os", "$os_version", "$device", "$current_url", "$referrer"),
        *("$referring_domain", "$geoip_city_name", "$geoip_country_name"),
    }
    assert properties["$set_once"] == {
        "$initial_referrer": "$direct",
        "$initial_referring_domain": "$direct",
        "$initial_utm_medium": "cpc",
    }


def test_the_type_of_a_device_is_what_the_row_says(results: dict[str, Result]) -> None:
    result = results["devices"]
    said = {
        payload.json["event"]: (payload.properties.get("$device_type"), payload.properties.get("$set"))
        for payload in result.of_kind("posthog", "event")
    }
    assert said == {
        "name": ("Tablet", {"$device": "iPad", "$device_type": "Tablet"}),
        "type": ("Mobile", {"$device": "iPad", "$device_type": "Mobile"}),
        "other type": ("Smart TV", None),
    }


def test_quirk_69_a_record_over_two_lines_is_one_row(results: dict[str, Result]) -> None:
    assert outcomes(results["split"]) == [
        ("whole", "kept", None),
        ("split record", "kept", None),
        (None, "malformed", "malformed_json"),
        ("next", "kept", None),
        ("half", "kept", None),
        (None, "malformed", "malformed_json"),
        (None, "malformed", "terminated_early"),
    ]
    assert same(2, event_of(results["split"], "posthog", "half").properties["a"])


def test_quirk_69_the_trailer_has_a_reason_of_its_own(results: dict[str, Result]) -> None:
    result = results["terminated"]
    quarantined = result.rows("audit_quarantined")
    assert [(one["stage"], one["reason"], one["line"]) for one in quarantined] == [
        ("read", "terminated_early", 2)
    ]


def test_a_page_over_many_lines_is_read_whole(results: dict[str, Result]) -> None:
    people = results["page over lines"].rows("stg_mixpanel__people")
    assert {(one["user_id"], one["seen_at"]) for one in people} == {
        (user, dt.datetime(2020, 6, 9, 23, 8, 40)) for user in ("1", "2")
    }
    assert outcomes(results["page over lines"]) == []


def test_quirk_22_numeric_ids_of_profiles(results: dict[str, Result]) -> None:
    sent = {payload.distinct_id for payload in results["page over lines"].of_kind("mixpanel", "engage")}
    assert sent == {"1", "2"}
    assert all(
        isinstance(payload.json["$distinct_id"], str)
        for payload in results["page over lines"].of_kind("mixpanel", "engage")
    )


def test_pages_of_profiles(results: dict[str, Result]) -> None:
    people = results["page"].rows("stg_mixpanel__people")
    assert sorted((one["user_id"] or "", one["device_id"] or "") for one in people) == [
        ("", "d9"), ("user-1", ""), ("user-1", ""),
    ]  # fmt: skip
    updates = {
        payload.distinct_id: payload.properties["$set"]
        for payload in results["page"].of_kind("posthog", "person_update")
    }
    assert updates == {"user-1": {"name": "Uno"}, "$device:d9": {"plan": "free"}}
    assert [payload.distinct_id for payload in results["page"].of_kind("mixpanel", "engage")] == ["user-1"]


def test_a_page_with_a_profile_a_line(results: dict[str, Result]) -> None:
    people = results["page of lines"].rows("stg_mixpanel__people")
    assert {(one["user_id"], one["properties"]) for one in people} == {
        ("user-1", "{}"),
        ("user-2", '{"a":2}'),
    }


def test_lines_that_make_no_whole_are_malformed(results: dict[str, Result]) -> None:
    assert [outcome for _, outcome, _ in outcomes(results["no page"])] == ["malformed", "malformed", "kept"]


def test_profiles_reach_both_destinations(results: dict[str, Result]) -> None:
    result = results["profiles"]
    posthog = {
        payload.distinct_id: payload.properties for payload in result.of_kind("posthog", "person_update")
    }
    assert posthog["1"]["$set"]["email"] == "one@example.com"
    assert same(harness.Number("1.10"), posthog["1"]["$set"]["n"])
    assert "$created" not in posthog["1"]["$set"]
    assert posthog["1"]["$set_once"] == {
        "created_at": "2019-12-12T11:20:47",
        "$initial_utm_source": "ad",
        "$initial_referrer": "r",
    }
    assert "initial_utm_source" not in posthog["1"]["$set"]
    assert posthog["user-2"]["$set"] == {"time": "tea"}
    mixpanel = {payload.distinct_id: payload.json for payload in result.of_kind("mixpanel", "engage")}
    assert mixpanel["1"]["$set"]["$email"] == "one@example.com"
    assert mixpanel["1"]["$set"]["$created"] == "2019-12-12T11:20:47"
    assert mixpanel["1"]["$set"]["initial_utm_source"] == "ad"
    assert mixpanel["1"]["$set"].keys() == {"$created", "$email", "n", "initial_utm_source", "import_id"}
    assert "$set_once" not in mixpanel["1"]
    assert "$last_seen" not in mixpanel["user-2"]["$set"]


def test_people_that_are_nobody_are_set_aside(results: dict[str, Result]) -> None:
    """A row about a person that names none is no profile; it stands in the audit with its text."""
    result = results["nobody"]
    assert result.of_kind("mixpanel", "engage") == []
    rows = result.rows("audit_quarantined")
    assert [row["reason"] for row in rows] == ["no_event_name"] * 3


def test_a_row_keeps_the_id_that_mixpanel_has_for_the_person(results: dict[str, Result]) -> None:
    """Back at Mixpanel all rows of a person have one id; PostHog gets the one that its importer picks, and a link."""
    result = results["merged canonical"]
    assert {payload.properties["$user_id"] for payload in result.of_kind("mixpanel", "import")} == {"ACME-2"}
    (event,) = [
        payload for payload in result.of_kind("posthog", "event") if payload.json["event"] == "Rewritten"
    ]
    assert event.distinct_id == "user-1"


def test_events_alone_make_no_profile_at_mixpanel(results: dict[str, Result]) -> None:
    assert results["context"].of_kind("mixpanel", "engage") == []


def test_quirk_59_stringified_values_stay_texts(results: dict[str, Result]) -> None:
    """A loader's flat row: its columns arrive under the source's name, and nothing is guessed."""
    payload = event_of(results["stringified"], "posthog", "Loaded")
    assert payload.distinct_id == "user-1"
    assert payload.record_id == str(uuid.uuid5(NAMESPACE, "i"))
    assert payload.properties["mixpanel_flag"] == "True"
    assert payload.properties["mixpanel_list"] == "['a', 'b']"
    assert payload.properties["mixpanel_none"] == "None"
    assert same(harness.Number("1.1"), event_of(results["stringified"], "posthog", "text").properties["a"])


def test_the_last_of_doubled_keys_wins(results: dict[str, Result]) -> None:
    payload = event_of(results["duplicate keys"], "posthog", "e")
    assert payload.distinct_id == "u"
    assert same({"b": 2}, payload.properties["a"])
    assert event_of(results["nul"], "posthog", "e").properties["a"] == "\ufffd"


def test_quirk_21_sentinel_ids_are_no_ids(results: dict[str, Result]) -> None:
    result = results["blocked ids"]
    assert event_of(result, "posthog", "f").distinct_id == "u"
    assert harness.quarantine_reasons(result, "posthog") == ["no_id"] * 3
    assert merges(result) == set()
    assert {event_of(result, "mixpanel", name).distinct_id for name in "egh"} == {""}


def test_an_id_is_a_device_or_a_user_on_all_rows(results: dict[str, Result]) -> None:
    """Original to Simplified: the id of somebody who had not logged in is nobody's user id, whichever row it stands on."""
    result = results["anonymous"]
    sent = {
        payload.json["event"]: (payload.properties.get("$user_id"), payload.properties.get("$device_id"))
        for payload in result.of_kind("mixpanel", "import")
    }
    assert sent == {
        "o_anon": (None, "an-1"),
        "mixpanel_$identify": ("user@x", "an-1"),
        "o_login": ("user@x", "an-1"),
        "o_server": (None, "an-1"),
        "o_device": (None, "an-2"),
        "mixpanel_$create_alias": ("user@y", "an-2"),
        "o_alias": (None, "an-2"),
        "o_canonical": ("user@x", "an-1"),
        "o_blocked": ("user@x", None),
        "o_both": ("user@z", "user@z"),
        "o_user": ("user@z", None),
    }
    assert event_of(result, "mixpanel", "o_server").distinct_id == "$device:an-1"
    assert event_of(result, "posthog", "o_server").distinct_id == "an-1"
    assert merges(result) == {("$identify", "an-1", "user@x"), ("$identify", "an-2", "user@y")}
    (profile,) = result.of_kind("mixpanel", "engage")
    assert (profile.distinct_id, profile.json["$set"]["plan"]) == ("user@x", "pro")


def test_a_mapping_to_a_device_leads_back_to_the_user(results: dict[str, Result]) -> None:
    result = results["mapped back"]
    assert event_of(result, "mixpanel", "e").distinct_id == "$device:an-1"
    assert event_of(result, "mixpanel", "f").distinct_id == "user@x"
    assert merges(result) == {("$identify", "an-1", "user@x")}


def test_no_device_is_merged_as_a_user(results: dict[str, Result]) -> None:
    result = results["merged devices"]
    assert merges(result) == {
        ("$identify", "d1", "user-1"),
        ("$identify", "$device:d1", "user-1"),
        ("$merge_dangerously", "user-2", "user-1"),
        ("$identify", "d5", "user-5"),
        ("$identify", "d7", "user-7"),
        ("$merge_dangerously", "user-9", "user-8"),
    }
    users = {one["user_id"] for one in result.rows("stg_mixpanel__rows")}
    assert users == {None, "user-1", "user-5", "user-7", "user-8"}


def test_profiles_as_text_and_with_further_keys(results: dict[str, Result]) -> None:
    people = {
        one["user_id"]: one["properties"] for one in results["further profiles"].rows("stg_mixpanel__people")
    }
    assert json.loads(people["u"]) == {
        "plan": "pro", "mixpanel_b": 1, "mixpanel__loaded": "x", "mixpanel_mixpanel_b": 2,
    }  # fmt: skip


def test_repairs_of_profiles_count(results: dict[str, Result]) -> None:
    """The audit counts over all cases; those of profiles are among them."""
    repaired = [one for one in results["further profiles"].rows("stg_mixpanel__records") if one["has_nul"]]
    assert [(one["kind"], one["has_duplicate_keys"]) for one in repaired] == [("profile", True)]
    for reason, column in (("nul_character", "has_nul"), ("duplicate_keys", "has_duplicate_keys")):
        (counted,) = results["nul"].sql(
            f"select rows from audit_repaired where source = 'mixpanel' and reason = '{reason}'",
            "audit_repaired",
        )
        flagged = [
            one for name in CASES for one in results[name].rows("stg_mixpanel__records") if one[column]
        ]
        assert counted["rows"] == len(flagged)


def test_a_page_that_names_somebody_nowhere_is_set_aside(results: dict[str, Result]) -> None:
    (one,) = results["page"].rows("audit_quarantined")
    assert (one["stage"], one["reason"], one["line"]) == ("staging", "no_id", 1)
    assert '{"plan": "lost"}' in one["record"]


def test_quirk_62_a_property_of_many_types_keeps_each(results: dict[str, Result]) -> None:
    wanted = {"number": 1, "text": "1", "list": [1], "truth": True}
    for destination, (name, value) in itertools.product(("posthog", "mixpanel"), wanted.items()):
        assert same(value, event_of(results["types"], destination, name).properties["p"]), name


def test_quirk_46_keys_that_differ_in_case_only(results: dict[str, Result]) -> None:
    properties = event_of(results["synthetic"], "posthog", "Case").properties
    assert [properties[name] for name in ("userName", "username", "UserName")] == ["a", "b", "c"]


def test_quirk_52_nested_objects_survive(results: dict[str, Result]) -> None:
    for destination in ("posthog", "mixpanel"):
        properties = event_of(results["shapes"], destination, "editor:publish:confirm").properties
        assert properties["publishedForms"] == {"Form_0aa1bcc": "3ad4c1a2-1453-4463-af9a-c87a27aeeaef"}
        assert properties["connectors"] == ["com.example.connectors.HttpJson.v2"]
        assert properties.keys() >= {"orgId", "org_id"}


def test_the_pipelines_give_the_rows_of_the_raw_export(results: dict[str, Result]) -> None:
    def told(result: Result) -> dict[str, tuple[str, Any]]:
        return {
            one["insert_id"]: (one["event_key"], one["event_at"])
            for one in result.rows("stg_mixpanel__rows")
            if one["insert_id"] in ("a1", "a2")
        }

    assert told(results["pipelines"]) == told(results["synthetic"])
    uuids = {payload.record_id for payload in results["pipelines"].of_kind("posthog", "event")}
    assert uuids == {str(uuid.uuid5(NAMESPACE, text)) for text in ("a1", "a2")}


def test_identity_mappings_say_who_it_is(results: dict[str, Result]) -> None:
    result = results["pipelines"]
    rows = {one["insert_id"]: one for one in result.rows("stg_mixpanel__rows")}
    assert {one["canonical_id"] for one in rows.values()} == {"U1"}
    assert {one["user_id"] for one in rows.values()} == {"U1"}
    assert merges(result) == {("$identify", "D1", "U1"), ("$identify", "$device:D1", "U1")}
    assert [payload.properties["$set"] for payload in result.of_kind("posthog", "person_update")] == [
        {"plan": "pro", "email": "one@example.com"}
    ]


def test_every_line_is_a_row_or_something_else(results: dict[str, Result]) -> None:
    """What tests/every_line_is_accounted_for.sql counts, for each case."""
    for name, lines in CASES.items():
        records = results[name].rows("stg_mixpanel__records")
        rows = results[name].rows("stg_mixpanel__rows")
        lines_of_rows = {one["line_id"] for one in rows}
        others = [one for one in records if one["line_id"] not in lines_of_rows]
        assert {one["kind"] for one in others} <= {"mapping", "profile", "page", "part"}, name
        assert len(records) == sum(1 for line in lines if harness.line_bytes(line).strip()), name
        assert len(rows) == len(records) - len(others), name
        for destination in ("posthog", "mixpanel"):
            counts = [
                one for one in results[name].rows("audit_route_counts") if one["destination"] == destination
            ]
            assert sum(one["rows_read"] for one in counts) == len(rows), name


# With settings

ZONED: Mapping[str, Sequence[Line]] = {
    "spring": [
        row("before", 1678586399, distinct_id="u"),  # 2023-03-12 01:59:59 on the clock of New York
        row("after", 1678590000, distinct_id="u"),  # 03:00:00, the next second
    ],
    "autumn": [
        row("before", 1699145999, distinct_id="u"),  # 2023-11-05 00:59:59
        row("after", 1699149600, distinct_id="u"),  # 02:00:00
    ],
    "zones": [
        row("zulu", "2023-11-14T22:13:20Z", distinct_id="u"),
        row("offset", "2023-11-14 23:13:20.5 +0100", distinct_id="u"),
        row("bare", "2023-11-14T17:13:20", distinct_id="u"),
        row("number", str(T0 - 5 * 3600), distinct_id="u"),
    ],
    "held outside": [
        row("earlier", T0 - 365 * 86400, distinct_id="u", **{"$insert_id": "i"}),
        row("in the window", distinct_id="u", **{"$insert_id": "i"}),
    ],
    "pipelines": sample("mixpanel_pipeline_mp_master_event.jsonl"),
    "groups": [
        row("one", distinct_id="u", company="acme", **{"$insert_id": "i"}),
        row("many", T0 + 1, distinct_id="u", company=["acme", "beta", "acme"], seats=5),
        row("number", T0 + 2, distinct_id="u", company=7, **{"team.x": "t"}),
        row("none", T0 + 3, distinct_id="u", company=None),
        row("no time", None, distinct_id="u", company="late", mp_processing_time_ms=T0 * 1000),
    ],
}


@pytest.fixture(scope="module")
def zoned() -> dict[str, Result]:
    settings = {
        "as_of": "2026-01-01",
        "start_at": "2023-01-01",
        "mixpanel_source_timezone": "America/New_York",
        "mixpanel_group_keys": ["company", "team.x"],
    }
    return harness.run_cases(ZONED, settings, tool="mixpanel")


def test_quirk_10_local_times_follow_the_rules_of_the_zone(zoned: dict[str, Result]) -> None:
    assert times(zoned["spring"]) == {
        "before": "2023-03-12T06:59:59.000000Z",
        "after": "2023-03-12T07:00:00.000000Z",
    }
    assert times(zoned["autumn"]) == {
        "before": "2023-11-05T04:59:59.000000Z",
        "after": "2023-11-05T07:00:00.000000Z",
    }


def test_a_time_that_names_its_zone_is_not_moved(zoned: dict[str, Result]) -> None:
    assert times(zoned["zones"]) == {
        "zulu": "2023-11-14T22:13:20.000000Z",
        "offset": "2023-11-14T22:13:20.500000Z",
        "bare": "2023-11-14T22:13:20.000000Z",
        "number": "2023-11-14T22:13:20.000000Z",
    }


def test_the_holder_of_an_insert_id_does_not_depend_on_the_window(zoned: dict[str, Result]) -> None:
    (payload,) = zoned["held outside"].of_kind("posthog", "event")
    assert payload.json["event"] == "in the window"
    assert payload.record_id != str(uuid.uuid5(NAMESPACE, "i"))


def test_quirk_10_the_pipelines_are_in_utc_already(
    zoned: dict[str, Result], results: dict[str, Result]
) -> None:
    assert times(zoned["pipelines"]) == times(results["pipelines"])


def test_groups_come_from_properties(zoned: dict[str, Result]) -> None:
    result = zoned["groups"]
    groups = {
        payload.json["event"]: payload.properties.get("$groups")
        for payload in result.of_kind("posthog", "event")
    }
    assert groups == {
        "one": {"company": "acme"},
        "many": {"company": "acme"},
        "number": {"company": "7", "team.x": "t"},
        "none": None,
    }
    named = {
        (payload.properties["$group_type"], payload.properties["$group_key"])
        for payload in result.of_kind("posthog", "group_identify")
    }
    assert named == {("company", key) for key in ("acme", "beta", "7", "late")} | {("team.x", "t")}


def test_group_properties_stay_as_they_are_at_mixpanel(zoned: dict[str, Result]) -> None:
    result = zoned["groups"]
    values = {
        payload.json["event"]: payload.properties["company"]
        for payload in result.of_kind("mixpanel", "import")
    }
    assert values["one"] == "acme"
    assert values["many"] == ["acme", "beta", "acme"]
    assert same(7, values["number"])
    assert values["none"] is None
    names = {name for payload in result.of_kind("mixpanel", "import") for name in payload.properties}
    assert "mixpanel_company" not in names


def test_an_original_project_gets_verbs() -> None:
    """Moving to Original ID Merge: ids as they are, and an identity event for each link."""
    settings = {"as_of": "2026-01-01", "mixpanel_id_merge": "original"}
    results = harness.run_cases(
        {name: CASES[name] for name in ("verbs", "anonymous")}, settings, tool="mixpanel"
    )
    result = results["verbs"]
    verbs = [
        payload.json
        for payload in result.of_kind("mixpanel", "import")
        if payload.json["event"] in ("$identify", "$merge")
    ]
    said = {
        tuple(
            verb["properties"].get("$distinct_ids")
            or (verb["properties"]["$identified_id"], verb["properties"]["$anon_id"])
        )
        for verb in verbs
    }
    assert said == {
        ("user-1", UUID_V4),
        ("user-1", "alias-1"),
        ("user-1", "user-2"),
        ("user-1", "user-3"),
        ("user-4", "user-5"),
        ("user-4", "6"),
        ("user-10", "anon-10"),
    }
    assert event_of(result, "mixpanel", "seen").distinct_id == "anon-2"
    assert event_of(results["anonymous"], "mixpanel", "o_server").distinct_id == "an-1"


def test_ids_do_not_depend_on_the_order_of_the_lines(results: dict[str, Result]) -> None:
    names = (
        *("uploads", "rewritten", "insert ids", "verbs", "before identity", "shared device", "pipelines"),
        *("anonymous", "mapped back", "merged devices"),
    )
    cases = {name: list(reversed(lines)) if name in names else lines for name, lines in CASES.items()}
    turned = harness.run_cases(cases, {"as_of": "2026-01-01"}, tool="mixpanel")
    for name, destination in itertools.product(names, ("posthog", "mixpanel")):
        texts = [payload.text for payload in turned[name].payloads(destination)]
        assert texts == [payload.text for payload in results[name].payloads(destination)], name


def test_payloads_are_strict_json(results: dict[str, Result]) -> None:
    for name in CASES:
        for destination in ("posthog", "mixpanel"):
            for payload in results[name].payloads(destination):
                assert strict_json(payload.text) == payload.json
                assert json.loads(payload.text)


def test_keys_are_md5_of_the_content(results: dict[str, Result]) -> None:
    """Written out once in Python, so that no change of a macro changes the ids of rows that were sent."""
    parts = ["first", "u", "2023-11-14T22:13:20.000000Z", "i"]
    text = "|".join(f"{len(part)}:{part}" for part in parts)
    wanted = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    assert event_of(results["insert ids"], "mixpanel", "first").record_id == wanted


def test_views_read_no_line_that_is_no_json() -> None:
    """With views in place of tables an engine may look into lines before it leaves them out."""
    settings = {"as_of": "2026-01-01", "materialize": "view"}
    result = harness.run_cases(
        {"split": CASES["split"], "synthetic": CASES["synthetic"]}, settings, tool="mixpanel"
    )
    assert len(result["split"].of_kind("posthog", "event")) == 4
    assert ("$identify", "D1", "U1") in merges(result["synthetic"])
