"""What `migrate` asks of a source; one class a vendor."""

import datetime as dt
import hashlib
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosswalk import exits
from crosswalk.migrate.patterns import below

DEFAULT_DAYS = 30
Variables = dict[str, list[str]]


@dataclass(frozen=True)
class Span:
    """What to migrate, from `first` to `last`, both included: hours of upload (Amplitude) or days (Mixpanel)."""

    first: str
    last: str
    by_default: bool = False

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


@dataclass(frozen=True)
class Extracted:
    """What an extract did: lines for people, values for programs; `young` are hours or days that are to come later."""

    lines: list[str]
    values: dict[str, Any]
    exit_code: int = exits.DONE
    young: int = 0


@dataclass(frozen=True)
class Found:
    """The files of a span: the variables that name them to dbt, and name, size and time of change of each."""

    variables: Variables
    stamps: list[tuple[str, int, int]] = field(default_factory=list)
    events: int = 0

    def fingerprint(self) -> str:
        """Another text for other files, or for files that have changed."""
        return hashlib.sha256(json.dumps([self.variables, self.stamps]).encode()).hexdigest()


class Source(ABC):
    """A project to read from, with its address and credentials; `account` stands for both and holds neither."""

    name: str
    label: str
    what: str
    url: str
    account: str
    dest: Path

    @abstractmethod
    def default_span(self) -> Span:
        """The last 30 days that the vendor has in full."""

    @abstractmethod
    def read_span(self, start: str, end: str) -> Span:
        """The range that the flags give, in one spelling. Raises ConfigError."""

    @abstractmethod
    def extract(self, span: Span, begun_at: dt.datetime) -> Extracted:
        """Fetch what is missing. Raises CrosswalkError; running it again goes on."""

    @abstractmethod
    def find(self, span: Span, project_dir: Path) -> Found:
        """The files on the disk that hold the span, and no others."""

    @abstractmethod
    def last_day(self, span: Span) -> dt.date:
        """The day that the span ends on."""


def account_of(*parts: str) -> str:
    """A hash that tells one source or destination project from another; it does not tell their keys."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def spelled(dest: Path, project_dir: Path, globs: list[str]) -> list[str]:
    """Globs of the folder as dbt is given them: relative where the folder is in the project, since dbt runs there."""
    folder = dest.resolve()
    inside = folder.is_relative_to(project_dir)
    return below(str(folder.relative_to(project_dir) if inside else folder), globs)


def stamps_of(dest: Path, names: list[str]) -> list[tuple[str, int, int]]:
    """Name, size and time of change of files below `dest`."""
    found = []
    for name in sorted(names):
        status = (dest / name).stat()
        found.append((name, status.st_size, status.st_mtime_ns))
    return found
