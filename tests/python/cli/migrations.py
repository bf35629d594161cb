"""What the tests of `crosswalk migrate` share: a project between two stand-ins, and a build that takes no time.

The build in place of dbt reads the very files that dbt would be given and makes payloads of their rows.
"""

import datetime as dt
import glob
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from crosswalk.build import BuildOptions, BuildReport
from crosswalk.errors import CrosswalkError
from standin.amplitude import ExportApi
from standin.server import Standin

from cli.support import Project, Record, Result, mixpanel_event, mixpanel_profile, posthog_event

START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
RANGE = ("--start", "2024-01-01", "--end", "2024-01-02")


@dataclass
class QuickBuild:
    """Stands in for dbt: `variables` are those of each build; the next builds end as `failures` say."""

    project: Project
    variables: list[dict[str, Any]] = field(default_factory=list)
    failures: list[CrosswalkError | str] = field(default_factory=list)

    def __call__(self, options: BuildOptions) -> BuildReport:
        """As crosswalk.build.run_build."""
        given = json.loads(options.variables)
        self.variables.append(given)
        failure = self.failures.pop(0) if self.failures else None
        if isinstance(failure, CrosswalkError):
            raise failure
        made = {name: list(self._records(name, given)) for name in given["destinations"]}
        self.project.build(mixpanel=made.get("mixpanel", []), posthog=made.get("posthog", []))
        nodes = [
            ("success", "posthog_payloads", ""),
            *([(failure, "a_test", "it failed")] if failure else []),
        ]
        return BuildReport(nodes, not failure, [])

    def files(self, build: int = -1) -> set[str]:
        """The names of the event files that a build was given."""
        return {Path(path).name for path in self._paths(self.variables[build])}

    def _paths(self, given: dict[str, Any]) -> list[str]:
        patterns = given[f"{given['sources'][0]}_files"]
        folder = self.project.folder
        return [
            str(folder / one)
            for pattern in patterns
            for one in glob.glob(pattern, root_dir=folder)  # noqa: PTH207
        ]

    def _records(self, destination: str, given: dict[str, Any]) -> Iterator[Record]:
        lines = {
            line
            for path in self._paths(given)
            for line in gzip.decompress(Path(path).read_bytes()).splitlines()
        }
        for line in lines:
            row = json.loads(line)
            yield _event(destination, row.get("uuid") or row["properties"]["$insert_id"])
        if destination == "mixpanel":
            yield mixpanel_profile(1)


def _event(destination: str, identifier: str) -> Record:
    """A record of the row; its time does not matter here."""
    if destination == "posthog":
        return replace(posthog_event(0, uuid=identifier), record_id=identifier)
    properties: dict[str, Any] = {"$insert_id": identifier}
    return replace(mixpanel_event(0, **properties), record_id=identifier)


class Between:
    """A project between an Amplitude stand-in and the destinations."""

    def __init__(self, project: Project, api: ExportApi, standin: Standin, build: QuickBuild) -> None:
        self.project, self.api, self.standin, self.build = project, api, standin, build

    def migrate(self, *arguments: str, to: str = "posthog", span: tuple[str, ...] = RANGE) -> Result:
        """`crosswalk migrate --source amplitude` over the two days of the truth."""
        return self.project.run("migrate", "--source", "amplitude", "--to", to, *span, *arguments)

    def truth(self) -> set[str]:
        """The uuid of every event at the source."""
        return {json.loads(line)["uuid"] for line in self.api.all_lines()}

    def delivered(self) -> list[str]:
        """The uuid of every event that came in at PostHog, as often as it came."""
        return sorted(event["uuid"] for event in self.standin.posthog.raw_events)

    def journeys(self) -> list[dict[str, Any]]:
        """The migrations that were written down."""
        paths = (self.project.state / "migrate").glob("*-to-*.json")
        return [json.loads(path.read_text()) for path in sorted(paths)]


def set_clock(patch: pytest.MonkeyPatch, moment: dt.datetime) -> None:
    """Let extract and migrate take this for the time."""
    patch.setattr("crosswalk.extract.windows.utc_now", lambda: moment)
