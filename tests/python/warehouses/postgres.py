"""dbt on a PostgreSQL database of the tests."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import harness
from dbt.cli.main import dbtRunnerResult
from postgres import Database

SCHEMA = "crosswalk"


def dbt(
    database: Database,
    command: Sequence[str],
    settings: Mapping[str, Any],
    folder: Path,
    project: Path = harness.ROOT,
) -> dbtRunnerResult:
    """What dbt did in that database; `harness.DbtError` with its words where it stopped."""
    output = {**database.profile(SCHEMA), "threads": 2}
    profile = {"crosswalk": {"target": "postgres", "outputs": {"postgres": output}}}
    (folder / "profiles.yml").write_text(json.dumps(profile))
    return harness.dbt(command, folder, settings, project)
