"""The Export API is drained exactly: through kills, cut and damaged answers, storms of 429, a full disk.

The short form runs with every change; CROSSWALK_LONG=1 takes 200,000 events and 40 kills.
"""

import contextlib
import datetime as dt
import errno
import gzip
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from crosswalk.extract.pool import GRACE_SECONDS
from standin.amplitude import ExportApi, Fault, truth, with_wrong_crc

from extract.support import RANGE, START, AmplitudeProject, Shelf, counted, wait_until

LONG = os.environ.get("CROSSWALK_LONG") == "1"
ROWS = 200_000 if LONG else 12_000
KILLS = 40 if LONG else 7
MEMORY_CAP = 256 << 20
_HERE = Path(__file__).parent
_ROOT = _HERE.parents[2]


def _command(
    api: ExportApi, dest: Path, *arguments: str, driver: tuple[str, ...] = ("-m", "crosswalk")
) -> "subprocess.Popen[str]":
    """The command as a process of its own."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{_ROOT / 'scripts'}:{_HERE.parent}",
        "AMPLITUDE_URL": api.url,
        "AMPLITUDE_API_KEY": api.api_key,
        "AMPLITUDE_SECRET_KEY": api.secret_key,
    }
    return subprocess.Popen(
        [sys.executable, *driver, "extract", "amplitude", "--dest", str(dest), *(arguments or RANGE)],
        env=environment,
        cwd=dest.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _check_what_is_visible(shelf: Shelf, truth_rows: object) -> None:
    """Whatever just happened: what a reader sees is whole, and is nothing but the truth, nothing of it twice."""
    if shelf.folder.exists():
        extra = shelf.rows() - counted(truth_rows)  # type: ignore[arg-type]
        assert not extra, f"{len(extra)} rows too many"
        assert not [path for path in shelf.files() if ".part" in path.name or "extract" in path.name]


def _programme(api: ExportApi, rng: random.Random) -> None:
    """A little of everything that goes wrong."""
    api.fail(
        *rng.sample(
            [
                Fault(cut=rng.random()),
                Fault(cut=rng.random()),
                Fault(damage=with_wrong_crc),
                Fault(damage=lambda body: body[: len(body) // 2]),
                Fault(status=429, headers={"Retry-After": "0"}),
                Fault(status=429, headers={"Retry-After": "0"}),
                Fault(status=503, headers={"Retry-After": "0"}),
                Fault(status=504),
                Fault(status=400),
                Fault(delay=0.2),
            ],
            6,
        )
    )


def test_drained_exactly_through_kills_and_faults(tmp_path: Path) -> None:
    rng = random.Random(11)
    shelf = Shelf(tmp_path / "amplitude")
    with ExportApi(truth(ROWS, START, 48), max_bytes=400_000 if not LONG else 4_000_000) as api:
        for number in range(KILLS):
            api.nested = number % 3 == 2
            _programme(api, rng)
            asked = len(api.asked)
            process = _command(api, shelf.folder)
            wait_until(lambda: len(api.asked) > asked or process.poll() is not None)  # noqa: B023
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(rng.uniform(0.0, 0.5))
            process.kill()
            process.communicate()
            _check_what_is_visible(shelf, api.all_lines())
        api._faults.clear()
        process = _command(api, shelf.folder, driver=(str(_HERE / "measured.py"),))
        out, _ = process.communicate()
        assert process.returncode == 0, out
        assert shelf.rows() == counted(api.all_lines())
        shelf.check_private()
        assert int(out.splitlines()[-1]) * 1024 < MEMORY_CAP
        asked = len(api.asked)
        process = _command(api, shelf.folder)
        process.communicate()
        assert (process.returncode, len(api.asked)) == (0, asked)


def test_power_cut_before_every_change_of_the_disk(tmp_path: Path) -> None:
    """From the first call to the last: what is visible is whole, and the next run completes it."""
    hours = [START + dt.timedelta(hours=number) for number in (0, 1)]
    with ExportApi({hour: [b'{"n":%d%d}' % (hour.hour, at) for at in range(4)] for hour in hours}) as api:
        api.stable = True
        reached = 0
        for number in range(1, 60):
            shelf = Shelf(tmp_path / f"amplitude-{number}")
            arguments = ("--start", "2024-01-01T00", "--end", "2024-01-01T01", "--workers", "1")
            process = _command(api, shelf.folder, *arguments, driver=(str(_HERE / "crash.py"), str(number)))
            out, _ = process.communicate()
            _check_what_is_visible(shelf, api.all_lines())
            if process.returncode == 0:
                break
            assert process.returncode == 137, out
            reached = number
            if number % 2 or LONG:  # the second run of every other one, for time
                again = AmplitudeRun(api, shelf)
                assert again.code == 0
                assert shelf.rows() == counted(api.all_lines())
                shelf.check_private()
        assert reached >= 12
        assert process.returncode == 0


class AmplitudeRun:
    """A run in this process into a given folder."""

    def __init__(self, api: ExportApi, shelf: Shelf, *arguments: str) -> None:
        from cli.support import Project

        folder = shelf.folder.parent / f"project-{time.monotonic_ns()}"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AMPLITUDE_URL", api.url)
            patch.setenv("AMPLITUDE_API_KEY", api.api_key)
            patch.setenv("AMPLITUDE_SECRET_KEY", api.secret_key)
            result = Project(folder).run(
                "extract", "amplitude", "--json", "--dest", str(shelf.folder), *(arguments or RANGE)
            )
        self.code, self.err = result.code, result.err


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("call", ["fsync", "replace", "write"])
def test_error_of_the_disk_at_every_call(
    project: AmplitudeProject, api: ExportApi, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    """No false "done", a sentence that names a file, exit 6; the next run completes it."""
    hours = sorted(api.rows)[:2]
    api.rows = {hour: api.rows[hour][:5] for hour in hours}
    arguments = ("--start", "2024-01-01T00", "--end", "2024-01-01T02", "--workers", "1")
    real = getattr(os, call)
    for turn in range(1, 40):
        calls = iter(range(1, 10_000))

        def failing(*given: object, calls: Iterator[int] = calls, turn: int = turn, **more: object) -> object:
            if next(calls) == turn:
                raise OSError(number, os.strerror(number))
            return real(*given, **more)

        folder = project.folder / f"{call}-{turn}"
        shelf = Shelf(folder)
        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing)
            result = project.extract(*arguments, "--dest", str(folder))
        if result.code == 0:
            break
        assert result.code == 6, result.err
        assert str(folder) in result.err
        assert "Traceback" not in result.err
        _check_what_is_visible(shelf, api.all_lines())
        assert project.extract(*arguments, "--dest", str(folder)).code == 0
        assert shelf.rows() == counted(api.all_lines())
    assert result.code == 0
    assert turn > 1


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_a_run_whose_server_hangs(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    assert GRACE_SECONDS + 2 <= 5
    shelf = Shelf(tmp_path / "amplitude")
    with ExportApi(truth(500, START, 48)) as api:
        api.fail(Fault(delay=60), start="20240102T00")
        process = _command(api, shelf.folder)
        wait_until(lambda: shelf.folder.exists() and len(shelf.files()) > 5 and api.waits_for_fault())
        process.send_signal(sent)
        out, _ = process.communicate(timeout=30)
        assert process.returncode == code, out
        assert "Interrupted" in out
        assert "Traceback" not in out
        _check_what_is_visible(shelf, api.all_lines())
        api._faults.clear()
        assert AmplitudeRun(api, shelf).code == 0
        assert shelf.rows() == counted(api.all_lines())


def test_signal_ends_a_wait(tmp_path: Path) -> None:
    with ExportApi(truth(100, START, 48)) as api:
        api.fail(*[Fault(status=429, headers={"Retry-After": "600"})] * 2)
        process = _command(api, tmp_path / "amplitude")
        wait_until(lambda: len(api.asked) >= 1)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
        assert process.returncode == 130, out


@contextlib.contextmanager
def _little_room(folder: Path) -> Iterator[None]:
    """A disk of 4 MB where one can be mounted, else files of at most 20 kB."""
    folder.mkdir(mode=0o700)
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "none", str(folder)],
            capture_output=True,
            check=False,
        ).returncode
    )
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        if not mounted:
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
        yield
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("looked_at", [True, False], ids=["seen-before", "met-while-writing"])
def test_full_disk_is_6_and_goes_on_after_space_is_freed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looked_at: bool
) -> None:
    if not looked_at:
        for module in ("amplitude", "amplitude_window"):
            monkeypatch.setattr(f"crosswalk.extract.{module}.check_free", lambda *_: None)
    folder = tmp_path / "disk"
    with ExportApi(truth(2500, START, 48)) as api, contextlib.ExitStack() as rooms:
        rooms.enter_context(_little_room(folder))
        filler = folder / "filler"
        with contextlib.suppress(OSError):
            filler.write_bytes(bytes(2_950_000 if looked_at else 4_050_000))
        shelf = Shelf(folder / "amplitude")
        run = AmplitudeRun(api, shelf, "--start", "2024-01-01", "--end", "2024-01-02")
        assert run.code == 6, run.err
        assert "ree space" in run.err
        assert looked_at or "The disk is full" in run.err
        _check_what_is_visible(shelf, api.all_lines())
        filler.unlink()
        resource.setrlimit(
            resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
        )
        api.max_hours = 6
        run = AmplitudeRun(api, shelf)
        assert run.code == 0, run.err
        assert shelf.rows() == counted(api.all_lines())
        shelf.check_private()


def test_interrupted_landing_is_finished_without_asking(
    project: AmplitudeProject, api: ExportApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the intent and the last rename nothing has to be fetched again."""
    import crosswalk.extract.staged as staged

    def stops(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(staged, "_carry_out", stops)
        project.extract("--workers", "1")
    asked = len(api.asked)
    assert not project.shelf.files()
    result = project.extract("--start", "2024-01-01", "--end", "2024-01-01")
    assert result.code == 0
    assert "that an earlier run had fetched" in result.err
    assert len(api.asked) == asked
    day = [line for hour in api.rows if hour.day == 1 for line in api.rows[hour]]
    assert project.shelf.rows() == counted(day)


def test_threads_do_not_pile_up(project: AmplitudeProject, api: ExportApi) -> None:
    project.extract()
    before = threading.active_count()
    for _ in range(3):
        project.extract("--refresh-last", "2d")
    wait_until(lambda: threading.active_count() <= before + 1)
    assert gzip.decompress(project.shelf.files()[0].read_bytes())
