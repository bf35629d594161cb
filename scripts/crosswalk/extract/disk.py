"""Free space, looked at before a download and while it runs, so that a full disk is said early and breaks nothing."""

import os
from pathlib import Path

from crosswalk.errors import LocalError
from crosswalk.extract.landing import local_errors
from crosswalk.output import size

# What stays free for the manifest and for everybody else on the machine.
RESERVE_BYTES = 1 << 20
# A download stands on the disk twice for a moment, as the archive and as its files, and estimates are estimates.
FACTOR = 2.5


def free_bytes(folder: Path) -> int:
    """Bytes that this user may still write to the folder's file system."""
    with local_errors(folder):
        status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize


def check_free(folder: Path, wanted: float, what: str) -> None:
    """Raises LocalError where fewer than `wanted` bytes (and the reserve) are free for `what`."""
    free = free_bytes(folder)
    if free < wanted + RESERVE_BYTES:
        raise LocalError(
            f"The disk of {folder} has {size(free)} free, and {what} needs about {size(wanted + RESERVE_BYTES)}: free space "
            "and run the same command again, it goes on where this run ended."
        )
