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

RUNNER = Path(__file__).with_name("spark_runner.py")
SCHEMA = "crosswalk"
# How long one request may take: a whole build of the project is the longest.
LIMIT = 1800


class SparkError(Exception):
    """What Spark or dbt said where it stopped."""


def python() -> Path:
    """The interpreter of the environment that `scripts/setup_env.sh spark` makes; another one by CROSSWALK_SPARK_PYTHON."""
    return Path(os.environ.get("CROSSWALK_SPARK_PYTHON", harness.ROOT / ".venv-spark" / "bin" / "python"))


class Spark:
    """The process with the session."""

    def __init__(self, process: "subprocess.Popen[str]", answers: Path, folder: Path) -> None:
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
        output = {"type": "spark", "method": "session", "schema": SCHEMA, "host": "NA", "threads": 1}
        profile = {"crosswalk": {"target": "spark", "outputs": {"spark": output}}}
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
def running(folder: Path) -> Iterator[Spark]:
    """A Spark that ends with the block; its words are in `spark.log` of the folder."""
    if not python().exists():
        raise SparkError(
            f"There is no {python()}: run `scripts/setup_env.sh spark`, or name an interpreter with CROSSWALK_SPARK_PYTHON."
        )
    answers = folder / "answers.jsonl"
    answers.touch()
    with (folder / "spark.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [str(python()), str(RUNNER), str(folder), str(answers)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            text=True,
            cwd=folder,
            env={**os.environ, "PYSPARK_PYTHON": str(python())},
        )
        try:
            yield Spark(process, answers, folder)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
