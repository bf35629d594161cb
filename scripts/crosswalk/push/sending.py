"""What `push` and `replay` share: the project's lock and ledger, and sending a selection of the payloads."""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crosswalk.errors import CountsError, LocalError
from crosswalk.files import private_folder
from crosswalk.limits import BYTE_RATES, LIMITS, RATES
from crosswalk.output import size
from crosswalk.progress import Progress
from crosswalk.push.attempt import Line
from crosswalk.push.batches import Batch, Cutter
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

# Ledger and journal take 16 bytes a record each, comparing them 24 and once more what is sorted.
_BYTES_A_RECORD = 80
_BYTES_AT_LEAST = 1_000_000


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
class Project:
    """A destination project whose lock this process holds."""

    ledger: Ledger
    destination_id: int
    scratch: Path  # a private folder for what does not fit in memory, this project's alone


@contextlib.contextmanager
def locked_project(vendor: Vendor, state_dir: Path) -> Iterator[Project]:
    """The vendor's project, for this process alone. Raises LockedError, LocalError, ConfigError."""
    ledger = Ledger(state_dir)
    try:
        destination_id, fingerprint = ledger.destination(
            vendor.name, vendor.url, vendor.identity(), vendor.project(), vendor.project_signs_in()
        )
        lock = Lock(state_dir, fingerprint)
        try:
            scratch = state_dir / "tmp" / fingerprint[:16]
            shutil.rmtree(scratch, ignore_errors=True)  # of a run that was killed
            private_folder(state_dir / "tmp")
            yield Project(ledger, destination_id, private_folder(scratch))
        finally:
            lock.release()
    finally:
        ledger.close()


def refuse_if_locked(vendor: Vendor, state_dir: Path) -> None:
    """Say at once that another run is sending, before a plan is made for nothing. Raises LockedError."""
    if (state_dir / "locks").is_dir():
        with locked_project(vendor, state_dir):
            pass


def require_space(state_dir: Path, records: int) -> None:
    """Raises LocalError where the disk is clearly too full to write down what becomes of the records."""
    free = shutil.disk_usage(private_folder(state_dir)).free
    needed = _BYTES_AT_LEAST + _BYTES_A_RECORD * records
    if free < needed:
        raise LocalError(
            f"{state_dir} has {size(free)} of free disk, and keeping account of {records:,} records takes about "
            f"{size(needed)}: free space, or choose another --state-dir, and run the same command again."
        )


def send(
    vendor: Vendor,
    warehouse: Warehouse,
    options: PushOptions,
    selection: Selection,
    total: int,
    books: Books,
    tally: Tally,
    stop: Stop,
) -> None:
    """Send what the selection wants; `total` records are expected."""
    pacer = Pacer(options.rate or RATES[vendor.name], None if options.rate else BYTE_RATES[vendor.name], stop)
    transport = Transport(vendor.url, options.workers, options.network)
    limit = RateLimit(pacer, vendor.policy, options.network.max_wait)
    budget = retry_budget(options.workers)
    try:
        with Progress(total, "records") as progress:
            proven = books.ledger.has_accepted(books.destination_id)
            line = Line(vendor, transport, pacer, limit, budget, stop, tally, progress.notice, proven)
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


def check_books(ledger: Ledger, counts: Counts) -> None:
    """After a whole run: what the answers said is what the ledger holds. Raises CountsError."""
    answered = (counts.accepted, counts.refused + counts.withheld)
    written = (ledger.accepted_now, ledger.refused_now)
    if answered != written:
        raise CountsError(
            f"The counts do not add up: {answered[0]:,} records were accepted and {answered[1]:,} refused, the ledger has "
            f"{written[0]:,} and {written[1]:,}. Run `crosswalk doctor`, then the same command again."
        )
