"""The conservation of records: each sum with where its numbers stand."""

from dataclasses import asdict, dataclass
from typing import Any

from crosswalk.report.book import Book
from crosswalk.report.verdict import Standing
from crosswalk.report.warehouse_queries import PARTS


@dataclass(frozen=True)
class Term:
    """A number and the cell it comes from; without a query it is the difference of the others."""

    label: str
    value: int
    query: str = ""
    column: str = ""
    row: int = 0


@dataclass(frozen=True)
class Equation:
    """`total` is the sum of `parts`, or something is wrong."""

    title: str
    total: Term
    parts: list[Term]

    @property
    def holds(self) -> bool:
        """Whether it adds up."""
        return self.total.value == sum(part.value for part in self.parts)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {**asdict(self), "holds": self.holds}


def equations(book: Book, at: Standing, is_verified: bool) -> list[Equation]:
    """Rows, payloads and answers; what was found too, where it was read back."""
    found = []
    if not book["rows"].missing:
        found.append(_rows(book))
        if not book["generated"].missing:
            found.append(_payloads(book))
    found.append(_answers(at))
    if is_verified and book.rows("verified_total") and book["verified_total"].number("pairs"):
        found.append(_proof(book))
    return found


def _cell(book: Book, label: str, query: str, column: str) -> Term:
    return Term(label, book[query].number(column), query, column)


def _rows(book: Book) -> Equation:
    parts = [_cell(book, part, "rows", part) for part in reversed(PARTS)]
    return Equation("Rows", _cell(book, "rows read", "rows", "rows_read"), parts)


def _payloads(book: Book) -> Equation:
    parts = [_cell(book, "delivered rows", "rows", "delivered")]
    parts += [
        Term(str(row["kind"]).replace("_", " "), int(row["records"]), "generated", "records", number)
        for number, row in enumerate(book.rows("generated"))
    ]
    return Equation("Payloads", _cell(book, "payloads", "payloads", "records"), parts)


def _answers(at: Standing) -> Equation:
    parts = [
        Term("accepted", at.accepted, "accepted", "records"),
        Term("rejected", at.rejected, "rejected", "records"),
        Term("left", at.left),
    ]
    if at.superseded:
        parts.append(Term("of earlier builds", -at.superseded))
    return Equation("Answers", Term("payloads", at.payloads, "payloads", "records"), parts)


def _proof(book: Book) -> Equation:
    has_answers = book["verified_total"].first().get("accepted") is not None
    column = "accepted" if has_answers else "delivered"
    total = _cell(book, f"events {column}", "verified_total", column)
    return Equation("Proof", total, [_cell(book, "found there", "verified_total", "found")])
