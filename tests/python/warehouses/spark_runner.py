"""Runs in the environment of Spark, which has no room in that of the project: one session and dbt beside it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import serving
from delta_on_spark import Delta, on  # type: ignore[import-not-found]
from plain_rows import plain


def session(folder: Path) -> Any:
    """One session that dbt finds, with tables in the folder and a catalog in memory, which no second process needs."""
    from pyspark.sql import SparkSession  # type: ignore[import-not-found]

    java = f"-Dderby.system.home={folder} -Djava.io.tmpdir={folder} -XX:TieredStopAtLevel=1"
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": "2g",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": java,
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.adaptive.enabled": "false",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


def rows(spark: Any, request: dict[str, Any]) -> dict[str, Any]:
    """The rows of a query, as lists, and the names of its columns."""
    frame = spark.sql(request["sql"], args=request.get("args") or None)
    return {"rows": [plain(row) for row in frame.collect()], "columns": frame.columns}


def table(spark: Any, request: dict[str, Any]) -> dict[str, Any]:
    """A table of raw lines from a JSONL file."""
    read = serving.given_lines(request)
    kinds = "file string, line_number bigint, line string, read_error string"
    spark.sql(f"create schema if not exists {request['table'].split('.')[0]}")
    spark.sql(f"drop table if exists {request['table']}")
    frame = spark.createDataFrame(read, kinds).coalesce(1)
    frame.write.format("parquet").saveAsTable(request["table"])
    return {"rows": [[len(read)]]}


def statements(spark: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Statements, one after the other."""
    for statement in request["sql"].split(";"):
        if statement.strip():
            spark.sql(statement)
    return {}


def serve(**more: Callable[[Any, dict[str, Any]], dict[str, Any]]) -> None:
    """One session that answers until stdin ends. `keep` keeps what statements on tables of Delta read and left, in a folder."""
    spark = session(serving.folder())
    delta: Delta = on(spark)

    def keep(spark: Any, request: dict[str, Any]) -> dict[str, Any]:
        delta.keep(Path(request["folder"]) if request["folder"] else None)
        return {}

    serving.serve(spark, {"rows": rows, "table": table, "statements": statements, "keep": keep, **more})
    spark.stop()


if __name__ == "__main__":
    serve()
