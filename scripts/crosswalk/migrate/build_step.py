"""The build of a migration: its variables, and whether what stands in the warehouse is that very build."""

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswalk import __version__
from crosswalk.build import BuildOptions, BuildReport, run_build, variable
from crosswalk.errors import CrosswalkError
from crosswalk.files import write_private
from crosswalk.migrate.journey import FOLDER
from crosswalk.migrate.source import Found
from crosswalk.profile import read_yaml
from crosswalk.warehouse import Warehouse

_RECORD = "build.json"
# Where dbt takes what a build is made of, with its defaults.
_PATHS = {"model-paths": ["models"], "macro-paths": ["macros"], "seed-paths": ["seeds"]}
_FILES = ("dbt_project.yml", "packages.yml", "dependencies.yml", "package-lock.yml")


@dataclass(frozen=True)
class BuildStep:
    """A build for one destination out of the files that were found, in the project and target that were chosen."""

    project_dir: Path
    profiles_dir: str | None
    target: str | None
    state_dir: Path
    source: str
    destination: str
    found: Found
    as_of: dt.date

    def variables(self) -> dict[str, Any]:
        """What dbt is given over its own variables; `as_of` only where the project sets none."""
        project = read_yaml(
            self.project_dir / "dbt_project.yml", "run crosswalk in the project folder or add --project-dir"
        )
        chosen: dict[str, Any] = {"sources": [self.source], "destinations": [self.destination]}
        if variable(project, {}, "as_of", None) is None:
            # the day of the build would make other records of rows without an upload time on another day
            chosen["as_of"] = self.as_of.isoformat()
        return chosen | self.found.variables

    def is_done(self, warehouse: Warehouse) -> bool:
        """Whether the same build was done, and the warehouse still holds its payloads."""
        try:
            record = json.loads(self._path().read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        try:
            return bool(record == self._record(warehouse))
        except CrosswalkError:  # the payloads or the warehouse are gone
            return False

    def run(self, open_warehouse: Callable[[], Warehouse]) -> BuildReport:
        """Build; only one that succeeded is written down. Raises ConfigError, LocalError."""
        self._path().unlink(missing_ok=True)
        options = BuildOptions(
            self.project_dir,
            self.profiles_dir,
            self.target,
            variables=json.dumps(self.variables()),
            whole_only=True,
        )
        report = run_build(options)
        if report.success:
            write_private(self._path(), json.dumps(self._record(open_warehouse())) + "\n")
        return report

    def _path(self) -> Path:
        return self.state_dir / FOLDER / _RECORD

    def _record(self, warehouse: Warehouse) -> dict[str, Any]:
        records, content = warehouse.content_hash(self.destination)
        return {"inputs": self._inputs(), "records": records, "content": content}

    def _inputs(self) -> str:
        """A hash of all that decides on the result: variables, export files, the project's own files, the target."""
        digest = hashlib.sha256()
        chosen = [
            __version__, str(self.project_dir), self.target, os.environ.get("DBT_TARGET"), os.environ.get("DBT_PROFILE"),
            self.variables(), self.found.fingerprint(),
        ]  # fmt: skip
        digest.update(json.dumps(chosen, sort_keys=True).encode())
        for path in self._project_files():
            digest.update(str(path.relative_to(self.project_dir)).encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def _project_files(self) -> list[Path]:
        project = read_yaml(self.project_dir / "dbt_project.yml", "run crosswalk in the project folder")
        folders = [folder for name, default in _PATHS.items() for folder in project.get(name) or default]
        folders.append(project.get("packages-install-path") or "dbt_packages")
        inside = (path for folder in folders for path in (self.project_dir / folder).rglob("*"))
        paths = {*inside, *(self.project_dir / name for name in _FILES)}
        return sorted(path for path in paths if path.is_file())
