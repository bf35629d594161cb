"""`dbt build` in this process, with the seconds of models, seeds, data tests and unit tests told apart.

`python benchmarks/built.py '{"vars": …, "profiles_dir": …, "target_path": …}'` in the project's folder. It prints one JSON
object: seconds of wall and CPU by kind of node (from the moment that a node begins to the moment that it ends, one thread of
dbt), what is left is `start`: importing dbt, parsing the project, writing its artefacts.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from told import Told


def main() -> int:
    """Build, and say what each part took."""
    begun, cpu_begun = time.perf_counter(), time.process_time()
    options = json.loads(sys.argv[1])
    from dbt.cli.main import dbtRunner

    marks: dict[str, tuple[float, float]] = {}
    spent: dict[str, list[float]] = {}
    models: dict[str, tuple[float, float]] = {}

    def listen(event: Any) -> None:
        if event.info.name == "NodeStart":
            marks[event.data.node_info.unique_id] = (time.perf_counter(), time.process_time())
        elif event.info.name == "NodeFinished":
            node = event.data.node_info.unique_id
            wall, cpu = (
                now - then
                for now, then in zip((time.perf_counter(), time.process_time()), marks[node], strict=True)
            )
            kind = spent.setdefault(node.split(".")[0], [0.0, 0.0])
            kind[0] += wall
            kind[1] += cpu
            if node.startswith("model."):
                models[node.split(".")[-1]] = (round(wall, 3), round(cpu, 3))

    command = [
        "build",
        "--quiet",
        "--threads", str(options.get("threads", 1)),
        "--profiles-dir", options["profiles_dir"],
        "--target-path", options["target_path"],
        "--log-path", options["target_path"],
        "--vars", json.dumps(options["vars"]),
    ]  # fmt: skip
    if options.get("models_only"):
        command += [
            "--exclude",
            "resource_type:test",
            "resource_type:unit_test",
            "--indirect-selection",
            "empty",
        ]
    callbacks = [listen, Told(options["before"])] if "before" in options else [listen]
    result = dbtRunner(callbacks=callbacks).invoke(command)
    total = [time.perf_counter() - begun, time.process_time() - cpu_begun]
    if not result.success:
        print([node.message for node in result.result or () if node.status == "error"], file=sys.stderr)
        return 1
    spent["start"] = [
        whole - sum(part[place] for part in spent.values()) for place, whole in enumerate(total)
    ]
    parts = {kind: {"wall": wall, "cpu": cpu} for kind, (wall, cpu) in spent.items()}
    print(json.dumps({"parts": parts, "models": models}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
