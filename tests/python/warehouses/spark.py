"""Spark for the tests, in an environment and a process of its own."""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import harness

FOLDER = Path(__file__).parent
SCHEMA = "crosswalk"
# How long one request may take: a whole build of the project is the longest.
LIMIT = 1800


class SparkError(Exception):
    """What Spark or dbt said where it stopped."""


def python(engine: str = "spark") -> Path:
    """The interpreter of the environment that `scripts/setup_env.sh spark` makes, or `databricks`; another one by
    CROSSWALK_SPARK_PYTHON, CROSSWALK_DATABRICKS_PYTHON."""
    variable = f"CROSSWALK_{engine.upper()}_PYTHON"
    own = os.environ.get(variable)
    found = Path(own) if own else harness.ROOT / f".venv-{engine}" / "bin" / "python"
    if not found.exists():
        raise SparkError(
            f"There is no {found}: run `scripts/setup_env.sh {engine}`, or name an interpreter with {variable}."
        )
    return found


OUTPUTS: dict[str, dict[str, Any]] = {
    "spark": {"type": "spark", "method": "session", "host": "NA"},
    # no host is asked: the runner's connections are to its own session
    "databricks": {
        "type": "databricks",
        "catalog": "hive_metastore",
        "host": "127.0.0.1",
        "http_path": "/sql/1.0/warehouses/here",
        "token": "none",
    },
}


class Spark:
    """The process with the session."""

    def __init__(self, process: "subprocess.Popen[str]", answers: Path, folder: Path, engine: str) -> None:
        self.engine = engine
        self._process = process
        self._answers = answers.open(encoding="utf-8")
        self.folder = folder

    def ask(self, **request: Any) -> dict[str, Any]:
        """The answer to a request; `SparkError` where it is an error, or where the process ended or took too long."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._next_line()
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise SparkError(answer["error"])
        return answer

    def _next_line(self) -> str:
        ends, line = time.monotonic() + LIMIT, ""
        while time.monotonic() < ends:
            line += self._answers.readline()
            if line.endswith("\n"):
                return line
            if self._process.poll() is not None:
                raise SparkError(f"The process of Spark ended with {self._process.returncode}.")
            time.sleep(0.02)
        raise SparkError(f"Spark took more than {LIMIT} seconds.")

    def rows(self, sql: str, args: Sequence[Any] = ()) -> list[list[Any]]:
        """The rows of a query, times as texts."""
        found: list[list[Any]] = self.ask(do="rows", sql=sql, args=list(args))["rows"]
        return found

    def dbt(self, command: Sequence[str], settings: Mapping[str, Any]) -> dict[str, Any]:
        """A dbt command on the session: what was compiled, and how each node ended."""
        output = {**OUTPUTS[self.engine], "schema": SCHEMA, "threads": 1}
        profile = {"crosswalk": {"target": self.engine, "outputs": {self.engine: output}}}
        (self.folder / "profiles.yml").write_text(json.dumps(profile))
        paths = {
            "--project-dir": harness.ROOT,
            "--profiles-dir": self.folder,
            "--target-path": self.folder / "target",
            "--log-path": self.folder / "logs",
        }
        arguments = [*command, *(str(part) for pair in paths.items() for part in pair)]
        arguments += ["--vars", json.dumps({"json_type": "string", **settings})]
        quiet = ["--quiet", "--log-level", "none"]
        return self.ask(do="dbt", project=str(harness.ROOT), arguments=[*quiet, *arguments])


@contextmanager
def running(folder: Path, engine: str = "spark") -> Iterator[Spark]:
    """A Spark that ends with the block, with the adapter of `engine`; its words are in `spark.log` of the folder."""
    packages = next(python().parent.parent.glob("lib/python3*/site-packages"))
    answers = folder / "answers.jsonl"
    answers.touch()
    with (folder / "spark.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [
                str(python(engine)),
                str(FOLDER / f"{engine}_runner.py"),
                str(folder),
                str(answers),
                str(packages),
            ],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            text=True,
            cwd=folder,
            env={**os.environ, "PYSPARK_PYTHON": str(python(engine))},
        )
        try:
            yield Spark(process, answers, folder, engine)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
