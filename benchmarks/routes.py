"""One route at one size: `dbt build`, `crosswalk plan`, `crosswalk push --plan`, the whole way; build and push once more."""

from __future__ import annotations

import contextlib
import json
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from figures import Figures, row_of
from measured import Cost, run

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
GLOBS = {"amplitude": "*.json.gz", "mixpanel": "*.ndjson.gz", "heap": "*.csv"}
ADDRESSES = {
    "mixpanel": {"MIXPANEL_PROJECT_TOKEN": "benchmark", "MIXPANEL_API_URL": "{url}"},
    "posthog": {"POSTHOG_PROJECT_API_KEY": "phc_benchmark", "POSTHOG_URL": "{url}"},
}


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


def data(folder: Path, source: str, events: int) -> Path:
    """The folder with generated files of a source; made once."""
    place = folder / "data" / f"{source}-{events}"
    done = place.with_suffix(".done")
    if not done.exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        generator = str(HERE / f"generate_{source}.py")
        run([sys.executable, generator, "--events", str(events), "--dest", str(place)], folder)
        done.touch()
    return place


def help_seconds(folder: Path) -> float:
    """Wall seconds of `crosswalk --help`: the median of five."""
    environment = {"PYTHONPATH": str(ROOT / "scripts"), "DO_NOT_TRACK": "1"}
    command = [sys.executable, "-m", "crosswalk", "--help"]
    return statistics.median(run(command, folder, environment).wall for _ in range(5))


@dataclass(frozen=True)
class Route:
    """One route at one size, with a folder for its database, logs and state."""

    figures: Figures
    folder: Path
    route: str
    events: int
    models_only: bool

    @property
    def _place(self) -> Path:
        return self.folder / f"{self.route.replace(':', '-to-')}-{self.events}"

    def measure(self) -> None:
        """Build, plan, push; build and push once more with nothing new. Raises SystemExit where not all arrived."""
        shutil.rmtree(self._place, ignore_errors=True)
        self._place.mkdir(parents=True)
        shutil.copy(ROOT / "profiles.example.yml", self._place / "profiles.yml")
        files = data(self.folder, self.route.split(":")[0], self.events)
        with sink() as url:
            begun = time.perf_counter()
            build = self._build(files, "build")
            plan = self._plan(url)
            push, arrived = self._push(url, plan, "push")
            wall = time.perf_counter() - begun
            costs = (build, plan, push)
            parts = {"parts": build.said.get("parts", {})}
            whole = Cost(wall, sum(one.cpu for one in costs), max(one.peak_mb for one in costs), parts)
            self._add("whole way", whole, arrived)
            self._push(url, plan, "second push")
            self._build(files, "second build")
        (self._place / "bench.duckdb").unlink()

    def _build(self, files: Path, step: str) -> Cost:
        source, destination = self.route.split(":")
        variables = {
            "sources": [source],
            "destinations": [destination],
            f"{source}_files": [str(files / GLOBS[source])],
            "as_of": "2026-01-01",
        }
        options = {
            "vars": variables,
            "profiles_dir": str(self._place),
            "target_path": str(self._place / "target"),
            "models_only": self.models_only,
        }
        environment = {"CROSSWALK_DUCKDB_PATH": str(self._place / "bench.duckdb"), "DO_NOT_TRACK": "1"}
        command = [sys.executable, str(HERE / "built.py"), json.dumps(options)]
        cost = run(command, ROOT, environment, self._place / "build.log")
        self._add(step, cost, {})
        return cost

    def _plan(self, url: str) -> Cost:
        cost = self._crosswalk(url, "plan")
        self._add("plan", cost, {})
        return cost

    def _push(self, url: str, plan: Cost, step: str) -> tuple[Cost, dict[str, int]]:
        cost = self._crosswalk(url, "push", "--plan", str(plan.said["plan_id"]), "--rate", "10000000")
        arrived = taken(url)
        self._add(step, cost, arrived)
        if step == "push" and max(arrived.values(), default=0) < self.events * 0.9:
            raise SystemExit(
                f"Of {self.events} events only {arrived} arrived: look at {self._place / 'push.log'}."
            )
        return cost, arrived

    def _crosswalk(self, url: str, verb: str, *options: str) -> Cost:
        destination = self.route.split(":")[1]
        environment = {name: value.format(url=url) for name, value in ADDRESSES[destination].items()}
        environment |= {
            "CROSSWALK_DUCKDB_PATH": str(self._place / "bench.duckdb"),
            "PYTHONPATH": str(ROOT / "scripts"),
            "DO_NOT_TRACK": "1",
        }
        command = [
            sys.executable, "-m", "crosswalk", verb, "--to", destination, *options,
            "--project-dir", str(ROOT), "--profiles-dir", str(self._place), "--state-dir", str(self._place / "state"), "--json",
        ]  # fmt: skip
        return run(command, self._place, environment, self._place / f"{verb}.log")

    def _add(self, step: str, cost: Cost, arrived: dict[str, int]) -> None:
        self.figures.add(row_of("route", self.route, step, self.events, self.events, cost, arrived))
