"""What an extract did: the counts, and what it says of them to people."""

from dataclasses import asdict, dataclass, field
from typing import Any

from crosswalk import exits
from crosswalk.output import duration, plural, safe, size, table

_HEADS = {"done": "Done", "failed": "Done, but for hours that could not be had", "interrupted": "Interrupted"}


@dataclass(frozen=True)
class Failed:
    """A window that could not be had, why, and where its damaged answer was set aside (or "")."""

    window: str
    why: str
    kept: str


@dataclass
class Report:
    """What an extract did: hours asked = there before + fetched + empty + failed + left + too young."""

    dest: str
    first: str
    last: str
    hours: int = 0
    there_before: int = 0
    adopted: int = 0
    fetched: int = 0
    empty: int = 0
    failed_hours: int = 0
    left: int = 0
    too_young: int = 0
    windows: int = 0
    files: int = 0
    rows: int = 0
    new_rows: int = 0
    replaced_rows_kept: int = 0
    bytes: int = 0
    requests: int = 0
    seconds: float = 0.0
    outcome: str = "done"
    exit_code: int = exits.DONE
    failed: list[Failed] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def report_lines(report: Report) -> list[str]:
    """The result, and what to type next where something is left."""
    counts = (
        ("there before", report.there_before),
        ("fetched", report.fetched),
        ("empty at Amplitude", report.empty),
        ("failed", report.failed_hours),
        ("left", report.left),
        ("too young to be exported", report.too_young),
    )
    lines = [
        f"{_HEADS[report.outcome]}: uploads from {report.first} to {report.last} (UTC), both included, in {safe(report.dest)}",
        *table(("hours", "count"), [*(line for line in counts if line[1]), ("all", report.hours)]),
        f"  {plural(report.rows, 'row')} in {plural(report.files, 'file')}, {size(report.bytes)} in "
        f"{duration(report.seconds)}, {plural(report.requests, 'request')}",
    ]
    if report.new_rows:
        lines.append(f"  {plural(report.new_rows, 'row')} new since the first pass.")
    if report.replaced_rows_kept:
        lines.append(
            f"  {plural(report.replaced_rows_kept, 'row')} of before that Amplitude no longer sends: kept in .extract/replaced."
        )
    for one in report.failed:
        kept = f" The last answer is kept as {safe(one.kept)}." if one.kept else ""
        lines.append(f"  {one.window}: {one.why}.{kept}")
    if report.left or report.failed:
        lines.append("  To go on, run the same command again: it asks only for what is missing.")
    return lines
