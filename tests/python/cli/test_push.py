"""Pushing on good days and bad ones, against the strict stand-in."""

import gzip
import json
import shutil
from dataclasses import replace
from typing import Any

import duckdb
import pytest
from standin.server import Failure, Standin

from cli.support import (
    Project,
    Record,
    mixpanel_event,
    mixpanel_group,
    mixpanel_profile,
    padded,
    posthog_event,
    record_uuid,
)


def _mixpanel_records() -> list[Record]:
    events = [mixpanel_event(number, day=number % 3, bucket=number % 2) for number in range(300)]
    return [
        *events,
        *(mixpanel_profile(number) for number in range(5)),
        *(mixpanel_group(number) for number in range(3)),
    ]


def test_mixpanel_good_day(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=_mixpanel_records())
    result = connected.push("mixpanel")
    assert result.code == 0, result.err
    assert standin.counts() | {"requests": 0} == {
        "requests": 0,
        "mixpanel_events_raw": 300,
        "mixpanel_events": 300,
        "mixpanel_profiles_raw": 5,
        "mixpanel_groups_raw": 3,
        "posthog_events_raw": 0,
        "posthog_events": 0,
    }
    report = result.report()
    assert (report["accepted"], report["left"], report["rejected"]) == (308, 0, 0)
    sent = {one["properties"]["$insert_id"]: one for one in standin.mixpanel.raw_events}
    assert sent[record_uuid(7)] == json.loads(mixpanel_event(7, day=1, bucket=1).payload)
    assert standin.mixpanel.raw_profiles[0]["$token"] == standin.token


def test_posthog_good_day(connected: Project, standin: Standin) -> None:
    records = [posthog_event(number, day=number % 4, bucket=number % 4) for number in range(400)]
    connected.build(posthog=[*records, posthog_event(1000, kind="identify")])
    result = connected.push("posthog", "--workers", "4")
    assert result.code == 0, result.err
    assert standin.counts()["posthog_events"] == standin.counts()["posthog_events_raw"] == 401
    days = [one["timestamp"][:10] for one in standin.posthog.raw_events]
    assert days == sorted(days), "a day is a barrier"
    assert {seen.headers["user-agent"].split("/")[0] for seen in standin.requests} == {"crosswalk"}


def test_second_push_sends_nothing(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=_mixpanel_records())
    connected.push("mixpanel")
    before = len(standin.requests)
    result = connected.push("mixpanel")
    assert result.code == 0
    assert len(standin.requests) == before
    assert result.report()["already_accepted"] == 308


def test_late_rows_are_all_that_goes_out(connected: Project, standin: Standin) -> None:
    records = [posthog_event(number) for number in range(50)]
    connected.build(posthog=records)
    connected.push("posthog")
    before = len(standin.requests)
    late = [posthog_event(number, day=number % 2) for number in (60, 61)]
    connected.build(posthog=[*records, *late])
    result = connected.push("posthog")
    assert result.code == 0
    assert result.report()["accepted"] == 2
    assert len(standin.requests) == before + 2, "two days, so two requests"
    assert standin.counts()["posthog_events_raw"] == 52


def test_changed_records_are_reported_and_sent_on_demand(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[mixpanel_event(number) for number in range(10)])
    connected.push("mixpanel")
    moved = mixpanel_event(3, day=5, bucket=1)
    changed = [mixpanel_event(2, mood="new"), moved, *(mixpanel_event(number) for number in range(4, 10))]
    connected.build(mixpanel=[*changed, mixpanel_event(0), mixpanel_event(1)])
    before = len(standin.requests)
    report = connected.push("mixpanel").report()
    assert (report["changed_not_sent"], report["accepted"], report["already_accepted"]) == (2, 0, 8)
    assert len(standin.requests) == before
    report = connected.push("mixpanel", "--resend-changed").report()
    assert (report["accepted"], report["already_accepted"]) == (2, 8)
    report = connected.push("mixpanel").report()
    assert (report["changed_not_sent"], report["already_accepted"]) == (0, 10)
    connected.build(mixpanel=[mixpanel_event(number) for number in range(10)])
    assert connected.push("mixpanel").report()["changed_not_sent"] == 2, "the latest payload counts"


def test_partial_400_keeps_the_good_and_letters_the_bad(connected: Project, standin: Standin) -> None:
    insert_id: dict[str, Any] = {"$insert_id": "not:allowed"}
    bad = mixpanel_event(5, **insert_id)
    connected.build(mixpanel=[*(mixpanel_event(number) for number in range(5)), bad])
    result = connected.push("mixpanel")
    assert result.code == 7
    assert len(standin.requests) == 1
    assert standin.counts()["mixpanel_events_raw"] == 5
    letter = connected.letters("mixpanel")[0]
    assert letter["record_id"] == record_uuid(5)
    assert letter["status"] == 400
    assert "alphanumeric" in letter["vendor_text"]
    assert json.loads(letter["payload"]) == json.loads(bad.payload)
    second = connected.push("mixpanel")
    assert (second.code, second.report()["rejected_before"], second.report()["requests"]) == (7, 1, 0)
    assert len(connected.letters("mixpanel")) == 1
    connected.build(mixpanel=[mixpanel_event(number) for number in range(6)])
    assert connected.push("mixpanel").report()["accepted"] == 1, "a repaired record goes out"


def test_identity_verb_that_fails_the_whole_batch_is_found(connected: Project, standin: Standin) -> None:
    verb = mixpanel_event(40)
    verb = replace(verb, payload=verb.payload.replace("Song Played", "$identify"))
    connected.build(mixpanel=[*(mixpanel_event(number) for number in range(40)), verb])
    result = connected.push("mixpanel")
    assert result.code == 7
    assert standin.counts()["mixpanel_events"] == 40
    assert [letter["record_id"] for letter in connected.letters("mixpanel")] == [record_uuid(40)]


@pytest.mark.parametrize(
    "failed",
    [
        [{"index": 99, "field": "x", "message": "y"}],
        [{"index": -1}],
        ["text"],
        None,
        [{"index": 0, "field": "x", "message": "y"}, {"index": 0, "field": "x", "message": "y"}],
    ],
)
def test_a_failed_list_that_makes_no_sense_loses_nothing(
    connected: Project, standin: Standin, failed: object
) -> None:
    connected.build(mixpanel=[mixpanel_event(number) for number in range(8)])
    body = {"code": 400, "error": "some data points", "num_records_imported": 3, "failed_records": failed}
    standin.fail("/import", Failure(400, body))
    result = connected.push("mixpanel")
    assert result.code == 0
    assert standin.counts()["mixpanel_events"] == 8


def test_posthog_poison_event_is_bisected(connected: Project, standin: Standin) -> None:
    poison = posthog_event(77, distinct_id=" ")
    connected.build(posthog=[*(posthog_event(number) for number in range(77)), poison])
    result = connected.push("posthog")
    assert result.code == 7
    assert standin.counts()["posthog_events_raw"] == 77
    assert [letter["record_id"] for letter in connected.letters("posthog")] == [record_uuid(77)]
    assert len(standin.requests) <= 2 * 7 + 1, "halving, not one by one"


def test_413_halves(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[mixpanel_event(number) for number in range(10)])
    standin.fail(
        "/import", Failure(413, {"code": 413, "error": "request exceeds max limit of 2097152 bytes"})
    )
    result = connected.push("mixpanel")
    assert result.code == 0
    sizes = [len(json.loads(gzip.decompress(seen.body))) for seen in standin.requests]
    assert sizes == [10, 5, 5]


def test_413_of_one_record_is_a_dead_letter(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(0), posthog_event(1, day=1)])
    standin.fail("/batch/", Failure(413, {"detail": "too large"}))
    result = connected.push("posthog")
    assert result.code == 7
    assert [(one["reason"], one["status"]) for one in connected.letters("posthog")] == [("too_large", 413)]


def test_429_waits_as_told(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(number, bucket=number) for number in range(4)])
    standin.fail("/batch/", Failure(429, {"detail": "slow down"}, {"Retry-After": "1"}))
    result = connected.push("posthog", "--workers", "1")
    assert result.code == 0
    first, second = standin.requests[:2]
    assert second.at - first.at >= 1.0
    assert first.body == second.body, "the same bytes again"


def test_429_holds_all_workers(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[mixpanel_event(number, bucket=number) for number in range(40)])
    standin.fail("/import", Failure(429, {"error": "slow"}, {"Retry-After": "1"}))
    assert connected.push("mixpanel", "--workers", "4").code == 0
    limited = standin.requests[0].at
    early = [seen for seen in standin.requests[1:] if seen.at - limited < 0.95]
    assert len(early) <= 3, "only what was on its way already"


def test_401_stops_at_once(connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    connected.build(mixpanel=[mixpanel_event(number, bucket=number) for number in range(60)])
    monkeypatch.setenv("MIXPANEL_PROJECT_TOKEN", "00000000000000000000000000000000")
    result = connected.push("mixpanel", "--workers", "2")
    assert result.code == 3
    assert len(standin.requests) <= 2
    assert "MIXPANEL_PROJECT_TOKEN" in result.err
    assert connected.letters("mixpanel") == []


def test_service_account_signs_in(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.build(mixpanel=[mixpanel_event(0)])
    monkeypatch.delenv("MIXPANEL_PROJECT_TOKEN")
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT", standin.account)
    monkeypatch.setenv("MIXPANEL_SERVICE_SECRET", standin.account_secret)
    monkeypatch.setenv("MIXPANEL_PROJECT_ID", standin.project_id)
    assert connected.push("mixpanel").code == 0
    connected.build(mixpanel=[mixpanel_event(0), mixpanel_profile(1)])
    result = connected.push("mixpanel")
    assert result.code == 3
    assert "MIXPANEL_PROJECT_TOKEN" in result.err


@pytest.mark.parametrize(
    "failure",
    [
        Failure(503, {"error": "busy"}),
        Failure(500, b"<html>oops</html>"),
        Failure(reset=True),
        Failure(reset=True, after=True),
        Failure(200, b'{"code":200,"num_rec'),
        Failure(200, b""),
        Failure(408, {}),
    ],
)
def test_trouble_then_ok(connected: Project, standin: Standin, failure: Failure) -> None:
    connected.build(mixpanel=[mixpanel_event(number) for number in range(10)])
    standin.fail("/import", failure, failure)
    result = connected.push("mixpanel")
    assert result.code == 0, result.err
    assert standin.counts()["mixpanel_events"] == 10
    assert len(standin.requests) == 3
    assert len({seen.body for seen in standin.requests}) == 1


def test_a_vendor_that_stays_down_ends_with_5_and_the_next_push_goes_on(
    connected: Project, standin: Standin
) -> None:
    connected.build(posthog=[posthog_event(number, day=number) for number in range(4)])
    standin.fail("/batch/", Failure(), *[Failure(503, {"error": "down"})] * 10)
    result = connected.push("posthog")
    assert result.code == 5
    assert "run the same command again" in result.err
    assert standin.counts()["posthog_events_raw"] == 1
    states = connected.run("status", "--json").report()
    assert {row["state"]: row["batches"] for row in states["batches"]} == {"accepted": 1, "unknown": 1}
    assert connected.push("posthog").code == 0
    assert standin.counts()["posthog_events_raw"] == 4
    states = connected.run("status", "--json").report()
    assert {row["state"]: row["batches"] for row in states["batches"]} == {"accepted": 4}


def test_nothing_listens(connected: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    connected.build(posthog=[posthog_event(0)])
    monkeypatch.setenv("POSTHOG_URL", "http://127.0.0.1:9")
    result = connected.push("posthog")
    assert result.code == 5
    assert "no connection could be made" in result.err
    states = connected.run("status", "--json").report()
    assert [row["state"] for row in states["batches"]] == ["planned"], "known not to have been sent"


def test_engage_200_with_an_error_is_no_success(connected: Project, standin: Standin) -> None:
    bad = mixpanel_profile(3, **{"$distinct_id": " "})
    connected.build(mixpanel=[*(mixpanel_profile(number) for number in range(3)), bad])
    result = connected.push("mixpanel")
    assert result.code == 7
    assert standin.counts()["mixpanel_profiles_raw"] == 3
    assert "must not be missing" in connected.letters("mixpanel")[0]["vendor_text"]


@pytest.mark.parametrize("body", [b"0", {"status": 0, "error": "some data was refused"}])
def test_engage_zero_halves(connected: Project, standin: Standin, body: object) -> None:
    connected.build(mixpanel=[mixpanel_profile(number) for number in range(4)])
    standin.fail("/engage", Failure(200, body))
    assert connected.push("mixpanel").code == 0
    assert len(standin.requests) == 3


def test_engage_one_is_success(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[mixpanel_profile(0)])
    standin.fail("/engage", Failure(200, b"1", after=True))
    assert connected.push("mixpanel").code == 0
    assert len(standin.requests) == 1


def test_posthog_quota_in_a_200_is_no_success(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(0)])
    standin.fail("/batch/", Failure(200, {"status": 1, "quota_limited": ["events"]}))
    result = connected.push("posthog")
    assert result.code == 5
    assert "quota" in result.err
    assert connected.push("posthog").report()["accepted"] == 1


def test_a_count_that_is_too_low_is_no_success(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[mixpanel_event(number) for number in range(3)])
    short = Failure(200, {"code": 200, "num_records_imported": 2, "status": "OK"})
    standin.fail("/import", short, short)
    result = connected.push("mixpanel")
    assert result.code == 4
    assert "2 of 3" in result.err


def test_redirects_are_not_followed(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[mixpanel_event(0)])
    standin.fail("/import", Failure(307, {}, {"Location": f"{standin.url}/engage"}))
    result = connected.push("mixpanel")
    assert result.code == 2
    assert [seen.path for seen in standin.requests] == ["/import"]


def test_records_over_a_limit_stay_here(connected: Project, standin: Standin) -> None:
    records = [posthog_event(number) for number in range(4)]
    violations = [
        ("posthog", record_uuid(2), "event_bytes", 1_000_000, 1_200_000, "rejected"),
        ("posthog", record_uuid(3), "name_bytes", 200, 250, "truncated"),
        ("mixpanel", record_uuid(1), "event_bytes", 1, 2, "rejected"),
    ]
    connected.build(posthog=records, violations=violations)
    result = connected.push("posthog")
    assert result.code == 7
    assert standin.counts()["posthog_events_raw"] == 3
    letter = connected.letters("posthog")[0]
    assert (letter["record_id"], letter["status"]) == (record_uuid(2), 0)
    assert (letter["reason"], letter["vendor_text"]) == (
        "event_bytes",
        "not sent: event_bytes 1200000 (limit 1000000)",
    )
    connected.push("posthog")
    assert len(connected.letters("posthog")) == 1


def test_everything_refused_means_the_request_is_at_fault(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(number) for number in range(200)])
    standin.fail("/batch/", *[Failure(400, {"detail": "no such project"})] * 500)
    result = connected.push("posthog")
    assert result.code == 2
    assert "no such project" in result.err
    assert len(standin.requests) < 80


def test_many_refused_records_after_a_good_history(connected: Project, standin: Standin) -> None:
    """The address is known to be right, so the records are at fault, however many."""
    good = [posthog_event(number) for number in range(5)]
    connected.build(posthog=good)
    connected.push("posthog")
    connected.build(posthog=[*good, *(posthog_event(number, event="") for number in range(5, 40))])
    result = connected.push("posthog")
    assert (result.code, result.report()["rejected"]) == (7, 35)
    replayed = connected.run("replay", "--to", "posthog", "--yes", "--json")
    assert (replayed.code, replayed.report()["rejected"]) == (7, 35)


def test_left_counts_what_a_limited_run_did_not_look_at(connected: Project) -> None:
    known = [posthog_event(number, day=1) for number in range(3000)]
    connected.build(posthog=known)
    connected.push("posthog")
    connected.build(posthog=[*known, *(posthog_event(number) for number in range(3000, 3020))])
    report = connected.push("posthog", "--limit", "8").report()
    assert (report["accepted"], report["already_accepted"], report["left"]) == (8, 3000, 12)


def test_limit_and_resume(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(number) for number in range(30)])
    report = connected.push("posthog", "--limit", "12").report()
    assert (report["accepted"], report["left"]) == (12, 18)
    report = connected.push("posthog").report()
    assert (report["accepted"], report["already_accepted"]) == (18, 12)
    assert standin.counts()["posthog_events_raw"] == 30


def test_batches_keep_the_vendors_limits(connected: Project, standin: Standin) -> None:
    large = [padded(mixpanel_event(number), 900_000) for number in range(12)]
    connected.build(mixpanel=[*large, *(mixpanel_profile(number) for number in range(450))])
    assert connected.push("mixpanel").code == 0
    sizes = [len(gzip.decompress(seen.body)) for seen in standin.requests if seen.path == "/import"]
    assert len(sizes) == 2
    assert max(sizes) <= 9_500_000
    counts = [len(json.loads(seen.body)) for seen in standin.requests if seen.path == "/engage"]
    assert counts == [200, 200, 50]


def test_batch_size_lowers_the_count(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[mixpanel_event(number) for number in range(10)])
    assert connected.push("mixpanel", "--batch-size", "4").code == 0
    assert [len(json.loads(gzip.decompress(seen.body))) for seen in standin.requests] == [4, 4, 2]


def test_bytes_depend_on_rows_alone(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [mixpanel_event(number, bucket=number % 3) for number in range(90)]
    connected.build(mixpanel=records)
    connected.push("mixpanel")
    once = {seen.body for seen in standin.requests}
    shutil.rmtree(connected.state)
    monkeypatch.setattr("crosswalk.duckdb_warehouse._PIECE_BYTES", 2000)
    monkeypatch.setattr("crosswalk.duckdb_warehouse._BLOCK_ROWS", 7)
    connected.push("mixpanel", "--workers", "1")
    assert {seen.body for seen in standin.requests} == once
    assert len(standin.requests) == 2 * len(once)


def test_the_vendors_dedupe_rule_covers_an_ambiguous_end(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(number) for number in range(5)])
    standin.fail("/batch/", Failure(reset=True, after=True))
    assert connected.push("posthog").code == 0
    counts = standin.counts()
    assert (counts["posthog_events_raw"], counts["posthog_events"]) == (10, 5)


def test_empty_relation(connected: Project, standin: Standin) -> None:
    connected.build()
    result = connected.push("posthog")
    assert result.code == 0
    assert standin.requests == []


def test_one_persons_records_stay_in_order(connected: Project, standin: Standin) -> None:
    records = [posthog_event(number, bucket=number % 3) for number in range(60)]
    connected.build(posthog=records)
    standin.fail("/batch/", *[Failure(delay=0.05), Failure(503, {}), Failure()] * 8)
    assert connected.push("posthog", "--workers", "4", "--batch-size", "2").code == 0
    for bucket in range(3):
        steps = [
            one["properties"]["step"]
            for one in standin.posthog.raw_events
            if one["properties"]["step"] % 3 == bucket
        ]
        assert steps == list(range(bucket, 60, 3))


def test_a_relation_that_is_not_stored_in_order(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(number, day=number % 3) for number in range(30)])
    with duckdb.connect(str(connected.warehouse)) as connection:
        connection.execute(
            "create or replace table posthog_payloads as from posthog_payloads order by md5(record_id)"
        )
    assert connected.push("posthog").code == 0
    assert len(standin.requests) == 3
    times = [one["timestamp"] for one in standin.posthog.raw_events]
    assert times == sorted(times)


def test_large_records_are_read_in_small_pieces(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[padded(posthog_event(number), 400_000) for number in range(150)])
    result = connected.push("posthog")
    assert result.code == 0, result.err
    assert max(len(gzip.decompress(seen.body)) for seen in standin.requests) <= 9_000_100
    assert standin.counts()["posthog_events_raw"] == 150
