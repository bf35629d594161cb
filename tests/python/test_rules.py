"""What the settings do, each on a small input, and the one sentence that a wrong one gives."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import harness
import pytest
from harness import Result, same

PERSON_KEYS = ("$set", "$set_once")


def row(event: str, at: str = "2024-01-15 12:00:00", **columns: Any) -> dict[str, Any]:
    return {"event_type": event, "event_time": at, "user_id": "u", **columns}


def names(result: Result, destination: str) -> list[str]:
    """The events that go out, in order."""
    kind = "event" if destination == "posthog" else "import"
    return [payload.json["event"] for payload in result.of_kind(destination, kind)]


def person_parts(result: Result, kind: str) -> list[dict[str, Any]]:
    """What records of a kind hold for the person, in order."""
    return [
        {key: payload.properties[key] for key in PERSON_KEYS if key in payload.properties}
        for payload in result.of_kind("posthog", kind)
    ]


# A person's rows: a snapshot, the same again, none, another one, and one that is emptier.
PERSON = [
    row("1", "2024-01-15 01:00:00", city="Oslo", user_properties={"a": 1, "b": 1, "initial_referrer": "r1"}),
    row("2", "2024-01-15 02:00:00", city="Oslo", user_properties={"a": 1, "b": 1, "initial_referrer": "r1"}),
    row("3", "2024-01-15 03:00:00", city="Rome", user_properties={}),
    row("4", "2024-01-15 04:00:00", user_properties={"b": 2, "c": None, "initial_referrer": "r2"}),
    row("5", "2024-01-15 05:00:00", user_properties={"b": 2, "c": None, "initial_referrer": "r2"}),
    row("6", "2024-01-15 06:00:00", user_properties={}),
]
TOUCH_1, TOUCH_2 = {"$initial_referrer": "r1"}, {"$initial_referrer": "r2"}


# The person at PostHog


def test_events_mode() -> None:
    """The default: context and first touch on events, all else once, dated by the latest row that showed it."""
    result = harness.run(PERSON)
    oslo, rome = {"$geoip_city_name": "Oslo"}, {"$geoip_city_name": "Rome"}
    assert person_parts(result, "event") == [
        {"$set": oslo, "$set_once": TOUCH_1},
        {"$set": oslo, "$set_once": TOUCH_1},
        {"$set": rome},
        {"$set_once": TOUCH_2},
        {"$set_once": TOUCH_2},
        {},
    ]
    assert person_parts(result, "person_update") == [{"$set": {"b": 2, "c": None}}]
    assert result.of_kind("posthog", "person_update")[0].json["timestamp"] == "2024-01-15T05:00:00.000000Z"
    result.close()


WINDOW = {
    "start_at": "2024-01-10",
    "end_at": "2024-01-20 12:00",
    "as_of": "2024-01-15",
    "posthog_person_properties": "latest",
}


def test_latest_mode() -> None:
    """Nothing on events; everything once, the context too."""
    result = harness.run(PERSON, WINDOW)
    assert person_parts(result, "event") == [{}] * 6
    assert person_parts(result, "person_update") == [
        {"$set": {"b": 2, "c": None, "$geoip_city_name": "Rome"}, "$set_once": TOUCH_1}
    ]
    assert result.of_kind("posthog", "person_update")[0].json["timestamp"] == "2024-01-15T05:00:00.000000Z"
    result.close()


ON_CHANGE = {
    "posthog_person_properties": "on_change",
    "user_properties_on_events": {"mixpanel": "none", "posthog": "root"},
    "mixpanel_insert_id": "guide",
}


def test_on_change_mode() -> None:
    """The rows whose snapshot changed carry it, and the person gets the latest once more."""
    result = harness.run(PERSON, ON_CHANGE)
    changes = [part.get("$set", {}) for part in person_parts(result, "event")]
    assert changes == [
        {"a": 1, "b": 1, "$geoip_city_name": "Oslo"},
        {"$geoip_city_name": "Oslo"},
        {"$geoip_city_name": "Rome"},
        {"b": 2, "c": None},
        {},
        {},
    ]
    assert person_parts(result, "person_update") == [{"$set": {"b": 2, "c": None}}]
    result.close()


ONCE = {"posthog_person_properties": "once", "user_properties_merge": "key"}


def test_once_mode_and_merge_by_key() -> None:
    """Live people are never changed: $set_once alone. Each key keeps its latest value."""
    result = harness.run(PERSON, ONCE)
    assert person_parts(result, "event") == [{}] * 6
    wanted = {"a": 1, "b": 2, "c": None, "$geoip_city_name": "Rome", **TOUCH_1}
    assert person_parts(result, "person_update") == [{"$set_once": wanted}]
    assert not any('"$set":' in payload.text for payload in result.payloads("posthog"))
    profile = result.of_kind("mixpanel", "engage")[0].json
    assert profile["$set"] == {"a": 1, "b": 2, "c": None, "$city": "Rome", "import_id": "crosswalk"}
    assert profile["$set_once"] == TOUCH_1
    result.close()


def test_merge_by_row() -> None:
    """The default: the latest snapshot stands for all, and an empty one is none."""
    result = harness.run(PERSON)
    profile = result.of_kind("mixpanel", "engage")[0].json
    assert profile["$set"] == {"b": 2, "c": None, "$city": "Rome", "import_id": "crosswalk"}
    assert profile["$set_once"] == TOUCH_1
    users = result.rows("hub_users")
    assert [str(user["properties_at"]) for user in users] == ["2024-01-15 05:00:00"]
    result.close()


NOBODY = {"posthog_person_properties": "none"}


def test_none_mode() -> None:
    result = harness.run(PERSON, NOBODY)
    assert person_parts(result, "event") == [{}] * 6
    assert result.of_kind("posthog", "person_update") == []
    result.close()


# User properties on events


def test_user_properties_on_events() -> None:
    """root at PostHog, where the event's own wins; none at Mixpanel. A first touch that says nothing stays away."""
    lines = [
        row(
            "e",
            event_properties={"plan": "event"},
            user_properties={
                "plan": "person",
                "x": [1],
                "distinct_id": "theirs",
                "initial_gclid": "EMPTY",
                "initial_referrer": "(none)",
            },
        )
    ]
    result = harness.run(lines, ON_CHANGE)
    event = result.of_kind("posthog", "event")[0].properties
    assert (event["plan"], event["x"]) == ("event", [1])
    assert {"initial_gclid", "initial_referrer", "$set_once", "distinct_id"}.isdisjoint(event)
    assert event["amplitude_distinct_id"] == "theirs"
    record = result.of_kind("mixpanel", "import")[0].properties
    assert (record["plan"], "x" in record) == ("event", False)
    result.close()


# Insert ids


def guide_id(event: str, user: str, time: str, person: str) -> str:
    """Mixpanel's guide: a hash of the event, the user, the time as BigQuery writes it and Amplitude's person id."""
    return hashlib.sha1(f"[amp] {event}{user}-{time}-{person}".encode(), usedforsecurity=False).hexdigest()[
        :36
    ]


def test_insert_ids_of_the_guide() -> None:
    lines = [
        row("whole", "2024-01-15 12:00:00.000000", amplitude_id=7),
        row("milli", "2024-01-15 12:00:01.120000", amplitude_id=7),
        row("micro", "2024-01-15 12:00:02.000001", user_id=None, device_id="d", amplitude_id=8),
    ]
    result = harness.run(lines, ON_CHANGE)
    found = {one.json["event"]: one.properties["$insert_id"] for one in result.of_kind("mixpanel", "import")}
    assert found == {
        "whole": guide_id("whole", "u", "2024-01-15 12:00:00+00", "7"),
        "milli": guide_id("milli", "u", "2024-01-15 12:00:01.120+00", "7"),
        "micro": guide_id("micro", "", "2024-01-15 12:00:02.000001+00", "8"),
    }
    result.close()


# The window


def test_window() -> None:
    """start_at <= event_at < end_at; what lies outside is counted."""
    at = {
        "just before": "2024-01-09 23:59:59.999999",
        "first": "2024-01-10 00:00:00.000000",
        "last": "2024-01-20 11:59:59.999999",
        "just behind": "2024-01-20 12:00:00.000000",
    }
    lines = [row(name, time, server_upload_time="2024-02-01 00:00:00") for name, time in at.items()]
    result = harness.run(lines, WINDOW)
    for destination in ("posthog", "mixpanel"):
        assert names(result, destination) == ["first", "last"]
        filtered = result.rows("audit_filtered", f"destination = '{destination}'")
        assert [(one["event_name"], one["reason"], one["rows"]) for one in filtered] == [
            ("just before", "outside_window", 1),
            ("just behind", "outside_window", 1),
        ]
    assert sum(one["filtered"] for one in result.rows("audit_route_counts")) == 4
    result.close()


def test_as_of() -> None:
    """A row without an upload time may lie a day after `as_of`, any other a day after its upload."""
    lines = [
        row("a day", "2024-01-16 00:00:00.000000"),
        row("more", "2024-01-16 00:00:00.000001"),
        row("uploaded", "2024-01-17 00:00:00", server_upload_time="2024-01-16 00:00:00"),
        row("uploaded before", "2024-01-17 00:00:01", server_upload_time="2024-01-16 00:00:00"),
        row("other upload time", "2024-01-18 00:00:00", client_upload_time="2024-01-18 00:00:00"),
        row("too old", "1999-12-31 23:59:59"),
        row("no time", ""),
    ]
    result = harness.run(lines, WINDOW)
    assert names(result, "mixpanel") == ["a day", "uploaded", "other upload time"]
    rows = result.rows("audit_quarantined")
    assert [(one["reason"], one["stage"], one["line"]) for one in rows] == [
        ("no_time", "staging", line) for line in (2, 4, 6, 7)
    ]
    result.close()


# A sample of people

PEOPLE = 400


def history(number: int) -> list[dict[str, Any]]:
    """A person who comes anonymously, logs in, and comes again without saying who; on a device of the person's own."""
    device = f"device {number}"
    return [
        row("before", "2024-01-15 01:00:00", user_id=None, device_id=device),
        row(
            "login",
            "2024-01-15 02:00:00",
            user_id=f"user {number}",
            device_id=device,
            user_properties={"n": number},
        ),
        row("after", "2024-01-15 03:00:00", user_id=None, device_id=device),
        row("other device", "2024-01-15 04:00:00", user_id=f"user {number}", device_id=f"second {number}"),
    ]


def people_of(result: Result, destination: str) -> dict[str, list[str]]:
    """The events of each person in the sample."""
    found: dict[str, list[str]] = {}
    kind = "event" if destination == "posthog" else "import"
    for payload in result.of_kind(destination, kind):
        found.setdefault(payload.distinct_id.split(" ")[-1], []).append(payload.json["event"])
    return found


def test_sample_of_people() -> None:
    sample = {"sample_people": 0.25}
    result = harness.run([line for number in range(PEOPLE) for line in history(number)], sample)
    chosen = people_of(result, "posthog")
    assert 0.15 * PEOPLE < len(chosen) < 0.35 * PEOPLE
    assert all(events == ["before", "login", "after", "other device"] for events in chosen.values())
    assert people_of(result, "mixpanel") == chosen
    for destination, kind in (("posthog", "identify"), ("posthog", "person_update"), ("mixpanel", "engage")):
        who = {payload.distinct_id.split(" ")[-1] for payload in result.of_kind(destination, kind)}
        assert who == set(chosen), kind
    filtered = result.rows("audit_filtered", "destination = 'posthog'")
    assert {one["reason"] for one in filtered} == {"not_sampled"}
    assert sum(one["rows"] for one in filtered) == 4 * (PEOPLE - len(chosen))
    result.close()
    part = harness.run([line for number in range(0, PEOPLE, 3) for line in history(number)], sample)
    assert set(people_of(part, "posthog")) == {person for person in chosen if int(person) % 3 == 0}
    part.close()


# Original ID Merge


def test_original_id_merge() -> None:
    """A UUIDv4 is identified, any other id merged, once a device and before the events; ids stand bare."""
    uuid = "3f1c9a52-7b1e-4c2d-9a44-5e6f7a8b9c0d"
    lines = [
        row("a", device_id=uuid),
        row("b", "2024-01-15 12:00:01", device_id="plain"),
        row("c", "2024-01-15 12:00:02", device_id="plain", user_id="second"),
        row("d", "2024-01-15 12:00:03", device_id="alone", user_id=None),
    ]
    result = harness.run(lines, {"mixpanel_id_merge": "original"})
    records = [payload.json for payload in result.of_kind("mixpanel", "import")]
    assert [record["event"] for record in records] == ["$identify", "a", "$merge", "b", "c", "d"]
    verbs = {record["event"]: record["properties"] for record in records}
    assert (verbs["$identify"]["$identified_id"], verbs["$identify"]["$anon_id"]) == ("u", uuid)
    assert verbs["$merge"]["$distinct_ids"] == ["u", "plain"]
    assert [verbs[name]["distinct_id"] for name in "abcd"] == ["u", "u", "second", "alone"]
    generated = result.rows("audit_generated", "destination = 'mixpanel' and kind = 'identity'")
    assert [one["records"] for one in generated] == [2]
    result.close()


# Sessions


def test_a_login_does_not_split_a_session() -> None:
    """One session of one device has one id, whoever its rows name; another device or start gives another. -1 and 0 are none."""
    lines = [
        row("before", user_id=None, device_id="d", session_id=1705320000000),
        row("after", "2024-01-15 12:00:01", device_id="d", session_id=1705320000000),
        row("other device", "2024-01-15 12:00:02", device_id="d2", session_id=1705320000000),
        row("other start", "2024-01-15 12:00:03", device_id="d", session_id=1705320000001),
        row("none", "2024-01-15 12:00:04", device_id="d", session_id=-1),
        row("zero", "2024-01-15 12:00:05", device_id="d", session_id=0),
    ]
    result = harness.run(lines)
    events = result.of_kind("posthog", "event")
    ids = {event.json["event"]: event.properties.get("$session_id") for event in events}
    assert ids["before"] == ids["after"]
    assert len({ids["before"], ids["other device"], ids["other start"]}) == 3
    assert all(str(ids[name]).startswith("018d0cfe-2a00-7") for name in ("before", "other device"))
    assert (ids["none"], ids["zero"]) == (None, None)
    result.close()


# Marks and projects


def test_import_id_and_project() -> None:
    result = harness.run(
        [row("e", groups={"g": ["k"]}, device_id="d", user_properties={"a": 1})],
        {"import_id": 'mine "1"', "amplitude_project": "shop"},
    )
    assert {payload.properties["$import_job_id"] for payload in result.payloads("posthog")} == {'mine "1"'}
    marks = {
        (payload.json.get("properties") or payload.json["$set"])["import_id"]
        for payload in result.payloads("mixpanel")
    }
    assert marks == {'mine "1"'}
    assert {one["source_project"] for one in result.rows("hub_events")} == {"shop"}
    result.close()


# The crosswalk: seeds of one's own

SEEDS = {
    "my_events": (
        "source,source_event,mixpanel_event,posthog_event,action,note\n"
        "amplitude,Purchase,Order Completed,order_completed,keep,\n"
        "amplitude,Noise,,,drop,\n"
        "amplitude,Half,Half kept,,drop,\n"
        "amplitude,session_start,,,off,PostHog gets them too\n"
        "amplitude,[Amplitude] Page Viewed,Page,page,keep,\n"
        'amplitude,"\'; drop table x; -- ""{{ 1 }}""","a ""b"" \'c\'",,keep,\n'
    ),
    "my_properties": (
        "canonical_property,scope,data_type,amplitude,heap,mixpanel,posthog,person,note\n"
        "loyalty,user,text,up:loyalty|up:Loyalty Tier,,$loyalty,loyalty_tier,set,\n"
        "first_shop,user,text,up:first shop,,$first_shop,first_shop_seen,set_once,\n"
    ),
    "wrong_header": "source,event,mixpanel_event,posthog_event,action,note\namplitude,a,b,c,keep,\n",
    "wrong_action": "source,source_event,mixpanel_event,posthog_event,action,note\namplitude,a,b,c,remove,\n",
    "event_twice": (
        "source,source_event,mixpanel_event,posthog_event,action,note\namplitude,a,b,c,keep,\namplitude,a,d,e,keep,\n"
    ),
    "properties_header": "canonical_property,scope\nos,event\n",
    "property_twice": (
        "canonical_property,scope,data_type,amplitude,heap,mixpanel,posthog,person,note\n"
        "os,event,text,col:x,,a,b,,\n"
    ),
    "no_hub_column": (
        "canonical_property,scope,data_type,amplitude,heap,mixpanel,posthog,person,note\n"
        "shoe_size,event,number,ep:shoe,,a,b,,\n"
    ),
    "wrong_scope": (
        "canonical_property,scope,data_type,amplitude,heap,mixpanel,posthog,person,note\n"
        "shoe_size,group,number,ep:shoe,,a,b,,\n"
    ),
    "wrong_person": (
        "canonical_property,scope,data_type,amplitude,heap,mixpanel,posthog,person,note\n"
        "shoe_size,user,number,up:shoe,,a,b,always,\n"
    ),
    "no_such_macro": (
        "canonical_property,scope,data_type,amplitude,heap,mixpanel,posthog,person,note\n"
        "shoe_size,user,number,up:shoe,,a macro:not_there,b,set,\n"
    ),
}


def copy_of_the_project(*folders: str) -> Path:
    """Some folders of the project, and further seeds."""
    copy = harness.new_folder()
    for name in ("macros", "seeds", "tests/generic", *folders):
        shutil.copytree(harness.ROOT / name, copy / name)
    shutil.copy(harness.ROOT / "dbt_project.yml", copy)
    for name, text in SEEDS.items():
        (copy / "seeds" / f"{name}.csv").write_text(text, encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def own_project() -> Path:
    return copy_of_the_project("models")


@pytest.fixture(scope="module")
def bare_project() -> Path:
    """The project without its models: quick to read where only macros are asked."""
    return copy_of_the_project()


@pytest.fixture(scope="module")
def own_seeds(own_project: Path) -> dict[str, Result]:
    hostile = '\'; drop table x; -- "{{ 1 }}"'
    return harness.run_cases(
        {
            "events": [
                row(name, f"2024-01-15 12:00:{second:02}")
                for second, name in enumerate(
                    [
                        "Purchase",
                        "Noise",
                        "Half",
                        "session_start",
                        "session_end",
                        "[Amplitude] Page Viewed",
                        hostile,
                        "x",
                    ]
                )
            ],
            "person": [row("e", user_properties={"Loyalty Tier": 5, "first shop": "Rome", "name": "N"})],
            "first place wins": [row("e", user_properties={"Loyalty Tier": "b", "loyalty": "a"})],
        },
        {"crosswalk_events_custom": "my_events", "crosswalk_properties_custom": "my_properties"},
        own_project,
    )


def test_events_of_our_own(own_seeds: dict[str, Result]) -> None:
    hostile = '\'; drop table x; -- "{{ 1 }}"'
    assert names(own_seeds["events"], "posthog") == ["order_completed", "session_start", "page", hostile, "x"]
    assert names(own_seeds["events"], "mixpanel") == [
        "Order Completed",
        "Half kept",
        "session_start",
        "session_end",
        "Page",
        "a \"b\" 'c'",
        "x",
    ]


def test_properties_of_our_own(own_seeds: dict[str, Result]) -> None:
    result = own_seeds["person"]
    update = result.of_kind("posthog", "person_update")[0].properties
    assert same({"Loyalty Tier": 5, "name": "N", "loyalty_tier": 5}, update["$set"])
    event = result.of_kind("posthog", "event")[0].properties
    assert event["$set_once"] == {"first_shop_seen": "Rome"}
    profile = result.of_kind("mixpanel", "engage")[0].json
    assert same(5, profile["$set"]["$loyalty"])
    assert profile["$set"]["$name"] == "N"
    assert profile["$set_once"] == {"$first_shop": "Rome"}
    profile = own_seeds["first place wins"].of_kind("mixpanel", "engage")[0].json
    assert profile["$set"]["$loyalty"] == "a"


EVENTS_CHECK = "{{ crosswalk.check_event_names() }}"
PROPERTIES_CHECK = "{{ crosswalk.destination_pairs('mixpanel') }}"
SEED_ERRORS = {
    "wrong_header": (
        EVENTS_CHECK,
        "The header of the seed 'wrong_header' is source,event,mixpanel_event,posthog_event,action,note but has to be "
        "source,source_event,mixpanel_event,posthog_event,action,note.",
    ),
    "wrong_action": (
        EVENTS_CHECK,
        "The event 'a' has the action 'remove' in the seed 'wrong_action'; it may be keep, drop or off.",
    ),
    "event_twice": (
        EVENTS_CHECK,
        "The event 'a' of amplitude stands twice in the seed 'event_twice'. Keep one row of it.",
    ),
    "properties_header": (
        PROPERTIES_CHECK,
        "The header of the seed 'properties_header' is canonical_property,scope but has to be canonical_property,scope,"
        "data_type,amplitude,heap,mixpanel,posthog,person,note.",
    ),
    "property_twice": (
        PROPERTIES_CHECK,
        "The canonical property 'os' stands twice in the crosswalk for scope 'event'. Keep one row of it.",
    ),
    "no_hub_column": (
        PROPERTIES_CHECK,
        "The canonical property 'shoe_size' of the crosswalk is no column of hub_events. The columns are: platform, os,",
    ),
    "wrong_scope": (
        PROPERTIES_CHECK,
        "The canonical property 'shoe_size' has the scope 'group' in the crosswalk; it may be event or user.",
    ),
    "wrong_person": (
        PROPERTIES_CHECK,
        "The canonical property 'shoe_size' has 'always' in the crosswalk's column person; it may be set, set_once or empty.",
    ),
}


@pytest.fixture(scope="module")
def seeded_folder(own_project: Path, own_seeds: dict[str, Result]) -> Path:
    assert own_seeds
    return harness.seeded_folder(own_project)


@pytest.mark.parametrize("seed", SEED_ERRORS)
def test_wrong_seeds(seed: str, bare_project: Path, seeded_folder: Path) -> None:
    macro, sentence = SEED_ERRORS[seed]
    setting = "crosswalk_events_custom" if macro is EVENTS_CHECK else "crosswalk_properties_custom"
    error = harness.dbt_error({setting: seed}, bare_project, ("compile", "--inline", macro), seeded_folder)
    assert sentence in error


def test_seeds_that_are_not_loaded(bare_project: Path) -> None:
    error = harness.dbt_error({}, bare_project, ("compile", "--inline", EVENTS_CHECK))
    assert "The seed 'crosswalk_events' is not in the database yet: run `dbt seed` first." in error


# Wrong settings

WRONG: list[tuple[str, Any, str]] = [
    ("sources", [], "is a list of one or more of: amplitude"),
    ("sources", "amplitude", "is a list of one or more of: amplitude"),
    ("sources", ["segment"], "is a list of one or more of: amplitude"),
    ("destinations", ["snowflake"], "is a list of one or more of: mixpanel, posthog"),
    ("amplitude_files", [], "has to be a glob or a list of globs"),
    ("amplitude_files", {"a": 1}, "has to be a glob or a list of globs"),
    ("unreadable_files", "x", "has to be a list"),
    ("amplitude_project", "", "has to be a text"),
    ("import_id", 5, "has to be a text"),
    ("start_at", "yesterday", "has to be a UTC time such as 2024-01-31 or 2024-01-31 13:00:00"),
    (
        "start_at",
        "2024-01-15T00:00:00+01:00",
        "has to be a UTC time such as 2024-01-31 or 2024-01-31 13:00:00",
    ),
    ("end_at", 20240115, "has to be a UTC time such as 2024-01-31 or 2024-01-31 13:00:00"),
    ("end_at", "2024-02-31", "is no time of the calendar"),
    ("as_of", "2024-1-5", "has to be a UTC time such as 2024-01-31 or 2024-01-31 13:00:00"),
    ("sample_people", 0, "has to be a share of people above 0 and at most 1"),
    ("sample_people", 1.5, "has to be a share of people above 0 and at most 1"),
    ("sample_people", "0.5", "has to be a share of people above 0 and at most 1"),
    ("sample_people", True, "has to be a share of people above 0 and at most 1"),
    ("mixpanel_event_columns", "plan", "has to be a list"),
    ("mixpanel_event_columns", ["a", "a"], "names a property twice"),
    ("mixpanel_event_columns", ["a", "A"], "names a property twice"),
    ("mixpanel_event_columns", ["a", 5], "has to be a list of names"),
    ("mixpanel_event_columns", [""], "has to be a list of names"),
    (
        "mixpanel_profile_columns",
        ["Distinct_ID"],
        "names a column that the relation has anyway; leave out event_name,",
    ),
    ("mixpanel_id_merge", "Simplified", "may be simplified or original"),
    ("mixpanel_insert_id", None, "may be native or guide"),
    ("posthog_person_properties", "always", "may be events or latest or on_change or once or none"),
    ("user_properties_on_events", "root", "has to give a mode for mixpanel and for posthog"),
    (
        "user_properties_on_events",
        {"mixpanel": "all"},
        "gives each of mixpanel and posthog one of none, nested, root",
    ),
    (
        "user_properties_on_events",
        {"heap": "root"},
        "gives each of mixpanel and posthog one of none, nested, root",
    ),
    ("user_properties_merge", "column", "may be row or key"),
    ("materialize", "ephemeral", "may be table or view or incremental"),
    ("json_type", "variant", "may on duckdb be json"),
    ("lookback_days", -1, "has to be a whole number of at least 0"),
    ("lookback_days", 1.5, "has to be a whole number of at least 0"),
    ("crosswalk_events_custom", "", "has to be a text"),
]
RIGHT: list[tuple[str, Any]] = [
    ("start_at", None),
    ("start_at", "2024-01-15"),
    ("end_at", "2024-01-15T12:00"),
    ("as_of", "2024-01-15 12:00:00.123456"),
    ("sample_people", 0.01),
    ("sample_people", 1),
    ("mixpanel_event_columns", ["a", "b", "$x", "{{ 1 }}"]),
    ("user_properties_on_events", {"posthog": "nested"}),
    ("amplitude_files", ["a", "b"]),
    ("lookback_days", 0),
]


@pytest.fixture(scope="module")
def judged(bare_project: Path) -> list[str]:
    """What the project says of each value, in one run."""
    texts = []
    for name, value in [*((one[0], one[1]) for one in WRONG), *RIGHT]:
        literal = json.dumps(json.dumps(value)).replace("{{", "{\\u007b").replace("}}", "}\\u007d")
        problem = f"crosswalk.setting_problem(crosswalk.settings()['{name}'], fromjson({literal}))"
        texts.append("{{ " + problem + " }}")
    return harness.rendered("|".join(texts), bare_project).split("|")


@pytest.mark.parametrize("index", range(len(WRONG)), ids=[f"{name}={value}" for name, value, _ in WRONG])
def test_wrong_value(index: int, judged: list[str]) -> None:
    assert judged[index].startswith(WRONG[index][2])


def test_right_values(judged: list[str]) -> None:
    assert judged[len(WRONG) :] == [""] * len(RIGHT)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"start_at": "yesterday"},
            "Variable 'start_at' is \"yesterday\" but has to be a UTC time such as 2024-01-31 or 2024-01-31 13:00:00. "
            "Change it in the vars of dbt_project.yml or with --vars.",
        ),
        (
            {"posthog_persons": "none"},
            "Unknown variable 'posthog_persons'. The variables are: amplitude_files, ",
        ),
    ],
)
def test_wrong_setting_stops_dbt(variables: dict[str, Any], sentence: str) -> None:
    error = harness.dbt_error(variables)
    assert sentence in error
    assert error.count("Variable '") + error.count("Unknown variable") == 1


def test_no_files() -> None:
    """One plain error that names the variable, from whatever part of the project is built first."""
    error = harness.dbt_error(
        {"amplitude_files": "/nowhere/*.json.gz"}, command=("compile", "--select", "stg_amplitude__lines")
    )
    assert (
        "The source 'amplitude' is selected but no readable file matches the variable 'amplitude_files' "
        "(\"/nowhere/*.json.gz\"). Put the export files there, set 'amplitude_files' in dbt_project.yml, or leave "
        "'amplitude' out of 'sources'." in error
    )
