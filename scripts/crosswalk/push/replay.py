"""A replay: the records of dead letters once more, as they are in the warehouse now.

Letters are never changed. A record that is accepted marks its letters as settled; one that is refused again gets a new
letter. A record that the warehouse has no row of any more keeps its letter, and is named.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

from crosswalk import exits
from crosswalk.errors import CountsError, TerminatedError
from crosswalk.output import log, plural
from crosswalk.push.dead_letters import DeadLetters
from crosswalk.push.entry import Entry, next_moment
from crosswalk.push.known import ACCEPTED, REPLAY, Known, look_up_letters
from crosswalk.push.reconcile import reconciled
from crosswalk.push.selection import Selection
from crosswalk.push.sender import Books
from crosswalk.push.sending import Project, PushOptions, check_books, locked_project, require_space, send
from crosswalk.push.stop import Stop
from crosswalk.push.tally import Counts, Tally
from crosswalk.push.vendor import Vendor
from crosswalk.warehouse import Warehouse

_NAMED = 20


@dataclass(frozen=True)
class ReplayReport:
    """What became of `letters` refused records: each is in exactly one of the counts that follow.

    `gone` have no row in the warehouse any more; the first of them are named in `gone_records`.
    """

    destination: str
    host: str
    outcome: str
    exit_code: int
    letters: int
    accepted: int
    rejected: int
    not_sent_over_limits: int
    already_accepted: int
    gone: int
    left: int
    gone_records: list[str]
    requests: int
    seconds: float
    dead_letters: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class _Letters:
    """The open letters' records: where they stand, and which have no row."""

    known: Known
    gone: list[str]
    settled: bytes

    def records(self) -> int:
        """Letters, and rows that share a record id."""
        return self.known.number(REPLAY) + self.known.number(ACCEPTED) + len(self.gone)


def replay(vendor: Vendor, warehouse: Warehouse, options: PushOptions, reason: str | None) -> ReplayReport:
    """Send the open letters' records again: those of one reason, or all; `options.limit` is of records to send.

    Raises what `push` raises.
    """
    with locked_project(vendor, options.state_dir) as project:
        run_id = project.ledger.start_run(project.destination_id, options.plan_id)
        tally, outcome = Tally(), "failed"
        try:
            report = _replay(vendor, warehouse, options, project, run_id, tally, reason)
            outcome = report.outcome
            return report
        except (KeyboardInterrupt, TerminatedError):
            outcome = "interrupted"
            raise
        finally:
            counts = tally.counts()
            rejected = counts.refused + counts.withheld
            project.ledger.finish_run(run_id, outcome, counts.requests, counts.accepted, rejected)


def _replay(
    vendor: Vendor,
    warehouse: Warehouse,
    options: PushOptions,
    project: Project,
    run_id: int,
    tally: Tally,
    reason: str | None,
) -> ReplayReport:
    ledger, stop = project.ledger, Stop()
    letters = DeadLetters(options.state_dir, vendor.name, options.plan_id)
    reconciled(ledger, options.state_dir, project.destination_id, run_id)
    found = _find(vendor, warehouse, options, project, reason)
    if found.settled:
        ledger.write(project.destination_id, run_id, Entry(next_moment(), hashes=found.settled))
    total = found.known.number(REPLAY)
    log.info(f"Sending {plural(total, 'record')} to {vendor.label} at {vendor.url} again.")
    require_space(options.state_dir, total)
    books = Books(ledger, letters, project.destination_id, run_id, resent=True)
    if total:
        with stop.listening():
            selection = Selection(found.known, {REPLAY}, None)
            send(vendor, warehouse, replace(options, limit=None), selection, total, books, tally, stop)
        if not stop.is_set():
            check_books(ledger, tally.counts())
    report = _report(vendor, found, tally.counts(), letters, stop.exit_code())
    if report.left < 0 or (report.left and not stop.is_set()):
        raise CountsError(
            f"The counts do not add up: {report.letters:,} records were to be sent again, "
            f"{report.letters - report.left:,} are accounted for. Run `crosswalk doctor`, then the same command again."
        )
    return report


def _find(
    vendor: Vendor, warehouse: Warehouse, options: PushOptions, project: Project, reason: str | None
) -> _Letters:
    ledger, destination_id = project.ledger, project.destination_id
    letters = ledger.open_letters(destination_id, reason)
    chosen = {id_hash: f"{kind} {record_id}" for id_hash, kind, record_id in letters}
    vendor.check_endpoints({name.split(" ", 1)[0] for name in chosen.values()})
    found = look_up_letters(
        warehouse, vendor.name, ledger, destination_id, project.scratch, chosen, options.limit
    )
    gone = [name for one, name in chosen.items() if int.from_bytes(one, "little") not in found.present]
    return _Letters(found.known, gone, found.settled)


def _report(
    vendor: Vendor, found: _Letters, counts: Counts, letters: DeadLetters, signalled: int | None
) -> ReplayReport:
    again = counts.refused + counts.withheld
    there = found.known.number(ACCEPTED)
    return ReplayReport(
        destination=vendor.name,
        host=vendor.url,
        outcome="interrupted" if signalled else "rejected" if again or found.gone else "done",
        exit_code=signalled or (exits.REJECTED if again or found.gone else exits.DONE),
        letters=found.records(),
        accepted=counts.accepted,
        rejected=counts.refused,
        not_sent_over_limits=counts.withheld,
        already_accepted=there,
        gone=len(found.gone),
        left=found.known.number(REPLAY) - counts.accepted - again,
        gone_records=found.gone[:_NAMED],
        requests=counts.requests,
        seconds=round(counts.seconds, 2),
        dead_letters=str(letters.path),
    )
