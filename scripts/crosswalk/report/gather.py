"""Everything a report says, gathered once: the page, the JSON and the terminal show the same numbers."""

import datetime as dt
import json
import os
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosswalk.errors import ConfigError
from crosswalk.redact import clean
from crosswalk.report import settings_page, state_queries, warehouse_queries
from crosswalk.report.book import STORES, Book, Row
from crosswalk.report.coverage import Day, coverage, gaps
from crosswalk.report.equations import Equation, equations
from crosswalk.report.mapping import EventName, PropertyName, event_names, property_names
from crosswalk.report.privacy import Privacy, hashes, privacy
from crosswalk.report.settings_page import Setting
from crosswalk.report.shift import Shift, compare, week
from crosswalk.report.signoff import sign_off
from crosswalk.report.verdict import Standing, Verdict, judge, standing, verification_problem
from crosswalk.undo import UndoPlan, make_undo_plan
from crosswalk.verify.result import VerifyResult, read_result

if TYPE_CHECKING:
    from crosswalk.warehouse import Warehouse

SCHEMA = 1


@dataclass(frozen=True)
class Place:
    """Where things are: the project's folder, its dbt target, the state folder."""

    project_dir: Path
    state_dir: Path
    profiles_dir: str | None = None
    target: str | None = None


@dataclass
class Report:
    """One destination's report. `project` is the row of the ledger, empty before the first push."""

    destination: str
    made_at: str
    project: Row
    verdict: Verdict
    standing: Standing
    book: Book
    verified: VerifyResult | None
    unverified_reason: str
    days: list[Day] = field(default_factory=list)
    gaps: list[tuple[str, str, int]] = field(default_factory=list)
    events: list[EventName] = field(default_factory=list)
    properties: list[PropertyName] = field(default_factory=list)
    shifts: dict[str, Shift] = field(default_factory=dict)
    settings: dict[str, list[Setting]] = field(default_factory=dict)
    privacy: Privacy | None = None
    undo: UndoPlan | None = None

    def equations(self) -> list[Equation]:
        """The conservation of records: sums that hold, or the report says that they do not."""
        return equations(self.book, self.standing, self.verified is not None and not self.unverified_reason)

    def as_dict(self) -> dict[str, Any]:
        """The JSON twin; docs/report.md says what stands where."""
        return {
            "schema": SCHEMA,
            "type": "report",
            **summary(self),
            "unverified_reason": self.unverified_reason,
            "coverage": [day.as_dict() for day in self.days],
            "gaps": [{"first": first, "last": last, "days": days} for first, last, days in self.gaps],
            "events": [event.as_dict() for event in self.events],
            "properties": [name.as_dict() for name in self.properties],
            "shifts": {name: {"hours": one.hours, "text": one.text} for name, one in self.shifts.items()},
            "notes": self.verified.notes if self.verified and not self.unverified_reason else [],
            "privacy": self.privacy.as_dict() if self.privacy else None,
            "undo": self.undo.as_dict() if self.undo else None,
            "sign_off": [one.as_dict() for one in sign_off(self)],
            "settings": {
                part: [{"name": one.name, "value": one.value, "origin": one.origin} for one in found]
                for part, found in self.settings.items()
            },
            "stores": STORES,
            "queries": {name: query.as_dict() for name, query in self.book.queries.items()},
        }


def summary(report: Report) -> dict[str, Any]:
    """What `status` shows of it too."""
    return {
        "destination": report.destination,
        "made_at": report.made_at,
        "host": report.project.get("host", ""),
        "project": report.project.get("project", ""),
        "verdict": report.verdict.as_dict(),
        "equations": [one.as_dict() for one in report.equations()],
    }


def gather_core(warehouse: "Warehouse | None", place: Place, destination: str) -> Report:
    """What the verdict rests on, and no more. Raises LocalError for a damaged ledger or verification."""
    book = Book(warehouse, place.state_dir)
    try:
        project = state_queries.find_project(book, destination)
        state_queries.ask_core(book, project)
        warehouse_queries.ask_core(book, destination)
        verified = read_result(place.state_dir, destination)
        if verified is not None:
            state_queries.ask_verified(book, destination)
        return Report(
            destination=destination,
            made_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            project=project,
            verdict=judge(book, destination, project, verified, is_live(place.state_dir, project)),
            standing=standing(book),
            book=book,
            verified=verified,
            unverified_reason=verification_problem(book, project, verified),
        )
    finally:
        book.close()


def gather(warehouse: "Warehouse", place: Place, destination: str) -> Report:
    """Everything. Raises ConfigError where the payloads were not built, LocalError for a file that cannot be read."""
    with warehouse.held():
        return _gather(warehouse, place, destination)


def _gather(warehouse: "Warehouse", place: Place, destination: str) -> Report:
    settings = _settings(place)
    report = gather_core(warehouse, place, destination)
    book = report.book
    if book["payloads"].missing:
        raise ConfigError(book["payloads"].missing)
    try:
        state_queries.ask_all(book, report.project)
        state_queries.ask_plan(book, place.state_dir, destination)
        state_queries.ask_letters(book, place.state_dir, destination)
        warehouse_queries.ask_all(book, destination)
        if hashes(settings):
            warehouse_queries.ask_keys(book)
    finally:
        book.close()
    report.days = coverage(book, not report.unverified_reason)
    report.gaps = gaps([str(row["day"]) for row in book.rows("days")])
    report.events = event_names(book)
    report.properties = property_names(book, destination)
    report.shifts = _shifts(book)
    report.settings = settings
    report.privacy = privacy(book, report.project, settings, destination)
    report.undo = make_undo_plan(warehouse, destination)
    return report


def _shifts(book: Book) -> dict[str, Shift]:
    """The destination's week against the source's: what is sent, and what was found."""
    source = week(book.rows("hours_source"))
    found = {"sent": compare(source, week(book.rows("hours_sent")))}
    if book.rows("hours_found"):
        found["found"] = compare(source, week(book.rows("hours_found")))
    return found


def _settings(place: Place) -> dict[str, list[Setting]]:
    """Read first, so that every secret of the environment is known before anything is shown."""
    return {
        "environment": settings_page.environment(place.project_dir),
        "variables": settings_page.variables(place.project_dir),
        "target": settings_page.target(place.project_dir, place.profiles_dir, place.target),
        "versions": settings_page.versions(),
    }


def is_live(state_dir: Path, project: Row) -> bool:
    """Whether a run holds the project's lock: its owner, named in the file, is a process of this machine that lives."""
    path = state_dir / "locks" / f"{str(project.get('fingerprint', ''))[:16]}.lock"
    try:
        owner = json.loads(path.read_text(encoding="utf-8"))
        if owner["host"] != socket.gethostname():
            return True
        os.kill(int(owner["pid"]), 0)
    except PermissionError:
        return True
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return True


def write_json(report: Report) -> str:
    """The JSON twin as text, secrets out."""
    return clean(json.dumps(report.as_dict(), ensure_ascii=False, separators=(",", ":"), default=str)) + "\n"
