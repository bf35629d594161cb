"""A ledger made anew from the journals, after the old one was lost or damaged.

What it then knows is true: a journal's entry is written when the vendor has answered. What no journal has is unknown to
it, and is sent again; the destination takes out what it has already.
"""

import contextlib
import datetime as dt
import os
import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from crosswalk.errors import ConfigError, LocalError, LockedError
from crosswalk.files import open_private, private_folder, sync_folder
from crosswalk.push.entry import now
from crosswalk.push.journal import FOLDER, Piece, scan
from crosswalk.push.ledger_apply import apply
from crosswalk.push.ledger_open import FILE_NAME
from crosswalk.push.ledger_schema import bring_up_to_date
from crosswalk.push.lock import live_owner


@dataclass(frozen=True)
class Rebuilt:
    """What the new ledger knows, where the old one went, and how many bytes of the journals are damaged."""

    projects: int
    accepted: int
    letters: int
    damaged_bytes: int
    put_aside: str


def rebuild(state_dir: Path, sound: bool) -> Rebuilt:
    """Make the ledger anew; the old file is put aside, never deleted.

    Raises ConfigError where the ledger is `sound`, LockedError while a run is sending, LocalError for the disk.
    """
    path = state_dir / FILE_NAME
    if sound:
        raise ConfigError(
            f"The ledger {path} is sound, so it is left as it is: run `crosswalk push`, which brings it and its journals in "
            "step."
        )
    for lock in (state_dir / "locks").glob("*.lock"):
        owner = live_owner(lock)
        if owner:
            raise LockedError(
                f"A run is sending ({owner}): wait until it is done, then run the same command again."
            )
    new = private_folder(state_dir) / f"{FILE_NAME}.part"
    try:
        for suffix in ("", "-wal", "-shm"):
            new.with_name(new.name + suffix).unlink(missing_ok=True)
        counts = _fill(new, sorted((state_dir / FOLDER).glob("*.journal")))
        aside = _put_aside(path)
        new.replace(path)
        sync_folder(state_dir)
    except (OSError, sqlite3.Error) as error:
        raise LocalError(
            f"The ledger {path} cannot be made anew ({error}): free space and run the same command again."
        ) from error
    return Rebuilt(*counts, put_aside=aside)


def _fill(new: Path, journals: list[Path]) -> tuple[int, int, int, int]:
    """Projects, accepted records, letters and damaged bytes."""
    heads = {path: next(scan(path), None) for path in journals}
    salts = [head.text["salt"] for head in heads.values() if head and head.text]
    os.close(open_private(new, os.O_RDWR))
    damaged = 0
    with contextlib.closing(sqlite3.connect(new, isolation_level=None)) as connection:
        bring_up_to_date(connection, bytes.fromhex(salts[-1]) if salts else secrets.token_bytes(32))
        for path, head in heads.items():
            damaged += _read_in(connection, path, head)
        projects, accepted, letters = connection.execute(
            "select (select count(*) from destinations), (select coalesce(sum(accepted), 0) from batches), "
            "(select count(*) from letters)"
        ).fetchone()
    return projects, accepted, letters, damaged


def _read_in(connection: sqlite3.Connection, path: Path, head: Piece | None) -> int:
    """One journal, in one transaction. Returns its damaged bytes; without a head the project is not known."""
    if head is None or head.text is None:
        return path.stat().st_size
    damaged = 0
    about = head.text
    connection.execute("begin")
    destination = connection.execute(
        "insert into destinations (fingerprint, vendor, host, project, first_used_at) values (?, ?, ?, ?, ?)",
        tuple(about[name] for name in ("fingerprint", "vendor", "host", "project", "first_used_at")),
    ).lastrowid
    run = connection.execute(
        "insert into runs (destination_id, plan_id, started_at, finished_at, outcome) values (?, 'rebuilt', ?, ?, 'done')",
        (destination, now(), now()),
    ).lastrowid
    for piece in scan(path, head.end):
        if piece.text is None:
            damaged += piece.end - piece.start
        else:
            apply(connection, destination or 0, run or 0, piece.entry())
    connection.execute(
        "update destinations set journal_bytes = ? where id = ?", (path.stat().st_size, destination)
    )
    connection.execute("commit")
    return damaged


def _put_aside(path: Path) -> str:
    """Rename the old ledger and what SQLite keeps beside it; "" where there was none."""
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S%f")
    aside = path.with_name(f"{path.name}.{stamp}.old")
    for suffix in ("-wal", "-shm", ""):
        old = path.with_name(path.name + suffix)
        if old.exists():
            old.rename(aside.with_name(aside.name + suffix))
    return str(aside) if aside.exists() else ""
