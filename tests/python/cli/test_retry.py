"""The retry policy on a clock of its own: Retry-After, back-off, the rate limit's budget, the retry budget, the pace."""

import datetime as dt
import io
import logging
import random

import pytest
from crosswalk.errors import UnavailableError
from crosswalk.progress import Progress
from crosswalk.push.attempt import Undecided, decide
from crosswalk.push.pacer import Pacer
from crosswalk.push.rate_limit import RateLimit
from crosswalk.push.retry import (
    MIXPANEL_POLICY,
    POSTHOG_POLICY,
    RETRY_AFTER_CAP_SECONDS,
    RetryBudget,
    parse_retry_after,
    retry_budget,
)
from crosswalk.push.stop import Stopped
from crosswalk.push.transport import TransportError
from crosswalk.push.verdict import Answer, Kind

from cli.line import Clock, answer, limited, make_line, records, taken

NOW = dt.datetime(2026, 1, 31, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def largest_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every random share is the largest."""
    monkeypatch.setattr("crosswalk.push.retry._uniform", lambda low, high: high)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("Sat, 31 Jan 2026 12:02:00 GMT", 120.0),
        ("Sat, 31 Jan 2026 11:00:00 GMT", 0.0),
        ("Sat, 31 Jan 2026 13:00:00 +0100", 0.0),
        ("Sat, 31 Jan 2026 12:00:30", 30.0),
        ("1000000000", 1e9),
        ("9" * 5000, 1e10),
        ("-7", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("\u0667", None),
        ("", None),
        (None, None),
        ("Sat, 99 Jan 2026 99:00:00 GMT", None),
    ],
)
def test_retry_after_is_read(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, NOW) == seconds


def test_a_date_is_held_against_the_vendors_own_clock() -> None:
    shown = {"date": "Sat, 31 Jan 1998 12:00:00 GMT", "retry_after": "Sat, 31 Jan 1998 12:00:45 GMT"}
    assert answer(429, b"", **shown).retry_after() == 45.0


@pytest.mark.usefixtures("largest_share")
def test_waits_grow_to_the_cap() -> None:
    assert [POSTHOG_POLICY.wait(failures, None) for failures in (1, 2, 3, 7, 8, 500)] == [1, 2, 4, 60, 60, 60]
    assert [MIXPANEL_POLICY.wait(failures, None) for failures in (1, 2, 6, 500)] == [7, 9, 65, 65]


def test_the_jitter_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crosswalk.push.retry._uniform", random.Random(1).uniform)
    waits = [POSTHOG_POLICY.wait(7, None) for _ in range(400)]
    assert min(waits) < 6
    assert max(waits) > 54
    assert 26 < sum(waits) / len(waits) < 34


@pytest.mark.usefixtures("largest_share")
@pytest.mark.parametrize(
    ("asked", "waited"), [(7.0, 7.5), (1e9, RETRY_AFTER_CAP_SECONDS + 0.5), (0.0, 1.0), (None, 1.0)]
)
def test_retry_after_goes_first_and_is_clamped(asked: float | None, waited: float) -> None:
    assert POSTHOG_POLICY.wait(1, asked) == waited


@pytest.mark.usefixtures("largest_share")
@pytest.mark.parametrize("vendor", ["mixpanel", "posthog"])
def test_429_waits_use_up_no_attempts(vendor: str) -> None:
    yes = answer(200, b'{"code":200,"num_records_imported":3,"status":1}')
    line, _clock, script, notices = make_line(
        lambda number: limited("7") if number < 300 else yes, vendor=vendor, budget=RetryBudget(0.0)
    )
    assert decide(line, "import", records(3), 30).kind is Kind.ACCEPTED
    assert len(script.at) == 301
    gaps = [after - before for before, after in zip(script.at, script.at[1:], strict=False)]
    assert 7.0 <= min(gaps) <= max(gaps) <= 7.5 + 1e-6
    assert len(set(script.bodies)) == 1
    assert "limits the rate: waiting until " in notices[0]


def test_an_absurd_wait_is_clamped_and_said(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("crosswalk").propagate = True
    line, _clock, script, _notices = make_line(lambda number: taken() if number else limited("1000000000"))
    with caplog.at_level(logging.INFO, "crosswalk"):
        decide(line, "batch", records(1), 10)
    assert script.at[1] - script.at[0] == pytest.approx(RETRY_AFTER_CAP_SECONDS)
    assert "asks for a wait of 277,777 h 46 min; it is asked again after 15 min 0 s." in caplog.text


def test_waiting_ends_at_max_wait() -> None:
    line, _clock, script, _ = make_line(lambda number: limited("60"), max_wait=1800.0)
    with pytest.raises(Undecided) as ended:
        decide(line, "batch", records(1), 10)
    assert isinstance(ended.value.reason, UnavailableError)
    assert len(script.at) == 31
    assert "has taken nothing for 30 min 0 s" in str(ended.value)
    assert "past --max-wait. Run the same command again later" in str(ended.value)
    assert not ended.value.ambiguous, "nothing was taken"


def test_max_wait_counts_what_is_waited_on_end() -> None:
    line, clock, _script, _ = make_line(
        lambda number: taken() if number % 20 == 19 else limited("60"), max_wait=1800.0
    )
    for _ in range(5):
        assert decide(line, "batch", records(1), 10).kind is Kind.ACCEPTED
    assert clock.now - 1000.0 > 1800.0


def test_who_waited_already_when_a_pause_began_waits_on() -> None:
    clock = Clock()
    pacer = Pacer(10.0, None, clock, clock)
    pacer.take(10, 0)
    clock.on_wait = lambda seconds: pacer.hold(7.0) if not clock.waits[1:] else None
    pacer.take(10, 0)
    assert clock.now >= 1007.0


def test_after_a_pause_the_workers_do_not_start_all_at_once() -> None:
    clock = Clock()
    pacer = Pacer(10.0, None, clock, clock)
    pacer.hold(7.0)
    starts = []
    for _ in range(3):
        pacer.take(10, 0)
        starts.append(clock.now)
    assert starts == pytest.approx([1007.0, 1008.0, 1009.0])


@pytest.mark.usefixtures("largest_share")
def test_refusals_of_one_moment_are_one_round() -> None:
    clock = Clock()
    pacer = Pacer(1e9, None, clock, clock)
    limit = RateLimit(pacer, POSTHOG_POLICY, 3600.0)
    assert limit.hit(1000.0, None).seconds == 1.0
    assert pacer.share() == 0.5, "and the pace is lower after it"
    clock.now += 0.1
    assert [limit.hit(999.9, None).seconds for _ in range(3)] == [0.0, 0.0, 0.0]
    assert limit.hit(999.9, 30.0).seconds == 30.5, "but who is told a time is heard"
    clock.now += 31.0
    assert limit.hit(clock.now, None).seconds == 2.0
    limit.passed()
    assert limit.hit(clock.now + 1, None).seconds == 1.0


def test_the_pace_is_whole_again_within_a_minute() -> None:
    clock = Clock()
    pacer = Pacer(1000.0, None, clock, clock)
    for _ in range(60):
        pacer.slow_down()
        clock.now += 1.0
    assert pacer.share() < 0.1
    clock.now += 50.0
    assert pacer.share() >= 0.8
    clock.now += 3600.0
    assert pacer.share() == 1.0


def test_refusals_of_one_second_halve_the_pace_once() -> None:
    clock = Clock()
    pacer = Pacer(1000.0, None, clock, clock)
    for _ in range(16):
        pacer.slow_down()
    assert pacer.share() == 0.5


@pytest.mark.parametrize("retry_after", ["5", None])
@pytest.mark.parametrize("seed", range(5))
def test_after_a_storm_of_429_the_old_pace_comes_back(
    monkeypatch: pytest.MonkeyPatch, seed: int, retry_after: str | None
) -> None:
    """A minute of 429: within a minute of its end, and of the wait that was under way, records go out as before."""
    monkeypatch.setattr("crosswalk.push.retry._uniform", random.Random(seed).uniform)
    storm = (1060.0, 1120.0)
    line, clock, script, _ = make_line(
        lambda number: limited(retry_after) if storm[0] <= clock.now < storm[1] else taken(), rate=1000.0
    )
    while clock.now < 1300.0:
        decide(line, "batch", records(100), 1000)
    taken_at = [moment for moment in script.at if not storm[0] <= moment < storm[1]]
    resumed = min(moment for moment in taken_at if moment >= storm[1])

    def pace(start: float) -> float:
        return sum(100 for moment in taken_at if start <= moment < start + 10) / 10

    assert resumed - storm[1] <= 60.0
    assert pace(1040.0) == pytest.approx(1000.0, rel=0.02)
    assert pace(max(resumed, storm[1]) + 50.0) >= 0.8 * pace(1040.0)
    assert len([moment for moment in script.at if storm[0] <= moment < storm[1]]) <= 15


@pytest.mark.parametrize(
    "failure",
    [
        answer(500, b"oops"),
        answer(503, b"busy"),
        answer(504),
        TransportError("the connection broke", ambiguous=True),
    ],
)
def test_a_batch_has_ten_attempts(failure: Answer | TransportError) -> None:
    line, _clock, script, _ = make_line(lambda number: failure)
    with pytest.raises(Undecided) as ended:
        decide(line, "batch", records(1), 10)
    assert isinstance(ended.value.reason, UnavailableError)
    assert len(script.at) == 10
    assert ended.value.ambiguous
    assert "run the same command again: it goes on where this run ended." in str(ended.value)


def test_429_between_failures_counts_for_nothing() -> None:
    line, _clock, script, _ = make_line(lambda number: answer(502) if number % 2 else limited("1"))
    with pytest.raises(Undecided):
        decide(line, "batch", records(1), 10)
    assert len(script.at) == 20


def test_the_budget_ends_a_batch_before_its_tenth_attempt() -> None:
    line, _, script, _ = make_line(lambda number: answer(500), budget=RetryBudget(3.0))
    with pytest.raises(Undecided):
        decide(line, "batch", records(1), 10)
    assert len(script.at) == 4


def test_a_vendor_that_fails_now_and_then_never_uses_up_the_budget() -> None:
    coin = random.Random(7)
    line, _clock, script, _ = make_line(
        lambda number: answer(coin.choice((500, 502, 503, 504))) if coin.random() < 0.2 else taken(),
        budget=retry_budget(4),
    )
    for _ in range(2000):
        assert decide(line, "batch", records(1), 10).kind is Kind.ACCEPTED
    assert len(script.at) / 2000 <= 1.35


def test_503_with_retry_after_holds_everybody() -> None:
    line, clock, script, notices = make_line(
        lambda number: taken() if number else answer(503, b"", retry_after="20")
    )
    clock.skip = 2
    decide(line, "batch", records(1), 10)
    assert script.at[1] - script.at[0] >= 20.0, "the pause is the pace's, not this worker's"
    assert "PostHog answered 503: next attempt at " in notices[0]
    assert line.pacer.share() < 1.0


def test_an_end_is_not_slept_through() -> None:
    line, clock, script, _ = make_line(lambda number: limited("800"))
    clock.on_wait = lambda seconds: clock.raise_flag() if seconds > 1 else None
    with pytest.raises(Undecided) as ended:
        decide(line, "batch", records(1), 10)
    assert isinstance(ended.value.reason, Stopped)
    assert len(script.at) == 1


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_wait_stands_in_the_progress_bar() -> None:
    screen = _Terminal()
    progress = Progress(100, "records", screen)
    progress._started -= 60.0
    progress.notice("PostHog limits the rate: waiting until 14:05", 30.0)
    assert "0 of 100 records" in screen.getvalue()
    assert "waiting until 14:05" in screen.getvalue()
    progress._notice_until = 0.0
    progress._last = 0.0
    before = len(screen.getvalue())
    progress.add(1)
    assert "waiting" not in screen.getvalue()[before:]


def test_waits_are_logged_where_there_is_no_terminal(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("crosswalk").propagate = True
    progress = Progress(100, "records", io.StringIO())
    with caplog.at_level(logging.INFO, "crosswalk"):
        for _ in range(50):
            progress.notice("waiting until 14:05", 2.0)
        progress.notice("waiting until 14:20", 900.0)
    assert [one.getMessage() for one in caplog.records] == ["waiting until 14:05", "waiting until 14:20"]
