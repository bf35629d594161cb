"""How the seconds of a build grow with the events, on DuckDB or on Spark.

`python benchmarks/slope.py --engine spark --events 20000 50000 100000` builds Amplitude into both destinations at each size,
models alone and one after another, and prints a line a size and a line a folder of models as soon as they are known, then the
seconds of a further million events between each two sizes, and the exponent (1 is in proportion), of all models and of those
that grow faster than the events. What is done and about how long the rest takes stands on stderr. Spark asks for its
environment: `scripts/setup_env.sh spark`, or the variable CROSSWALK_SPARK_PYTHON.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measured import Failed, run
from routes import GLOBS, ROOT, data

VARIABLES = {"destinations": ["mixpanel", "posthog"]}
# A day: Spark on two cores takes hours for a million events.
LONGEST = 24 * 3600.0
# Models that take less than this at the larger size are not looked at one by one: their seconds are planning and chance.
NOTABLE = 5.0


def spark_python() -> Path:
    """The interpreter of Spark's environment. Raises SystemExit where there is none."""
    found = Path(os.environ.get("CROSSWALK_SPARK_PYTHON", ROOT / ".venv-spark" / "bin" / "python"))
    if not found.exists():
        raise SystemExit(
            f"There is no {found}: run `scripts/setup_env.sh spark`, or name an interpreter with CROSSWALK_SPARK_PYTHON."
        )
    return found


@dataclass(frozen=True)
class Built:
    """One size: wall seconds of each model, its CPU seconds where they are known, and the CPU seconds and the most memory of the
    process that did the work."""

    models: dict[str, float]
    cpus: dict[str, float]
    cpu: float | None
    peak_mb: float | None

    @property
    def spent(self) -> dict[str, float]:
        """What is compared from size to size: CPU, which other people's work does not change, else wall seconds."""
        return self.cpus or self.models


def built(engine: str, folder: Path, events: int, cores: int, before: dict[str, float]) -> Built:
    """A build at one size; `before` are the seconds of a smaller one. Raises Failed where it fails."""
    files = data(folder, "amplitude", events)
    place = folder / f"slope-{engine}-{events}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    pattern = str(files / GLOBS["amplitude"])
    if engine == "spark":
        options = {
            "files": pattern,
            "folder": str(place),
            "project": str(ROOT),
            "vars": VARIABLES,
            "cores": cores,
            "before": before,
        }
        command = [str(spark_python()), str(ROOT / "benchmarks" / "slope_spark.py"), json.dumps(options)]
        cost = run(command, place, aloud=True, longest=LONGEST)
        models = {name: float(spent) for name, spent in cost.said["models"].items()}
        found = Built(models, cost.said["cpus"], cost.said["cpu"], cost.said["peak_mb"])
    else:
        shutil.copy(ROOT / "profiles.example.yml", place / "profiles.yml")
        options = {
            "vars": {**VARIABLES, "amplitude_files": [pattern]},
            "profiles_dir": str(place),
            "target_path": str(place / "target"),
            "models_only": True,
            "before": before,
        }
        database = {"CROSSWALK_DUCKDB_PATH": str(place / "slope.duckdb")}
        command = [sys.executable, str(ROOT / "benchmarks" / "built.py"), json.dumps(options)]
        cost = run(command, ROOT, database, place / "build.log", aloud=True, longest=LONGEST)
        models = {name: float(spent[0]) for name, spent in cost.said["models"].items()}
        cpus = {name: float(spent[1]) for name, spent in cost.said["models"].items()}
        found = Built(models, cpus, cost.cpu, cost.peak_mb)
    shutil.rmtree(place, ignore_errors=True)
    return found


def folder_of(model: str) -> str:
    """The folder of a model below models/: staging, hub, mixpanel, posthog or audit."""
    (path,) = (ROOT / "models").rglob(f"{model}.sql")
    parts = path.relative_to(ROOT / "models").parts
    return parts[1] if parts[0] == "destinations" else parts[0]


def told(size: int, found: Built) -> str:
    """What one size took, as text."""
    models = found.models
    kind = "CPU" if found.cpus else "wall"
    slowest = sorted(found.spent, key=found.spent.__getitem__, reverse=True)[:5]
    folders: dict[str, float] = {}
    for name, spent in found.spent.items():
        folders[folder_of(name)] = folders.get(folder_of(name), 0.0) + spent
    more = f", {found.cpu:.0f} s of CPU" if found.cpu is not None else ""
    more += f", {found.peak_mb:.0f} MB at most" if found.peak_mb is not None else ""
    return (
        f"{size} events: {sum(models.values()):.1f} s in {len(models)} models{more}\n"
        f"  {kind} seconds by folder: {', '.join(f'{name} {spent:.1f}' for name, spent in folders.items())}\n"
        f"  the longest: {', '.join(f'{name} {found.spent[name]:.1f}' for name in slowest)}"
    )


def steep(small: int, large: int, less: dict[str, float], more: dict[str, float]) -> list[str]:
    """Models whose seconds grew faster than the events, by a tenth at least, with the exponent."""
    found = []
    for name, spent in more.items():
        if spent >= NOTABLE and less.get(name):
            exponent = math.log(spent / less[name]) / math.log(large / small)
            if exponent > 1.1:
                found.append(f"{name} {exponent:.2f}")
    return found


def steps(sizes: Sequence[int], spent: Sequence[float]) -> list[tuple[float, float]]:
    """Between each two sizes: seconds of a further million events, and the exponent that leads from one to the other."""
    found = []
    for (small, less), (large, more) in itertools.pairwise(zip(sizes, spent, strict=True)):
        per_million = (more - less) / (large - small) * 1e6
        found.append((per_million, math.log(more / less) / math.log(large / small)))
    return found


def main(words: Sequence[str] | None = None) -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=["duckdb", "spark"], default="duckdb")
    parser.add_argument("--events", type=int, nargs="+", default=[300_000, 1_000_000, 3_000_000])
    parser.add_argument("--cores", type=int, default=2, help="of Spark (default: 2)")
    parser.add_argument("--folder", type=Path, default=ROOT / "data" / "bench")
    given = parser.parse_args(words)
    sizes = sorted(given.events)
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    known: list[Built] = []
    try:
        for size in sizes:
            before = known[-1].models if known else {}
            known.append(built(given.engine, folder, size, given.cores, before))
            print(told(size, known[-1]), flush=True)
    except Failed as failed:
        raise SystemExit(str(failed)) from None
    kind = "CPU" if all(each.cpus for each in known) else "wall"
    spent = [sum((each.cpus if kind == "CPU" else each.models).values()) for each in known]
    pairs = itertools.pairwise(zip(sizes, known, strict=True))
    for ((small, less), (large, more)), (per_million, exponent) in zip(
        pairs, steps(sizes, spent), strict=True
    ):
        steeper = ", ".join(steep(small, large, less.spent, more.spent)) or "none"
        print(f"{small} to {large}: {per_million:.0f} s of {kind} a further million, exponent {exponent:.2f}")
        print(f"  models that grew faster than the events: {steeper}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
