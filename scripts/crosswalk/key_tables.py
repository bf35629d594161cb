"""The table `crosswalk_keys(name, value)` of a target's schema, over the warehouse's own connection and bind parameters."""

import contextlib
import importlib
import stat
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from crosswalk.errors import ConfigError, LocalError
from crosswalk.profile import Target

TABLE = "crosswalk_keys"
_NAME = "hash"


class KeyTable(ABC):
    """One row a key: `name` is "hash"."""

    mark = "%s"

    @abstractmethod
    def run(self, statements: list[tuple[str, tuple[str, ...]]]) -> list[tuple[Any, ...]]:
        """Run the statements with their values bound, in one transaction, and give the rows of the last one."""

    @abstractmethod
    def schema(self) -> str:
        """The quoted name of the schema."""

    @abstractmethod
    def exists(self) -> bool:
        """Whether the table is there."""

    def read(self) -> str:
        """The key, "" where there is none."""
        if not self.exists():
            return ""
        rows = self.run([(f"select value from {self.name()} where name = {self.mark}", (_NAME,))])
        return str(rows[0][0] or "") if rows else ""

    def write(self, key: str) -> None:
        """Make the table where it is missing, and put the key into it, in place of an earlier one."""
        statements: list[tuple[str, tuple[str, ...]]] = []
        if not self.exists():
            statements = [
                (f"create schema if not exists {self.schema()}", ()),
                (f"create table {self.name()} (name {self.text()}, value {self.text()})", ()),
            ]
        self.run(
            [
                *statements,
                (f"delete from {self.name()} where name = {self.mark}", (_NAME,)),
                (f"insert into {self.name()} (name, value) values ({self.mark}, {self.mark})", (_NAME, key)),
            ]
        )

    def name(self) -> str:
        """The quoted name of the table."""
        return f"{self.schema()}.{TABLE}"

    def text(self) -> str:
        """The type of the columns."""
        return "varchar(1000)"


class DuckDBKeyTable(KeyTable):
    """In the DuckDB file of a target, which is made where it is missing."""

    mark = "?"

    def __init__(self, target: Target) -> None:
        path = target.fields.get("path", "")
        if not path or path == ":memory:" or "://" in path or path.startswith("md:"):
            raise ConfigError(
                f"The target {target.name!r} has no `path` to a DuckDB file: give it one in profiles.yml."
            )
        self._path = (target.project_dir / path).resolve()
        self._schema = target.schema

    def schema(self) -> str:
        """See KeyTable.schema."""
        return '"' + self._schema.replace('"', '""') + '"'

    def exists(self) -> bool:
        """See KeyTable.exists."""
        if not self._path.is_file():
            return False
        query = "select 1 from duckdb_tables() where schema_name = ? and table_name = ?"
        return bool(self.run([(query, (self._schema, TABLE))]))

    def run(self, statements: list[tuple[str, tuple[str, ...]]]) -> list[tuple[Any, ...]]:
        """See KeyTable.run. Raises LocalError where the file cannot be used."""
        import duckdb

        is_new = not self._path.exists()
        try:
            with duckdb.connect(str(self._path)) as connection:
                if is_new:
                    self._path.chmod(stat.S_IRUSR | stat.S_IWUSR)
                connection.begin()
                rows: list[tuple[Any, ...]] = []
                for sql, values in statements:
                    rows = connection.execute(sql, list(values)).fetchall()
                connection.commit()
                return rows
        except duckdb.IOException as error:
            busy = "lock" in str(error)
            why = "is in use by another program" if busy else "cannot be opened as a DuckDB file"
            advice = "wait until it is done" if busy else "look at the target's path in profiles.yml"
            raise LocalError(
                f"{self._path.name} {why}: {advice}, then run the same command again."
            ) from error


class PostgresKeyTable(KeyTable):
    """In the PostgreSQL database of a target, over a connection that may write."""

    def __init__(self, target: Target) -> None:
        from crosswalk.postgres_warehouse import PostgresWarehouse

        self._schema = target.schema
        self._warehouse = PostgresWarehouse(target)

    def schema(self) -> str:
        """See KeyTable.schema."""
        return '"' + self._schema.replace('"', '""') + '"'

    def exists(self) -> bool:
        """See KeyTable.exists."""
        query = "select 1 from information_schema.tables where table_schema = %s and table_name = %s"
        return bool(self.run([(query, (self._schema, TABLE))]))

    def run(self, statements: list[tuple[str, tuple[str, ...]]]) -> list[tuple[Any, ...]]:
        """See KeyTable.run; raises what PostgresWarehouse says of its connection."""
        with self._warehouse.writing() as cursor:
            for sql, values in statements:
                cursor.execute(sql, values)
            return list(cursor.fetchall()) if cursor.description else []


class AdapterKeyTable(KeyTable):
    """In any other warehouse whose dbt adapter has a cursor with bind parameters."""

    def __init__(self, target: Target) -> None:
        from crosswalk.adapter_warehouse import AdapterWarehouse

        self._target, self._warehouse = target, AdapterWarehouse(target)
        self.mark = "?" if target.adapter == "snowflake" else "%s"

    def schema(self) -> str:
        """See KeyTable.schema. Redshift makes schemas in the database of the connection, and takes no name before theirs
        (Amazon Redshift Database Developer Guide, CREATE SCHEMA)."""
        if self._target.adapter == "redshift":
            return '"' + self._target.schema.replace('"', '""') + '"'
        return self.name().rpartition(".")[0]

    def name(self) -> str:
        """See KeyTable.name."""
        return self._warehouse.relation(TABLE)

    def exists(self) -> bool:
        """See KeyTable.exists: a table that cannot be read is taken for none."""
        with contextlib.suppress(ConfigError), self._binding():
            self._warehouse.query(f"select count(*) as n from {self.name()}")
            return True
        return False

    def run(self, statements: list[tuple[str, tuple[str, ...]]]) -> list[tuple[Any, ...]]:
        """See KeyTable.run. Raises ConfigError where the adapter binds no values."""
        with self._binding():
            return self._warehouse.run_bound(statements)

    @contextlib.contextmanager
    def _binding(self) -> Iterator[None]:
        """A connection to Snowflake that is opened meanwhile sends values beside the statement. By default the driver writes them
        into it, and the query history keeps it for a year (Snowflake Documentation, Python Connector API: paramstyle)."""
        if self.mark == "%s":
            yield
            return
        driver = vars(importlib.import_module("snowflake.connector"))
        before, driver["paramstyle"] = driver["paramstyle"], "qmark"
        try:
            yield
        finally:
            driver["paramstyle"] = before


def key_table_of(target: Target) -> KeyTable:
    """The table of a target, by its adapter. Raises ConfigError where dbt's adapter is not installed."""
    if target.adapter == "duckdb":
        return DuckDBKeyTable(target)
    return PostgresKeyTable(target) if target.adapter == "postgres" else AdapterKeyTable(target)
