"""A push from end to end: lock, ledger, what is known, workers, counts."""

from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import Any

from crosswalk import exits
from crosswalk.errors import CountsError, TerminatedError
from crosswalk.output import log, plural
from crosswalk.push.dead_letters import DeadLetters
from crosswalk.push.known import ACCEPTED, CHANGED, NEW, REJECTED, UNSURE, Known, look_up
from crosswalk.push.reconcile import reconciled
from crosswalk.push.selection import Selection
from crosswalk.push.sender import Books
from crosswalk.push.sending import Project, PushOptions, check_books, locked_project, require_space, send
from crosswalk.push.stop import Stop
from crosswalk.push.tally import Counts, Tally
from crosswalk.push.vendor import Vendor
from crosswalk.warehouse import Warehouse

__all__ = ["PushOptions", "Report", "push"]


@dataclass(frozen=True)
class Report:
    """What a push did: every record of the plan is in exactly one of the counts, or in `left`.

    `unsure` are those of them that went out before, with other content, in a batch whose end is not known.
    """

    destination: str
    host: str
    plan_id: str
    outcome: str
    exit_code: int
    records: int
    already_accepted: int
    changed_not_sent: int
    rejected_before: int
    accepted: int
    rejected: int
    not_sent_over_limits: int
    left: int
    unsure: int
    requests: int
    seconds: float
    dead_letters: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    def all_rejected(self) -> int:
        """Records that the destination will not have, in this run and before."""
        return self.rejected + self.not_sent_over_limits + self.rejected_before

    def settled(self) -> dict[str, int] | None:
        """What the next push of the same plan may take for granted; None where something is left."""
        if self.left or self.outcome not in ("done", "rejected"):
            return None
        accepted = self.already_accepted + self.accepted
        return {
            "accepted": accepted,
            "changed": self.changed_not_sent,
            "rejected": self.all_rejected(),
        }


def push(vendor: Vendor, warehouse: Warehouse, options: PushOptions) -> Report:
    """Send what the destination does not have yet.

    Raises CredentialsError, ConfigError, UnavailableError, LocalError, LockedError, CountsError and PlanError; whatever
    is raised, the ledger holds what was accepted, and the same command goes on from there.
    """
    with locked_project(vendor, options.state_dir) as project:
        run_id = project.ledger.start_run(project.destination_id, options.plan_id)
        tally, outcome, settled = Tally(), "failed", None
        try:
            report = _push(vendor, warehouse, options, project, run_id, tally)
            outcome, settled = report.outcome, report.settled()
            if settled:
                project.ledger.close_superseded(project.destination_id, run_id)
            return report
        except (KeyboardInterrupt, TerminatedError):
            outcome = "interrupted"
            raise
        finally:
            counts = tally.counts()
            rejected = counts.refused + counts.withheld
            project.ledger.finish_run(run_id, outcome, counts.requests, counts.accepted, rejected, settled)


def _push(
    vendor: Vendor, warehouse: Warehouse, options: PushOptions, project: Project, run_id: int, tally: Tally
) -> Report:
    ledger, destination_id, stop = project.ledger, project.destination_id, Stop()
    letters = DeadLetters(options.state_dir, vendor.name, options.plan_id)
    learned = reconciled(ledger, options.state_dir, destination_id, run_id)
    settled = None if learned else ledger.settled_before(destination_id, run_id, options.plan_id)
    if settled and not (options.resend_changed and settled["changed"]):
        return _nothing_to_do(vendor, options, settled, tally.counts(), letters)
    require_space(options.state_dir, options.records)
    known = look_up(warehouse, vendor.name, ledger, destination_id, project.scratch)
    wanted = {NEW, UNSURE, CHANGED} if options.resend_changed else {NEW, UNSURE}
    selection = Selection(known, wanted, options.limit)
    total = _announce(vendor, options, known)
    books = Books(ledger, letters, destination_id, run_id, options.resend_changed)
    with stop.listening():
        send(vendor, warehouse, options, selection, total, books, tally, stop)
    whole = not stop.is_set() and not selection.cut_short
    if whole:
        check_books(ledger, tally.counts())
    skipped = selection.skipped if whole else _skipped_in_all(known, wanted)
    report = _report(vendor, options, skipped, tally.counts(), letters, stop.exit_code())
    _check_left(report, whole)
    return replace(report, unsure=known.number(UNSURE))


def _skipped_in_all(known: Known, wanted: set[int]) -> Counter[int]:
    """What a run that ends early would have left out, had it seen everything."""
    states = {UNSURE, CHANGED, REJECTED, ACCEPTED} - wanted
    return Counter({state: known.number(state) for state in states})


def _announce(vendor: Vendor, options: PushOptions, known: Known) -> int:
    """Say how much goes out now, and return it."""
    skipped = known.number(ACCEPTED) + known.number(REJECTED)
    skipped += 0 if options.resend_changed else known.number(CHANGED)
    new = max(0, options.records - skipped)
    total = min(new, options.limit) if options.limit else new
    log.info(
        f"Sending {plural(total, 'record')} to {vendor.label} at {vendor.url}; {plural(skipped, 'record')} known already."
    )
    if known.number(UNSURE):
        log.warning(
            f"{plural(known.number(UNSURE), 'record')} went out before with other content, in a batch whose end is not "
            "known: they go out as they are now, and the destination may hold both versions."
        )
    return total


def _nothing_to_do(
    vendor: Vendor, options: PushOptions, settled: dict[str, int], counts: Counts, letters: DeadLetters
) -> Report:
    """The run before was of this very plan and left nothing open: no record has to be looked at."""
    log.info(f"Nothing is new since the last run: all {plural(options.records, 'record')} have their fate.")
    skipped = Counter(
        {ACCEPTED: settled["accepted"], CHANGED: settled["changed"], REJECTED: settled["rejected"]}
    )
    report = _report(vendor, options, skipped, counts, letters, None)
    _check_left(report, whole=True)
    return report


def _report(
    vendor: Vendor,
    options: PushOptions,
    skipped: Counter[int],
    counts: Counts,
    letters: DeadLetters,
    signalled: int | None,
) -> Report:
    known = skipped[ACCEPTED] + skipped[CHANGED] + skipped[REJECTED]
    rejected = counts.refused + counts.withheld + skipped[REJECTED]
    return Report(
        destination=vendor.name,
        host=vendor.url,
        plan_id=options.plan_id,
        outcome="interrupted" if signalled else "rejected" if rejected else "done",
        exit_code=signalled or (exits.REJECTED if rejected else exits.DONE),
        records=options.records,
        already_accepted=skipped[ACCEPTED],
        changed_not_sent=skipped[CHANGED],
        rejected_before=skipped[REJECTED],
        accepted=counts.accepted,
        rejected=counts.refused,
        not_sent_over_limits=counts.withheld,
        left=options.records - known - counts.accepted - counts.refused - counts.withheld,
        unsure=0,
        requests=counts.requests,
        seconds=round(counts.seconds, 2),
        dead_letters=str(letters.path),
    )


def _check_left(report: Report, whole: bool) -> None:
    if report.left < 0 or (whole and report.left):
        raise CountsError(
            f"The counts do not add up: the plan has {report.records:,} records, {report.records - report.left:,} are "
            "accounted for. Run `crosswalk doctor`, then the same command again; if this stays, report both outputs."
        )
