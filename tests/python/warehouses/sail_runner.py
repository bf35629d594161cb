"""Runs in the environment of Sail: a server of Spark Connect with Delta tables of its own, in Rust, and dbt-spark beside it.

Its regular expressions are not Java's, so the verbs that take JSON apart do not run there; what it shows is that statements which
change tables of Delta do to them what they should.
"""

import json
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import serving
from plain_rows import plain


def rows(spark: Any, request: dict[str, Any]) -> dict[str, Any]:
    """The rows of a query, as lists, and the names of its columns."""
    frame = spark.sql(request["sql"])
    return {"rows": [plain(row) for row in frame.collect()], "columns": frame.columns}


def statements(spark: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Statements, one after the other."""
    for statement in request["statements"]:
        spark.sql(statement).collect()
    return {}


def schema(spark: Any, name: str) -> None:
    """A schema with a place of its own: Sail takes no tables in one without."""
    spark.sql(f"create schema if not exists {name} location '{serving.folder() / 'tables' / name}'").collect()


def counted(frame: Any) -> Counter[str]:
    """The rows of a frame, whatever their order."""
    return Counter(json.dumps(plain(tuple(row))) for row in frame.collect())


def replay(spark: Any, request: dict[str, Any]) -> dict[str, Any]:
    """A statement of which delta_on_spark.py kept what it read and left: how many rows stand there after it, how many of them
    or of those that were to be left differ, and how many rows came, went or changed."""
    place = Path(request["folder"])
    statement = json.loads((place / "statement.json").read_text(encoding="utf-8"))
    for path in sorted((place / "read").glob("*")):
        frame = spark.read.parquet(str(path))
        if "." not in path.name:
            frame.createOrReplaceTempView(path.name)
            continue
        schema(spark, path.name.split(".")[0])
        spark.sql(f"drop table if exists {path.name}").collect()
        # Sail leaves the files of a table that was dropped
        shutil.rmtree(serving.folder().joinpath("tables", *path.name.split(".")), ignore_errors=True)
        frame.write.format("delta").saveAsTable(path.name)
    table = statement["table"].replace("`", "")
    before = counted(spark.table(table))
    spark.sql(statement["sql"]).collect()
    found, wanted = counted(spark.table(table)), counted(spark.read.parquet(str(place / "left")))
    return {
        "rows": found.total(),
        "differ": (found - wanted).total() + (wanted - found).total(),
        "changed": (found - before).total() + (before - found).total(),
    }


def made(spark: Any, request: dict[str, Any]) -> dict[str, Any]:
    """A schema that Sail takes tables in."""
    schema(spark, request["schema"])
    return {}


def main() -> None:
    from pysail.spark import SparkConnectServer  # type: ignore[import-not-found]

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    host, port = server.listening_address
    os.environ["SPARK_REMOTE"] = f"sc://{host}:{port}"
    from pyspark.sql import SparkSession  # type: ignore[import-not-found]

    spark = SparkSession.builder.getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    serving.serve(spark, {"rows": rows, "statements": statements, "replay": replay, "schema": made})
    spark.stop()
    server.stop()


if __name__ == "__main__":
    main()
