"""What an extract says at its end, for people."""

from crosswalk.extract.amplitude import Report
from crosswalk.output import duration, plural, safe, size, table

_HEADS = {"done": "Done", "failed": "Done, but for hours that could not be had", "interrupted": "Interrupted"}


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
