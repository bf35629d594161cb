"""A migration as it stands in `migrate/<source>-to-<destination>-<id>.json` of the state folder: what it moves, and how far.

The range is settled once and kept, so that 'the last 30 days' are the same days when the command is run again. What was
fetched, built and sent is told by the disk, the warehouse and the ledger; this file does not stand in for them.
"""

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from crosswalk import __version__
from crosswalk.errors import LocalError
from crosswalk.files import write_private
from crosswalk.migrate.source import Source, Span

FOLDER = "migrate"
SCHEMA = 1


@dataclass
class Journey:
    """One source project, one kind of destination, one range. `delivered`: project (a hash) to its plan, host and time."""

    source: str
    account: str
    destination: str
    first: str
    last: str
    by_default: bool
    begun_at: str
    delivered: dict[str, dict[str, str]] = field(default_factory=dict)
    crosswalk_version: str = __version__
    schema: int = SCHEMA

    @property
    def span(self) -> Span:
        """The range."""
        return Span(self.first, self.last, self.by_default)

    def begun(self) -> dt.datetime:
        """When the migration began, UTC, to the second."""
        return dt.datetime.fromisoformat(self.begun_at)

    def path(self, state_dir: Path) -> Path:
        """The file: the same for the same migration."""
        parts = (self.source, self.account, self.destination, self.first, self.last)
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
        return state_dir / FOLDER / f"{self.source}-to-{self.destination}-{digest}.json"

    def save(self, state_dir: Path) -> None:
        """Write the file. Raises LocalError."""
        write_private(self.path(state_dir), json.dumps(asdict(self), indent=2) + "\n")

    def is_open(self, project: str | None) -> bool:
        """Whether it was not delivered yet, to this project, or to any where none is known."""
        return project not in self.delivered if project else not self.delivered


def settle(
    state_dir: Path,
    source: Source,
    destination: str,
    project: str | None,
    span: Span | None,
    now: dt.datetime,
    restart: bool = False,
) -> tuple[Journey, bool]:
    """The migration that is meant, and whether it was begun before; a new one is written down.

    Without a span it is the latest of 'the last 30 days' that is not delivered to the project yet, else a new one; `restart`
    always means a new one. Raises LocalError for a damaged file.
    """
    known = [
        one
        for one in _known(state_dir, source.name, destination)
        if (one.source, one.account, one.destination) == (source.name, source.account, destination)
    ]
    if span is None and not restart:
        # only the latest counts: one that was given up before it stays given up
        latest = max((one for one in known if one.by_default), key=lambda one: one.begun_at, default=None)
        if latest is not None and latest.is_open(project):
            return latest, True
    wanted = span or source.default_span()
    for one in known:
        if (one.first, one.last) == (wanted.first, wanted.last):
            return one, True
    moment = now.astimezone(dt.UTC).isoformat(timespec="seconds")
    journey = Journey(
        source.name, source.account, destination, wanted.first, wanted.last, wanted.by_default, moment
    )
    journey.save(state_dir)
    return journey, False


def _known(state_dir: Path, source: str, destination: str) -> list[Journey]:
    return [_read(path) for path in sorted((state_dir / FOLDER).glob(f"{source}-to-{destination}-*.json"))]


def _read(path: Path) -> Journey:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if content["schema"] != SCHEMA:
            raise ValueError(f"schema {content['schema']}")
        journey = Journey(**content)
        journey.begun()
        return journey
    except (ValueError, KeyError, TypeError) as error:
        raise LocalError(
            f"The migration's file {path} cannot be read: delete it and run the same command again with --start and --end; "
            "what is fetched and sent is not done again."
        ) from error
