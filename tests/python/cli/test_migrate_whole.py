"""Whole migrations with real builds, by processes that are killed in each step: the set at the destination is the truth.

CROSSWALK_LONG_TESTS=1 adds Mixpanel to Mixpanel, with a build of its own.
"""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import harness
import pytest
import yaml
from standin.amplitude import ExportApi, Fault
from standin.amplitude import truth as amplitude_truth
from standin.mixpanel_export import ExportApis, profiles
from standin.mixpanel_export import Fault as MixpanelFault
from standin.mixpanel_export import truth as mixpanel_truth
from standin.server import Failure, Standin

START = dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC)
LONG = bool(os.environ.get("CROSSWALK_LONG_TESTS"))
_LONGEST_SECONDS = 240.0
_CHILD = """
import sys
import crosswalk.extract.mixpanel_quota as quota
import crosswalk.push.retry as retry
quota.HOUR_SECONDS, quota.SECOND_SECONDS = 0.0, 0.0
retry._uniform = lambda low, high: 0.01
from crosswalk.cli import main
sys.exit(main(sys.argv[1:]))
"""


class Trip:
    """A migration's folder, and processes that work in it."""

    def __init__(self, folder: Path, arguments: list[str], variables: dict[str, str]) -> None:
        self.folder = folder
        self.database = folder / "history.duckdb"
        profile = {"type": "duckdb", "path": str(self.database), "schema": "main", "threads": 2}
        output = {"target": "dev", "outputs": {"dev": profile | {"settings": {"TimeZone": "UTC"}}}}
        (folder / "profiles.yml").write_text(yaml.safe_dump({"crosswalk": output}))
        self._command = [
            sys.executable, "-c", _CHILD, "--project-dir", str(harness.ROOT), "--profiles-dir", str(folder),
            "--state-dir", str(folder / "state"), "migrate", "--dest", str(folder / "raw"), "--yes", *arguments,
        ]  # fmt: skip
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(harness.ROOT / "scripts"),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            **variables,
        }

    def start(self, **variables: str) -> subprocess.Popen[str]:
        """The command, under way; what it says goes into files."""
        with (self.folder / "out").open("w") as out, (self.folder / "err").open("w") as err:
            return subprocess.Popen(
                self._command, env=self._environment | variables, stdout=out, stderr=err, text=True
            )

    def end(self, process: "subprocess.Popen[str]", when: Callable[[], bool], number: int) -> int:
        """Send the signal as soon as `when` says so; the exit code."""
        end = time.monotonic() + _LONGEST_SECONDS
        while not when():
            assert process.poll() is None, self.said()
            assert time.monotonic() < end, self.said()
            time.sleep(0.01)
        process.send_signal(number)
        return process.wait(_LONGEST_SECONDS)

    def kill(self, when: Callable[[], bool]) -> None:
        """Run until `when`, and kill."""
        assert self.end(self.start(), when, signal.SIGKILL) == -signal.SIGKILL

    def run(self, **variables: str) -> int:
        """Run to the end, or to a failpoint."""
        return self.start(**variables).wait(_LONGEST_SECONDS)

    def said(self) -> str:
        """What the last process said."""
        return (self.folder / "out").read_text() + (self.folder / "err").read_text()

    def has_landed(self) -> bool:
        """Whether a first day is on the disk; the source is slow to send the others."""
        return any((self.folder / "raw").glob("*.gz"))

    def is_building(self) -> bool:
        """Whether dbt has begun to write relations; they stand in the log until the database is closed."""
        log = self.database.with_name(self.database.name + ".wal")
        return "Step 2 of 5" in self.said() and log.exists() and log.stat().st_size > 50_000


@pytest.fixture
def destination() -> Iterator[Standin]:
    """Both vendors."""
    with Standin() as server:
        yield server


def _killed_everywhere(trip: Trip, destination: Standin, path: str) -> None:
    """A kill in each step, a signal in the build, then a run to the end, and one more that has nothing to do."""
    trip.kill(trip.has_landed)
    trip.kill(trip.is_building)
    assert "Step 3 of 5" not in trip.said()
    if LONG:
        assert trip.end(trip.start(), trip.is_building, signal.SIGTERM) == 143, trip.said()
        assert "run the same command again" in trip.said()
    # the build is written down, the plan's file is about to get its name
    assert trip.run(CROSSWALK_FAILPOINT="before-rename:2") == -signal.SIGKILL, trip.said()
    assert "Step 3 of 5" in trip.said()
    assert trip.run(CROSSWALK_FAILPOINT="after-send:1") == -signal.SIGKILL, trip.said()
    assert "Step 4 of 5" in trip.said()
    assert "Built before" in trip.said()
    destination.fail(path, Failure(status=503), Failure(reset=True, after=True))
    assert trip.run() == 0, trip.said()
    requests = len(destination.requests)
    assert trip.run() == 0, trip.said()
    assert len(destination.requests) == requests
    assert "Built before" in trip.said()


def test_amplitude_to_posthog_through_kills_in_each_step(tmp_path: Path, destination: Standin) -> None:
    rows = amplitude_truth(250, START, 24)
    with ExportApi(rows) as api:
        trip = Trip(
            tmp_path,
            ["--source", "amplitude", "--to", "posthog", "--start", "2024-01-01", "--end", "2024-01-02"],
            {
                "AMPLITUDE_URL": api.url,
                "AMPLITUDE_API_KEY": api.api_key,
                "AMPLITUDE_SECRET_KEY": api.secret_key,
                "POSTHOG_URL": destination.url,
                "POSTHOG_PROJECT_API_KEY": destination.api_key,
            },
        )
        api.fail(Fault(stall=20.0), start="20240102T00")
        _killed_everywhere(trip, destination, "/batch/")
        asked = [one for one in api.asked if one.start == "20240101T00"]
        assert len(asked) == 1
    events = [json.loads(line) for line in api.all_lines()]
    wanted = {event["uuid"]: event for event in events if event["event_type"] != "session_start"}
    kept = {one["uuid"]: one for one in destination.posthog.events().values()}
    assert len(kept) == len(destination.posthog.events())
    arrived = {uuid: one for uuid, one in kept.items() if uuid in wanted}
    assert set(arrived) == set(wanted)
    assert {one["event"] for uuid, one in kept.items() if uuid not in wanted} == {"$identify"}
    for uuid, event in wanted.items():
        assert arrived[uuid]["properties"]["step"] == event["event_properties"]["step"]


def _flat(line: bytes) -> bytes:
    """The row without what Mixpanel itself refuses: objects in objects in objects."""
    row = json.loads(line)
    del row["properties"]["nested"]
    return json.dumps(row).encode()


def _told(rows: list[dict[str, Any]]) -> list[str]:
    """What the events say, sorted."""
    names = ("time", "text", "price", "$user_id")
    return sorted(
        json.dumps([one["event"], *(one["properties"].get(name) for name in names)]) for one in rows
    )


if LONG:

    def test_mixpanel_to_mixpanel_through_kills_in_each_step(tmp_path: Path, destination: Standin) -> None:
        days = {
            day: [_flat(line) for line in lines]
            for day, lines in mixpanel_truth(250, START.date(), 3).items()
        }
        with ExportApis(days, profiles(20), hour=0.0, second=0.0) as apis:
            trip = Trip(
                tmp_path,
                ["--source", "mixpanel", "--to", "mixpanel", "--start", "2024-01-01", "--end", "2024-01-03"],
                {
                    "MIXPANEL_DATA_URL": apis.url,
                    "MIXPANEL_QUERY_URL": apis.url,
                    "MIXPANEL_SERVICE_ACCOUNT": apis.account,
                    "MIXPANEL_SERVICE_SECRET": apis.secret,
                    "MIXPANEL_PROJECT_ID": apis.project_id,
                    "MIXPANEL_API_URL": destination.url,
                    "MIXPANEL_PROJECT_TOKEN": destination.token,
                },
            )
            apis.fault = lambda what, attempt: (
                MixpanelFault(delay=20.0) if (what, attempt) == ("2024-01-02", 1) else None
            )
            _killed_everywhere(trip, destination, "/import")
        wanted = [json.loads(line) for lines in days.values() for line in lines]
        assert _told(list(destination.mixpanel.events().values())) == _told(wanted)
        assert {one["$distinct_id"] for one in destination.mixpanel.raw_profiles} == {
            f"user-{number}" for number in range(20)
        }
