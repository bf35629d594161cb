"""Build the project on Spark from export files, in the environment of Spark (`scripts/setup_env.sh spark`).

`python benchmarks/slope_spark.py '{"files": …, "folder": …, "project": …, "vars": …, "cores": 2}'`. It prints one JSON object:
the seconds of each model, one after another, what Spark's process took, and how many payloads there are.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from told import Told


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
        # wide rows of a million events in parts that fit; adaptive execution puts small ones together
        "spark.sql.shuffle.partitions": str(32 * cores),
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


def build(options: dict[str, Any], spark: Any) -> Told:
    """The seconds of each model. Raises SystemExit with dbt's words where a node failed."""
    from dbt.cli.main import dbtRunner

    paths = ["--profiles-dir", options["folder"], "--target-path", f"{options['folder']}/target"]
    command = ["build", "--quiet", *paths, "--log-path", options["folder"]]
    command += [
        "--vars",
        json.dumps({**options["vars"], "json_type": "string", "amplitude_schema": "landed"}),
    ]
    command += ["--exclude", "resource_type:test", "resource_type:unit_test", "--indirect-selection", "empty"]
    heard = Told(options.get("before", {}), cpu=lambda: cost(spark)["cpu"])
    with contextlib.chdir(options["project"]):
        result = dbtRunner(callbacks=[heard]).invoke(command)
    if not result.success:
        said = [str(each.message) for each in result.result or () if each.status == "error"]
        raise SystemExit(f"{result.exception or said[:1]}")
    return heard


def cost(spark: Any) -> dict[str, float | None]:
    """CPU seconds and the most memory of Spark's process, in MB of a million bytes, where the system tells (Linux, proc(5))."""
    place = Path("/proc") / str(spark.sparkContext._gateway.proc.pid)
    if not (place / "stat").exists():
        return {"cpu": None, "peak_mb": None}
    times = (place / "stat").read_text().rpartition(")")[2].split()
    status = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines() if ":" in line)
    ticks = (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
    return {"cpu": ticks, "peak_mb": int(status["VmHWM"].split()[0]) * 1024 / 1e6}


def main() -> int:
    """Land, build, say what it took."""
    options = json.loads(sys.argv[1])
    folder = Path(options["folder"])
    output = {"type": "spark", "method": "session", "host": "NA", "schema": "crosswalk", "threads": 1}
    profile = {"crosswalk": {"target": "spark", "outputs": {"spark": output}}}
    (folder / "profiles.yml").write_text(json.dumps(profile))
    spark = session(folder, int(options["cores"]))
    land(spark, options["files"])
    heard = build(options, spark)
    count = spark.sql("select count(*) from crosswalk.posthog_payloads").collect()[0][0]
    print(json.dumps({"models": heard.models, "cpus": heard.cpus, "payloads": count, **cost(spark)}))
    spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
