"""The state folder: ledger, journals, dead letters, locks, leftovers."""

import contextlib
import json
import sqlite3
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path

from crosswalk import exits
from crosswalk.doctor.check import Check, fail, guarded, ok, warn
from crosswalk.output import plural, size
from crosswalk.push.journal import FOLDER, scan
from crosswalk.push.ledger_open import FILE_NAME, refuse_a_lost_ledger
from crosswalk.push.ledger_schema import VERSION
from crosswalk.push.lock import live_owner

REBUILD = "crosswalk doctor --rebuild-ledger"
_AGAIN = "run the same push again"


def state_checks(state_dir: Path) -> Iterator[Check]:
    """All checks of the state folder; nothing is changed."""
    if not state_dir.is_dir():
        yield ok("state", f"no {state_dir.name} yet, nothing was sent from here")
        return
    for name, checks in (
        ("ledger", _ledger),
        ("journal", _journals),
        ("dead letters", _dead_letters),
        ("lock", _locks),
        ("leftovers", _leftovers),
        ("file modes", _modes),
    ):
        yield from guarded(name, lambda checks=checks: checks(state_dir))  # type: ignore[misc]


def faults_of(path: Path) -> str:
    """What is wrong with a ledger's file, "" where it is sound: SQLite's own check, and the checksum of each batch."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            found = str(connection.execute("pragma integrity_check(1)").fetchone()[0])
            if found != "ok":
                return found
            version = int(connection.execute("select value from meta where name = 'version'").fetchone()[0])
            if version != VERSION:
                return ""
            for hashes, crc in connection.execute("select hashes, crc from batches where hashes is not null"):
                if crc is not None and zlib.crc32(hashes) != crc:
                    return "the hashes of a batch are garbled"
    except (sqlite3.Error, TypeError, ValueError) as error:
        return str(error)
    return ""


def _ledger(state_dir: Path) -> Iterator[Check]:
    path = state_dir / FILE_NAME
    if not path.is_file() or not path.stat().st_size:
        refuse_a_lost_ledger(state_dir)
        yield ok("ledger", "none yet, nothing was sent from here")
        return
    fault = faults_of(path)
    if fault:
        yield fail("ledger", f"{path} is damaged ({fault})", REBUILD, exits.LOCAL)
        return
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        accepted, unknown = connection.execute(
            "select coalesce(sum(accepted), 0), coalesce(sum(state in ('in_flight', 'unknown')), 0) from batches"
        ).fetchone()
    yield ok("ledger", f"sound, {plural(accepted, 'record')} accepted")
    if unknown:
        yield warn("batches", f"the end of {plural(unknown, 'batch')} is not known", _AGAIN)


def _journals(state_dir: Path) -> Iterator[Check]:
    known = _journal_bytes(state_dir / FILE_NAME)
    for path in sorted((state_dir / FOLDER).glob("*.journal")):
        damaged, torn, accepted = 0, False, 0
        length = path.stat().st_size
        for piece in scan(path):
            if piece.text is None:
                torn = piece.end == length
                damaged += piece.end - piece.start
            accepted += len(piece.hashes) // 16
        name = f"journal {path.stem}"
        if damaged and not torn:
            text = f"{size(damaged)} are damaged, which the ledger does not need while it is sound"
            yield warn(name, text, "nothing, but keep a copy of the ledger")
        elif torn or length != known.get(path.stem, length):
            yield warn(
                name, "is not in step with the ledger, as after a crash", f"{_AGAIN}, it brings both in step"
            )
        else:
            yield ok(name, f"sound, {plural(accepted, 'record')} accepted")
    for missing in sorted(known.keys() - {path.stem for path in (state_dir / FOLDER).glob("*.journal")}):
        yield warn(f"journal {missing}", "is gone", f"{_AGAIN}, it is written anew from the ledger")


def _journal_bytes(ledger: Path) -> dict[str, int]:
    """How much of each journal a readable ledger knows; empty where there is none."""
    try:
        with contextlib.closing(sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute(
                "select substr(fingerprint, 1, 16), journal_bytes from destinations where journal_bytes > 0"
            )
            return dict(rows.fetchall())
    except sqlite3.Error:
        return {}


def _dead_letters(state_dir: Path) -> Iterator[Check]:
    for path in sorted((state_dir / "dead_letters").glob("*.ndjson")):
        whole = torn = 0
        with path.open("rb") as lines:
            for line in lines:
                try:
                    json.loads(line)
                    whole += 1
                except ValueError:
                    torn += 1
        name = f"dead letters {path.stem}"
        if torn:
            text = f"{plural(torn, 'line')} torn by a crash, whose records are sent again; {plural(whole, 'letter')} whole"
            yield warn(name, text, _AGAIN)
        else:
            yield ok(name, f"{plural(whole, 'letter')}; `crosswalk status` groups the open ones")


def _locks(state_dir: Path) -> Iterator[Check]:
    for path in sorted((state_dir / "locks").glob("*.lock")):
        owner = live_owner(path)
        if owner:
            yield ok(f"lock {path.stem}", f"held by {owner}")
        elif path.stat().st_size:
            text = "left by a run that was killed; the next one takes it over"
            yield warn(f"lock {path.stem}", text, _AGAIN)


def _leftovers(state_dir: Path) -> Iterator[Check]:
    if any(live_owner(path) for path in (state_dir / "locks").glob("*.lock")):
        return
    files = [path for path in (state_dir / "tmp").rglob("*") if path.is_file()]
    files += [path for path in state_dir.rglob("*.part") if path not in files]
    if files:
        held = sum(path.stat().st_size for path in files)
        text = f"{plural(len(files), 'file')} of killed runs, {size(held)}"
        yield warn(
            "leftovers", text, f"delete the files in {state_dir / 'tmp'} and *.part, while nothing runs"
        )


def _modes(state_dir: Path) -> Iterator[Check]:
    open_to_others = [
        path for path in [state_dir, *state_dir.rglob("*")] if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if open_to_others:
        text = f"{plural(len(open_to_others), 'file')} with people's data can be read by other users"
        yield warn("file modes", text, f"chmod -R go= {state_dir}")
