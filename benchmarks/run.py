"""Measure the whole way, route by route and size by size: files to payloads (`dbt build`), payloads to a sink (`push`).

`python benchmarks/run.py --events 300000 1000000 --routes amplitude:posthog` prints a line for each step and writes the
figures as JSON lines. What each column means: benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from measured import Cost, run

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
GLOBS = {"amplitude": "*.json.gz", "mixpanel": "*.ndjson.gz", "heap": "*.csv"}
ADDRESSES = {
    "mixpanel": {"MIXPANEL_PROJECT_TOKEN": "benchmark", "MIXPANEL_API_URL": "{url}"},
    "posthog": {"POSTHOG_PROJECT_API_KEY": "phc_benchmark", "POSTHOG_URL": "{url}"},
}


@dataclass(frozen=True)
class Row:
    """One measured step; `parts` holds what the step said of itself."""

    route: str
    events: int
    step: str
    wall: float
    cpu: float
    wall_per_million: float
    cpu_per_million: float
    peak_mb: float
    parts: dict[str, object]


class Bench:
    """The figures of a run, printed as they come and kept in a file."""

    def __init__(self, folder: Path, figures: Path) -> None:
        self.folder = folder
        self._figures = figures
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, route: str, events: int, step: str, cost: Cost) -> None:
        """Print one step, and keep it."""
        wall, cpu = cost.per_million(events)
        row = Row(route, events, step, cost.wall, cost.cpu, wall, cpu, cost.peak_mb, cost.said)
        print(
            f"{route:22} {events:>9,} {step:18} {cost.wall:8.1f} s {cost.cpu:8.1f} CPU s"
            f" {wall:8.1f} s/M {cpu:8.1f} CPU s/M {cost.peak_mb:7.0f} MB",
            flush=True,
        )
        with self._figures.open("a") as file:
            file.write(json.dumps(asdict(row)) + "\n")

    def data(self, source: str, events: int) -> Path:
        """The generated files; made once."""
        place = self.folder / "data" / f"{source}-{events}"
        done = place / "done"
        if not done.exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            command = [
                sys.executable,
                str(HERE / f"generate_{source}.py"),
                "--events",
                str(events),
                "--dest",
                str(place),
            ]
            run(command, self.folder)
            done.touch()
        return place


@contextlib.contextmanager
def sink() -> Iterator[str]:
    """The address of a sink that runs meanwhile."""
    process = subprocess.Popen([sys.executable, str(HERE / "sink.py")], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None  # noqa: S101
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()


def taken(url: str) -> dict[str, int]:
    """What the sink has counted since it was asked last."""
    with urllib.request.urlopen(f"{url}/reset", timeout=10) as answer:  # noqa: S310
        counts: dict[str, int] = json.loads(answer.read())["counts"]
    return counts


def project(folder: Path) -> Path:
    """A folder with the example profile, fresh."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "profiles.example.yml", folder / "profiles.yml")
    return folder


def build(bench: Bench, route: str, events: int, place: Path, step: str, models_only: bool) -> None:
    """`dbt build` of one route; what models, seeds, tests and dbt's own start took stands in its parts."""
    source, destination = route.split(":")
    pattern = str(bench.data(source, events) / GLOBS[source])
    variables = {
        "sources": [source],
        "destinations": [destination],
        f"{source}_files": [pattern],
        "as_of": "2026-01-01",
    }
    options = {
        "vars": variables,
        "profiles_dir": str(place),
        "target_path": str(place / "target"),
        "models_only": models_only,
    }
    environment = {"CROSSWALK_DUCKDB_PATH": str(place / "bench.duckdb"), "DO_NOT_TRACK": "1"}
    command = [sys.executable, str(HERE / "built.py"), json.dumps(options)]
    cost = run(command, ROOT, environment, place / "build.log")
    bench.add(route, events, step, cost)


def push(bench: Bench, route: str, events: int, place: Path, url: str, step: str) -> None:
    """`crosswalk push` of what was built, as fast as the sink takes it. Raises SystemExit where not all arrived."""
    destination = route.split(":")[1]
    environment = {name: value.format(url=url) for name, value in ADDRESSES[destination].items()}
    environment |= {"CROSSWALK_DUCKDB_PATH": str(place / "bench.duckdb"), "PYTHONPATH": str(ROOT / "scripts")}
    command = [
        sys.executable, "-m", "crosswalk", "push", "--to", destination, "--yes", "--rate", "10000000",
        "--project-dir", str(ROOT), "--profiles-dir", str(place), "--state-dir", str(place / "state"), "--json",
    ]  # fmt: skip
    cost = run(command, place, environment, place / "push.log")
    arrived = taken(url)
    bench.add(route, events, step, Cost(cost.wall, cost.cpu, cost.peak_mb, {"arrived": arrived}))
    if step == "push" and max(arrived.values(), default=0) < events * 0.9:
        raise SystemExit(f"Of {events} events only {arrived} arrived: look at {place / 'push.log'}.")


def measure(bench: Bench, route: str, events: int, models_only: bool) -> None:
    """One route at one size: build, push, both once more."""
    place = project(bench.folder / f"{route.replace(':', '-to-')}-{events}")
    bench.data(route.split(":")[0], events)
    with sink() as url:
        begun = time.perf_counter()
        build(bench, route, events, place, "build", models_only)
        push(bench, route, events, place, url, "push")
        whole = time.perf_counter() - begun
        bench.add(route, events, "whole way", Cost(whole, 0.0, 0.0, {}))
        push(bench, route, events, place, url, "second push")
        build(bench, route, events, place, "second build", models_only)
    (place / "bench.duckdb").unlink()


def peers(bench: Bench, events: int) -> None:
    """The limit and the peers, on the same Amplitude files and the same sink."""
    files = str(bench.data("amplitude", events) / GLOBS["amplitude"])
    with sink() as url:
        for name in ("limit", "peer_naive"):
            cost = run([sys.executable, str(HERE / f"{name}.py"), files, url], bench.folder)
            bench.add(
                "amplitude", events, name, Cost(cost.wall, cost.cpu, cost.peak_mb, {"arrived": taken(url)})
            )


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--routes", nargs="+", default=["amplitude:posthog", "amplitude:mixpanel"])
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "data" / "bench", help="data and databases (a few GB)"
    )
    parser.add_argument("--figures", type=Path, help="JSON lines (default: figures.jsonl in the folder)")
    parser.add_argument("--with-tests", action="store_true", help="dbt's data and unit tests too, told apart")
    parser.add_argument("--peers", action="store_true", help="the limit and the peers too")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    bench = Bench(folder, arguments.figures or folder / "figures.jsonl")
    for events in arguments.events:
        if arguments.peers:
            peers(bench, events)
        for route in arguments.routes:
            measure(bench, route, events, not arguments.with_tests)


if __name__ == "__main__":
    main()
