"""What the names of Amplitude's export files say.

Amplitude docs, Export API and Amazon S3 export: `<project>_<yyyy-MM-dd>_<H>#<part>.json.gz`, the hour not padded, part
numbers arbitrary, before 2014-11-12 a day without an hour; merged users: `-<org>_<yyyy-MM-dd>_<H>.json.gz`. Where a name
was taken by other content already, our files carry a `-2`, `-3` … behind the part.
"""

import datetime as dt
import re
from dataclasses import dataclass

MERGED_FOLDER = "merged_users"
_EXPORT = re.compile(
    r"(-?)(\d{1,20})_(\d{4}-\d{2}-\d{2})(?:_(\d{1,2}))?(?:#\d{1,10})?(-\d{1,6})?\.json\.gz", re.ASCII
)


@dataclass(frozen=True)
class ExportName:
    """Project (or organisation, for merged users), day, and hour where the name has one."""

    project: str
    hour: dt.datetime
    whole_day: bool
    merged: bool
    numbered: bool


def read_name(name: str) -> ExportName | None:
    """What a file name says, or None where it is no export file's."""
    match = _EXPORT.fullmatch(name)
    if not match:
        return None
    dash, project, day, hour, number = match.groups()
    try:
        moment = dt.datetime.fromisoformat(day).replace(hour=int(hour or 0), tzinfo=dt.UTC)
    except ValueError:
        return None
    return ExportName(project, moment, hour is None, bool(dash), bool(number))


def is_export(name: str) -> bool:
    """Whether a vendor's member or file may hold rows, by its name."""
    return read_name(name) is not None


def is_marker(name: str) -> bool:
    """Amplitude and Spark write empty marker files beside the data (Amplitude docs, Amazon S3 export: `complete`)."""
    return "complete" in name.lower() or name.startswith("_SUCCESS")


def place_of(name: str) -> str:
    """Where a file goes, below the destination: merged users stand apart, since they are no events."""
    found = read_name(name)
    return f"{MERGED_FOLDER}/{name}" if found and found.merged else name
