"""The list to sign: what a person would check before the old tool is switched off, with what is known of it.

After Mixpanel's playbook for moving projects: counts, unique ids, a look at properties, and somebody's word.
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crosswalk.report.gather import Report

STATES = {"done": "✓ agrees", "off": "✕ differs", "open": "– open", "person": "☐ for a person"}


@dataclass(frozen=True)
class Item:
    """One line: `state` of STATES, and what it rests on."""

    text: str
    state: str
    why: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def sign_off(report: "Report") -> list[Item]:
    """Every line; only what was read back is done."""
    found = report.verified if not report.unverified_reason else None
    open_why = f"not verified: {report.unverified_reason}"
    sums_hold = all(one.holds for one in report.equations())
    items = [
        Item(
            "Every row and every record is accounted for",
            "done" if sums_hold else "off",
            "the sums at the head of this report",
        ),
        Item("Nothing is refused, or what is refused may stay away", *_refused(report)),
    ]
    if found is None:
        items += [
            Item(text, "open", open_why)
            for text in (
                "Counts by day and event agree",
                "Distinct ids by day agree",
                "Records agree field by field",
                "Hours of the week agree",
            )
        ]
    else:
        off = bool(report.book.rows("verified_off"))
        people = all(one.sent == one.found for one in found.users)
        sample = found.sample
        items += [
            Item("Counts by day and event agree", "off" if off else "done", "section Proof"),
            Item(
                "Distinct ids by day agree", "done" if people else "off", "section Proof, distinct ids by day"
            ),
            Item("Records agree field by field", *_fields(sample)),
            Item("Hours of the week agree", *_hours(report)),
        ]
    return [
        *items,
        Item("Personal data in it is meant to be there", *_personal(report)),
        Item("A run into a test project was looked at first", "person", "nothing here knows of it"),
        Item(
            "The reports that people use show what the old ones showed",
            "person",
            "look at the three that matter most",
        ),
        Item("The old tool may be switched off", "person", "its history cannot be fetched again afterwards"),
    ]


def _refused(report: "Report") -> tuple[str, str]:
    if not report.project:
        return "open", "nothing was sent yet"
    if report.standing.left:
        return "open", "records are left"
    return ("person", "section Refused") if report.standing.rejected else ("done", "no record was refused")


def _fields(sample: Any) -> tuple[str, str]:
    if sample is None or not sample.records:
        return "open", "no record was compared field by field"
    return ("done" if sample.equal == sample.records else "off"), "section Proof"


def _hours(report: "Report") -> tuple[str, str]:
    shift = report.shifts.get("found")
    if shift is None or shift.hours is None:
        return "open", "too few events to tell a shift"
    return ("done" if shift.hours == 0 else "off"), "section Hours"


def _personal(report: "Report") -> tuple[str, str]:
    if report.privacy is None or not report.privacy.looked_at:
        return "open", "crosswalk plan looks for it"
    has_any = bool(report.book.rows("personal"))
    return ("person", "section Privacy") if has_any else ("done", "none was found")
