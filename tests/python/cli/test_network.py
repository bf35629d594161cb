"""Bad networks and bad answers, end to end: what arrives is the whole set, once, and the command says what was wrong."""

import contextlib
import gzip
import itertools
import json
import os
import random
import re
import socket
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from crosswalk.push.network import Network, Timeouts
from crosswalk.push.transport import Transport, TransportError
from standin.proxy import BadLine, Fault
from standin.server import Failure, Standin

from cli.support import (
    Project,
    Record,
    mixpanel_event,
    mixpanel_group,
    mixpanel_profile,
    posthog_event,
    record_uuid,
)

# Every message about a failure ends with what to type next.
NEXT_STEP = re.compile(
    r"(then|and) run the same command again(: it goes on where this run ended)?\.\n$|"
    r"Run the same command again later, it goes on where this run ended\.\n$"
)
SHORT = Timeouts(connect=2.0, first_byte=1.0, idle=0.5, answer=1.5, total=5.0)
BAD_ID: dict[str, Any] = {"$insert_id": "not:allowed"}
LONG = bool(os.environ.get("CROSSWALK_TEST_LONG"))


@pytest.fixture
def short_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time limits that a test can wait for."""
    monkeypatch.setattr("crosswalk.push.network.TIMEOUTS", SHORT)


def steps(standin: Standin) -> set[int]:
    """The numbers of the events that PostHog has, after its own dedupe rule."""
    return {event["properties"]["step"] for event in standin.posthog.events().values()}


def sent_steps(body: bytes) -> list[int]:
    """The numbers of the events in one request to PostHog."""
    return [event["properties"]["step"] for event in json.loads(gzip.decompress(body))["batch"]]


def open_files() -> int:
    """File descriptors of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


def settled(measure: Callable[[], int], limit: int) -> int:
    """The measure, once it is within the limit or five seconds have passed."""
    end = time.monotonic() + 5.0
    while measure() > limit and time.monotonic() < end:
        time.sleep(0.02)
    return measure()


# The network itself


def test_latency_is_hidden_by_the_workers(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N1: a worker's next request follows the answer within a tenth of the round trip, and all workers take part."""
    connected.build(mixpanel=[mixpanel_event(number, bucket=number % 12) for number in range(48)])
    jitter = random.Random(1)
    with BadLine(standin.port, lambda number: Fault(latency=jitter.uniform(0.3, 0.5))) as line:
        monkeypatch.setenv("MIXPANEL_API_URL", line.url)
        assert connected.push("mixpanel", "--workers", "4").code == 0
        turns = sorted(line.turns, key=lambda turn: turn.began)
    assert len(turns) == 12
    assert len({turn.connection for turn in turns}) == 4, "connections are kept"
    gaps = [
        after.began - before.ended
        for before in turns
        for after in turns
        if after.connection == before.connection
        and after.began > before.ended
        and not any(
            one.connection == before.connection and before.ended < one.began < after.began for one in turns
        )
    ]
    assert statistics.median(gaps) <= 0.1 * statistics.median(turn.ended - turn.began for turn in turns)


def test_resets_at_random_bytes(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N2: one request in twenty is cut somewhere on its way up or down."""
    records = [posthog_event(number, bucket=number % 120) for number in range(360)]
    connected.build(posthog=records)
    dice = random.Random(20)

    def plan(number: int) -> Fault:
        if dice.random() >= 0.05:
            return Fault()
        return (
            Fault(reset_up=dice.randrange(600))
            if dice.random() < 0.5
            else Fault(reset_down=dice.randrange(150))
        )

    with BadLine(standin.port, plan) as line:
        monkeypatch.setenv("POSTHOG_URL", line.url)
        result = connected.push("posthog")
    assert result.code == 0, result.err
    assert steps(standin) == set(range(360))
    assert line.resets >= 4, "the plan has to bite"
    assert line.requests / 120 <= 1.2
    assert result.report()["accepted"] == 360


def test_an_answer_in_slices_is_an_answer(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.build(posthog=[posthog_event(number) for number in range(50)])
    with BadLine(standin.port, lambda number: Fault(slice_bytes=7)) as line:
        monkeypatch.setenv("POSTHOG_URL", line.url)
        assert connected.push("posthog").code == 0
        assert line.requests == 1
    assert steps(standin) == set(range(50))


_JSON = b"Content-Type: application/json\r\n"
BROKEN = {
    "cut in the head": b"HTTP/1.1 200 OK\r\nContent-Ty",
    "no answer at all": b"",
    "shorter than its length": b"HTTP/1.1 200 OK\r\n"
    + _JSON
    + b"Content-Length: 500\r\n\r\n"
    + b'{"status":1}',
    "longer than its length": b"HTTP/1.1 200 OK\r\n" + _JSON + b"Content-Length: 5\r\n\r\n" + b'{"status":1}',
    "a chunk cut": b"HTTP/1.1 200 OK\r\n"
    + _JSON
    + b"Transfer-Encoding: chunked\r\n\r\nc\r\n"
    + b'{"status":1',
    "the last chunk missing": b"HTTP/1.1 200 OK\r\n"
    + _JSON
    + b"Transfer-Encoding: chunked\r\n\r\nc\r\n"
    + b'{"status":1}\r\n',
    "a chunk of no length": b"HTTP/1.1 200 OK\r\n"
    + _JSON
    + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"
    + b'{"status":1}\r\n',
    "no JSON": b"HTTP/1.1 200 OK\r\n" + _JSON + b"Content-Length: 20\r\n\r\n<html>welcome</html>",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a damaged gzip": b"HTTP/1.1 200 OK\r\n"
    + _JSON
    + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00",
}


@pytest.mark.parametrize("taken", [True, False], ids=["taken", "not taken"])
def test_answers_that_cannot_be_believed(connected: Project, standin: Standin, taken: bool) -> None:
    """N3: whether the vendor took the request is not known, so the same bytes go out again."""
    connected.build(posthog=[posthog_event(number, day=number) for number in range(len(BROKEN) + 1)])
    for raw in BROKEN.values():
        standin.fail("/batch/", Failure(raw=raw, after=taken), Failure())
    result = connected.push("posthog")
    assert result.code == 0, result.err
    assert steps(standin) == set(range(len(BROKEN) + 1))
    bodies = [seen.body for seen in standin.requests]
    assert len(bodies) == 2 * len(BROKEN) + 1, "each of them was noticed"
    assert bodies[0:-1:2] == bodies[1::2], "the same bytes again"
    assert standin.counts()["posthog_events_raw"] == len(BROKEN) * (2 if taken else 1) + 1


@pytest.mark.parametrize("name", ["no answer at all", "shorter than its length", "no JSON"])
def test_what_stays_unbelievable_ends_as_unknown(connected: Project, standin: Standin, name: str) -> None:
    connected.build(posthog=[posthog_event(0)])
    standin.fail("/batch/", *[Failure(raw=BROKEN[name], after=True)] * 10)
    result = connected.push("posthog")
    assert result.code == 5
    assert NEXT_STEP.search(result.err), result.err
    states = connected.run("status", "--json").report()
    assert [row["state"] for row in states["batches"]] == ["unknown"]
    assert connected.letters("posthog") == [], "no record is at fault"


def test_a_count_that_stays_wrong_ends_with_4(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[mixpanel_event(number) for number in range(3)])
    for count in (2, 4):
        wrong = Failure(200, {"code": 200, "num_records_imported": count, "status": "OK"}, after=True)
        standin.fail("/import", wrong, wrong)
        result = connected.push("mixpanel")
        assert result.code == 4
        assert f"counts {count} of 3" in result.err
        assert "run the same command again" in result.err
        assert connected.run("status", "--json").report()["batches"][0]["state"] == "unknown"
    assert connected.push("mixpanel").code == 0


@pytest.mark.usefixtures("short_timeouts")
@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (Failure(hang=True), "no answer came within 1 s"),
        (
            Failure(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{", hang=True),
            "the answer stopped for 0.5 s",
        ),
        (
            Failure(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + b" " * 900, drip=0.2),
            "the answer was not complete within 1.5 s",
        ),
        (
            Failure(raw=b"HTTP/1.1 200 OK\r\nX: " + b"y" * 900, drip=0.2),
            "the answer was not complete within 1.5 s",
        ),
    ],
    ids=["never", "stops", "a byte now and then", "a byte now and then in the head"],
)
def test_slow_answers_are_given_up(standin: Standin, failure: Failure, said: str) -> None:
    """N4: each step has its limit, and the whole answer too, in its head as in its body."""
    standin.fail("/batch/", failure)
    before = threading.active_count()
    transport = Transport(standin.url, 1, Network())
    began = time.monotonic()
    with pytest.raises(TransportError, match=f"^127.0.0.1 port {standin.port}: {said}$") as slow:
        transport.post("/batch/", b"{}", {})
    assert time.monotonic() - began < 60.0, "not the 180 seconds that the bytes would take"
    assert slow.value.ambiguous
    assert transport.post("/batch/", b"{}", {}).status == 401, "the next one gets a connection of its own"
    transport.close()
    assert settled(threading.active_count, before) <= before


@pytest.mark.usefixtures("short_timeouts")
def test_a_request_that_does_not_move_is_given_up(standin: Standin) -> None:
    """A server that reads nothing: the socket's buffers fill, and then nothing leaves any more."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        transport = Transport(f"http://127.0.0.1:{deaf.getsockname()[1]}", 1, Network())
        with pytest.raises(TransportError, match="the line does not move") as stuck:
            transport.post("/batch/", os.urandom(30_000_000), {})
        transport.close()
    assert not stuck.value.ambiguous, "it cannot have been taken: its end never left"


def test_a_slow_upload_is_no_failure(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time to connect is no limit for the body: each of its pieces has the time that a piece may take."""
    monkeypatch.setattr("crosswalk.push.network.TIMEOUTS", Timeouts(connect=0.5, first_byte=20.0, idle=5.0))
    with BadLine(standin.port, lambda number: Fault(latency=0.15)) as line:
        transport = Transport(line.url, 1, Network())
        began = time.monotonic()
        assert transport.post("/batch/", os.urandom(1_500_000), {}).status == 400
        assert time.monotonic() - began > 1.0
        transport.close()


@pytest.mark.usefixtures("short_timeouts")
def test_a_server_that_hangs_once_costs_one_time_out(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(number, bucket=number) for number in range(8)])
    standin.fail("/batch/", Failure(), Failure(hang=True, after=True), Failure())
    result = connected.push("posthog", "--workers", "2")
    assert result.code == 0, result.err
    assert steps(standin) == set(range(8))
    assert "no answer came within 1 s: next attempt at" in result.err


def test_nothing_is_left_open(connected: Project, standin: Standin) -> None:
    """R3: threads and file descriptors after many batches are those from before; 10,000 batches in the long form."""
    batches = 10_000 if LONG else 150
    connected.build(mixpanel=[mixpanel_event(number, bucket=number) for number in range(batches)])
    assert connected.push("mixpanel", "--limit", "10").code == 0
    samples: list[tuple[int, int]] = []
    kept = standin.record

    def record(seen: Any) -> None:
        samples.append((open_files(), threading.active_count()))
        kept(seen)

    standin.record = record  # type: ignore[method-assign]
    trouble = [
        Failure(reset=True, after=True),
        Failure(),
        Failure(raw=b"HTTP/1.1 200 OK\r\n"),
        Failure(503, {}),
        *[Failure()] * 12,
    ]
    standin.fail("/import", *trouble * (batches // 20))
    settled(threading.active_count, 3)
    before = (open_files(), threading.active_count())
    assert connected.push("mixpanel").code == 0
    assert standin.counts()["mixpanel_events"] == batches
    assert settled(open_files, before[0]) <= before[0]
    assert settled(threading.active_count, before[1]) <= before[1]
    early, late = samples[len(samples) // 4 : len(samples) // 2], samples[len(samples) // 2 :]
    for at in range(2):
        assert max(one[at] for one in late) <= max(one[at] for one in early) + 4, (
            "a few handlers may still be closing"
        )


# What the vendor says


def test_a_fifth_of_the_requests_fails(connected: Project, standin: Standin) -> None:
    """N7: 500, 502, 503 and 504 in a mix, some of them after the request was taken."""
    connected.build(posthog=[posthog_event(number, bucket=number % 100) for number in range(200)])
    dice = random.Random(5)
    standin.fail(
        "/batch/",
        *(
            Failure(dice.choice((500, 502, 503, 504)), b"oops", after=dice.random() < 0.5)
            if dice.random() < 0.2
            else Failure()
            for _ in range(400)
        ),
    )
    result = connected.push("posthog")
    assert result.code == 0, result.err
    assert steps(standin) == set(range(200))
    assert 1.05 <= len(standin.requests) / 100 <= 1.35


def test_a_dead_vendor_ends_the_run_soon(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[mixpanel_event(number, bucket=number) for number in range(60)])
    standin.fail("/import", *[Failure(500, {"error": "down"})] * 500)
    result = connected.push("mixpanel", "--workers", "8")
    assert result.code == 5
    assert NEXT_STEP.search(result.err), result.err
    assert len(standin.requests) <= 8 * 8, "the run's budget, not ten attempts a batch"
    assert connected.letters("mixpanel") == []
    states = {row["state"] for row in connected.run("status", "--json").report()["batches"]}
    assert states <= {"unknown", "planned"}
    standin._failures.clear()
    assert connected.push("mixpanel").report()["accepted"] == 60


def test_401_within_a_run_stops_all_workers(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N10: at most one request more a worker, no record at fault, and with a new key it goes on."""
    connected.build(posthog=[posthog_event(number, bucket=number) for number in range(60)])
    key = standin.api_key
    standin.fail("/batch/", *[Failure(delay=0.02)] * 10, *[Failure(401, {"detail": "key was rolled"})] * 60)
    result = connected.push("posthog", "--workers", "4")
    assert result.code == 3
    assert "PostHog refused the credentials (401" in result.err
    assert NEXT_STEP.search(result.err), result.err
    assert 10 < len(standin.requests) <= 10 + 4 + 1
    assert key not in result.err
    assert connected.letters("posthog") == []
    standin._failures.clear()
    monkeypatch.setenv("POSTHOG_PROJECT_API_KEY", key)
    assert connected.push("posthog").code == 0
    assert steps(standin) == set(range(60))


def test_403_is_a_matter_of_credentials_too(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[mixpanel_event(0)])
    standin.fail("/import", Failure(403, {"error": "no access"}))
    result = connected.push("mixpanel")
    assert result.code == 3
    assert (
        "MIXPANEL_PROJECT_TOKEN and --region or MIXPANEL_API_URL, then run the same command again."
        in result.err
    )


@pytest.mark.parametrize("retry_after", ["-5", "soon", ""])
def test_a_retry_after_that_says_nothing_is_no_failure(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch, retry_after: str
) -> None:
    monkeypatch.setattr("crosswalk.push.retry._uniform", lambda low, high: high / 1000)
    connected.build(posthog=[posthog_event(0)])
    standin.fail("/batch/", *[Failure(429, {}, {"Retry-After": retry_after})] * 15)
    result = connected.push("posthog")
    assert result.code == 0, result.err
    assert "PostHog limits the rate: waiting until " in result.err
    assert len(standin.requests) == 16, "more than the attempts that a failure has"


def test_max_wait_ends_with_5(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(0), posthog_event(1, day=1)])
    standin.fail("/batch/", Failure(), Failure(429, {}, {"Retry-After": "60"}))
    result = connected.push("posthog", "--max-wait", "30s")
    assert result.code == 5
    assert NEXT_STEP.search(result.err), result.err
    states = {row["state"]: row["batches"] for row in connected.run("status", "--json").report()["batches"]}
    assert states == {"accepted": 1, "planned": 1}
    assert connected.push("posthog").code == 0
    assert steps(standin) == {0, 1}


def test_one_bad_event_of_two_thousand(connected: Project, standin: Standin) -> None:
    """N8: Mixpanel lists it, so one request is enough."""
    records = [mixpanel_event(number) for number in range(1999)]
    connected.build(mixpanel=[*records, mixpanel_event(1999, **BAD_ID)])
    result = connected.push("mixpanel")
    assert (result.code, len(standin.requests)) == (7, 1)
    assert [one["record_id"] for one in connected.letters("mixpanel")] == [record_uuid(1999)]
    assert result.report()["accepted"] == standin.counts()["mixpanel_events"] == 1999


def test_all_bad_but_one(connected: Project, standin: Standin) -> None:
    records = [mixpanel_event(number, **BAD_ID) for number in range(1999)]
    connected.build(mixpanel=[*records, mixpanel_event(1999)])
    result = connected.push("mixpanel")
    assert (result.code, len(standin.requests)) == (7, 1)
    assert {one["record_id"] for one in connected.letters("mixpanel")} == {
        record_uuid(n) for n in range(1999)
    }
    assert standin.counts()["mixpanel_events"] == 1


def test_one_record_listed_twice_is_one_dead_letter(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[mixpanel_event(number) for number in range(8)])
    twice = [{"index": 3, "field": "x", "message": "y"}, {"index": 3, "field": "z", "message": "y"}]
    body = {"code": 400, "error": "some data points", "num_records_imported": 7, "failed_records": twice}
    standin.fail("/import", Failure(400, body))
    result = connected.push("mixpanel")
    assert (result.code, len(standin.requests)) == (7, 1)
    assert [one["record_id"] for one in connected.letters("mixpanel")] == [record_uuid(3)]


def _verb(number: int) -> Record:
    """An identity verb: a Simplified project refuses its whole batch, and lists texts."""
    record = mixpanel_event(number)
    return Record(
        record.kind,
        record.record_id,
        record.distinct_id,
        record.event_at,
        record.payload.replace("Song Played", "$merge"),
    )


def test_a_bad_record_that_is_not_listed_is_found_by_halving(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[*(mixpanel_event(number) for number in range(1999)), _verb(1999)])
    result = connected.push("mixpanel")
    assert result.code == 7
    assert len(standin.requests) <= 2 * 11 + 1, "log2(2000) + 1 rounds, two requests each"
    assert [one["record_id"] for one in connected.letters("mixpanel")] == [record_uuid(1999)]
    assert standin.counts()["mixpanel_events"] == 1999


def test_too_large_is_halved_down_to_the_record(connected: Project, standin: Standin) -> None:
    """413: the batch is halved; a record that is too large alone is a dead letter, and the others are in."""
    connected.build(posthog=[posthog_event(number) for number in range(8)])
    large = Failure(413, {"detail": "too large"})
    standin.fail("/batch/", large, large, large, large, Failure(), Failure(), Failure())
    result = connected.push("posthog")
    assert result.code == 7
    assert [len(sent_steps(seen.body)) for seen in standin.requests] == [8, 4, 2, 1, 1, 2, 4]
    assert [(one["record_id"], one["status"]) for one in connected.letters("posthog")] == [
        (record_uuid(0), 413)
    ]
    assert steps(standin) == set(range(1, 8))


def test_groups_answer_200_and_refuse(connected: Project, standin: Standin) -> None:
    bad = mixpanel_group(3)
    bad = Record(bad.kind, bad.record_id, "", bad.event_at, bad.payload.replace('"acme-3"', '""'))
    connected.build(mixpanel=[*(mixpanel_group(number) for number in range(3)), bad])
    result = connected.push("mixpanel")
    assert result.code == 7
    assert standin.counts()["mixpanel_groups_raw"] == 3
    assert [one["record_id"] for one in connected.letters("mixpanel")] == ["group:acme-3"]


def test_profiles_that_all_look_refused_are_not_lost(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[mixpanel_profile(number) for number in range(3)])
    standin.fail("/engage", Failure(200, b""), Failure(200, {"status": 0, "error": "busy"}))
    assert connected.push("mixpanel").code == 0
    assert standin.counts()["mixpanel_profiles_raw"] == 3


# Where to, and through what


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://nobody.invalid", "the name of nobody.invalid port 443 could not be resolved"),
        ("http://127.0.0.1:9", "no connection could be made to 127.0.0.1 port 9 (Connection refused)"),
    ],
)
def test_who_cannot_be_reached_is_named(
    connected: Project, monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    connected.build(mixpanel=[mixpanel_event(0)])
    monkeypatch.setenv("MIXPANEL_API_URL", url)
    resolve = socket.getaddrinfo

    def getaddrinfo(host: str, *arguments: Any, **options: Any) -> Any:
        if host.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    result = connected.push("mixpanel")
    assert result.code == 5
    assert said in result.err
    assert "Check the network and --region or MIXPANEL_API_URL" in result.err
    assert NEXT_STEP.search(result.err), result.err
    states = connected.run("status", "--json").report()
    assert [row["state"] for row in states["batches"]] == ["planned"], "known not to have been sent"


def test_the_first_address_that_answers_is_taken(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with an IPv6 address that leads nowhere and an IPv4 one that works."""
    resolve = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *arguments: Any, **options: Any) -> Any:
        lost = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 9, 0, 0))
        return [lost, *resolve("127.0.0.1", port, *arguments, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert Transport(f"http://localhost:{standin.port}", 1).post("/batch/", b"{}", {}).status == 401


def test_an_ipv6_address_is_used_or_named() -> None:
    """On a machine without IPv6 nothing can listen there, so the refusal has to name the address."""
    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(Standin(host="::1")).url
        except OSError:
            with pytest.raises(TransportError, match="no connection could be made to ::1 port 9"):
                Transport("http://[::1]:9", 1).post("/batch/", b"{}", {})
            return
        assert Transport(url, 1).post("/batch/", b"{}", {}).status == 401


def test_a_proxy_that_is_not_there_is_named(connected: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    connected.build(posthog=[posthog_event(0)])
    monkeypatch.setenv("POSTHOG_URL", "https://posthog.test")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2pass@127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    result = connected.push("posthog")
    assert result.code == 5
    assert "127.0.0.1 port 9 (the proxy of HTTPS_PROXY)" in result.err
    assert "hunter2pass" not in result.err
    assert NEXT_STEP.search(result.err), result.err


@pytest.mark.parametrize("text", ["socks5://127.0.0.1:1080", "http://", "http://host:port"])
def test_a_proxy_that_cannot_be_used_is_named(
    connected: Project, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    connected.build(posthog=[posthog_event(0)])
    monkeypatch.setenv("POSTHOG_URL", "https://posthog.test")
    monkeypatch.setenv("HTTPS_PROXY", text)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    result = connected.push("posthog")
    assert result.code == 2
    assert "HTTPS_PROXY names no proxy that can be used here" in result.err


def test_a_proxy_is_not_asked_for_this_machine(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.build(posthog=[posthog_event(0)])
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    assert connected.push("posthog").code == 0


# The pace and the order


def test_a_pause_between_the_requests_of_a_worker(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(number, bucket=0) for number in range(4)])
    assert connected.push("posthog", "--batch-size", "1", "--pause", "0.4", "--workers", "1").code == 0
    times = [seen.at for seen in standin.requests]
    assert len(times) == 4
    assert min(after - before for before, after in itertools.pairwise(times)) >= 0.4


@pytest.mark.parametrize(
    "flag", ["--pause=-1", "--pause=nan", "--pause=1e9", "--max-wait=soon", "--max-wait=-3h", "--insecure"]
)
def test_flags_that_make_no_sense(project: Project, flag: str) -> None:
    assert project.run("push", "--to", "posthog", flag).code == 2


def test_sent_at_is_never_sent(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(0)])
    connected.push("posthog")
    content = json.loads(gzip.decompress(standin.requests[0].body))
    assert set(content) == {"api_key", "historical_migration", "batch"}
