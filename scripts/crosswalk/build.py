"""`dbt build` in this process: first the gzip files, then the nodes with a bar, then what went wrong."""

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswalk import exits
from crosswalk.errors import ConfigError
from crosswalk.gzip_check import find_files, unreadable
from crosswalk.output import log, plural, safe, say, table
from crosswalk.profile import profiles_folder, read_yaml
from crosswalk.progress import Progress

_BAD = ("error", "fail", "runtime error", "partial success")


@dataclass(frozen=True)
class BuildOptions:
    """dbt's flags; `variables` is YAML text."""

    project_dir: Path
    profiles_dir: str | None = None
    target: str | None = None
    profile: str | None = None
    select: tuple[str, ...] = ()
    selector: str | None = None
    variables: str = "{}"
    full_refresh: bool = False


def build(options: BuildOptions) -> int:
    """Build and say what happened: 0 done, 2 a node could not be built, 4 built but a test found wrong data.

    Raises ConfigError where dbt cannot start.
    """
    project = read_yaml(
        options.project_dir / "dbt_project.yml", "run crosswalk in the project folder or add --project-dir"
    )
    given = parse_variables(options.variables)
    bad = check_files(options.project_dir, project, given)
    if bad:
        given = {**given, "unreadable_files": [*given.get("unreadable_files", []), *bad]}
    return _run_dbt(options, given)


def parse_variables(text: str) -> dict[str, Any]:
    """`--vars` as dbt reads it. Raises ConfigError."""
    import yaml

    try:
        found = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise ConfigError("--vars is not valid YAML: write it as '{name: value}'.") from error
    if not isinstance(found, dict):
        raise ConfigError("--vars is not a mapping: write it as '{name: value}'.")
    return found


def variable(project: dict[str, Any], given: dict[str, Any], name: str, default: Any) -> Any:
    """A dbt variable: from the command line, then under the project's name, then at the top of `vars:`."""
    declared = project.get("vars") or {}
    own = declared.get(project.get("name"))
    for scope in (given, own if isinstance(own, dict) else {}, declared):
        if name in scope:
            return scope[name]
    return default


# The variables that name the files of each source.
FILES = {
    "amplitude": ("amplitude_files", "amplitude_merged_users_files"),
    "heap": ("heap_files",),
    "mixpanel": ("mixpanel_files", "mixpanel_profile_files"),
    "posthog": ("posthog_files",),
}


def check_files(project_dir: Path, project: dict[str, Any], given: dict[str, Any]) -> list[str]:
    """The gzip files of the selected sources that cannot be read to their end: a truncated one would abort the whole build."""
    sources = variable(project, given, "sources", ["amplitude"]) or []
    patterns: list[str] = []
    for setting in (setting for source in sources for setting in FILES.get(source, ())):
        value = variable(project, given, setting, []) or []
        patterns += [value] if isinstance(value, str) else value
    files = list(dict.fromkeys(find_files(patterns, project_dir)))
    with Progress(len(files), "files checked") as progress:
        faults = unreadable(files, project_dir, progress.add)
    for name, fault in faults.items():
        log.warning(
            f"Set aside: {safe(name)} cannot be read, {safe(fault)}. Fetch it again to have its events."
        )
    return list(faults)


def _run_dbt(options: BuildOptions, variables: dict[str, Any]) -> int:
    from dbt.cli.main import dbtRunner

    arguments = _arguments(options, variables)
    watcher = _Watcher()
    try:
        # dbt takes relative paths (the DuckDB file, globs of raw files) from the current folder.
        with contextlib.chdir(options.project_dir):
            result = dbtRunner(callbacks=[watcher.on_event]).invoke(arguments)
    finally:
        watcher.close()
    if result.exception is not None:
        raise ConfigError(f"dbt stopped: {' '.join(str(result.exception).split())}")
    rows = [
        (str(one.status), one.node.name, (one.message or "").strip())
        for one in getattr(result.result, "results", [])
    ]
    return _conclude(rows, bool(result.success))


def _arguments(options: BuildOptions, variables: dict[str, Any]) -> list[str]:
    folder = profiles_folder(options.project_dir, options.profiles_dir)
    # Unit tests are about the models and not about anybody's data; `make test` and `dbt build` run them.
    arguments = [
        "--log-level",
        "none",
        "--no-use-colors",
        "build",
        "--exclude-resource-type",
        "unit_test",
        "--project-dir",
        str(options.project_dir),
        "--profiles-dir",
        str(folder.resolve()),
    ]
    for flag, value in (
        ("--target", options.target),
        ("--profile", options.profile),
        ("--selector", options.selector),
    ):
        arguments += [flag, value] if value else []
    arguments += ["--select", *options.select] if options.select else []
    arguments += ["--full-refresh"] if options.full_refresh else []
    return [*arguments, "--vars", json.dumps(variables, default=str)] if variables else arguments


class _Watcher:
    """dbt's events as a bar: the number of nodes comes with the first one that starts."""

    def __init__(self) -> None:
        self._progress: Progress | None = None

    def on_event(self, event: Any) -> None:
        name = event.info.name
        if name == "ConcurrencyLine" and self._progress is None:
            self._progress = Progress(int(event.data.node_count), "nodes")
        elif name == "NodeFinished" and self._progress is not None:
            self._progress.add(1, safe(event.data.node_info.node_name))

    def close(self) -> None:
        if self._progress is not None:
            self._progress.close()


def _conclude(rows: list[tuple[str, str, str]], success: bool) -> int:
    counted: dict[str, int] = {}
    for status, _, _ in rows:
        counted[status] = counted.get(status, 0) + 1
    say(
        f"Built {plural(len(rows), 'node')}: "
        + ", ".join(f"{number} {status}" for status, number in sorted(counted.items()))
    )
    bad = [row for row in rows if row[0] in _BAD]
    if bad:
        say()
        for line in table(
            ("status", "node", "message"),
            [(status, name, " ".join(text.split())) for status, name, text in bad],
        ):
            say(line)
    if success:
        return exits.DONE
    return exits.COUNTS if bad and all(status == "fail" for status, _, _ in bad) else exits.USAGE
