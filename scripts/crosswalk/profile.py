"""The dbt profile and target, read as dbt reads them, so that `crosswalk` looks where `dbt build` wrote."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosswalk.errors import ConfigError
from crosswalk.redact import register


@dataclass(frozen=True)
class Target:
    """One rendered target of profiles.yml: its adapter type, its schema and the fields that its warehouse needs."""

    name: str
    adapter: str
    schema: str
    fields: dict[str, Any] = field(repr=False)  # may hold a password
    project_dir: Path
    profiles_dir: Path
    profile: str


# What the warehouses that are read without dbt need; other adapters read the profile themselves.
_FIELDS = {
    "duckdb": ("path", "database"),
    "postgres": (
        "host", "port", "user", "password", "pass", "dbname", "database", "sslmode", "sslcert", "sslkey", "sslrootcert",
        "connect_timeout", "keepalives_idle", "role", "application_name",
    ),
}  # fmt: skip
_SECRET = re.compile(r"pass|token|secret|private_key|api_key", re.IGNORECASE)


def profiles_folder(project_dir: Path, chosen: str | None) -> Path:
    """Where profiles.yml is: `--profiles-dir`, DBT_PROFILES_DIR, the project folder, `~/.dbt`. Raises ConfigError."""
    if chosen or os.environ.get("DBT_PROFILES_DIR"):
        folders = [Path(chosen or os.environ["DBT_PROFILES_DIR"])]
    else:
        folders = [project_dir, Path.home() / ".dbt"]
    for folder in folders:
        if (folder / "profiles.yml").is_file():
            return folder
    raise ConfigError(
        f"There is no profiles.yml in {' or '.join(str(folder) for folder in folders)}: "
        "run `make setup`, or copy profiles.example.yml to profiles.yml."
    )


def read_target(project_dir: Path, profiles_dir: str | None, target: str | None) -> Target:
    """The target that dbt would use; only the parts that are needed are rendered. Raises ConfigError."""
    project = read_yaml(
        project_dir / "dbt_project.yml", "run crosswalk in the project folder or add --project-dir"
    )
    folder = profiles_folder(project_dir, profiles_dir).resolve()
    profiles = read_yaml(folder / "profiles.yml", "run `make setup`")
    name = os.environ.get("DBT_PROFILE") or _render(project.get("profile", ""))
    profile = profiles.get(name)
    if not isinstance(profile, dict) or not isinstance(profile.get("outputs"), dict):
        raise ConfigError(f"profiles.yml has no profile {name!r} with outputs: see profiles.example.yml.")
    chosen = target or os.environ.get("DBT_TARGET") or _render(profile.get("target", "default"))
    fields = profile["outputs"].get(chosen)
    if not isinstance(fields, dict):
        raise ConfigError(
            f"The profile {name!r} has no target {chosen!r}: choose one of {', '.join(map(str, profile['outputs']))}."
        )
    adapter = _render(fields.get("type", ""))
    keys = ("schema", *_FIELDS.get(adapter, ()))
    rendered = {key: _render(fields[key]) for key in keys if fields.get(key) is not None}
    _register_secrets(fields)
    return Target(
        name=chosen,
        adapter=adapter,
        schema=rendered.get("schema", "public" if adapter == "postgres" else "main"),
        fields=rendered,
        project_dir=project_dir,
        profiles_dir=folder,
        profile=name,
    )


def _register_secrets(fields: dict[str, Any]) -> None:
    """Have every credential of the target kept out of what is printed, however deep it stands."""
    for name, value in fields.items():
        if isinstance(value, dict):
            _register_secrets(value)
        elif value is not None and _SECRET.search(str(name)):
            register(_render(value))


def read_yaml(path: Path, advice: str) -> dict[str, Any]:
    """A YAML mapping. Raises ConfigError, with `advice` as the next step where the file is missing."""
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"There is no {path.name} in {path.parent}: {advice}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" (line {where.line + 1})" if where else ""
        raise ConfigError(
            f"{path.name} is not valid YAML{line}: correct it and run the same command again."
        ) from error
    if not isinstance(content, dict):
        raise ConfigError(f"{path.name} holds no settings: see the example beside it.")
    return content


def _render(value: object) -> str:
    """A profile value with `env_var` and dbt's `as_*` filters rendered, as text."""
    text = str(value)
    if "{{" not in text and "{%" not in text:
        return text
    import jinja2
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(undefined=jinja2.StrictUndefined)
    for name in ("as_text", "as_number", "as_bool", "as_native"):
        environment.filters[name] = lambda given: given
    try:
        return str(environment.from_string(text).render(env_var=_env_var))
    except jinja2.TemplateError as error:
        raise ConfigError(f"profiles.yml holds a template that cannot be rendered: {error}.") from error


def _env_var(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise ConfigError(
            f"profiles.yml reads the variable {name}, which is not set: set it and run the same command again."
        )
    return value
