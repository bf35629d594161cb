"""What one new day costs a history that is built already, on DuckDB or Postgres.

`python benchmarks/new_day.py --engine postgres --days 10 --events 20000` makes `days` days of Amplitude exports with `events`
events each, builds all but the last into PostHog's payloads with `materialize: incremental`, then the last, then once more
with nothing new; and, to compare, that day alone and all days, both from nothing. Postgres is a server of its own, thrown
away afterwards, without fsync; its CPU seconds are those of its processes, read from /proc.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measured import Cost, Failed, run
from routes import GLOBS, HERE, ROOT

sys.path.insert(0, str(ROOT / "tests" / "python"))
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class DuckDB:
    """One history in a DuckDB file, whose build finds files in `given`."""

    place: Path
    given: Path = field(init=False)

    def __post_init__(self) -> None:
        self.given = self.place / "given"
        self.given.mkdir(parents=True)
        shutil.copy(ROOT / "profiles.example.yml", self.place / "profiles.yml")

    def land(self, files: Sequence[Path]) -> None:
        """Put export files where the next build finds them."""
        for path in files:
            os.link(path, self.given / path.name)

    def variables(self) -> dict[str, Any]:
        """What a build of this engine has to be told."""
        return {"amplitude_files": [str(self.given / GLOBS["amplitude"])]}

    def cpu(self) -> float:
        """CPU seconds of processes that are not the build's own."""
        return 0.0

    def build(self, materialize: str = "incremental") -> Cost:
        """One build of models, with what the engine's own processes took. Raises Failed."""
        options = {
            "vars": {
                "destinations": ["posthog"],
                "materialize": materialize,
                "as_of": "2026-01-01",
                **self.variables(),
            },
            "profiles_dir": str(self.place),
            "target_path": str(self.place / "target"),
            "models_only": True,
        }
        environment = {"CROSSWALK_DUCKDB_PATH": str(self.place / "bench.duckdb"), "DO_NOT_TRACK": "1"}
        command = [sys.executable, str(HERE / "built.py"), json.dumps(options)]
        before = self.cpu()
        cost = run(command, ROOT, environment, self.place / "build.log")
        start = cost.said["parts"]["start"]
        return Cost(cost.wall - start["wall"], cost.cpu - start["cpu"] + self.cpu() - before, cost.peak_mb)


@dataclass
class Postgres(DuckDB):
    """One history in a database of a server; the lines of the files are rows of a table there."""

    server: Any = None
    database: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        output = {**self.database.profile("crosswalk"), "threads": 1}
        profile = {"crosswalk": {"target": "postgres", "outputs": {"postgres": output}}}
        (self.place / "profiles.yml").write_text(json.dumps(profile))

    def land(self, files: Sequence[Path]) -> None:
        """Add the lines of export files to the table of raw lines."""
        from warehouses import lines

        with contextlib.closing(self.database.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(
                "create schema if not exists landed;"
                f" create table if not exists landed.amplitude_lines ({lines.COLUMNS})"
            )
            for path in files:
                lines.append(cursor, "landed.amplitude_lines", lines.raw_lines(path))
            cursor.execute("analyze landed.amplitude_lines")

    def variables(self) -> dict[str, Any]:
        """What a build of this engine has to be told."""
        return {"amplitude_schema": "landed"}

    def cpu(self) -> float:
        """CPU seconds of all sessions that ended, which the server's first process has waited for."""
        stat = Path(f"/proc/{self.server.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, stat[11:15])) / TICKS  # proc(5): utime, stime, cutime, cstime


@contextlib.contextmanager
def history(engine: str, folder: Path) -> Iterator[DuckDB]:
    """An empty history, gone afterwards."""
    place = Path(tempfile.mkdtemp(prefix=f"new-day-{engine}-", dir=folder))
    try:
        if engine == "duckdb":
            yield DuckDB(place)
            return
        from postgres import running_server

        with running_server() as server, server.database() as database:
            yield Postgres(place, server, database)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def exported(folder: Path, days: int, events: int) -> tuple[list[Path], list[Path]]:
    """The files of all days but the last, and those of the last; the files are made once."""
    place = folder / "data" / f"days-{days}-{events}"
    if not place.with_suffix(".done").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        words = ["--events", str(days * events), "--hours", str(days * 24), "--dest", str(place)]
        run([sys.executable, str(HERE / "generate_amplitude.py"), *words], folder)
        place.with_suffix(".done").touch()
    files = sorted(place.glob(GLOBS["amplitude"]))
    dates = sorted({path.name.split("_")[1] for path in files})[: days - 1]
    first = [path for path in files if path.name.split("_")[1] in dates]
    return first, [path for path in files if path not in first]


def measured(engine: str, folder: Path, days: int, events: int) -> Iterator[tuple[str, Cost]]:
    """Each build, as it is done. Raises Failed."""
    before, last = exported(folder, days, events)
    with history(engine, folder) as growing:
        growing.land(before)
        yield f"{days - 1} days from nothing", growing.build()
        growing.land(last)
        yield "the new day added", growing.build()
        yield "nothing new", growing.build()
    for name, files in (("that day alone, from nothing", last), (f"{days} days from nothing", before + last)):
        with history(engine, folder) as whole:
            whole.land(files)
            yield f"{name}, `table`", whole.build("table")


def main(words: Sequence[str] | None = None) -> int:
    """Measure what was asked for, and print a line for each build."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=["duckdb", "postgres"], default="duckdb")
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--events", type=int, default=100_000, help="a day (default: 100000)")
    parser.add_argument("--folder", type=Path, default=ROOT / "data" / "bench")
    given = parser.parse_args(words)
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for name, cost in measured(given.engine, folder, given.days, given.events):
            print(f"{name:36} {cost.wall:8.1f} s {cost.cpu:8.1f} CPU s", flush=True)
    except Failed as failed:
        raise SystemExit(str(failed)) from None
    return 0


if __name__ == "__main__":
    sys.exit(main())
