"""Runs in the environment of Spark, which has no room in that of the project: one session and dbt beside it.

Each line of stdin is a JSON request, each line of the answer file a JSON answer: `rows`, `compiled` or `outcomes`, or `error`.
"""

import contextlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


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


def plain(value: Any) -> Any:
    """A value of a row as JSON has it: times as ISO texts."""
    if hasattr(value, "isoformat"):
        return value.isoformat(sep=" ") if hasattr(value, "hour") else value.isoformat()
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def rows(spark: Any, request: dict[str, Any]) -> dict[str, Any]:
    """The rows of a query, as lists, and the names of its columns."""
    frame = spark.sql(request["sql"], args=request.get("args") or None)
    return {"rows": [plain(row) for row in frame.collect()], "columns": frame.columns}


def table(spark: Any, request: dict[str, Any]) -> dict[str, Any]:
    """A table of raw lines from a JSONL file of [file, line_number, line, read_error]."""
    with Path(request["file"]).open(encoding="utf-8") as lines:
        read = [json.loads(line) for line in lines]
    kinds = "file string, line_number bigint, line string, read_error string"
    spark.sql(f"create schema if not exists {request['table'].split('.')[0]}")
    spark.sql(f"drop table if exists {request['table']}")
    frame = spark.createDataFrame(read, kinds).coalesce(1)
    frame.write.format("parquet").saveAsTable(request["table"])
    return {"rows": [[len(read)]]}


def dbt(spark: Any, request: dict[str, Any]) -> dict[str, Any]:
    """What a dbt command compiled, or how each of its nodes ended."""
    from dbt.cli.main import dbtRunner

    with contextlib.chdir(request["project"]):
        result = dbtRunner().invoke(request["arguments"])
    if result.exception is not None:
        return {"error": str(result.exception)}
    ran = list(getattr(result.result, "results", []))
    return {
        "compiled": [str(getattr(each.node, "compiled_code", "")) for each in ran],
        "outcomes": [
            [
                each.node.name,
                each.node.resource_type,
                str(each.status),
                str(each.message),
                each.execution_time,
            ]
            for each in ran
        ],
    }


def serve(does: dict[str, Callable[[Any, dict[str, Any]], dict[str, Any]]]) -> None:
    """Answers requests by what they ask for until stdin ends; the arguments are the folder and the answer file."""
    folder, answers = Path(sys.argv[1]), Path(sys.argv[2])
    os.environ["DO_NOT_TRACK"] = "1"
    spark = session(folder)
    with answers.open("w", encoding="utf-8") as out:
        for line in sys.stdin:
            request = json.loads(line)
            try:
                answer = does[request["do"]](spark, request)
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            out.write(json.dumps(answer) + "\n")
            out.flush()
    spark.stop()


if __name__ == "__main__":
    serve({"rows": rows, "table": table, "dbt": dbt})
