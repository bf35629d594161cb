"""Answers of the Export API that no export has: nothing leaves the folder, and half an hour never looks like a whole one."""

import gzip
import io
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from standin.amplitude import ExportApi, Fault

from extract.support import AmplitudeProject, counted

_DAY = ("--start", "2024-01-01T05", "--end", "2024-01-01T05", "--workers", "1")
_EXPORT = "187520/187520_2024-01-01_5#9999.json.gz"
_ROW = b'{"event_type":"not of this project"}\n'


def _with(*members: tuple[str | zipfile.ZipInfo, bytes]) -> Callable[[bytes], bytes]:
    """The answer with more members."""

    def add(body: bytes) -> bytes:
        buffer = io.BytesIO(body)
        with zipfile.ZipFile(buffer, "a") as archive:
            for name, content in members:
                archive.writestr(name, content)
        return buffer.getvalue()

    return add


def _link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def _outside(project: AmplitudeProject) -> set[Path]:
    """Everything near the project that is not in its destination folder."""
    return {path for path in project.folder.parent.rglob("*") if "amplitude" not in path.parts}


@pytest.mark.parametrize(
    "name",
    ["../../escape.txt", "/tmp/escape.txt", "C:\\escape.txt", "..\\..\\escape.txt", "x/../../../escape.txt"],  # noqa: S108
)
def test_members_that_are_no_exports_are_left_out_and_listed(
    project: AmplitudeProject, api: ExportApi, name: str
) -> None:
    before = _outside(project)
    api.fail(Fault(damage=_with((name, b"boo"), (_link("187520/link"), b"/etc/passwd"))))
    result = project.extract(*_DAY)
    assert result.code == 0, result.err
    assert project.shelf.rows() == counted(
        [line for hour in api.rows if hour.hour == 5 and hour.day == 1 for line in api.rows[hour]]
    )
    assert _outside(project) - before <= {project.folder / "data"}
    listed = {one["member"]: one["why"] for one in project.shelf.manifest()[0]["left_out"]}
    assert set(listed.values()) == {"not an Amplitude export file by its name", "a link or device"}
    assert len(listed) == 2
    assert not list(Path("/tmp").glob("escape.txt"))  # noqa: S108
    project.shelf.check_private()


@pytest.mark.parametrize(
    "member",
    [
        (_link(_EXPORT), b"/etc/passwd"),
        (_EXPORT, gzip.compress(_ROW)[:-4]),
        (_EXPORT, gzip.compress(_ROW)[:-8] + bytes(8)),
        (_EXPORT, b""),
        (_EXPORT, _ROW),
        ("187520/inner.zip", b"PK\x03\x04"),
    ],
    ids=["link", "cut", "wrong-crc", "empty", "not-gzip", "no-zip"],
)
def test_data_that_cannot_be_read_fails_the_window(
    project: AmplitudeProject, api: ExportApi, member: tuple[str | zipfile.ZipInfo, bytes]
) -> None:
    api.fail(*[Fault(damage=_with(member))] * 10)
    result = project.extract(*_DAY)
    assert result.code == 5
    assert "is damaged" in result.report()["failed"][0]["why"]
    assert project.shelf.files() == []
    assert Path(result.report()["failed"][0]["kept"]).is_file()
    api._faults.clear()
    assert project.extract(*_DAY).code == 0
    assert project.shelf.rows() == counted(api.rows[next(hour for hour in api.rows if hour.hour == 5)])


def test_same_name_twice_keeps_both(project: AmplitudeProject, api: ExportApi) -> None:
    """Twice the same content is one file; other content under the same name is a file of its own."""
    packed = gzip.compress(_ROW)
    with pytest.warns(UserWarning, match="Duplicate name"):
        api.fail(
            Fault(
                damage=_with(
                    (_EXPORT, packed), (_EXPORT, gzip.compress(_ROW, 1)), (_EXPORT, gzip.compress(b"{}\n"))
                )
            )
        )
        result = project.extract(*_DAY)
    assert result.code == 0, result.err
    names = [path.name for path in project.shelf.files()]
    assert [name for name in names if "9999" in name] == [
        "187520_2024-01-01_5#9999-2.json.gz",
        "187520_2024-01-01_5#9999.json.gz",
    ]
    expected = counted(api.rows[next(hour for hour in api.rows if hour.hour == 5)])
    assert project.shelf.rows() == expected + counted([_ROW.strip(), b"{}"])
    assert project.extract(*_DAY).report()["requests"] == 0


def test_merged_users_stand_apart(project: AmplitudeProject, api: ExportApi) -> None:
    merged = b'{"amplitude_id":1,"merged_amplitude_id":2}\n'
    api.fail(Fault(damage=_with(("-4711_2024-01-01_5.json.gz", gzip.compress(merged)))))
    assert project.extract(*_DAY).code == 0
    assert project.shelf.rows() == counted(api.rows[next(hour for hour in api.rows if hour.hour == 5)])
    kept = project.shelf.folder / "merged_users" / "-4711_2024-01-01_5.json.gz"
    assert gzip.decompress(kept.read_bytes()) == merged
    kept.unlink()
    assert project.extract(*_DAY).report()["requests"] == 1, "it counts for its hour all the same"


def test_zip_without_a_file_takes_no_rows_away(project: AmplitudeProject, api: ExportApi) -> None:
    """An answer without data, under status 200."""
    project.extract(*_DAY)
    before = project.shelf.rows()
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    api.fail(Fault(damage=lambda _: empty.getvalue()))
    result = project.extract(*_DAY, "--refresh-last", "1d")
    assert (result.code, project.shelf.rows()) == (0, before)
    assert "stay" in result.err


def test_files_under_names_that_nobody_knows_are_no_empty_hour(
    project: AmplitudeProject, api: ExportApi
) -> None:
    def renamed(_: bytes) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("187520/events.json", _ROW)
        return made.getvalue()

    api.fail(*[Fault(damage=renamed)] * 3)
    result = project.extract(*_DAY)
    assert result.code == 5
    assert "no file in its zip has the name of an export" in result.report()["failed"][0]["why"]
    assert project.extract(*_DAY).report()["fetched"] == 1


@pytest.mark.parametrize("second", [b"{}\n", _ROW], ids=["other-content", "same-content"])
@pytest.mark.parametrize("name", ["187520_2014-01-01#1.json.gz", "-4711_2024-01-01_5.json.gz"])
def test_name_that_another_window_has_is_not_taken_from_it(
    project: AmplitudeProject, api: ExportApi, name: str, second: bytes
) -> None:
    """A day before 2014-11-12 in halves, or the merged users of an organisation with two projects."""
    hours = [("--start", f"2024-01-01T0{hour}", "--end", f"2024-01-01T0{hour}") for hour in (5, 6)]
    for hour, content, level in zip(hours, (_ROW, second), (9, 1), strict=True):
        api.fail(Fault(damage=_with((name, gzip.compress(content, level)))))
        assert project.extract(*hour).code == 0
    found = [gzip.decompress(path.read_bytes()) for path in project.shelf.folder.rglob("*.json.gz")]
    assert found.count(_ROW) == 1
    assert second in found
    for hour in hours:
        assert project.extract(*hour).report()["requests"] == 0


def _bomb(zeros: int) -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=9) as file:
        for _ in range(zeros >> 20):
            file.write(bytes(1 << 20))
    return buffer.getvalue()


def test_bomb_fails_the_window_in_little_memory(
    project: AmplitudeProject, api: ExportApi, tmp_path: Path
) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_EXPORT, _bomb(200 << 20))
    api.fail(*[Fault(damage=_with(("inner.zip", inner.getvalue())))] * 10)
    dest = tmp_path / "data" / "amplitude"
    done = subprocess.run(
        [
            *(sys.executable, str(Path(__file__).parent / "measured.py"), "--project-dir", str(tmp_path)),
            *("extract", "amplitude", "--json", *_DAY, "--dest", str(dest)),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 5, done.stderr
    assert "200 times" in done.stdout
    assert list(dest.glob("*.json.gz")) == []
    assert int(done.stdout.splitlines()[-1]) * 1024 < 256 << 20
