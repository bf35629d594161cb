"""The queries of a report with their rows: each number that is shown is a cell here, and each query is printed beside it."""

import contextlib
import datetime as dt
import sqlite3
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosswalk.errors import ConfigError, LocalError
from crosswalk.redact import clean
from crosswalk.report.mask import MASKS

if TYPE_CHECKING:
    from crosswalk.warehouse import Warehouse

WAREHOUSE, LEDGER, FILES = "warehouse", "ledger", "files"
# Where a person runs a query of each store.
STORES = {
    WAREHOUSE: "the warehouse of the dbt target",
    LEDGER: "ledger.sqlite in the state folder, with sqlite3",
    FILES: "DuckDB, started in the state folder",
}
Row = dict[str, Any]


@dataclass(frozen=True)
class Query:
    """One query and what it gave: `rows` of plain values, or why there are none in `missing`.

    `masked` names the columns that hold people's data, with the way they are masked: see crosswalk.report.mask.
    """

    id: str
    store: str
    title: str
    sql: str
    rows: list[Row]
    missing: str = ""
    masked: Mapping[str, str] = field(default_factory=dict)

    def first(self) -> Row:
        """The only row of a query of one row; an empty one where there is none."""
        return self.rows[0] if self.rows else {}

    def number(self, column: str) -> int:
        """A count of the first row; no row and no value are 0."""
        return int(self.first().get(column) or 0)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "store": self.store,
            "title": self.title,
            "sql": self.sql,
            "masked": dict(self.masked),
            "missing": self.missing,
            "rows": self.rows,
        }


class Book:
    """Asks and keeps. The ledger and the files are read only, like the warehouse."""

    def __init__(self, warehouse: "Warehouse | None", state_dir: Path) -> None:
        self.queries: dict[str, Query] = {}
        self._warehouse = warehouse
        self._state_dir = state_dir
        self._ledger: sqlite3.Connection | None = None

    def warehouse(self, name: str, title: str, sql: str, masked: Mapping[str, str] | None = None) -> Query:
        """Ask the warehouse; a relation that was not built leaves no rows, and says so."""
        return self._keep(name, WAREHOUSE, title, sql, masked)

    def ledger(self, name: str, title: str, sql: str, masked: Mapping[str, str] | None = None) -> Query:
        """Ask the ledger; without one there are no rows."""
        return self._keep(name, LEDGER, title, sql, masked)

    def files(self, name: str, title: str, sql: str, masked: Mapping[str, str] | None = None) -> Query:
        """Ask a JSON file of the state folder through DuckDB."""
        return self._keep(name, FILES, title, sql, masked)

    def relation(self, name: str) -> str:
        """The quoted name of a relation of the warehouse."""
        return self._warehouse.relation(name) if self._warehouse else name

    def __getitem__(self, name: str) -> Query:
        return self.queries[name]

    def rows(self, name: str) -> list[Row]:
        """The rows of a query, none where it was not asked."""
        return self.queries[name].rows if name in self.queries else []

    def ledger_has(self, table: str) -> bool:
        """Whether the ledger has a table: it is read as it is, of whatever version."""
        try:
            return bool(
                self._ask_ledger(f"select 1 from sqlite_master where type = 'table' and name = '{table}'")
            )
        except ConfigError:
            return False

    def close(self) -> None:
        """Close the ledger; the next question opens it again."""
        if self._ledger:
            self._ledger.close()
        self._ledger = None

    def _keep(
        self, name: str, store: str, title: str, sql: str, masked: Mapping[str, str] | None = None
    ) -> Query:
        text, missing = textwrap.dedent(sql).strip(), ""
        rows: list[Row] = []
        try:
            rows = [plain_row(row, masked or {}) for row in self._ask(store, text)]
        except ConfigError as error:
            missing = str(error)
        query = Query(name, store, title, text, rows, missing, masked or {})
        self.queries[name] = query
        return query

    def _ask(self, store: str, sql: str) -> list[Row]:
        if store == WAREHOUSE:
            if self._warehouse is None:
                raise ConfigError("There is no warehouse to ask: run `dbt build` first.")
            return self._warehouse.query(sql)
        if store == LEDGER:
            return self._ask_ledger(sql)
        return ask_files(self._state_dir, sql)

    def _ask_ledger(self, sql: str) -> list[Row]:
        path = self._state_dir / "ledger.sqlite"
        if not path.is_file():
            raise ConfigError("Nothing has been sent yet: there is no ledger.")
        try:
            if self._ledger is None:
                self._ledger = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
                self._ledger.row_factory = sqlite3.Row
            return [dict(row) for row in self._ledger.execute(sql)]
        except sqlite3.Error as error:
            raise LocalError(
                f"The ledger {path} cannot be read ({error}): restore the file, or choose another --state-dir."
            ) from error


def ask_files(state_dir: Path, sql: str) -> list[Row]:
    """The rows of a query over JSON files of the state folder. Raises ConfigError where one is absent or no JSON."""
    import duckdb

    with contextlib.closing(duckdb.connect(":memory:", config={"threads": 1})) as connection:
        folder = str(state_dir).replace("'", "''")
        connection.execute(f"set file_search_path = '{folder}'; set memory_limit = '128MB'")
        try:
            cursor = connection.execute(sql)
        except duckdb.Error as error:
            raise ConfigError(f"The file cannot be read: {str(error).splitlines()[0]}") from error
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def plain_row(row: Row, masked: Mapping[str, str]) -> Row:
    """A row as the report shows it: plain values, people's data masked."""
    return {
        name: MASKS[masked[name]](value) if name in masked else _plain(value) for name, value in row.items()
    }


def _plain(value: Any) -> Any:
    """A value as JSON has it: days and times as ISO text, whole decimals as integers."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return value
