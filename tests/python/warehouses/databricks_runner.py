"""Runs in the environment of Databricks: dbt with the real dbt-databricks, whose statements go to a Spark session in this
process in place of a SQL warehouse.

Spark's own packages stand in the environment of Spark, whose folder is the third argument. `sent` are all the statements of
dbt-databricks.
"""

import re
import sys
from collections.abc import Sequence
from typing import Any

import serving
import spark_runner  # type: ignore[import-not-found]

# What the open Spark has not: the catalog's name, how rows are stored together, and what delta_on_spark.py does of Delta.
# Nothing else is changed.
CATALOG = re.compile(r"`?hive_metastore`?\.|\bin `?hive_metastore`?(?=\s|$)", re.IGNORECASE)
USE = re.compile(r"\buse catalog\b", re.IGNORECASE)
CLUSTERED = re.compile(r"(\busing delta\b)\s+cluster by \([^)]*\)", re.IGNORECASE)
STORED = re.compile(
    r"\A\s*(?:/\*.*?\*/\s*)?(?:optimize\s+\S+|alter table\s+\S+\s+cluster by \([^)]*\))\s*\Z",
    re.IGNORECASE | re.DOTALL,
)


def for_spark(sql: str) -> str:
    """A statement of Databricks as the session takes it."""
    return "select 1" if USE.search(sql) or STORED.match(sql) else CATALOG.sub("", CLUSTERED.sub(r"\1", sql))


class Cursor:
    """A cursor of databricks-sql-connector, as far as the adapter knows it: PEP 249."""

    query_id = "here"

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        self.description: list[tuple[Any, ...]] | None = None
        self._rows: list[Any] = []

    def execute(self, sql: str, bindings: Sequence[Any] | None = None) -> "Cursor":
        assert not bindings, "no value is bound: literals are written by the project"
        self.connection.statements.append(sql)
        return self._run(sql)

    def _run(self, sql: str) -> "Cursor":
        frame = self.connection.spark.sql(for_spark(sql))
        self.description = [(field.name, field.dataType.simpleString()) for field in frame.schema.fields]
        self.description = [(*named, None, None, None, None, True) for named in self.description]
        self._rows = [tuple(row) for row in frame.collect()]
        return self

    def schemas(self, catalog: str, schema: str | None) -> "Cursor":
        self._run(f"show schemas like '{schema or '*'}'")
        self.description = [("TABLE_SCHEM", "string", None, None, None, None, True)]
        return self

    def tables(self, catalog: str, schema: str) -> "Cursor":
        self._run(f"show tables in {schema}")
        names = ("TABLE_NAME", "TABLE_TYPE")
        self.description = [(name, "string", None, None, None, None, True) for name in names]
        self._rows = [(row[1], "TABLE") for row in self._rows if not row[2]]
        return self

    def fetchall(self) -> list[Any]:
        return self._rows

    def fetchone(self) -> Any:
        return self._rows[0] if self._rows else None

    def fetchmany(self, size: int) -> list[Any]:
        return self._rows[:size]

    def close(self) -> None:
        self._rows = []

    cancel = close


class Connection:
    """A connection of databricks-sql-connector to this process's session."""

    def __init__(self, spark: Any, statements: list[str]) -> None:
        self.spark = spark
        self.statements = statements

    def cursor(self) -> Cursor:
        return Cursor(self)

    def get_session_id_hex(self) -> str:
        return "here"

    def close(self) -> None:
        pass


def connect_here(spark: Any, statements: list[str]) -> None:
    """The adapter's connections are to this session from now on; nothing is asked of a network."""
    from dbt.adapters.databricks import connections, credentials, handle

    def here(*args: Any, **kwargs: Any) -> Any:
        return handle.DatabricksHandle(Connection(spark, statements), is_cluster=False)

    def nothing(*args: Any, **kwargs: Any) -> None:
        return None

    handle.DatabricksHandle.from_connection_args = staticmethod(here)
    credentials.DatabricksCredentials.authenticate = nothing
    connections.check_spog_preconditions = nothing
    connections.SqlUtils.prepare_connection_arguments = staticmethod(lambda *args: {})


def main() -> None:
    sys.path.append(sys.argv[3])
    statements: list[str] = []

    def sent(spark: Any, request: dict[str, Any]) -> dict[str, Any]:
        return {"statements": statements}

    def dbt(spark: Any, request: dict[str, Any]) -> dict[str, Any]:
        connect_here(spark, statements)
        answer: dict[str, Any] = serving.dbt(spark, request)
        return answer

    spark_runner.serve(dbt=dbt, sent=sent)


if __name__ == "__main__":
    main()
