"""How the seconds of a build grow with the events, on DuckDB or on Spark.

`python benchmarks/slope.py --engine spark --events 20000 50000 100000` builds Amplitude into both destinations at each size,
models alone and one after another, and prints a line a size, the seconds of a further million events between each two
sizes, and the exponent (1 is in proportion). Spark asks for its environment: `scripts/setup_env.sh spark`, or the variable
CROSSWALK_SPARK_PYTHON.
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
from pathlib import Path

from measured import Failed, run
from routes import GLOBS, ROOT, data

VARIABLES = {"destinations": ["mixpanel", "posthog"]}


def spark_python() -> Path:
    """The interpreter of Spark's environment. Raises SystemExit where there is none."""
    found = Path(os.environ.get("CROSSWALK_SPARK_PYTHON", ROOT / ".venv-spark" / "bin" / "python"))
    if not found.exists():
        raise SystemExit(
            f"There is no {found}: run `scripts/setup_env.sh spark`, or name an interpreter with CROSSWALK_SPARK_PYTHON."
        )
    return found


def seconds(engine: str, folder: Path, events: int, cores: int) -> dict[str, float]:
    """Wall seconds of each model at one size. Raises Failed where the build fails."""
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
        }
        cost = run(
            [str(spark_python()), str(ROOT / "benchmarks" / "slope_spark.py"), json.dumps(options)], place
        )
        models = {name: float(spent) for name, spent in cost.said["models"].items()}
    else:
        shutil.copy(ROOT / "profiles.example.yml", place / "profiles.yml")
        options = {
            "vars": {**VARIABLES, "amplitude_files": [pattern]},
            "profiles_dir": str(place),
            "target_path": str(place / "target"),
            "models_only": True,
        }
        database = {"CROSSWALK_DUCKDB_PATH": str(place / "slope.duckdb")}
        command = [sys.executable, str(ROOT / "benchmarks" / "built.py"), json.dumps(options)]
        cost = run(command, ROOT, database, place / "build.log")
        models = {name: float(spent[0]) for name, spent in cost.said["models"].items()}
    shutil.rmtree(place, ignore_errors=True)
    return models


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
    spent = []
    try:
        for size in sizes:
            models = seconds(given.engine, folder, size, given.cores)
            spent.append(sum(models.values()))
            slowest = sorted(models, key=models.__getitem__, reverse=True)[:5]
            named = ", ".join(f"{name} {models[name]:.1f}" for name in slowest)
            print(
                f"{size} events: {spent[-1]:.1f} s in {len(models)} models; the longest: {named}", flush=True
            )
    except Failed as failed:
        raise SystemExit(str(failed)) from None
    pairs = itertools.pairwise(sizes)
    for (small, large), (per_million, exponent) in zip(pairs, steps(sizes, spent), strict=True):
        print(f"{small} to {large}: {per_million:.0f} s a further million, exponent {exponent:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
