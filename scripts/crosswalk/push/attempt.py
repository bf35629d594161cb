"""One set of rows to the vendor, sent again until the vendor decides, within the retry policy."""

from collections.abc import Callable
from dataclasses import dataclass

from crosswalk import failpoints
from crosswalk.errors import UnavailableError
from crosswalk.output import clock_time, duration, log, plural, safe
from crosswalk.push.pacer import Pacer
from crosswalk.push.rate_limit import RateLimit
from crosswalk.push.retry import RETRY_AFTER_CAP_SECONDS, RetryBudget
from crosswalk.push.rows import Rows
from crosswalk.push.stop import Stop, Stopped
from crosswalk.push.tally import Tally
from crosswalk.push.transport import Transport, TransportError
from crosswalk.push.vendor import Request, Vendor
from crosswalk.push.verdict import Kind, Verdict


@dataclass(frozen=True)
class Line:
    """Everything that stands between a batch and the vendor, shared by all workers.

    `notice` shows a text to the person for as many seconds as are given. `proven`: the project took records in a run
    before, so that address and settings are right.
    """

    vendor: Vendor
    transport: Transport
    pacer: Pacer
    limit: RateLimit
    budget: RetryBudget
    stop: Stop
    tally: Tally
    notice: Callable[[str, float], None]
    proven: bool = False


class Undecided(Exception):
    """Attempts ended without a decision. `ambiguous`: the vendor may have taken the rows; `reason`: why it ended."""

    def __init__(self, reason: Exception, *, ambiguous: bool) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.ambiguous = ambiguous


def decide(line: Line, endpoint: str, rows: Rows, size: int) -> Verdict:
    """Send until there is a verdict on the rows themselves: accepted, partial or split. Raises Undecided."""
    request = line.vendor.request(endpoint, rows)
    failures = 0
    ambiguous = False
    while True:
        try:
            line.pacer.take(rows.num_rows, size)
            sent_at = line.pacer.clock()
            verdict = _attempt(line, endpoint, rows.num_rows, request)
            ambiguous = ambiguous or verdict.ambiguous
            if verdict.kind is Kind.STOP and verdict.stop:
                raise Undecided(verdict.stop, ambiguous=ambiguous)
            if verdict.kind is not Kind.RETRY:
                line.limit.passed()
                if failures:
                    line.budget.refund()
                return verdict
            if verdict.rate_limited:
                _pause(line, verdict, sent_at, ambiguous)
                continue
            failures += 1
            _give_up_at_the_limit(line, verdict, failures, ambiguous)
            _wait(line, verdict, failures)
        except Stopped as stopped:
            raise Undecided(stopped, ambiguous=ambiguous) from stopped


def _attempt(line: Line, endpoint: str, records: int, request: Request) -> Verdict:
    line.tally.add(requests=1)
    line.budget.request()
    failpoints.hit("before-send")
    try:
        answer = line.transport.post(request.path, request.body, request.headers)
        failpoints.hit("after-send")
    except TransportError as error:
        text = str(error)
        if error.final:
            stop = UnavailableError(f"{line.vendor.label} cannot be used: {text}. {_check(line)}")
            return Verdict(Kind.STOP, reason="transport", text=text, stop=stop)
        return Verdict(Kind.RETRY, reason="transport", text=text, ambiguous=error.ambiguous)
    verdict = line.vendor.judge(endpoint, records, answer)
    log.debug(
        f"{plural(records, 'record')} to {endpoint}: {answer.status}, {verdict.kind.value} {verdict.reason}".rstrip()
    )
    return verdict


def _pause(line: Line, verdict: Verdict, sent_at: float, ambiguous: bool) -> None:
    """After 429 all workers wait, and no attempt is used up; the next `take` does the waiting."""
    label = line.vendor.label
    pause = line.limit.hit(sent_at, verdict.retry_after)
    if pause.over:
        raise Undecided(
            UnavailableError(
                f"{label} at {line.vendor.url} limits the rate (429) and has taken nothing for {duration(pause.waited)}; "
                f"the next try would be in {duration(pause.seconds)}, past --max-wait. "
                "Run the same command again later, it goes on where this run ended."
            ),
            ambiguous=ambiguous,
        )
    if pause.seconds:
        _say_when_clamped(label, verdict.retry_after)
        line.notice(f"{label} limits the rate: waiting until {clock_time(pause.seconds)}", pause.seconds)


def _say_when_clamped(label: str, retry_after: float | None) -> None:
    if retry_after and retry_after > RETRY_AFTER_CAP_SECONDS:
        log.info(
            f"{label} asks for a wait of {duration(retry_after)}; it is asked again after {duration(RETRY_AFTER_CAP_SECONDS)}."
        )


def _give_up_at_the_limit(line: Line, verdict: Verdict, failures: int, ambiguous: bool) -> None:
    """A batch has its number of attempts, and all batches together have the run's budget."""
    if failures < (verdict.attempts or line.vendor.policy.attempts) and line.budget.spend():
        return
    if verdict.stop:
        raise Undecided(verdict.stop, ambiguous=ambiguous)
    vendor = line.vendor
    if verdict.status:
        what = f"did not take the data after {plural(failures, 'attempt')} ({verdict.status}: {safe(verdict.text)})"
        next_step = f"Wait until {vendor.label} is well again, then run the same command again"
    else:
        what = f"cannot be reached: {verdict.text}, in {plural(failures, 'attempt')}"
        next_step = _check(line).rstrip(".")
    error = UnavailableError(
        f"{vendor.label} at {vendor.url} {what}. {next_step}: it goes on where this run ended."
    )
    raise Undecided(error, ambiguous=ambiguous)


def _check(line: Line) -> str:
    return (
        f"Check the network and {line.vendor.address_names} (a company's own certificates are named with --ca-file), "
        "then run the same command again."
    )


def _wait(line: Line, verdict: Verdict, failures: int) -> None:
    """This worker waits; where the vendor says for how long, all do."""
    label = line.vendor.label
    seconds = line.vendor.policy.wait(failures, verdict.retry_after)
    if verdict.status == 503:
        line.pacer.slow_down()
    if verdict.retry_after:
        _say_when_clamped(label, verdict.retry_after)
        line.pacer.hold(seconds)
    what = f"{label} answered {verdict.status}" if verdict.status else safe(verdict.text)
    line.notice(f"{what}: next attempt at {clock_time(seconds)}", seconds)
    line.stop.wait(seconds)
