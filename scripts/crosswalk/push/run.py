"""A push from end to end: lock, ledger, what is known, workers, counts."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from crosswalk import exits
from crosswalk.errors import CountsError
from crosswalk.files import private_folder
from crosswalk.limits import BYTE_RATES, LIMITS, RATES
from crosswalk.output import log, plural
from crosswalk.progress import Progress
from crosswalk.push.attempt import Line
from crosswalk.push.batches import Batch, Cutter
from crosswalk.push.dead_letters import DeadLetters
from crosswalk.push.known import ACCEPTED, CHANGED, REJECTED, Known, look_up
from crosswalk.push.ledger import Ledger
from crosswalk.push.lock import Lock
from crosswalk.push.network import Network
from crosswalk.push.pacer import Pacer
from crosswalk.push.rate_limit import RateLimit
from crosswalk.push.retry import retry_budget
from crosswalk.push.runner import Runner
from crosswalk.push.selection import Selection
from crosswalk.push.sender import Books, Sender
from crosswalk.push.stop import Stop
from crosswalk.push.tally import Counts, Tally
from crosswalk.push.transport import Transport
from crosswalk.push.vendor import Vendor
from crosswalk.warehouse import Warehouse


@dataclass(frozen=True)
class PushOptions:
    """What a person chose: `rate` in records a second, `batch_size` and `limit` in records; None means the default."""

    plan_id: str
    records: int
    state_dir: Path
    rate: int | None = None
    workers: int = 4
    batch_size: int | None = None
    limit: int | None = None
    resend_changed: bool = False
    network: Network = field(default_factory=Network)


@dataclass(frozen=True)
class Report:
    """What a push did: every record of the plan is in exactly one of the counts, or in `left`."""

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
    requests: int
    seconds: float
    dead_letters: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    def all_rejected(self) -> int:
        """Records that the destination will not have, in this run and before."""
        return self.rejected + self.not_sent_over_limits + self.rejected_before


def push(vendor: Vendor, warehouse: Warehouse, options: PushOptions) -> Report:
    """Send what the destination does not have yet.

    Raises CredentialsError, ConfigError, UnavailableError, LocalError, LockedError and PlanError; whatever is raised,
    the ledger holds what was accepted, and the same command goes on from there.
    """
    ledger = Ledger(options.state_dir)
    try:
        destination_id, fingerprint = ledger.destination(
            vendor.name, vendor.url, vendor.identity(), vendor.project()
        )
        lock = Lock(options.state_dir, fingerprint)
        try:
            return _locked_push(vendor, warehouse, options, ledger, destination_id)
        finally:
            lock.release()
    finally:
        ledger.close()


def _locked_push(
    vendor: Vendor, warehouse: Warehouse, options: PushOptions, ledger: Ledger, destination_id: int
) -> Report:
    run_id = ledger.start_run(destination_id, options.plan_id)
    tally, stop = Tally(), Stop()
    outcome = "failed"
    try:
        with stop.listening():
            known = look_up(
                warehouse, vendor.name, ledger, destination_id, private_folder(options.state_dir / "tmp")
            )
            selection = Selection(known, options.resend_changed, options.limit)
            letters = DeadLetters(options.state_dir, vendor.name, options.plan_id)
            books = Books(ledger, letters, destination_id, run_id, options.resend_changed)
            _send(vendor, warehouse, options, selection, known, books, tally, stop)
        report = _report(vendor, options, selection, tally.counts(), stop, letters)
        outcome = report.outcome
        if outcome in ("done", "rejected") and not report.left:
            ledger.forget_superseded(destination_id, run_id)
        return report
    finally:
        counts = tally.counts()
        ledger.finish_run(run_id, outcome, counts.requests, counts.accepted, counts.refused + counts.withheld)


def _send(
    vendor: Vendor,
    warehouse: Warehouse,
    options: PushOptions,
    selection: Selection,
    known: Known,
    books: Books,
    tally: Tally,
    stop: Stop,
) -> None:
    skipped = known.number(ACCEPTED) + known.number(REJECTED)
    skipped += 0 if options.resend_changed else known.number(CHANGED)
    new = max(0, options.records - skipped)
    total = min(new, options.limit) if options.limit else new
    log.info(
        f"Sending {plural(total, 'record')} to {vendor.label} at {vendor.url}; {plural(skipped, 'record')} known already."
    )
    pacer = Pacer(options.rate or RATES[vendor.name], None if options.rate else BYTE_RATES[vendor.name], stop)
    transport = Transport(vendor.url, options.workers, options.network)
    limit = RateLimit(pacer, vendor.policy, options.network.max_wait)
    budget = retry_budget(options.workers)
    try:
        with Progress(total, "records") as progress:
            line = Line(vendor, transport, pacer, limit, budget, stop, tally, progress.notice)
            sender = Sender(line, books, progress)
            runner = Runner(sender.send, options.workers, stop, vendor.ordered_days, options.network.pause)
            runner.run(_batches(vendor, warehouse, options, selection, sender))
    finally:
        transport.close()


def _batches(
    vendor: Vendor, warehouse: Warehouse, options: PushOptions, selection: Selection, sender: Sender
) -> Iterator[Batch]:
    limits = {endpoint: limit.lowered(options.batch_size) for endpoint, limit in LIMITS[vendor.name].items()}
    rows = selection.rows(warehouse.stream_payloads(vendor.name, selection.wants), sender.withhold)
    return Cutter(vendor.name, limits).batches(rows)


def _report(
    vendor: Vendor,
    options: PushOptions,
    selection: Selection,
    counts: Counts,
    stop: Stop,
    letters: DeadLetters,
) -> Report:
    skipped = selection.skipped
    settled = sum(skipped.values()) + counts.accepted + counts.refused + counts.withheld
    left = options.records - settled
    whole = not stop.is_set() and not selection.cut_short
    if left < 0 or (whole and left):
        raise CountsError(
            f"The counts do not add up: the plan has {options.records:,} records, {settled:,} are accounted for. "
            "Run the same command again; if this stays, report it with .crosswalk/ledger.sqlite."
        )
    rejected = counts.refused + counts.withheld + skipped[REJECTED]
    code = stop.exit_code() or (exits.REJECTED if rejected else exits.DONE)
    return Report(
        destination=vendor.name,
        host=vendor.url,
        plan_id=options.plan_id,
        outcome="interrupted" if stop.exit_code() else "rejected" if rejected else "done",
        exit_code=code,
        records=options.records,
        already_accepted=skipped[ACCEPTED],
        changed_not_sent=skipped[CHANGED],
        rejected_before=skipped[REJECTED],
        accepted=counts.accepted,
        rejected=counts.refused,
        not_sent_over_limits=counts.withheld,
        left=left,
        requests=counts.requests,
        seconds=round(counts.seconds, 2),
        dead_letters=str(letters.path),
    )
