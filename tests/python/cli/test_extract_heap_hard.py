"""Heap's dumps under hard conditions: in S3, through kills, on a full disk, in 256 MB."""

import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pyarrow.parquet as pq
import pytest
from moto.server import ThreadedMotoServer

from cli.heap_dumps import BUCKET, EVENTS, USERS, Bucket, event, user
from cli.support import Project, Result

# CROSSWALK_LONG_TESTS=1: more rows and more kills.
LONG = bool(os.environ.get("CROSSWALK_LONG_TESTS"))
KILLS = 60 if LONG else 10
SCRIPTS = Path(__file__).parents[3] / "scripts"


def _rows(folder: Path, table: str) -> list[dict[str, Any]]:
    """The rows that staging would find for a table; a file that is not whole raises."""
    return [
        row for path in sorted(folder.glob(f"**/{table}.parquet")) for row in pq.read_table(path).to_pylist()
    ]


# --- S3


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A server that speaks S3, on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A dump of two loads below a prefix, of which `upload` makes a bucket."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cr3t/key+with=signs")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    bucket = Bucket(tmp_path / "dump", prefix="backup/heap/")
    bucket.add(7, "pageviews", EVENTS, [[event(number) for number in range(500)]], incremental=False)
    bucket.add(8, "pageviews", EVENTS, [[event(499, path="/new"), event(500)]])
    bucket.add(8, "users", USERS, [[user(1)]])
    found = boto3.resource("s3").Bucket(BUCKET)
    found.create()
    yield bucket
    found.objects.all().delete()
    found.delete()


def _upload(bucket: Bucket) -> None:
    client = boto3.client("s3")
    for path in bucket.root.rglob("*"):
        if path.is_file():
            client.upload_file(str(path), BUCKET, f"backup/heap/{path.relative_to(bucket.root).as_posix()}")


def _extract(project: Project, dump: str) -> Result:
    return project.run("extract", "heap", dump, "--json")


def test_dump_in_s3(project: Project, bucket: Bucket) -> None:
    _upload(bucket)
    result = _extract(project, f"s3://{BUCKET}/backup/heap")
    assert result.code == 0, result.err
    folder = project.folder / "data" / "heap"
    rows = _rows(folder, "pageviews")
    assert [row["path"] for row in rows if row["event_id"] == "8800000000000499"] == ["/new"]
    assert (len(rows), len(_rows(folder, "users"))) == (501, 1)
    assert _extract(project, f"s3://{BUCKET}/backup/heap/").report()["tables"][0]["new"] is False
    local = Project(project.folder.parent / "local")
    assert _extract(local, str(bucket.root)).code == 0
    for path in folder.glob("**/*.parquet"):
        assert (local.folder / "data/heap" / path.relative_to(folder)).read_bytes() == path.read_bytes()


def test_hole_in_s3(project: Project, bucket: Bucket) -> None:
    next(bucket.root.glob("sync_8/pageviews/*")).unlink()
    _upload(bucket)
    result = _extract(project, f"s3://{BUCKET}")
    assert result.code == 6
    assert "named by the manifest and not there" in result.report()["faults"][0]
    assert len(_rows(project.folder / "data" / "heap", "pageviews")) == 500


def test_connection_that_breaks_is_tried_again(
    project: Project, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three bodies end in the middle; the rows are there once."""
    from botocore.exceptions import ResponseStreamingError
    from botocore.response import StreamingBody

    _upload(bucket)
    real, broken = StreamingBody.read, [0]

    def read(self: Any, amt: int | None = None) -> bytes:
        data: bytes = real(self, amt)
        if data.startswith(b"Obj") and broken[0] < 3:
            broken[0] += 1
            raise ResponseStreamingError(error="reset")
        return data

    monkeypatch.setattr(StreamingBody, "read", read)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    result = _extract(project, f"s3://{BUCKET}/backup")
    assert result.code == 0, result.err
    assert broken == [3]
    assert len(_rows(project.folder / "data" / "heap", "pageviews")) == 501


def test_what_s3_refuses_is_one_sentence(
    project: Project, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = _extract(project, "s3://no-such-bucket/x")
    assert missing.code == 2
    assert "NoSuchBucket" in missing.err
    assert _extract(project, "s3://").code == 2
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    assert _extract(project, f"s3://{BUCKET}").code == 5
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(project.folder))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(project.folder / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(project.folder / "none"))
    nobody = _extract(project, f"s3://{BUCKET}")
    assert nobody.code == 3
    assert "AWS_ACCESS_KEY_ID" in nobody.err


# --- kills, disks, memory


def _command(folder: Path, dump: Path) -> list[str]:
    return [
        sys.executable, "-m", "crosswalk", "--project-dir", str(folder), "extract", "heap", str(dump), "--json",
    ]  # fmt: skip


def _environment() -> Mapping[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(SCRIPTS)}


def test_killed_at_random_and_still_exact(tmp_path: Path) -> None:
    """Whenever it is killed, each visible table is a state of the dump as it was or as it is, whole."""
    bucket = Bucket(tmp_path / "dump")
    tables = [f"event_{number}" for number in range(6)]
    for dump_id in range(1, 4):
        for number, table in enumerate(tables):
            rows = [event(one + 1000 * dump_id, path=f"/{dump_id}") for one in range(200)]
            shared = [event(one, path=f"/{dump_id}") for one in range(50)]
            bucket.add(dump_id, table, EVENTS, [rows, shared], incremental=dump_id != 1 + number % 3)
    states = {}
    for number, table in enumerate(tables):
        first = 1 + number % 3
        wanted = {("8800000000000000", "/3")}
        for dump_id in range(first, 4):
            wanted |= {(str(event(one + 1000 * dump_id)["event_id"]), f"/{dump_id}") for one in range(200)}
        wanted |= {(str(event(one)["event_id"]), "/3") for one in range(50)}
        states[table] = wanted
    folder = tmp_path / "project"
    folder.mkdir()
    dest = folder / "data" / "heap"
    chance = random.Random(2)
    for _ in range(KILLS):
        child = subprocess.Popen(
            _command(folder, bucket.root),
            env=_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        time.sleep(0.2 + chance.random() * 1.2)
        child.kill()
        child.communicate()
        _check_whole(dest, states)
    done = subprocess.run(
        _command(folder, bucket.root), env=_environment(), capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    for table, wanted in states.items():
        there = [(row["event_id"], row["path"]) for row in _rows(dest, table)]
        assert len(there) == len(wanted)
        assert set(there) == wanted
    assert [
        path for path in dest.rglob("*") if path.suffix == ".part" or path.name.startswith("staged-")
    ] == []


def _check_whole(dest: Path, states: dict[str, set[tuple[str, str]]]) -> None:
    """What is visible can be read, and no row of it is none of the table's."""
    for table, wanted in states.items():
        rows = {(row["event_id"], row["path"]) for row in _rows(dest, table)}
        assert rows <= wanted


def test_full_disk_is_said_and_the_rest_comes_later(tmp_path: Path) -> None:
    """A file may not grow past 40 kB, as on a disk that is full; nothing half is visible, and room is all it takes."""
    bucket = Bucket(tmp_path / "dump")
    bucket.add(1, "users", USERS, [[user(1)]])
    bucket.add(1, "pageviews", EVENTS, [[event(number) for number in range(5000)]])
    folder = tmp_path / "project"
    folder.mkdir()
    full = subprocess.run(
        _command(folder, bucket.root),
        env=_environment(),
        capture_output=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)),
    )
    assert full.returncode == 6, full.stderr.decode()
    assert b"The disk is full" in full.stderr
    dest = folder / "data" / "heap"
    assert list(dest.glob("**/pageviews.parquet")) == []
    assert list(dest.rglob("*.part")) == []
    assert (
        subprocess.run(_command(folder, bucket.root), env=_environment(), timeout=60, check=False).returncode
        == 0
    )
    assert len(_rows(dest, "pageviews")) == 5000


# not ru_maxrss: that begins with what the process that started this one had
_MEASURED = """
import re, sys
from pathlib import Path
from crosswalk.cli import main
code = main(sys.argv[1:])
print(code, int(re.search("VmHWM:\\s*([0-9]+)", Path("/proc/self/status").read_text())[1]) // 1024, file=sys.stderr)
"""


def test_memory_does_not_grow_with_the_dump(tmp_path: Path) -> None:
    """A list of these rows would take more than twice what is allowed; a tenth of them are superseded."""
    rows = 1_500_000 if LONG else 160_000
    bucket = Bucket(tmp_path / "dump")
    wide = [event(number, path="/p/" + "x" * 200) for number in range(2000)]
    for dump_id in (1, 2):
        bucket.add(dump_id, "pageviews", EVENTS, [_many(wide, rows // 2)], codec="snappy")
    folder = tmp_path / "project"
    folder.mkdir()
    command = [sys.executable, "-c", _MEASURED, *_command(folder, bucket.root)[3:]]
    done = subprocess.run(command, env=_environment(), capture_output=True, timeout=300, check=False)
    code, megabytes = (int(word) for word in done.stderr.decode().splitlines()[-1].split())
    assert code == 0, done.stderr.decode()
    assert megabytes < 256
    found = sum(pq.read_metadata(path).num_rows for path in (folder / "data/heap").glob("**/*.parquet"))
    assert found == rows // 2


class _many:  # noqa: N801 - reads as a word
    """So many rows, each with an id of its own, made as they are asked for."""

    def __init__(self, wide: list[dict[str, Any]], number: int) -> None:
        self._wide = wide
        self._number = number

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for number in range(self._number):
            yield self._wide[number % len(self._wide)] | {
                "event_id": number,
                "time": f"2024-01-01 00:00:{number}",
            }
