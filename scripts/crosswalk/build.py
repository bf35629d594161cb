"""`dbt build` in this process: first the gzip files, then the nodes with a bar, then what went wrong."""

import contextlib
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswalk import exits
from crosswalk.errors import ConfigError, LocalError
from crosswalk.gzip_check import find_files, unreadable
from crosswalk.output import log, plural, safe, say, table
from crosswalk.profile import profiles_folder, read_yaml
from crosswalk.progress import Progress

_BAD = ("error", "fail", "runtime error", "partial success")


@dataclass(frozen=True)
class BuildOptions:
    """dbt's flags; `variables` is YAML text. `whole_only`: a file that cannot be read ends the build before it begins."""

    project_dir: Path
    profiles_dir: str | None = None
    target: str | None = None
    profile: str | None = None
    select: tuple[str, ...] = ()
    selector: str | None = None
    variables: str = "{}"
    full_refresh: bool = False
    whole_only: bool = False


@dataclass(frozen=True)
class BuildReport:
    """What dbt did: status, name and message of each node, whether all went well, and the files that were set aside."""

    nodes: list[tuple[str, str, str]]
    success: bool
    set_aside: list[str]

    @property
    def exit_code(self) -> int:
        """0 done, 2 a node could not be built, 4 built but a test found wrong data."""
        if self.success:
            return exits.DONE
        bad = self.bad()
        return exits.COUNTS if bad and all(status == "fail" for status, _, _ in bad) else exits.USAGE

    def bad(self) -> list[tuple[str, str, str]]:
        """The nodes that failed."""
        return [node for node in self.nodes if node[0] in _BAD]

    def counts(self) -> dict[str, int]:
        """Nodes by status."""
        return dict(sorted(Counter(status for status, _, _ in self.nodes).items()))

    def lines(self) -> list[str]:
        """The result for people."""
        counted = ", ".join(f"{number} {status}" for status, number in self.counts().items())
        lines = [f"Built {plural(len(self.nodes), 'node')}: {counted}"]
        bad = [(status, name, " ".join(text.split())) for status, name, text in self.bad()]
        return [*lines, "", *table(("status", "node", "message"), bad)] if bad else lines

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        failed = [{"status": status, "node": name, "message": text} for status, name, text in self.bad()]
        return {"nodes": self.counts(), "failed": failed, "set_aside": self.set_aside}


def build(options: BuildOptions) -> int:
    """Build and say what happened: 0 done, 2 a node could not be built, 4 built but a test found wrong data.

    Raises ConfigError where dbt cannot start.
    """
    report = run_build(options)
    for line in report.lines():
        say(line)
    return report.exit_code


def run_build(options: BuildOptions) -> BuildReport:
    """Build, and print nothing of the result. Raises ConfigError where dbt cannot start, LocalError for `whole_only`."""
    project = read_yaml(
        options.project_dir / "dbt_project.yml", "run crosswalk in the project folder or add --project-dir"
    )
    given = parse_variables(options.variables)
    bad = check_files(options.project_dir, project, given)
    if bad and options.whole_only:
        raise LocalError(
            f"{plural(len(bad), 'export file')} cannot be read to the end, the first is {safe(bad[0])}: delete what is named "
            "above and run the same command again, which fetches it anew."
        )
    if bad:
        given = {**given, "unreadable_files": [*given.get("unreadable_files", []), *bad]}
    nodes, success = _run_dbt(options, given)
    return BuildReport(nodes, success, bad)


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


def _run_dbt(options: BuildOptions, variables: dict[str, Any]) -> tuple[list[tuple[str, str, str]], bool]:
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
    return rows, bool(result.success)


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
