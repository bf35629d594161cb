"""The export is drained exactly, whatever happens: kills at random moments, faults of every kind, the limits kept."""

import datetime as dt
import gzip
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from standin.mixpanel_export import ExportApis, Fault, broken_records, ended_early, profiles, truth

FIRST = dt.date(2024, 1, 1)
# CROSSWALK_LONG_TESTS=1: the seeded truth of 200,000 events, and more kills.
LONG = bool(os.environ.get("CROSSWALK_LONG_TESTS"))
ROWS, DAYS, KILLS = (200_000, 60, 150) if LONG else (8_000, 24, 12)
HOUR, SECOND = 0.5, 0.01
# The vendor's hour and second are short here, and ours a little longer, as in life; back-off waits are cut likewise.
_CHILD = f"""
import sys
import crosswalk.extract.mixpanel_quota as quota
import crosswalk.push.retry as retry
quota.HOUR_SECONDS, quota.SECOND_SECONDS = {HOUR + 1}, {SECOND + 0.05}
retry._uniform = lambda low, high: 0.01
from crosswalk.cli import main
sys.exit(main(sys.argv[1:]))
"""


def _fault(what: str, attempt: int) -> Fault | None:
    """Each day and page meets a fault or two of its own, always the same ones."""
    chance = random.Random(f"{what} {attempt}")
    if attempt > 3 or chance.random() < 0.4:
        return (
            Fault(body=broken_records(attempt), delay=chance.random() / 20) if chance.random() < 0.5 else None
        )
    return chance.choice(
        [
            Fault(status=429),
            Fault(status=429, headers={"Retry-After": "0"}),
            Fault(status=500),
            Fault(status=503),
            Fault(cut=chance.random()),
            Fault(body=ended_early) if not what.startswith("page") else Fault(status=502),
            Fault(wire=lambda wire: wire[:-9]),
            Fault(wire=lambda wire: wire[:-8] + bytes([wire[-8] ^ 1]) + wire[-7:]),
            Fault(delay=0.2),
        ]
    )


class _Drain:
    """A project folder that a child process fills."""

    def __init__(self, folder: Path, apis: ExportApis) -> None:
        self.folder = folder
        self.dest = folder / "data" / "mixpanel"
        self._apis = apis
        folder.mkdir()
        last = FIRST + dt.timedelta(days=DAYS - 1)
        self._command = [
            sys.executable, "-c", _CHILD, "--project-dir", str(folder), "extract", "mixpanel",
            "--from", FIRST.isoformat(), "--to", last.isoformat(), "--profiles",
        ]  # fmt: skip
        scripts = Path(__file__).parents[3] / "scripts"
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(scripts),
            "MIXPANEL_DATA_URL": apis.url,
            "MIXPANEL_QUERY_URL": apis.url,
            "MIXPANEL_SERVICE_ACCOUNT": apis.account,
            "MIXPANEL_SERVICE_SECRET": apis.secret,
            "MIXPANEL_PROJECT_ID": apis.project_id,
        }

    def start(self) -> subprocess.Popen[bytes]:
        """The command, under way."""
        return subprocess.Popen(
            self._command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

    def run(self) -> subprocess.CompletedProcess[bytes]:
        """The command, to its end."""
        return subprocess.run(
            self._command, env=self._environment, capture_output=True, timeout=120, check=False
        )

    def days(self) -> dict[str, list[bytes]]:
        """What staging would find; a file that is not whole raises."""
        return {
            path.name.split("_")[2].removesuffix(".ndjson.gz"): sorted(
                gzip.decompress(path.read_bytes()).split(b"\n")[:-1]
            )
            for path in self.dest.glob("*")
            if path.is_file()
        }


@pytest.fixture
def apis() -> "ExportApis":
    return ExportApis(truth(ROWS, FIRST, DAYS, seed=11), profiles(2100), hour=HOUR, second=SECOND)


def test_drained_exactly_through_kills_and_faults(tmp_path: Path, apis: ExportApis) -> None:
    wanted = {day: sorted(lines) for day, lines in apis.days.items() if lines}
    chance = random.Random(5)
    apis.fault = _fault
    with apis:
        drain = _Drain(tmp_path / "project", apis)
        for _ in range(KILLS):
            child = drain.start()
            time.sleep(0.3 + chance.random() * 0.5)
            child.kill()
            child.communicate()
            found = drain.days()
            assert {day: found[day] == wanted[day] for day in found} == dict.fromkeys(found, True)
        for _ in range(10):
            done = drain.run()
            if done.returncode == 0:
                break
            assert done.returncode == 5, (
                done.stderr.decode()
            )  # days that were never whole within five answers
        assert done.returncode == 0, done.stderr.decode()
        assert drain.days() == wanted
        path = drain.dest / "profiles" / "mixpanel_4242_profiles.ndjson.gz"
        assert len(gzip.decompress(path.read_bytes()).split(b"\n")) == 2100 + 1
        assert list(drain.dest.rglob("*.part")) == []
        asked = len(apis.asked)
        assert drain.run().returncode == 0
        assert len(apis.asked) == asked


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_the_run_in_order(tmp_path: Path, apis: ExportApis, number: int, code: int) -> None:
    apis.fault = lambda what, attempt: Fault(delay=30.0) if what > "2024-01-04" else None
    with apis:
        drain = _Drain(tmp_path / "project", apis)
        child = drain.start()
        end = time.monotonic() + 30
        while len(drain.days()) < 4 and time.monotonic() < end:
            time.sleep(0.02)
        child.send_signal(number)
        _, errors = child.communicate(timeout=20)
        assert child.returncode == code, errors.decode()
        assert sorted(drain.days()) == ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"]
