"""Build the project on Spark from export files, in the environment of Spark (`scripts/setup_env.sh spark`).

`python benchmarks/slope_spark.py '{"files": …, "folder": …, "project": …, "vars": …, "cores": 2}'`. It prints one JSON object:
the seconds of each model, one after another, and how many payloads there are.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Any


def session(folder: Path, cores: int) -> Any:
    """A session as docs/warehouses.md asks for, with its tables in the folder."""
    from pyspark.sql import SparkSession  # type: ignore[import-not-found]

    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": "4g",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={folder} -Djava.io.tmpdir={folder}",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.shuffle.partitions": str(2 * cores),
    }
    builder = SparkSession.builder.master(f"local[{cores}]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


def land(spark: Any, files: str) -> None:
    """The lines of gzipped files as the table of raw lines, numbered file by file."""
    from pyspark.sql import Window, functions

    read = spark.read.text(files).withColumn("file", functions.input_file_name())
    order = Window.partitionBy("file").orderBy(functions.monotonically_increasing_id())
    numbered = read.withColumn("line_number", functions.row_number().over(order).cast("bigint"))
    spark.sql("create schema landed")
    columns = (numbered.file, numbered.line_number, numbered.value.alias("line"))
    empty = functions.lit(None).cast("string").alias("read_error")
    numbered.select(*columns, empty).write.format("parquet").saveAsTable("landed.amplitude_lines")


def build(options: dict[str, Any]) -> Any:
    """What dbt ran. Raises SystemExit with its words where a node failed."""
    from dbt.cli.main import dbtRunner

    paths = ["--profiles-dir", options["folder"], "--target-path", f"{options['folder']}/target"]
    command = ["build", "--quiet", *paths, "--log-path", options["folder"]]
    command += [
        "--vars",
        json.dumps({**options["vars"], "json_type": "string", "amplitude_schema": "landed"}),
    ]
    command += ["--exclude", "resource_type:test", "resource_type:unit_test", "--indirect-selection", "empty"]
    with contextlib.chdir(options["project"]):
        result = dbtRunner().invoke(command)
    if not result.success:
        said = [str(each.message) for each in result.result or () if each.status == "error"]
        raise SystemExit(f"{result.exception or said[:1]}")
    return result.result


def main() -> int:
    """Land, build, say what it took."""
    options = json.loads(sys.argv[1])
    folder = Path(options["folder"])
    output = {"type": "spark", "method": "session", "host": "NA", "schema": "crosswalk", "threads": 1}
    profile = {"crosswalk": {"target": "spark", "outputs": {"spark": output}}}
    (folder / "profiles.yml").write_text(json.dumps(profile))
    spark = session(folder, int(options["cores"]))
    land(spark, options["files"])
    ran = build(options)
    models = {
        each.node.name: round(each.execution_time, 3) for each in ran if each.node.resource_type == "model"
    }
    count = spark.sql("select count(*) from crosswalk.posthog_payloads").collect()[0][0]
    print(json.dumps({"models": models, "payloads": count}))
    spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
