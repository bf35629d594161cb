"""What other migration tools get wrong, each fault a test. The numbers are those of the list that the project keeps of them.

One small build of two sources holds the data; the tests of sending use payloads of their own and the stand-in.
"""

import gzip
import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import harness
import pytest
from cli.conftest import clean_environment, connected, no_waiting, project, standin
from cli.support import Project, mixpanel_event, posthog_event
from harness import Line, Payload, Result
from standin.server import Standin

__all__ = ["clean_environment", "connected", "no_waiting", "project", "standin"]

USER, DEVICE = "ada@example.com", "device-1"
MOMENT = "2024-01-15 12:00:00.123456"


def row(event: str, at: str = MOMENT, **columns: Any) -> dict[str, Any]:
    return {
        "event_type": event,
        "event_time": at,
        "server_upload_time": "2024-06-01 00:00:00",
        "device_id": DEVICE,
        "user_id": USER,
        **columns,
    }


AMPLITUDE: list[Line] = [
    row("anonymous", "2024-01-15 11:00:00", user_id=None),
    row("known", user_properties={"plan": "pro", "initial_referrer": "news", "initial_utm_source": "mail"}),
    row("macs", os_version="13.4.1", os_name="Mac OS X", platform="Web"),
    row("no version", os_version=None),
    row("tap", event_id=1),
    row("tap", event_id=2),
    row(
        "in groups",
        groups={"company": ["acme", "globex"]},
        group_properties={"company": {"acme": {"seats": 9}}},
    ),
    row("session", session_id=1705320000000),
    row("Viewed  Page"),
    row("Viewed Page"),
    row("late double", uuid=str(uuid.UUID(int=7)), server_upload_time="2024-01-16 00:00:00"),
    row("late double", uuid=str(uuid.UUID(int=7)), server_upload_time="2024-03-30 00:00:00"),
    row("no time", "not a time", server_received_time="never"),
    {"event_type": "nobody", "event_time": MOMENT},
    b'{"event_type": "the last line was cut off, "event_ti',
]


@pytest.fixture(scope="module")
def built() -> Result:
    """Nine files, so that a tool that stops after six misses some."""
    folder = harness.new_folder()
    lines = [AMPLITUDE[start::9] for start in range(9)]
    files = [harness.write_lines(folder / f"{number}.json", part) for number, part in enumerate(lines)]
    return harness.run(files)


def named(built: Result, destination: str, name: str) -> list[Payload]:
    """The records of one event."""
    return [one for one in built.payloads(destination) if one.json.get("event") == name]


def only(built: Result, destination: str, name: str) -> Payload:
    (found,) = named(built, destination, name)
    return found


# The data


def test_1_anonymous_events_arrive(built: Result) -> None:
    """Aplistorical skips every event without a user."""
    assert only(built, "posthog", "anonymous").distinct_id == DEVICE
    assert only(built, "mixpanel", "anonymous").properties["$device_id"] == DEVICE


def test_1_people_are_merged_by_a_real_key(built: Result) -> None:
    """Aplistorical writes `'$anon_distinct_id' == …`, a comparison, and merges nobody."""
    link = only(built, "posthog", "$identify")
    assert (link.distinct_id, link.properties["$anon_distinct_id"]) == (USER, DEVICE)


def test_1_times_keep_their_fraction(built: Result) -> None:
    """Aplistorical, and PostHog's importer for Mixpanel (5), cut times to the second."""
    assert only(built, "posthog", "known").json["timestamp"] == "2024-01-15T12:00:00.123456Z"
    moment = datetime.fromtimestamp(float(only(built, "mixpanel", "known").properties["time"]) / 1000, UTC)
    assert moment == datetime(2024, 1, 15, 12, 0, 0, 123000, UTC)


def test_1_event_names_are_taken_literally(built: Result) -> None:
    """Aplistorical looks for `Viewed  Page` with two spaces, and never finds the documented name."""
    assert len(named(built, "posthog", "Viewed  Page")) == len(named(built, "posthog", "Viewed Page")) == 1


def test_2_versions_are_text(built: Result) -> None:
    """PostHog's script for Amplitude raises on `int("13.4.1")` and on null."""
    assert only(built, "posthog", "macs").properties["$browser_version"] == "13.4.1"
    assert "$browser_version" not in only(built, "posthog", "no version").properties


def test_2_all_files_are_read(built: Result) -> None:
    """PostHog's script stops after six files."""
    counts = built.rows("audit_route_counts", "destination = 'posthog'")
    assert sum(one["rows_read"] for one in counts) == len(AMPLITUDE)


def test_2_a_line_that_is_cut_off_stops_nothing(built: Result) -> None:
    """`json.loads` ends PostHog's script at a truncated last line; mp2ph (9) drops it uncounted."""
    quarantined = built.rows("audit_quarantined", "reason = 'malformed_json'")
    assert [one["record"] for one in quarantined] == [harness.line_bytes(AMPLITUDE[-1]).decode()]


def test_2_4_every_record_has_a_uuid_of_its_content(built: Result) -> None:
    """PostHog's scripts send no uuid, its importer random ones for links and groups: a second run doubles the data."""
    again = harness.run([line for line in reversed(AMPLITUDE) if isinstance(line, dict)])
    first, second = (
        {one.text: one.json["uuid"] for one in result.payloads("posthog")} for result in (built, again)
    )
    assert first == second
    assert len(set(first.values())) == len(first)
    assert all(uuid.UUID(one) for one in first.values())


def test_3_what_is_set_on_people_has_a_time(built: Result) -> None:
    """PostHog's script for Heap sends `$set` without a time: old values land today, over those of live people."""
    (update,) = built.of_kind("posthog", "person_update")
    assert update.properties["$set"]["plan"] == "pro"
    assert update.json["timestamp"].startswith("2024-01-15T12:00:00")


def test_3_first_touch_is_set_once(built: Result) -> None:
    """Its branch for `initial_platform` cannot be reached; here first-touch keys go to `$set_once` and nowhere else."""
    event = only(built, "posthog", "known")
    assert event.properties["$set_once"] == {"$initial_referrer": "news", "$initial_utm_source": "mail"}
    assert not any("initial" in key for key in event.properties.get("$set", {}))


def test_4_own_user_properties_arrive(built: Result) -> None:
    """PostHog's importer for Amplitude drops them."""
    (profile,) = built.of_kind("mixpanel", "engage")
    assert profile.json["$set"]["plan"] == "pro"


def test_4_a_row_without_a_time_is_never_dated_today(built: Result) -> None:
    """PostHog's importer dates it to the moment of the import."""
    assert named(built, "posthog", "no time") == named(built, "mixpanel", "no time") == []
    assert [
        one["event_key"] is not None for one in built.rows("audit_quarantined", "reason = 'no_time'")
    ] == [True]


def test_4_a_row_without_an_id_makes_no_person(built: Result) -> None:
    """PostHog's importer for Amplitude makes a random person an event."""
    assert named(built, "posthog", "nobody") == []
    assert only(built, "mixpanel", "nobody").properties["distinct_id"] == ""
    assert len(built.rows("audit_quarantined", "reason = 'no_id'")) == 1


def test_4_sessions_become_sessions(built: Result) -> None:
    """PostHog's importer leaves `$session_id` out (posthog#48172)."""
    session = uuid.UUID(only(built, "posthog", "session").properties["$session_id"])
    assert session.version == 7
    assert session.int >> 80 == 1705320000000


def test_4_7_groups_arrive_with_key_and_id(built: Result) -> None:
    """mixpanel-import sends Amplitude's groups with null for both; PostHog's importer keeps the first key of the event."""
    assert only(built, "mixpanel", "in groups").properties["company"] == ["acme", "globex"]
    ids = {(one.json["$group_key"], one.json["$group_id"]) for one in built.of_kind("mixpanel", "groups")}
    assert ids == {("company", "acme"), ("company", "globex")}
    keys = {one.properties["$group_key"] for one in built.of_kind("posthog", "group_identify")}
    assert keys == {"acme", "globex"}


def test_7_8_two_events_of_one_millisecond_stay_two(built: Result) -> None:
    """mixpanel-import's hash of device, time and type, and the id of Mixpanel's guide, make one event of them."""
    assert len({one.properties["$insert_id"] for one in named(built, "mixpanel", "tap")}) == 2
    assert len({one.json["uuid"] for one in named(built, "posthog", "tap")}) == 2


def test_8_insert_ids_are_as_mixpanel_wants_them(built: Result) -> None:
    """Mixpanel's own guide makes ids of 40 characters; `/import` takes 36."""
    for one in built.of_kind("mixpanel", "import"):
        name = one.properties["$insert_id"]
        assert len(name) <= 36 and name.replace("-", "").isalnum() and name.isascii()


def test_11_nobody_moves_to_the_place_of_the_sender(built: Result) -> None:
    """Without `ip: 0` and `$geoip_disable` all people live where the import ran."""
    assert {one.properties.get("ip") for one in built.of_kind("mixpanel", "import")} == {0}
    assert {one.json["$ip"] for one in built.of_kind("mixpanel", "engage")} == {0}
    for one in built.payloads("posthog"):
        assert one.properties.get("$geoip_disable") is True or one.properties["$ip"] == "0.0.0.0"  # noqa: S104


def test_12_doubles_that_come_late_are_removed(built: Result) -> None:
    """dbt_amplitude looks for doubles in a window of 7 days; these were uploaded 74 days apart."""
    assert len(named(built, "posthog", "late double")) == len(named(built, "mixpanel", "late double")) == 1


# The sending


def test_1_every_request_is_marked_as_history(connected: Project, standin: Standin) -> None:
    """Aplistorical leaves `historical_migration` out: imports are billed and compete with live traffic."""
    connected.build(posthog=[posthog_event(number, day=number) for number in range(3)])
    assert connected.push("posthog", "--batch-size", "1").code == 0
    bodies = [json.loads(gzip.decompress(seen.body)) for seen in standin.requests]
    assert len(bodies) == 3
    assert {body["historical_migration"] for body in bodies} == {True}


def test_1_what_is_refused_is_kept_a_line_each_and_without_the_key(
    connected: Project, standin: Standin
) -> None:
    """Aplistorical writes whole requests behind each other, the key among them, and deletes the file of the export."""
    connected.build(posthog=[posthog_event(number, distinct_id=" ") for number in range(2)])
    assert connected.push("posthog").code == 7
    assert len(connected.letters("posthog")) == 2
    path = connected.state / "dead_letters" / "posthog.ndjson"
    assert standin.api_key not in path.read_text()
    assert standin.requests


def test_9_a_plan_leaves_no_state_that_makes_a_push_skip(connected: Project, standin: Standin) -> None:
    """The dry run of mp2ph marks files as done, and the real run skips them."""
    connected.build(posthog=[posthog_event(number) for number in range(5)])
    assert connected.run("plan", "--to", "posthog").code == 0
    assert standin.requests == []
    assert connected.push("posthog").report()["accepted"] == 5


def test_9_an_export_leaves_no_state_that_makes_a_push_skip(
    connected: Project, standin: Standin, tmp_path: Path
) -> None:
    """Nor does an export."""
    connected.build(posthog=[posthog_event(number) for number in range(5)])
    assert connected.run("export", "--content", "posthog", "--dest", str(tmp_path / "x")).code == 0
    assert connected.push("posthog").report()["accepted"] == 5


def test_10_one_bad_event_fails_alone(connected: Project, standin: Standin) -> None:
    """drt marks all of a batch as failed where Mixpanel refused one event, and sends the good ones again."""
    good = [mixpanel_event(number) for number in range(9)]
    connected.build(mixpanel=[*good, mixpanel_event(9, time="never")])
    report = connected.push("mixpanel").report()
    assert (report["accepted"], report["rejected"]) == (9, 1)
    assert standin.counts()["mixpanel_events_raw"] == 9
    sent = len(standin.requests)
    connected.push("mixpanel")
    assert len(standin.requests) == sent
