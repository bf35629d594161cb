"""A folder that files land in: written aside, synced, then renamed, so that what is visible is whole.

Everything that is not a finished export file stands in the hidden folder `.extract` below the destination: parts,
staged windows, the manifest and the lock. None of their names ends like an export file, so no glob for raw files
meets one. It is below the destination because a rename is whole only within one file system.
"""

import contextlib
import errno
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from crosswalk.errors import LocalError
from crosswalk.files import open_private, private_folder, sync_folder
from crosswalk.push.lock import Lock

WORK = ".extract"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Landing:
    """A destination folder, held by one run at a time; use it as a context manager.

    Raises LockedError where another run writes to the same folder, LocalError where the folder cannot be made. What a
    run before left half done (`.part` files) is removed on entry.
    """

    def __init__(self, dest: Path) -> None:
        self.dest = private_folder(dest)
        self.work = private_folder(self.dest / WORK)
        self._lock: Lock | None = None

    def __enter__(self) -> "Landing":
        self._lock = Lock(self.work, "extract", f"writing to {self.dest}")
        for part in self.work.glob("*.part"):
            part.unlink()
        return self

    def __exit__(self, *raised: object) -> None:
        if self._lock:
            self._lock.release()

    def part(self, name: str) -> Path:
        """A new path for a file that is being written; `name` is for people only and may hold anything."""
        return self.work / f"{re.sub(r'[^A-Za-z0-9_-]', '_', name)[:60]}.{uuid.uuid4().hex}.part"

    def land(self, part: Path, name: str) -> Path:
        """Give a written and synced part its name, relative to the destination; it replaces a file of that name."""
        path = self.dest / name
        with local_errors(path):
            private_folder(path.parent)
            part.replace(path)
            sync_folder(path.parent)
        return path

    def stage(self) -> Path:
        """A new private folder for files that belong together; see `crosswalk.extract.staged`."""
        return private_folder(self.work / f"staged-{uuid.uuid4().hex}")


@contextlib.contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """A private file that is on the disk when the block ends, and gone when the block fails. Raises LocalError."""
    try:
        with local_errors(path), os.fdopen(open_private(path, os.O_WRONLY | os.O_TRUNC), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def local_errors(path: Path) -> Iterator[None]:
    """Turns what the disk says (full, read-only, no right) into one sentence. Raises LocalError."""
    try:
        yield
    except OSError as error:
        # not the network's: those are OSErrors too, and have no disk's number
        where = error.filename or path
        if error.errno in _FULL:
            raise LocalError(
                f"The disk is full: {where} could not be written. Free space and run the same command again, it goes on "
                "where this run ended."
            ) from error
        raise LocalError(
            f"{where} could not be read or written: {error.strerror or error}. See to it and run the same command again."
        ) from error


def remove_folder(folder: Path) -> None:
    """Remove a folder of ours with all that is in it; one that is gone already is no error."""
    shutil.rmtree(folder, ignore_errors=True)
