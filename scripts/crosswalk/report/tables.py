"""Tables of the page: which cells, from which query, so that each number can be asked for again."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from crosswalk.report.book import Book, Row
from crosswalk.report.text import bytes_text, moment, percent, shown

# How the values of a column are written; all but `text` and `code` stand to the right.
_WRITTEN: dict[str, Callable[[Any], str]] = {
    "count": lambda value: "–" if value is None else f"{value:,}",
    "share": percent,
    "bytes": bytes_text,
    "moment": moment,
    "text": shown,
    "word": shown,
    "sentence": lambda value: shown(value, longest=600),
    "day": lambda value: shown(value or "–"),
    "code": shown,
    "command": shown,
    "target": lambda value: "not sent" if value is None else shown(value),
}


@dataclass(frozen=True)
class Column:
    """One column: the cell of the row it shows, its heading, how it is written, whether a bar stands beside it.

    `note` names the cell whose text stands under it. `query` and `source` name the query and its column where they are
    others than the table's own.
    """

    name: str
    label: str
    kind: str = "count"
    has_bar: bool = False
    query: str = ""
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell as it is written; `raw` is the number behind it, `bar` 0 to 100, `note` what to look at."""

    text: str
    kind: str
    raw: str = ""
    bar: str = ""
    note: str = ""


@dataclass(frozen=True)
class TableRow:
    """One row; `key` says which row of the query it is: its number, or the value of the table's key column."""

    key: str
    cells: list[Cell]


@dataclass(frozen=True)
class Table:
    """A table: `total` rows there are, `rows` are shown. `key` names the column that joins several queries; else rows go
    by number."""

    id: str
    query: str
    caption: str
    columns: Sequence[Column]
    rows: list[TableRow] = field(default_factory=list)
    total: int = 0
    key: str = ""
    empty: str = ""
    queries: tuple[str, ...] = ()

    @property
    def shown_of(self) -> str:
        """ "25 of 500 shown" where rows were left out, else nothing."""
        return f"{len(self.rows):,} of {self.total:,} shown" if len(self.rows) < self.total else ""


def table(
    book: Book,
    query: str,
    caption: str,
    columns: Sequence[Column],
    *,
    extra: Sequence[dict[str, Any]] | None = None,
    most: int = 200,
    empty: str = "",
    name: str = "",
) -> Table:
    """A table of a query's rows, at most `most` of them; `extra` adds cells that are no column of the query, row by row."""
    asked = book.queries.get(query)
    rows = asked.rows if asked else []
    cells = [row | (extra[number] if extra else {}) for number, row in enumerate(rows)]
    why = (asked.missing if asked else "") or empty
    return Table(
        id=name or query,
        query=query,
        caption=caption,
        columns=columns,
        rows=list(_rows(cells[:most], columns, lambda number, row: str(number))),
        total=len(rows),
        empty=why,
        queries=(query,),
    )


def joined(
    name: str,
    caption: str,
    key: str,
    rows: Sequence[Row],
    columns: Sequence[Column],
    *,
    most: int = 1000,
    empty: str = "",
) -> Table:
    """A table of rows that several queries gave, joined by the column `key`; each column names its query."""
    queries = tuple(dict.fromkeys(column.query for column in columns if column.query))
    return Table(
        id=name,
        query="",
        caption=caption,
        columns=columns,
        rows=list(_rows(rows[:most], columns, lambda number, row: str(row[key]))),
        total=len(rows),
        key=key,
        empty=empty,
        queries=queries,
    )


def _rows(
    rows: Iterable[Row], columns: Sequence[Column], key: Callable[[int, Row], str]
) -> Iterable[TableRow]:
    listed = list(rows)
    largest = {
        column.name: max([abs(float(row.get(column.name) or 0)) for row in listed] + [0.0])
        for column in columns
        if column.has_bar
    }
    for number, row in enumerate(listed):
        yield TableRow(key(number, row), [_cell(row, column, largest) for column in columns])


def _cell(row: Row, column: Column, largest: dict[str, float]) -> Cell:
    value = row.get(column.name)
    raw, bar = "", ""
    if column.kind in ("share", "bytes") and value is not None:
        raw = repr(value)
    if column.has_bar and largest[column.name]:
        part = float(value or 0) / (1.0 if column.kind == "share" else largest[column.name])
        bar = f"{max(part * 100, 1.5 if value else 0):.1f}".removesuffix(".0")
    kind = "none" if column.kind == "target" and value is None else column.kind
    return Cell(
        _WRITTEN[column.kind](value), kind, raw, bar, shown(row.get(column.note) or "") if column.note else ""
    )
