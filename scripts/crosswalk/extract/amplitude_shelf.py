"""Which hours of an Amplitude project are on the disk, whole: the disk first, the manifest second.

An hour is there when its latest record says which files hold it and all of them are whole, or says that it is empty. A
file whose size and time of change are as recorded is taken for whole; any other is read and compared with its SHA-256.
"""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from crosswalk.extract.amplitude_names import read_name
from crosswalk.extract.landing import Landing
from crosswalk.extract.manifest import Manifest, opened, packed
from crosswalk.extract.windows import HOUR, Window
from crosswalk.gzip_stream import CHUNK, fault_of
from crosswalk.redact import clean

STAMP = "%Y-%m-%dT%H"
Record = dict[str, Any]


class Shelf:
    """The hours of one account (a project at an address) in one destination folder."""

    def __init__(self, landing: Landing, manifest: Manifest, account: str) -> None:
        self._landing = landing
        self._account = account
        self.project = ""
        self._records: dict[dt.datetime, bytes] = {}
        self._suspect: set[tuple[str, dt.datetime]] = set()
        self._bytes = self._hours = 0
        for record in manifest.each():
            self.note(record)

    def note(self, record: Record) -> None:
        """Take in a record; the latest of an hour counts."""
        if record.get("kind") == "files":
            for one in record.get("missing", []):
                found = read_name(str(one.get("name", "")).replace("\\", "/").rpartition("/")[2])
                if found:
                    self._suspect.add((found.project, found.hour))
        if record.get("kind") != "window" or record.get("account") != clean(self._account):
            return
        kept = packed(record)
        for hour in hours_of(record):
            self._records[hour] = kept
        self.project = record.get("project") or self.project
        if record["status"] == "whole":
            self._bytes += record["bytes"]
            self._hours += record["hours"]

    def bytes_an_hour(self) -> float:
        """What an hour has taken so far, as it came over the wire; 0 where nothing is known."""
        return self._bytes / self._hours if self._hours else 0.0

    def is_there(self, hour: dt.datetime) -> bool:
        """Whether the hour is recorded, and the disk agrees.

        While nothing ever came from an account, its empty hours are not believed: a wrong address looks the same.
        """
        status = opened(self._records[hour])["status"] if hour in self._records else "damaged"
        if status == "damaged" or (status == "empty" and not self.project):
            return False
        return all(self._is_whole(one) for one in self.entries([hour]))

    def files_of(self, projects: Iterable[str], hours: Iterable[dt.datetime]) -> list[str]:
        """The names of all export files on the disk that hold these hours, whoever wrote them."""
        wanted = {(project, hour) for project in projects for hour in hours}
        return sorted(name for key, names in self._on_disk().items() if key in wanted for name in names)

    def recorded_files(self, hours: Iterable[dt.datetime]) -> list[str]:
        """The names that the latest records give for these hours."""
        return sorted({one["name"] for one in self.entries(hours)})

    def lost_files(self, hours: Iterable[dt.datetime]) -> list[str]:
        """The names that the latest records give for these hours and that are not on the disk, whole."""
        return sorted({one["name"] for one in self.entries(hours) if not self._is_whole(one)})

    def entries(self, hours: Iterable[dt.datetime]) -> list[Record]:
        """The files that the latest records list for these hours, as they list them."""
        return [
            one
            for hour in hours
            if hour in self._records
            for one in opened(self._records[hour])["files"]
            if one["hour"] == hour.strftime(STAMP)
        ]

    def unrecorded(self, hours: Iterable[dt.datetime]) -> dict[dt.datetime, list[str]]:
        """Hours without any record for which the project's files are on the disk, with their names."""
        on_disk = self._on_disk()
        found = {}
        for hour in hours:
            key = (self.project, hour)
            if hour not in self._records and key in on_disk and key not in self._suspect:
                found[hour] = on_disk[key]
        return found

    def may_hold_unrecorded(self, hours: Iterable[dt.datetime]) -> dt.datetime | None:
        """While the project's number is not known: an hour of which some file is on the disk."""
        on_disk = {hour for _, hour in self._on_disk()}
        return next((hour for hour in sorted(hours) if hour in on_disk), None)

    def describe(self, names: Iterable[str], hour: dt.datetime) -> list[Record] | None:
        """The files as a record lists them, or None where one is not whole."""
        files = []
        for name in names:
            path = self._landing.dest / name
            if fault_of(path):
                return None
            status = path.stat()
            files.append(
                {
                    "name": name,
                    "hour": hour.strftime(STAMP),
                    "bytes": status.st_size,
                    "sha256": sha256_of(path),
                    "mtime_ns": status.st_mtime_ns,
                }
            )
        return files

    def _on_disk(self) -> dict[tuple[str, dt.datetime], list[str]]:
        found: dict[tuple[str, dt.datetime], list[str]] = defaultdict(list)
        for path in self._landing.dest.iterdir():
            said = read_name(path.name)
            if said and not said.merged:
                found[(said.project, said.hour)].append(path.name)
        return found

    def _is_whole(self, file: Record) -> bool:
        path = self._landing.dest / file["name"]
        try:
            status = path.stat()
        except OSError:
            return False
        if status.st_size != file["bytes"]:
            return False
        return bool(status.st_mtime_ns == file.get("mtime_ns") or sha256_of(path) == file["sha256"])


def hours_of(record: Record) -> list[dt.datetime]:
    """The hours that a record is about."""
    start = dt.datetime.strptime(record["start"], STAMP).replace(tzinfo=dt.UTC)
    return Window(start, record["hours"]).all_hours()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file as it is, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            digest.update(data)
    return digest.hexdigest()


def file_hour(name: str, window: Window) -> dt.datetime:
    """The hour of a window under which a file is booked: its own, else the window's first."""
    said = read_name(name)
    inside = said and not said.whole_day and window.start <= said.hour < window.start + window.hours * HOUR
    return said.hour if said and inside else window.start
