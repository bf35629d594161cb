"""One run a destination project: a lock file with the owner's process id and start time.

The lock is the kernel's (flock), so it ends with its owner, however the owner ends; the text in the file is for people.
"""

import contextlib
import datetime as dt
import fcntl
import json
import os
import socket
from pathlib import Path

from crosswalk.errors import LocalError, LockedError
from crosswalk.files import open_private, private_folder


class Lock:
    """Holds the lock of one destination until it is released. Raises LockedError where another live run has it."""

    def __init__(self, state_dir: Path, fingerprint: str, doing: str = "sending to this project") -> None:
        self._path = private_folder(state_dir / "locks") / f"{fingerprint[:16]}.lock"
        try:
            self._handle = open_private(self._path, os.O_RDWR)
        except OSError as error:
            raise LocalError(
                f"The lock {self._path} cannot be opened: {error.strerror}. Free it and run the same command again."
            ) from error
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.read(self._handle, 4096).decode("utf-8", "replace")
            os.close(self._handle)
            raise LockedError(
                f"Another run is {doing} ({_owner(owner)}): wait until it is done, then run the same command again."
            ) from error
        started = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        text = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "started_at": started})
        try:
            os.ftruncate(self._handle, 0)
            _write(self._handle, text.encode())
        except OSError as error:
            os.close(self._handle)
            raise LocalError(
                f"The lock {self._path} cannot be written: {error.strerror}. Free space and run the same command again."
            ) from error

    def release(self) -> None:
        """Let the next run in; the text is for people, so that it stays where it cannot be taken away is no failure."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._handle, 0)
        os.close(self._handle)


def _write(handle: int, data: bytes) -> None:
    done = 0
    while done < len(data):
        done += os.pwrite(handle, data[done:], done)


def live_owner(path: Path) -> str | None:
    """Who holds this lock file now, or None where nobody does: what the text says of a dead owner does not count."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        return _owner(os.read(handle, 4096).decode("utf-8", "replace"))
    finally:
        os.close(handle)


def _owner(text: str) -> str:
    try:
        owner = json.loads(text)
        return f"process {owner['pid']} on {owner['host']}, since {owner['started_at']}"
    except (ValueError, KeyError, TypeError):
        return "its owner is just starting"
