"""Private files: state holds people's data, so folders are 0700, files 0600, and a file is whole or not there."""

import os
import uuid
from pathlib import Path

from crosswalk import failpoints
from crosswalk.errors import LocalError


def private_folder(path: Path) -> Path:
    """Create the folder (mode 0700) where it is missing, and return it. Raises LocalError."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LocalError(
            f"The folder {path} cannot be made: {error.strerror}. Choose another or free it."
        ) from error
    return path


def open_private(path: Path, flags: int) -> int:
    """A file descriptor for a file of mode 0600, whatever the umask; `flags` as for os.open."""
    return os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, 0o600)


def write_private(path: Path, text: str) -> None:
    """Write a small file so that a crash leaves the old one or the new one, never a half. Raises LocalError."""
    private_folder(path.parent)
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        with os.fdopen(open_private(part, os.O_WRONLY | os.O_EXCL), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        failpoints.hit("before-rename")
        part.replace(path)
        failpoints.hit("after-rename")
        sync_folder(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise LocalError(
            f"{path} cannot be written: {error.strerror}. Free space and run the same command again."
        ) from error


def sync_folder(folder: Path) -> None:
    """Make a rename in the folder last through a power cut. Raises OSError with the folder's name."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from error
    finally:
        os.close(handle)
