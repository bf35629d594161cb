"""The one sentence: is everything there, and what to type next. Only what was verified is green."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from crosswalk import exits
from crosswalk.output import count, plural
from crosswalk.report.book import Book
from crosswalk.verify.result import VerifyResult

LABELS = {"mixpanel": "Mixpanel", "posthog": "PostHog"}


@dataclass(frozen=True)
class Verdict:
    """`title` in a few words, `sentence` in one, `tone` for the colour (good, warn, bad, idle), `next` to type."""

    code: str
    title: str
    sentence: str
    tone: str
    next: str
    exit_code: int = exits.DONE

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Standing:
    """Where a delivery stands, in records: every payload is accepted, rejected or left.

    `superseded` counts records in the ledger beyond the payloads that there are now; `unknown` are in batches whose
    answer was never heard.
    """

    payloads: int
    accepted: int
    rejected: int
    left: int
    superseded: int
    unknown: int

    @property
    def share(self) -> float:
        """The part of the payloads that is settled, 0 to 1."""
        return (self.accepted + self.rejected) / self.payloads if self.payloads else 0.0


def standing(book: Book) -> Standing:
    """Payloads of the warehouse against the ledger."""
    payloads = book["payloads"].number("records")
    accepted, rejected = book["accepted"].number("records"), book["rejected"].number("records")
    difference = payloads - accepted - rejected
    return Standing(
        payloads=payloads,
        accepted=accepted,
        rejected=rejected,
        left=max(0, difference),
        superseded=max(0, -difference),
        unknown=book["accepted"].number("unknown"),
    )


def verification_problem(book: Book, project: dict[str, Any], verified: VerifyResult | None) -> str:
    """Why the last verification says nothing about this delivery, as part of a sentence; "" where it does."""
    if verified is None:
        return "nothing was read back yet"
    if verified.status == "not_verified":
        return verified.reason.rstrip(".") or "nothing could be read back"
    run = book["last_run"].first()
    if (verified.host and verified.host != project.get("host")) or (
        verified.project and project.get("project") and verified.project != project["project"]
    ):
        return "the last verification looked at another project"
    if _moment(str(run.get("finished_at") or run.get("started_at") or "")) > _moment(verified.made_at):
        return "records were sent after the last verification"
    return ""


def judge(
    book: Book, destination: str, project: dict[str, Any], verified: VerifyResult | None, is_live: bool
) -> Verdict:
    """The verdict on a delivery."""
    name, at = LABELS[destination], standing(book)
    faults = _faults(book)
    if faults:
        return Verdict("not_ready", "NOT READY", faults, "bad", "crosswalk build", exits.COUNTS)
    if not at.payloads:
        sentence = f"There is nothing to send to {name}: no payload was built."
        return Verdict("not_ready", "NOT READY", sentence, "bad", "crosswalk build")
    if is_live:
        sentence = f"{count(at.accepted + at.rejected)} of {plural(at.payloads, 'record')} have an answer from {name}."
        return Verdict(
            "running",
            f"RUNNING {_percent(at.share)}",
            sentence,
            "idle",
            f"crosswalk status --to {destination}",
        )
    if not book["last_run"].rows:
        return _ready(book, destination, at)
    if at.superseded:
        return _superseded(destination, at)
    if at.left:
        return _stopped(book, destination, at)
    return _done(book, destination, at, project, verified)


def _faults(book: Book) -> str:
    """Where counts that have to agree do not; "" where all do."""
    off = book["rows"].number("lines_off")
    if off:
        return f"{plural(off, 'line')} of audit_route_counts do not add up: rows read are not the sum of their parts."
    if book["rows"].missing or book["generated"].missing:
        return ""
    delivered = book["rows"].number("delivered")
    generated = sum(int(row["records"]) for row in book.rows("generated"))
    payloads = book["payloads"].number("records")
    if delivered + generated != payloads:
        return (
            f"{count(delivered)} delivered rows and {plural(generated, 'generated record')} are not "
            f"{plural(payloads, 'payload')}: the audit tables are of another build."
        )
    return ""


def _ready(book: Book, destination: str, at: Standing) -> Verdict:
    over = book["over_limits"].number("records")
    held = f"; {count(over)} of them break a limit and will not be sent" if over else ""
    stands = "stands" if at.payloads == 1 else "stand"
    sentence = f"{plural(at.payloads, 'record')} {stands} ready for {LABELS[destination]}{held}. Nothing was sent yet."
    return Verdict("ready", "READY", sentence, "idle", f"crosswalk plan --to {destination}")


def _superseded(destination: str, at: Standing) -> Verdict:
    sentence = (
        f"{LABELS[destination]} has an answer for {count(at.accepted + at.rejected)} records, and {count(at.payloads)} payloads "
        "stand here: the data was built anew, or records were sent again."
    )
    return Verdict("changed", "CHANGED SINCE SENT", sentence, "warn", f"crosswalk plan --to {destination}")


def _stopped(book: Book, destination: str, at: Standing) -> Verdict:
    unknown = f" {plural(at.unknown, 'record')} went out without an answer." if at.unknown else ""
    sentence = (
        f"{plural(at.left, 'record')} of {count(at.payloads)} {'has' if at.left == 1 else 'have'} no answer from "
        f"{LABELS[destination]} yet, and no run is at work.{unknown}"
    )
    return Verdict(
        "stopped", f"STOPPED AT {_percent(at.share)}", sentence, "warn", f"crosswalk push --to {destination}"
    )


def _done(
    book: Book, destination: str, at: Standing, project: dict[str, Any], verified: VerifyResult | None
) -> Verdict:
    name, problem = LABELS[destination], verification_problem(book, project, verified)
    taken = f"{name} accepted {count(at.accepted)} of {plural(at.payloads, 'record')}"
    if verified is not None and not problem and verified.status == "different":
        findings = plural(len(verified.findings), "difference") if verified.findings else "a difference"
        sentence = f"{taken}, and reading them back found {findings}."
        return Verdict(
            "different",
            "DONE, DIFFERENT",
            sentence,
            "bad",
            f"crosswalk verify --to {destination}",
            exits.COUNTS,
        )
    proof = f"not verified, since {problem}" if problem else _proof(verified)
    if at.rejected:
        return Verdict(
            "rejected" if problem else "verified_rejected",
            f"DONE, {count(at.rejected)} REJECTED",
            f"{taken} and refused {count(at.rejected)}: {proof}.",
            "warn",
            f"crosswalk replay --to {destination}",
            exits.REJECTED,
        )
    if problem:
        sentence = f"{taken}: {proof}."
        return Verdict(
            "not_verified", "DONE, NOT VERIFIED", sentence, "warn", f"crosswalk verify --to {destination}"
        )
    return Verdict(
        "verified", "DONE, VERIFIED", f"{taken}: {proof}.", "good", f"crosswalk undo-plan --to {destination}"
    )


def _proof(verified: VerifyResult | None) -> str:
    """What was found there, and that it is not all: raw exports hold no profiles, a sample no whole."""
    sample = verified.sample if verified else None
    found = "every event that was accepted was found there"
    if sample is not None and not sample.is_all:
        found += f", {plural(sample.records, 'record')} of them compared field by field"
    return (
        f"{found}; what could not be read back stands under Proof"
        if verified and verified.unverified
        else found
    )


def _percent(share: float) -> str:
    """A share that is not the whole never reads 100 %."""
    return f"{min(int(share * 100), 99)} %"


def _moment(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return dt.datetime.min.replace(tzinfo=dt.UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
