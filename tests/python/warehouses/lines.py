"""The raw lines of export files as rows of a table, for warehouses: what somebody who loads an export has to make of it."""

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

BREAK = re.compile(rb"\r\n|\n|\r")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# file, line_number, line, read_error
Row = tuple[str, int, str | None, str | None]
COLUMNS = "file text, line_number bigint, line text, read_error text"


def raw_lines(path: Path) -> Iterator[Row]:
    """Each line of a text file, gzipped or not. One that is no UTF-8 has a reason and what could be read of it."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).removeprefix(BYTE_ORDER_MARK)
    lines = BREAK.split(text)
    for number, line in enumerate(lines if lines[-1] else lines[:-1], start=1):
        try:
            yield str(path), number, line.decode().replace("\x00", "") or None, None
        except UnicodeDecodeError:
            yield str(path), number, line.decode(errors="replace"), "invalid_utf8"


def of_objects(file: str, rows: Iterable[tuple[int, str]]) -> Iterator[Row]:
    """Rows of a CSV file that stand as JSON objects already, with their line numbers."""
    for number, line in rows:
        yield file, number, line, None


def copy(cursor: Any, table: str, rows: Iterable[Row]) -> None:
    """Loads rows into a new table by COPY."""
    cursor.execute(f"drop table if exists {table} cascade; create table {table} ({COLUMNS})")
    append(cursor, table, rows)


def append(cursor: Any, table: str, rows: Iterable[Row]) -> None:
    """Adds rows to a table by COPY."""
    cursor.copy_expert(f"copy {table} from stdin", _Text(rows))


class _Text:
    """Rows as COPY reads them: PostgreSQL manual, COPY, Text Format."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._text = "".join("\t".join(map(_field, row)) + "\n" for row in rows).encode()
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        end = len(self._text) if size < 0 else self._at + size
        piece, self._at = self._text[self._at : end], min(end, len(self._text))
        return piece


def _field(value: Any) -> str:
    if value is None:
        return "\\N"
    return str(value).translate({92: "\\\\", 9: "\\t", 10: "\\n", 13: "\\r"})


def canonical(text: str) -> str:
    """A JSON text with sorted keys, by value."""
    return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)


def named(rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in rows]
