"""One set of rows to the vendor, sent again until the vendor decides, within the retry policy."""

from dataclasses import dataclass

import pyarrow as pa

from crosswalk import failpoints
from crosswalk.errors import UnavailableError
from crosswalk.output import log, plural, safe
from crosswalk.push.pacer import Pacer
from crosswalk.push.stop import Stop, Stopped
from crosswalk.push.tally import Tally
from crosswalk.push.transport import Transport, TransportError
from crosswalk.push.vendor import Request, Vendor
from crosswalk.push.verdict import Kind, Verdict


@dataclass(frozen=True)
class Line:
    """Everything that stands between a batch and the vendor, shared by all workers."""

    vendor: Vendor
    transport: Transport
    pacer: Pacer
    stop: Stop
    tally: Tally


class Undecided(Exception):
    """Attempts ended without a decision. `ambiguous`: the vendor may have taken the rows; `reason`: why it ended."""

    def __init__(self, reason: Exception, *, ambiguous: bool) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.ambiguous = ambiguous


def decide(line: Line, endpoint: str, rows: pa.RecordBatch, size: int) -> Verdict:
    """Send until there is a verdict on the rows themselves: accepted, partial or split. Raises Undecided."""
    request = line.vendor.request(endpoint, rows)
    failures = limited = 0
    ambiguous = False
    while True:
        try:
            line.pacer.take(rows.num_rows, size)
            verdict = _attempt(line, endpoint, rows.num_rows, request)
            ambiguous = ambiguous or verdict.ambiguous
            if verdict.kind is Kind.STOP and verdict.stop:
                raise Undecided(verdict.stop, ambiguous=ambiguous)
            if verdict.kind is not Kind.RETRY:
                return verdict
            failures, limited = (failures, limited + 1) if verdict.rate_limited else (failures + 1, limited)
            _give_up_at_the_limit(line, verdict, failures, limited, ambiguous)
            _wait(line, verdict, failures + limited)
        except Stopped as stopped:
            raise Undecided(stopped, ambiguous=ambiguous) from stopped


def _attempt(line: Line, endpoint: str, records: int, request: Request) -> Verdict:
    line.tally.add(requests=1)
    failpoints.hit("before-send")
    try:
        answer = line.transport.post(request.path, request.body, request.headers)
        failpoints.hit("after-send")
    except TransportError as error:
        if error.final:
            stop = UnavailableError(f"{line.vendor.label} at {line.vendor.url} cannot be used: {error}.")
            return Verdict(Kind.STOP, reason="transport", text=str(error), stop=stop)
        return Verdict(Kind.RETRY, reason="transport", text=str(error), ambiguous=error.ambiguous)
    verdict = line.vendor.judge(endpoint, records, answer)
    log.debug(
        f"{plural(records, 'record')} to {endpoint}: {answer.status}, {verdict.kind.value} {verdict.reason}".rstrip()
    )
    return verdict


def _give_up_at_the_limit(line: Line, verdict: Verdict, failures: int, limited: int, ambiguous: bool) -> None:
    policy = line.vendor.policy
    if failures < (verdict.attempts or policy.attempts) and limited < policy.rate_limited_attempts:
        return
    words = f"{verdict.status}: {safe(verdict.text)}" if verdict.status else verdict.text
    given_up = UnavailableError(
        f"{line.vendor.label} at {line.vendor.url} did not take the data after {failures + limited} attempts ({words}): "
        "run the same command again later, it goes on where this run ended."
    )
    raise Undecided(verdict.stop or given_up, ambiguous=ambiguous)


def _wait(line: Line, verdict: Verdict, failures: int) -> None:
    """After 429 all workers wait, after anything else only this one."""
    seconds = line.vendor.policy.wait(failures, verdict.retry_after)
    what = verdict.text if not verdict.status else f"status {verdict.status}"
    log.debug(f"{line.vendor.label}: {safe(what)}; next attempt in {seconds:.1f} s")
    if verdict.rate_limited:
        line.pacer.hold(seconds)
    line.stop.wait(seconds)
