"""The resolved configuration, secrets out: dbt variables, target, environment, versions."""

import importlib.metadata
import json
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswalk import __version__
from crosswalk.errors import ConfigError
from crosswalk.profile import read_target, read_yaml
from crosswalk.redact import clean
from crosswalk.settings import SECRETS, Environment

_SHOWN = (
    "AMPLITUDE_REGION", "AMPLITUDE_URL", "MIXPANEL_REGION", "MIXPANEL_API_URL", "MIXPANEL_DATA_URL",
    "MIXPANEL_QUERY_URL", "MIXPANEL_PROJECT_ID", "POSTHOG_REGION", "POSTHOG_URL", "POSTHOG_PROJECT_ID",
    "CROSSWALK_DUCKDB_PATH",
)  # fmt: skip
_PACKAGES = ("dbt-core", "dbt-duckdb", "dbt-postgres", "duckdb", "pyarrow", "requests")


@dataclass(frozen=True)
class Setting:
    """One setting as it holds, and where it comes from."""

    name: str
    value: str
    origin: str


def project_name(project_dir: Path) -> str:
    """The dbt project's name, "" where there is none."""
    return str(_project(project_dir).get("name") or "")


def variables(project_dir: Path) -> list[Setting]:
    """The dbt variables: dbt_project.yml, under what the last dbt command was given with --vars."""
    project = _project(project_dir)
    declared = project.get("vars") or {}
    own = declared.get(project.get("name"))
    merged = {name: value for name, value in declared.items() if not (name == project.get("name") and own)}
    merged |= own if isinstance(own, dict) else {}
    given = _given(project_dir / _target_folder(project) / "run_results.json")
    found = [
        Setting(
            name,
            _text(given.get(name, value)),
            "--vars of the last dbt command" if name in given else "dbt_project.yml",
        )
        for name, value in merged.items()
    ]
    found += [
        Setting(name, _text(value), "--vars of the last dbt command")
        for name, value in given.items()
        if name not in merged
    ]
    return sorted(found, key=lambda one: one.name)


def environment(project_dir: Path) -> list[Setting]:
    """The variables of the environment that the command reads: of a secret only whether it is set."""
    values = Environment(project_dir)
    found = [
        Setting(name, "set" if values.get(name) else "not set", "secret, value not shown") for name in SECRETS
    ]
    found += [
        Setting(name, clean(values[name]), "environment or .env") for name in _SHOWN if values.get(name)
    ]
    return found


def target(project_dir: Path, profiles_dir: str | None, name: str | None) -> list[Setting]:
    """The dbt target, less everything that could be a credential."""
    try:
        found = read_target(project_dir, profiles_dir, name)
    except ConfigError as error:
        return [Setting("target", clean(str(error)), "profiles.yml")]
    return [
        Setting("target", clean(found.name), "profiles.yml"),
        Setting("adapter", clean(found.adapter), "profiles.yml"),
        Setting("schema", clean(found.schema), "profiles.yml"),
    ]


def versions() -> list[Setting]:
    """Versions of what made the report."""
    found = [Setting("crosswalk", __version__, ""), Setting("python", platform.python_version(), "")]
    for name in _PACKAGES:
        try:
            found.append(Setting(name, importlib.metadata.version(name), ""))
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _project(project_dir: Path) -> dict[str, Any]:
    try:
        return read_yaml(project_dir / "dbt_project.yml", "run crosswalk in the project folder")
    except ConfigError:
        return {}


def _target_folder(project: dict[str, Any]) -> str:
    """Where dbt leaves its files (dbt docs, target-path): the environment comes before the project file."""
    return os.environ.get("DBT_TARGET_PATH") or str(project.get("target-path") or "target")


def _given(path: Path) -> dict[str, Any]:
    """`--vars` of the last dbt command, from the file that dbt leaves behind."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))["args"]["vars"]
        found = json.loads(given) if isinstance(given, str) else given
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    """A value as YAML has it on one line."""
    return clean(json.dumps(value, ensure_ascii=False, default=str))
