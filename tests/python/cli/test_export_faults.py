"""Exports that are killed, that find the disk full, and rows that do not fit in memory."""

import hashlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from crosswalk.export import sorting
from crosswalk.export.folder import FolderStore
from crosswalk.export.parts import NAME, Part

from cli.support import Project, posthog_event
from cli.test_export import manifest, parts, run_export

# The long form: CROSSWALK_EXPORT_KILLS=200
KILLS = int(os.environ.get("CROSSWALK_EXPORT_KILLS", "5"))
ROOT = Path(__file__).resolve().parents[3]


def command(project: Project, dest: Path, *flags: str) -> list[str]:
    words = ["--project-dir", str(project.folder), "export", "--content", "posthog", "--dest", str(dest)]
    return [sys.executable, "-m", "crosswalk", *words, *flags]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}


def hashes(dest: Path) -> dict[str, str]:
    return (
        {name: hashlib.sha256(data).hexdigest() for name, data in parts(dest).items()}
        if dest.exists()
        else {}
    )


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    return tmp_path / "history"


@pytest.fixture
def large(project: Project, tmp_path: Path) -> tuple[Project, dict[str, str], float]:
    """A project, the parts that its export has, and the seconds that a run takes."""
    project.build(posthog=[posthog_event(one, day=one % 5, bucket=one % 4) for one in range(12_000)])
    started = time.monotonic()
    subprocess.run(
        command(project, tmp_path / "whole", "--part-size", "20kB"),
        env=environment(),
        check=True,
        timeout=120,
    )
    return project, hashes(tmp_path / "whole"), time.monotonic() - started


def test_killed_at_random_moments(large: tuple[Project, dict[str, str], float], dest: Path) -> None:
    project, whole, seconds = large
    chance = random.Random(20250301)
    for _ in range(KILLS):
        run = subprocess.Popen(
            command(project, dest, "--part-size", "20kB"), env=environment(), stderr=subprocess.DEVNULL
        )
        try:
            run.wait(timeout=chance.uniform(0.3, 1.0) * seconds)
        except subprocess.TimeoutExpired:
            os.kill(run.pid, signal.SIGKILL)
            run.wait(timeout=30)
        seen = {name: digest for name, digest in hashes(dest).items() if NAME.fullmatch(name)}
        assert seen.items() <= whole.items(), "a part that is seen is whole"
    subprocess.run(command(project, dest, "--part-size", "20kB"), env=environment(), check=True, timeout=120)
    assert hashes(dest) == whole


@pytest.mark.parametrize("point", ["before", "after"])
def test_killed_at_each_rename(
    project: Project, dest: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """As a SIGKILL would: nothing is tidied up, and the next run finds what the killed one left."""
    project.build(posthog=[posthog_event(one, day=one % 4) for one in range(40)])
    run_export(project, dest.with_name("whole"))
    publish = FolderStore.publish

    class Killed(BaseException):
        pass

    def dies(store: FolderStore, part: Part, path: Path) -> None:
        if point == "after":
            publish(store, part, path)
        raise Killed

    for number in range(4):
        with monkeypatch.context() as patched:
            patched.setattr(FolderStore, "publish", dies)
            patched.setattr("crosswalk.export.parts.PartWriter.discard", lambda writer: None)
            with pytest.raises(Killed):
                run_export(project, dest)
        seen = [name for name in parts(dest) if NAME.fullmatch(name)]
        assert len(seen) == (number + 1 if point == "after" else 0)
    run_export(project, dest)
    assert hashes(dest) == hashes(dest.with_name("whole"))


def test_the_disk_is_full(project: Project, dest: Path) -> None:
    project.build(posthog=[posthog_event(one, day=one % 2) for one in range(600)])

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    result = subprocess.run(
        command(project, dest),
        env=environment(),
        preexec_fn=little_room,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 6, result.stderr
    assert "run the same command again" in result.stderr and "Traceback" not in result.stderr
    assert parts(dest) == {}
    assert run_export(project, dest).code == 0
    assert len(parts(dest)) == 2


def test_a_disk_that_is_too_small_is_said_first(
    project: Project, dest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.build(posthog=[posthog_event(one) for one in range(600)])
    room = os.statvfs(dest.parent)

    class Usage:
        free = 1000

    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage)
    result = run_export(project, dest)
    assert room and result.code == 6
    assert "--gzip" in result.err
    assert parts(dest) == {}


def test_a_disk_that_fails_at_any_sync(project: Project, dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The N-th fsync fails, for each N until a run has none: no half part, no false success, the same bytes in the end."""
    project.build(posthog=[posthog_event(one, day=one % 3) for one in range(30)])
    run_export(project, dest.with_name("whole"))
    whole = hashes(dest.with_name("whole"))
    sync, failed = os.fsync, 0
    for number in range(1, 40):
        calls = iter(range(1, 1000))

        def fails(handle: int, number: int = number, calls: Iterator[int] = calls) -> None:
            if next(calls) == number:
                raise OSError(5, "Input/output error")
            sync(handle)

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", fails)
            result = run_export(project, dest)
        assert hashes(dest).items() <= whole.items()
        if result.code == 0:
            break
        assert result.code == 6, result.err
        failed += 1
    assert failed >= 3
    assert hashes(dest) == whole and manifest(dest)["complete"] is True


def rows(moments: list[int], ranks: list[int] | None = None, width: int = 0) -> pa.RecordBatch:
    number = len(moments)
    return pa.RecordBatch.from_pydict(
        {
            "at": pa.array(moments, pa.int64()),
            "rank": pa.array(ranks or [0] * number, pa.int32()),
            "tie": pa.array(range(number), pa.int64()),
            "folder": pa.array([""] * number),
            "line": pa.array([f"{moment:>{width}}\n".encode() for moment in moments], pa.binary()),
        }
    )


def test_rows_that_do_not_fit_are_sorted_on_the_disk(tmp_path: Path) -> None:
    chance = random.Random(7)
    moments = [int(chance.expovariate(1e-12)) for _ in range(5000)]
    batch = rows(moments)
    pieces = [batch.slice(start, 400) for start in range(0, 5000, 400)]
    made = list(sorting.by_time(pieces, tmp_path, days_in_order=False, limit=20_000))
    assert [at for one in made for at in one.column("at").to_pylist()] == sorted(moments)
    assert max(one.nbytes for one in made) < 40_000
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_each_day_is_sorted_by_itself(tmp_path: Path) -> None:
    chance = random.Random(8)
    day = 86_400_000_000
    moments = [number * day + chance.randrange(day) for number in range(20) for _ in range(300)]
    pieces = [rows(moments).slice(start, 700) for start in range(0, 6000, 700)]
    made = sorting.by_time(pieces, tmp_path, days_in_order=True, limit=8_000)
    assert [at for one in made for at in one.column("at").to_pylist()] == sorted(moments)


def test_one_moment_that_does_not_fit_is_in_the_order_of_ranks(tmp_path: Path) -> None:
    batch = rows([1_700_000_000_000_000] * 3000, [number % 3 for number in range(3000)])
    made = list(sorting.by_time([batch], tmp_path, days_in_order=True, limit=10_000))
    found = [
        (r, t)
        for one in made
        for r, t in zip(*(one.column(c).to_pylist() for c in ("rank", "tie")), strict=True)
    ]
    assert found == sorted((number % 3, number) for number in range(3000))


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """What is held at once of four times as many rows, while they come and while they go: the limit, not the rows."""
    held = []
    for number in (5_000, 20_000):
        before = pa.total_allocated_bytes()
        seen: list[int] = []

        def pieces(
            number: int = number, before: int = before, seen: list[int] = seen
        ) -> Iterator[pa.RecordBatch]:
            chance = random.Random(9)
            for _ in range(number // 100):
                seen.append(pa.total_allocated_bytes() - before)
                yield rows([chance.randrange(10**12) for _ in range(100)], width=1000)

        for _ in sorting.by_time(pieces(), tmp_path / str(number), days_in_order=False, limit=100_000):
            seen.append(pa.total_allocated_bytes() - before)
        held.append(max(seen))
    assert held[1] < 2 * held[0], held


def test_a_part_is_on_the_disk_before_it_has_its_name(
    project: Project, dest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.build(posthog=[posthog_event(one, day=one % 3) for one in range(30)])
    sync, synced = os.fsync, []

    def noted(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink())
        sync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    run_export(project, dest)
    assert {dest / f".{name}.tmp" for name in parts(dest)} <= set(synced)
    assert dest in synced
