"""Opening the ledger: new, old, damaged, or gone although there was one."""

import os
import secrets
import sqlite3
import time
from pathlib import Path

from crosswalk.errors import LocalError
from crosswalk.files import open_private, sync_folder
from crosswalk.push.ledger_schema import bring_up_to_date

FILE_NAME = "ledger.sqlite"
# What a push leaves behind: where one of these is, there was a ledger. An export's files there have a name of their own.
TRACES = ("journals", "locks", "dead_letters")
EXPORT_PREFIX = "export-"
_BUSY_SECONDS = 30.0


def open_ledger(path: Path) -> sqlite3.Connection:
    """A checked connection to the ledger, made where there never was one.

    Raises LocalError where the ledger is gone, ConfigError where it is of a newer version, sqlite3.Error and OSError
    where it is damaged or cannot be used.
    """
    new = _is_absent(path)
    if new:
        refuse_a_lost_ledger(path.parent)
    os.close(open_private(path, os.O_RDWR))
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=_BUSY_SECONDS)
    try:
        _use_wal(connection)
        connection.execute("pragma synchronous = full")
        bring_up_to_date(connection, secrets.token_bytes(32), lambda: _refuse_an_emptied_ledger(path))
        found = connection.execute("pragma quick_check(1)").fetchall()[0][0]
        if found != "ok":
            raise sqlite3.DatabaseError(found)
    except BaseException:
        connection.close()
        raise
    if new:
        sync_folder(path.parent)
    return connection


def _is_absent(path: Path) -> bool:
    return not path.exists() or path.stat().st_size == 0


def _refuse_an_emptied_ledger(path: Path) -> None:
    """A file without tables: its write-ahead log, in which they stood, is gone. Raises LocalError."""
    refuse_a_lost_ledger(path.parent, "has lost its tables")


def refuse_a_lost_ledger(state_dir: Path, what: str = "is gone") -> None:
    """Raises LocalError where pushes were made from this state folder, and their ledger is not there any more."""
    traces = [name for name in TRACES if any(_entries(state_dir / name))]
    if not traces or (what == "is gone" and not _is_absent(state_dir / FILE_NAME)):
        return  # another run has just begun it
    if "journals" in traces:
        advice = "which makes it anew from the journals"
    else:
        advice = (
            "which begins an empty one: everything goes out again, and the destination takes out what it has"
        )
    raise LocalError(
        f"The ledger {state_dir / FILE_NAME} {what}, but there are {', '.join(traces)} of pushes that it knew: put the file "
        f"back, or run `crosswalk doctor --rebuild-ledger`, {advice}."
    )


def _entries(folder: Path) -> list[Path]:
    files = folder.iterdir() if folder.is_dir() else ()
    return [path for path in files if not path.name.startswith(EXPORT_PREFIX)]


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to a write-ahead log; of several processes that start at once, SQLite lets only one, without waiting."""
    end = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= end:
                raise
        time.sleep(0.02)
