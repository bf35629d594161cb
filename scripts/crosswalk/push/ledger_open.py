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
# What only a push leaves behind: where one of these is, there was a ledger.
TRACES = ("journals", "locks", "dead_letters")
_BUSY_SECONDS = 30.0


def open_ledger(path: Path) -> sqlite3.Connection:
    """A checked connection to the ledger, made where there never was one.

    Raises LocalError where the ledger is gone, ConfigError where it is of a newer version, sqlite3.Error and OSError
    where it is damaged or cannot be used.
    """
    new = not path.exists() or path.stat().st_size == 0
    if new:
        refuse_a_lost_ledger(path.parent)
    os.close(open_private(path, os.O_RDWR))
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=_BUSY_SECONDS)
    try:
        _use_wal(connection)
        connection.execute("pragma synchronous = full")
        bring_up_to_date(connection, secrets.token_bytes(32))
        found = connection.execute("pragma quick_check(1)").fetchall()[0][0]
        if found != "ok":
            raise sqlite3.DatabaseError(found)
    except BaseException:
        connection.close()
        raise
    if new:
        sync_folder(path.parent)
    return connection


def refuse_a_lost_ledger(state_dir: Path) -> None:
    """Raises LocalError where pushes were made from this state folder, and their ledger is not there any more."""
    traces = [name for name in TRACES if any(_entries(state_dir / name))]
    if not traces:
        return
    if "journals" in traces:
        advice = "which makes it anew from the journals"
    else:
        advice = (
            "which begins an empty one: everything goes out again, and the destination takes out what it has"
        )
    raise LocalError(
        f"The ledger {state_dir / FILE_NAME} is gone, but there are {', '.join(traces)} of pushes that it knew: put the file "
        f"back, or run `crosswalk doctor --rebuild-ledger`, {advice}."
    )


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


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
