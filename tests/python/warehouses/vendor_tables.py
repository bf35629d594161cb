"""Tables of connectors on Snowflake, BigQuery and Redshift, with the types that the vendors document, filled from DuckDB's."""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouses import test_vendor_tables
from warehouses.test_amplitude_tables import ROWS, SHAPES, TYPES

# PostgreSQL's types of test_amplitude_tables.py as DuckDB has them.
ON_DUCKDB = {"text": "varchar", "numeric": "hugeint", "timestamptz": "timestamp"}


def quoted(value: Any) -> str:
    """A text as a literal of each, in which a backslash begins an escape."""
    text = str(value).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{text}'"


@dataclass(frozen=True)
class Dialect:
    """A warehouse's types by DuckDB's, its quotes around names, what it makes of their case, and its literal of JSON."""

    kinds: Mapping[str, str]
    quote: str
    folded: Callable[[str], str]
    json_literal: str

    def name(self, name: str) -> str:
        return f"{self.quote}{self.folded(name)}{self.quote}"

    def value(self, value: Any, kind: str) -> str:
        """A value of DuckDB as a literal."""
        if value is None:
            return f"cast(null as {kind})"
        if isinstance(value, dt.datetime):
            return f"cast('{value.isoformat(sep=' ')}' as {kind})"
        if isinstance(value, (bool, int, float)):
            return f"cast({json.dumps(value)} as {kind})"
        return (
            self.json_literal.format(quoted(value)) if kind in ("json", "variant", "super") else quoted(value)
        )


# Amplitude, "Snowflake", "Google BigQuery", "Amazon Redshift"; Mixpanel, "JSON pipelines"; Fivetran and Airbyte, "Amplitude".
DIALECTS = {
    "snowflake": Dialect(
        {
            "VARCHAR": "varchar",
            "BIGINT": "number(38, 0)",
            "INTEGER": "number(38, 0)",
            "HUGEINT": "number(38, 0)",
            "TIMESTAMP": "timestamp_ntz",
            "DOUBLE": "float",
            "BOOLEAN": "boolean",
            "JSON": "variant",
        },
        '"',
        str.upper,
        "parse_json({})",
    ),
    "bigquery": Dialect(
        {
            "VARCHAR": "string",
            "BIGINT": "int64",
            "INTEGER": "int64",
            "HUGEINT": "bignumeric",
            "TIMESTAMP": "timestamp",
            "DOUBLE": "float64",
            "BOOLEAN": "bool",
            "JSON": "json",
        },
        "`",
        str,
        "parse_json({})",
    ),
    "redshift": Dialect(
        {
            "VARCHAR": "varchar(65535)",
            "BIGINT": "bigint",
            "INTEGER": "integer",
            "HUGEINT": "numeric(38, 0)",
            "TIMESTAMP": "timestamp",
            "DOUBLE": "double precision",
            "BOOLEAN": "boolean",
            "JSON": "super",
        },
        '"',
        str.lower,
        "json_parse({})",
    ),
}

Table = tuple[str, list[str], list[str], list[tuple[Any, ...]]]


def tables(connection: duckdb.DuckDBPyConnection, schema: str) -> Iterator[Table]:
    """The tables of a schema of DuckDB: name, columns, their types, rows."""
    query = f"select table_name from duckdb_tables() where schema_name = '{schema}' order by 1"
    for (name,) in connection.execute(query).fetchall():
        found = connection.execute(f'select * from {schema}."{name}"')
        columns, kinds = zip(*((each[0], str(each[1])) for each in found.description), strict=True)
        yield name, list(columns), list(kinds), found.fetchall()


def copy(execute: Callable[[str], Any], dialect: Dialect, schema: str, table: Table) -> None:
    """A table of DuckDB in a schema of the warehouse."""
    name, columns, kinds, rows = table
    types = [dialect.kinds[kind] for kind in kinds]
    typed = ", ".join(f"{dialect.name(column)} {kind}" for column, kind in zip(columns, types, strict=True))
    target = f"{schema}.{dialect.name(name)}"
    execute(f"drop table if exists {target}")
    execute(f"create table {target} ({typed})")
    for row in rows:
        values = (dialect.value(value, kind) for value, kind in zip(row, types, strict=True))
        execute(f"insert into {target} select {', '.join(values)}")


def amplitude(shape: str, keys_may_begin_with_dollar: bool) -> Table:
    """The rows of test_amplitude_tables.py in the table of a shape."""
    how = SHAPES[shape]
    keys = [key for key in TYPES if key not in how["without"]]
    names = [how["names"].get(key, key) for key in keys]
    if not keys_may_begin_with_dollar:
        names = [name.replace("$", "_") for name in names]
    kinds = [how["json"] if TYPES[key] == "json" else TYPES[key] for key in keys]
    kinds = [{"jsonb": "json"}.get(kind, kind) for kind in kinds]
    values = [[row.get(key) for key in keys] for row in ROWS]
    if how["loader"]:
        names, kinds = [*names, how["loader"]], [*kinds, "text"]
        values = [[*row, "x"] for row in values]
    with duckdb.connect() as connection:
        typed = ", ".join(
            f'"{name}" {ON_DUCKDB.get(kind, kind)}' for name, kind in zip(names, kinds, strict=True)
        )
        connection.execute(f'create schema raw; create table raw."{how["table"]}" ({typed})')
        for row in values:
            given = [
                json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value for value in row
            ]
            marks = ", ".join("?" * len(given))
            connection.execute(f'insert into raw."{how["table"]}" values ({marks})', given)
        (table,) = tables(connection, "raw")
    return table


def of_vendors() -> dict[str, list[Table]]:
    """Heap's tables after two days, and those of a pipeline of Mixpanel, by schema."""
    with duckdb.connect() as connection:
        connection.execute("create schema heap; create schema mp")
        test_vendor_tables.fill(connection.execute, 2, capitals=False)
        test_vendor_tables.fill_mixpanel(connection.execute, False)
        return {schema: list(tables(connection, schema)) for schema in ("heap", "mp")}
