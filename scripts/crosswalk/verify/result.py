"""What `crosswalk verify` found out, as it stands in `verify/<destination>.json` of the state folder.

`verify` writes it, `report` and `status` read it. Counts are of records, days are UTC, in ISO form. A result says which
delivery it looked at (`plan_id`, `host`, `project`), so that it is not taken for one about another delivery.
"""

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, get_args

from crosswalk.errors import LocalError
from crosswalk.files import write_private

SCHEMA = 1
# `verified`: all that was compared agrees. `different`: something does not. `not_verified`: nothing could be compared.
STATUSES = ("verified", "different", "not_verified")
# What can be wrong at a destination; `other` is for what has no name yet.
FINDING_KINDS = (
    "dropped", "extra", "value_changed", "time_shifted", "people_merged", "batch_doubled", "day_missing", "event_renamed",
    "other",
)  # fmt: skip


@dataclass(frozen=True)
class DayEvent:
    """One event name on one day: rows that the source gave, payloads, records accepted, records found there.

    `event` is the destination's name. `source` and `accepted` are None where they are not known by event.
    """

    day: str
    event: str
    source: int | None
    delivered: int
    accepted: int | None
    found: int


@dataclass(frozen=True)
class DayUsers:
    """Distinct ids on one day: in the payloads, and at the destination."""

    day: str
    sent: int
    found: int


@dataclass(frozen=True)
class HourCount:
    """Events found in one hour of the week, UTC: weekday 1 (Monday) to 7, hour 0 to 23."""

    weekday: int
    hour: int
    found: int


@dataclass(frozen=True)
class Sample:
    """Records that were compared field by field, drawn at random, or all of them (`is_all`).

    `upper_bound` is the largest share of wrong records that `confidence` still allows; of all of them, the share itself.
    """

    records: int
    equal: int
    missing: int
    upper_bound: float
    confidence: float = 0.95
    is_all: bool = False


@dataclass(frozen=True)
class Finding:
    """One difference, in words. `kind` is one of FINDING_KINDS; day, event and batch are empty where they do not apply.

    `records` counts what is concerned; `next` is the command or step that mends it.
    """

    kind: str
    text: str
    records: int
    day: str = ""
    event: str = ""
    batch: str = ""
    next: str = ""


@dataclass(frozen=True)
class VerifyResult:
    """A whole verification. `reason` says why nothing could be compared; `unverified` what else was left out and why;
    `notes` what was seen that is no difference.
    """

    destination: str
    status: str
    made_at: str
    host: str = ""
    project: str = ""
    plan_id: str = ""
    import_id: str = ""
    reason: str = ""
    events: list[DayEvent] = field(default_factory=list)
    users: list[DayUsers] = field(default_factory=list)
    hours: list[HourCount] = field(default_factory=list)
    sample: Sample | None = None
    findings: list[Finding] = field(default_factory=list)
    unverified: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    schema: int = SCHEMA

    def __post_init__(self) -> None:
        """Raises ValueError for a status or a kind of finding that is none."""
        if self.status not in STATUSES:
            raise ValueError(f"{self.status!r} is no status of a verification")
        wrong = [one.kind for one in self.findings if one.kind not in FINDING_KINDS]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no kind of finding")
        if self.status == "verified" and self.findings:
            raise ValueError("what has findings is not verified")

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def result_path(state_dir: Path, destination: str) -> Path:
    """Where the result of the last verification stands."""
    return state_dir / "verify" / f"{destination}.json"


def write_result(state_dir: Path, result: VerifyResult) -> Path:
    """Store a result in place of the one before, and return its file. Raises LocalError."""
    path = result_path(state_dir, result.destination)
    write_private(path, json.dumps(result.as_dict(), ensure_ascii=False, indent=1) + "\n")
    return path


def read_result(state_dir: Path, destination: str) -> VerifyResult | None:
    """The last result, or None where nothing was verified yet. Raises LocalError for a damaged or foreign file."""
    path = result_path(state_dir, destination)
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["schema"] != SCHEMA or content["destination"] != destination:
            raise ValueError("another schema or destination")
        return _from_dict(content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LocalError(
            f"The result {path} cannot be read ({error}): run `crosswalk verify --to {destination}` again, or delete it."
        ) from error


def upper_bound(records: int, wrong: int, confidence: float = 0.95) -> float:
    """The largest share of wrong records that a random sample still allows (Clopper and Pearson, one-sided).

    With none wrong it is close to the rule of three: 3 / records at 95 %. Without a sample it is 1.
    """
    if not records or wrong >= records:
        return 1.0
    low, high = wrong / records, 1.0
    for _ in range(60):
        share = (low + high) / 2
        if _at_most(records, wrong, share) > 1 - confidence:
            low = share
        else:
            high = share
    return high


def _at_most(records: int, wrong: int, share: float) -> float:
    """The chance of at most `wrong` wrong ones in a sample, where `share` of all are."""
    if share >= 1:
        return 0.0
    total = 0.0
    for number in range(wrong + 1):
        ways = math.lgamma(records + 1) - math.lgamma(number + 1) - math.lgamma(records - number + 1)
        total += math.exp(ways + number * math.log(share) + (records - number) * math.log1p(-share))
    return min(1.0, total)


def _from_dict(content: dict[str, Any]) -> VerifyResult:
    """The result of plain values; what a later version added is left out."""
    lists = {"events": DayEvent, "users": DayUsers, "hours": HourCount, "findings": Finding}
    values = {name: content[name] for name in VerifyResult.__dataclass_fields__ if name in content}
    for name, kind in lists.items():
        values[name] = [_known(kind, one) for one in values.get(name, [])]
    if values.get("sample") is not None:
        values["sample"] = _known(Sample, values["sample"])
    return VerifyResult(**values)


def _known(kind: Any, values: dict[str, Any]) -> Any:
    """A dataclass of the values that it knows. Raises TypeError for one that lacks a count or holds none in its place."""
    fields = kind.__dataclass_fields__
    for name, value in values.items():
        if (
            name in fields
            and fields[name].type in (int, int | None)
            and not _is_count(value, fields[name].type)
        ):
            raise TypeError(f"{name} is no count")
    return kind(**{name: value for name, value in values.items() if name in fields})


def _is_count(value: object, wanted: Any) -> bool:
    if value is None:
        return type(None) in get_args(wanted)
    return isinstance(value, int) and not isinstance(value, bool)
