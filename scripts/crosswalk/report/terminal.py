"""The report in a few lines of text: the same numbers as the page, from the same place."""

from crosswalk.output import count, safe, table
from crosswalk.report.equations import Equation
from crosswalk.report.gather import Report
from crosswalk.report.verdict import LABELS

_SIGNS = {"good": "✓", "warn": "!", "bad": "✕", "idle": "○"}


def lines(report: Report) -> list[str]:
    """The verdict, the sums, and what to type next."""
    verdict = report.verdict
    found = [
        f"{_SIGNS[verdict.tone]} {LABELS[report.destination]}: {verdict.title}",
        f"  {safe(verdict.sentence)}",
    ]
    rows = [(one.title, *_sum(one)) for one in report.equations()]
    if report.unverified_reason:
        rows.append(("Proof", f"not verified: {safe(report.unverified_reason)}", ""))
    found += table(("sum", "records", ""), rows)
    return [*found, f"  next: {verdict.next}"]


def _sum(equation: Equation) -> tuple[str, str]:
    right = " + ".join(f"{count(part.value)} {part.label}" for part in equation.parts)
    left = f"{count(equation.total.value)} {equation.total.label}"
    return f"{left} = {right}", "adds up" if equation.holds else "IS OFF"
