"""dbt and a warehouse in a process and an environment of their own, asked line by line."""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import harness

FOLDER = Path(__file__).parent
SCHEMA = "crosswalk"
# How long one request may take: a whole build of the project is the longest.
LIMIT = 1800
JSON_TYPES = {"snowflake": "varchar", "redshift": "varchar"}


class RemoteError(Exception):
    """What the warehouse or dbt said where it stopped."""


def python(name: str) -> Path:
    """The interpreter of the environment that `scripts/setup_env.sh <name>` makes; another one by CROSSWALK_<NAME>_PYTHON."""
    variable = f"CROSSWALK_{name.upper()}_PYTHON"
    found = Path(os.environ.get(variable, harness.ROOT / f".venv-{name}" / "bin" / "python"))
    if not found.exists():
        raise RemoteError(
            f"There is no {found}: run `scripts/setup_env.sh {name}`, or name an interpreter with {variable}."
        )
    return found


class Remote:
    """The process, with the dbt output that leads to its warehouse."""

    def __init__(
        self, process: "subprocess.Popen[str]", answers: IO[str], folder: Path, output: Mapping[str, Any]
    ) -> None:
        self._process = process
        self._answers = answers
        self.folder = folder
        self.output = output
        self.project = harness.ROOT

    @property
    def schema(self) -> str:
        """The schema in which dbt builds."""
        return str(self.output.get("schema") or self.output["dataset"])

    def elsewhere(self, schema: str) -> "Remote":
        """The same process, where dbt builds in another schema."""
        name = "schema" if "schema" in self.output else "dataset"
        there = Remote(self._process, self._answers, self.folder, {**self.output, name: schema})
        there.project = self.project
        return there

    def of(self, project: Path) -> "Remote":
        """The same process, where dbt builds another project."""
        there = Remote(self._process, self._answers, self.folder, self.output)
        there.project = project
        return there

    def ask(self, **request: Any) -> dict[str, Any]:
        """The answer to a request; `RemoteError` where it is an error, or where the process ended or took too long."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._next_line())
        if "error" in answer:
            raise RemoteError(answer["error"])
        return answer

    def _next_line(self) -> str:
        ends, line = time.monotonic() + LIMIT, ""
        while time.monotonic() < ends:
            line += self._answers.readline()
            if line.endswith("\n"):
                return line
            if self._process.poll() is not None:
                raise RemoteError(f"The process ended with {self._process.returncode}.")
            time.sleep(0.02)
        raise RemoteError(f"It took more than {LIMIT} seconds.")

    def rows(self, sql: str) -> list[list[Any]]:
        """The rows of a query, times as texts."""
        found: list[list[Any]] = self.ask(do="rows", sql=sql)["rows"]
        return found

    def dbt(self, command: Sequence[str], settings: Mapping[str, Any]) -> dict[str, Any]:
        """A dbt command: what was compiled, and how each node ended."""
        kind = self.output["type"]
        profile = {"crosswalk": {"target": kind, "outputs": {kind: dict(self.output)}}}
        (self.folder / "profiles.yml").write_text(json.dumps(profile))
        paths = {
            "--project-dir": self.project,
            "--profiles-dir": self.folder,
            "--target-path": self.folder / "target",
            "--log-path": self.folder / "logs",
        }
        arguments = [*command, *(str(part) for pair in paths.items() for part in pair)]
        arguments += ["--vars", json.dumps({"json_type": JSON_TYPES.get(kind, "string"), **settings})]
        quiet = ["--quiet", "--log-level", "none", "--log-level-file", "error"]
        return self.ask(do="dbt", project=str(self.project), arguments=[*quiet, *arguments])


@contextmanager
def running(
    name: str, folder: Path, output: Mapping[str, Any], *arguments: str, runner: str | None = None
) -> Iterator[Remote]:
    """`<name>_runner.py`, or another runner, in the environment of that name; it ends with the block, and its words are in
    `<name>.log` of the folder."""
    answers = folder / "answers.jsonl"
    answers.touch()
    with (folder / f"{name}.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [
                str(python(name)),
                str(FOLDER / f"{runner or name + '_runner'}.py"),
                str(folder),
                str(answers),
                *arguments,
            ],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            text=True,
            cwd=folder,
            env={**os.environ, "PYSPARK_PYTHON": str(python(name))},
        )
        try:
            with answers.open(encoding="utf-8") as lines:
                yield Remote(process, lines, folder, output)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
