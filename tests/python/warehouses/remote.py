"""dbt and a warehouse in a process and an environment of their own, asked line by line."""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import harness

SCHEMA = "crosswalk"
# How long one request may take: a whole build of the project is the longest.
LIMIT = 1500


class RemoteError(Exception):
    """What the warehouse or dbt said where it stopped."""


def python(name: str) -> Path:
    """The interpreter of the environment that `scripts/setup_env.sh <name>` makes; another one by CROSSWALK_<NAME>_PYTHON."""
    made = harness.ROOT / f".venv-{name}" / "bin" / "python"
    return Path(os.environ.get(f"CROSSWALK_{name.upper()}_PYTHON", made))


class Remote:
    """The process, with the dbt output that leads to its warehouse."""

    def __init__(
        self, process: "subprocess.Popen[str]", answers: Path, folder: Path, output: Mapping[str, Any]
    ) -> None:
        self._process = process
        self._answers = answers.open(encoding="utf-8")
        self.folder = folder
        self.output = output

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
            "--project-dir": harness.ROOT,
            "--profiles-dir": self.folder,
            "--target-path": self.folder / "target",
            "--log-path": self.folder / "logs",
        }
        arguments = [*command, *(str(part) for pair in paths.items() for part in pair)]
        arguments += [
            "--vars",
            json.dumps({"json_type": "string" if kind == "bigquery" else "varchar", **settings}),
        ]
        quiet = ["--quiet", "--log-level", "none", "--log-level-file", "error"]
        return self.ask(do="dbt", project=str(harness.ROOT), arguments=[*quiet, *arguments])


@contextmanager
def running(
    name: str, runner: Path, folder: Path, output: Mapping[str, Any], *arguments: str
) -> Iterator[Remote]:
    """The process, ended with the block; its words are in `<name>.log` of the folder."""
    if not python(name).exists():
        raise RemoteError(
            f"There is no {python(name)}: run `scripts/setup_env.sh {name}`, or name an interpreter with"
            f" CROSSWALK_{name.upper()}_PYTHON."
        )
    answers = folder / "answers.jsonl"
    answers.touch()
    with (folder / f"{name}.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [str(python(name)), str(runner), str(folder), str(answers), *arguments],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            text=True,
            cwd=folder,
        )
        try:
            yield Remote(process, answers, folder, output)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
