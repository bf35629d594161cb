"""An export from end to end: claim the prefix, sort, write, and say what was written and what was not."""

import contextlib
import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from crosswalk import exits
from crosswalk.errors import ConfigError, CountsError, LocalError
from crosswalk.export.left_out import LeftOut
from crosswalk.export.manifest import Manifest, read_manifest
from crosswalk.export.parts import NAME, Cutter, Part
from crosswalk.export.rows import PayloadRows, RawRows, Rows
from crosswalk.export.sorting import by_time
from crosswalk.export.store import Store
from crosswalk.files import private_folder
from crosswalk.output import log, plural
from crosswalk.progress import Progress
from crosswalk.push.ledger_open import EXPORT_PREFIX
from crosswalk.push.lock import Lock
from crosswalk.warehouse import Warehouse

CONTENTS = ("posthog", "mixpanel", "amplitude-raw", "mixpanel-raw")
# What these count was left out on purpose, or stands in the export already.
_NO_LOSS = ("duplicate: ", "filtered: ")


@dataclass(frozen=True)
class ExportOptions:
    """What a person chose: `part_size` in bytes of lines, before gzip."""

    content: str
    state_dir: Path
    scratch: Path
    gzip: bool = False
    part_size: int = 100_000_000


@dataclass(frozen=True)
class Report:
    """What an export did; `left_out` by reason, rows that staging left out before among them."""

    content: str
    dest: str
    manifest: str
    export_id: str
    lines: int
    bytes: int
    parts: int
    parts_written: int
    parts_kept: int
    first_part: str | None
    last_part: str | None
    left_out: dict[str, int] = field(default_factory=dict)
    dead_letters: str | None = None

    @property
    def exit_code(self) -> int:
        """7 where records are missing that somebody may miss, else 0."""
        missing = any(number for reason, number in self.left_out.items() if not reason.startswith(_NO_LOSS))
        return exits.REJECTED if missing else exits.DONE

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def rows_of(warehouse: Warehouse, content: str) -> Rows:
    """The rows of a content by its name."""
    source, _, raw = content.partition("-")
    return RawRows(warehouse, source) if raw else PayloadRows(warehouse, content)


def export(warehouse: Warehouse, store: Store, options: ExportOptions) -> Report:
    """Write the parts that are missing, and the manifest.

    Raises ConfigError where the prefix holds something else, LockedError, LocalError, CredentialsError and
    UnavailableError; whatever is raised, no half part is visible, and the same command goes on.
    """
    rows = rows_of(warehouse, options.content)
    log.info(f"Reading what is to be exported to {store.label}.")
    claim = Manifest(options.content, _export_id(rows, options), options.gzip, options.part_size)
    before = _claim(store, claim)
    letters = (
        options.state_dir / "dead_letters" / f"{EXPORT_PREFIX}{options.content}-{claim.export_id}.ndjson"
    )
    if not options.gzip:
        store.check_room(rows.size() - sum(before.values()))
    private_folder(letters.parent)
    with LeftOut(letters) as left_out:
        shelf = Shelf(store, before)
        _write(rows, store, options, shelf, left_out)
        if sum(part.lines for part in shelf.parts) + sum(left_out.counts.values()) != rows.count():
            raise CountsError(
                "The counts do not add up: lines and left-out records are not what the warehouse holds. "
                "Run `dbt build` and the same command again; if this stays, report it."
            )
        _no_strangers(store, set(before) - {part.name for part in shelf.parts})
        found = left_out.finish()
    counts = {**rows.left_out_before(), **left_out.counts}
    parts = sorted(shelf.parts, key=lambda part: part.name)
    done = Manifest(
        claim.content,
        claim.export_id,
        claim.gzip,
        claim.part_size,
        complete=True,
        parts=parts,
        left_out=counts,
    )
    store.write_manifest(done.text())
    return _report(store, done, shelf, str(found) if found else None)


class Shelf:
    """Takes finished parts: one that is stored already with the same bytes stays, all others are published."""

    def __init__(self, store: Store, before: dict[str, int]) -> None:
        self._store = store
        self._before = before
        self.parts: list[Part] = []
        self.written = 0

    def put(self, part: Part, path: Path) -> None:
        """Publish the part, or throw the temporary file away where the part is there."""
        if self._before.get(part.name) == part.bytes and self._store.holds(part):
            path.unlink(missing_ok=True)
        else:
            self._store.publish(part, path)
            self.written += 1
        self.parts.append(part)


@contextlib.contextmanager
def claimed_scratch(state_dir: Path, dest: str) -> Iterator[Path]:
    """A private folder for temporary files, empty at the start and gone at the end; one export a destination at a time.

    Raises LockedError where another export to the same destination runs.
    """
    fingerprint = hashlib.sha256(f"export\n{dest}".encode()).hexdigest()
    lock = Lock(private_folder(state_dir), EXPORT_PREFIX + fingerprint, f"exporting to {dest}")
    scratch = private_folder(state_dir / "tmp") / f"export-{fingerprint[:16]}"
    try:
        shutil.rmtree(scratch, ignore_errors=True)
        yield private_folder(scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        lock.release()


def _export_id(rows: Rows, options: ExportOptions) -> str:
    """The same rows and settings give the same id on every machine and in every run."""
    text = f"crosswalk export 1\n{options.content}\n{options.gzip}\n{options.part_size}\n{rows.fingerprint()}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _claim(store: Store, claim: Manifest) -> dict[str, int]:
    """Make the prefix ours, and say what of this export is there already. Raises ConfigError."""
    text = store.read_manifest()
    earlier = read_manifest(text) if text is not None else None
    store.sweep()
    existing = store.existing()
    _no_strangers(store, {name for name in existing if not NAME.fullmatch(name)})
    ours = earlier is not None and earlier.export_id == claim.export_id
    if existing and not ours:
        what = (
            f"an earlier export ({earlier.content}, {earlier.export_id})"
            if earlier
            else "parts without a manifest"
        )
        raise ConfigError(
            f"{store.label} holds {what}, of other data or settings than this one ({claim.export_id}), and the two must "
            f"not mix: choose another --dest, or delete its {plural(len(existing), 'file')} and {store.manifest}."
        )
    if not ours:
        store.write_manifest(claim.text())
    return existing


def _no_strangers(store: Store, names: set[str]) -> None:
    if names:
        first = min(names) or "an empty object of the same name"
        raise ConfigError(
            f"{store.label} holds {plural(len(names), 'file')} that are no part of this export, such as {first}, and who "
            "loads it reads them too: move them away, or choose another --dest."
        )


def _write(rows: Rows, store: Store, options: ExportOptions, shelf: Shelf, left_out: LeftOut) -> None:
    cutter = Cutter(store.workplace, shelf.put, options.part_size, options.gzip)
    days_in_order = isinstance(rows, PayloadRows)
    try:
        with Progress(2 * rows.count(), "lines read and written") as progress:
            batches = _counted(rows.batches(left_out), progress)
            for batch in by_time(batches, options.scratch, days_in_order=days_in_order):
                cutter.add(batch)
                progress.add(batch.num_rows)
            cutter.finish()
    except OSError as error:
        raise LocalError(
            f"The export to {store.label} cannot be written: {error.strerror or error}. Free space and run the same "
            "command again."
        ) from error
    finally:
        cutter.discard()


def _counted(batches: Iterator[pa.RecordBatch], progress: Progress) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        progress.add(batch.num_rows)
        yield batch


def _report(store: Store, done: Manifest, shelf: Shelf, letters: str | None) -> Report:
    names = [part.name for part in done.parts]
    return Report(
        content=done.content,
        dest=store.label,
        manifest=store.manifest,
        export_id=done.export_id,
        lines=sum(part.lines for part in done.parts),
        bytes=sum(part.bytes for part in done.parts),
        parts=len(names),
        parts_written=shelf.written,
        parts_kept=len(names) - shelf.written,
        first_part=names[0] if names else None,
        last_part=names[-1] if names else None,
        left_out=dict(done.left_out),
        dead_letters=letters,
    )
