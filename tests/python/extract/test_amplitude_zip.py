"""Unpacking Amplitude's zip: the good one, the odd ones and the hostile ones."""

import gzip
import io
import os
import stat
import zipfile
from pathlib import Path

import pytest
from cli.support import Project, Result

from extract.support import Shelf

_NAME = "187520_2024-03-01_9#627.json.gz"
_LINES = b'{"event_type":"a"}\n{"event_type":"b"}\n'


def _zip(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project without keys: these files are on the disk already."""
    return Project(tmp_path / "project")


def _extract(project: Project, archive: Path) -> Result:
    return project.run("extract", "amplitude", "--from-zip", str(archive))


def _written(project: Project) -> dict[str, bytes]:
    """What lies there for readers, by name; merged users with their folder. The folder itself has to be in order."""
    shelf = Shelf(project.folder / "data" / "amplitude")
    shelf.check_private()
    visible = [path for path in shelf.folder.rglob("*.json*") if ".extract" not in path.parts]
    return {str(path.relative_to(shelf.folder)): gzip.decompress(path.read_bytes()) for path in visible}


def test_good_day(project: Project, tmp_path: Path) -> None:
    merged = "-189524_2020-01-25_17.json.gz"
    archive = _zip(
        tmp_path / "export.zip",
        (f"187520/{_NAME}", gzip.compress(_LINES)),
        ("187520/187520_2024-03-01_10#70.json.gz", gzip.compress(_LINES[:-1]) + gzip.compress(b"\n{}")),
        (merged, gzip.compress(b"{}\n")),
    )
    result = _extract(project, archive)
    assert result.code == 0, result.err
    assert set(_written(project)) == {_NAME, "187520_2024-03-01_10#70.json.gz", f"merged_users/{merged}"}
    assert "Wrote 3 files with 6 lines" in result.out
    again = _extract(project, archive)
    assert again.code == 0
    assert "Wrote 0 files" in again.out
    assert len(_written(project)) == 3


def test_same_name_twice(project: Project, tmp_path: Path) -> None:
    packed_otherwise = gzip.compress(_LINES, 1, mtime=5)
    archive = _zip(
        tmp_path / "export.zip",
        (f"a/{_NAME}", gzip.compress(_LINES)),
        (f"b/{_NAME}", packed_otherwise),
        (f"c/{_NAME}", gzip.compress(b"{}\n")),
        (f"d/{_NAME}", gzip.compress(b"[]\n")),
    )
    for _ in range(2):
        assert _extract(project, archive).code == 0
        assert _written(project) == {
            _NAME: _LINES,
            "187520_2024-03-01_9#627-2.json.gz": b"{}\n",
            "187520_2024-03-01_9#627-3.json.gz": b"[]\n",
        }


def test_members_that_are_not_exports_are_listed(project: Project, tmp_path: Path) -> None:
    archive = _zip(
        tmp_path / "export.zip",
        ("187520/", b""),
        ("187520/_complete", b""),
        ("187520/187520_2024-03-01_9_complete.json.gz", b""),
        ("readme.txt", b"hello"),
        ("\x1b[2J.json.gz", gzip.compress(_LINES)),
        (f"187520/{_NAME}", gzip.compress(_LINES)),
    )
    result = _extract(project, archive)
    assert result.code == 0
    assert list(_written(project)) == [_NAME]
    for reason in ("a folder", "a marker", "not an Amplitude export file"):
        assert reason in result.out
    assert "\x1b" not in result.out


def _hostile(kind: str) -> tuple[zipfile.ZipInfo, bytes]:
    """A member that has an export's name and cannot be taken."""
    info = zipfile.ZipInfo("187520/187520_2024-03-01_7#1.json.gz")
    modes = {"link": stat.S_IFLNK, "device": stat.S_IFCHR, "pipe": stat.S_IFIFO}
    if kind in modes:
        info.external_attr = (modes[kind] | 0o777) << 16
    return info, b"/etc/passwd" if kind in modes else gzip.compress(_LINES)


@pytest.mark.parametrize("kind", ["link", "device", "pipe"])
def test_links_and_devices_are_kept_out_and_missing(project: Project, tmp_path: Path, kind: str) -> None:
    archive = _zip(tmp_path / "export.zip", _hostile(kind), (f"187520/{_NAME}", gzip.compress(_LINES)))
    result = _extract(project, archive)
    assert result.code == 6
    assert "a link or device" in result.out
    assert list(_written(project)) == [_NAME]


def test_encrypted_member_is_kept_out(project: Project, tmp_path: Path) -> None:
    archive = _zip(tmp_path / "export.zip", (_NAME, gzip.compress(_LINES)))
    data = bytearray(archive.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(bytes(data))
    result = _extract(project, archive)
    assert result.code == 6
    assert "encrypted" in result.out
    assert _written(project) == {}


def _nested(*members: tuple[str | zipfile.ZipInfo, bytes], times: int = 1) -> bytes:
    data = b""
    for _ in range(times):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in members:
                archive.writestr(name, content)
        data = buffer.getvalue()
        members = (("inner.zip", data),)
    return data


def test_zip_in_the_zip_is_read(project: Project, tmp_path: Path) -> None:
    inner = _nested(("../187520_2024-03-01_4#2.json.gz", gzip.compress(_LINES)))
    archive = _zip(tmp_path / "export.zip", ("187520.zip", inner), (_NAME, gzip.compress(b"{}\n")))
    assert _extract(project, archive).code == 0
    assert _written(project) == {"187520_2024-03-01_4#2.json.gz": _LINES, _NAME: b"{}\n"}


@pytest.mark.parametrize(
    ("inner", "why"),
    [
        (b"PK", "not whole"),
        (_nested((_NAME, gzip.compress(_LINES)))[:-30], "not whole"),
        (_nested((_NAME, gzip.compress(_LINES)), times=2), "a zip in a zip in a zip"),
    ],
)
def test_zip_in_the_zip_that_cannot_be_read(project: Project, tmp_path: Path, inner: bytes, why: str) -> None:
    archive = _zip(tmp_path / "export.zip", ("inner.zip", inner), (_NAME, gzip.compress(_LINES)))
    result = _extract(project, archive)
    assert result.code == 6
    assert why in result.out
    assert list(_written(project)) == [_NAME]


def test_directory_of_very_many_members_is_not_read(project: Project, tmp_path: Path) -> None:
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for number in range(70):
            file.writestr(f"{number}" + "x" * 60_000 + ".txt", b"")
    data = bytearray(archive.read_bytes())
    assert _extract(project, archive).code == 0
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 16] = (9 << 20).to_bytes(4, "little")
    archive.write_bytes(bytes(data))
    result = _extract(project, archive)
    assert result.code == 6
    assert "more members than any export" in result.err


def test_overlapping_members_are_stopped(project: Project, tmp_path: Path) -> None:
    """Many entries of the directory that point to the same bytes: a small archive that would fill the disk."""
    packed = gzip.compress(os.urandom(1 << 20))
    archive = _zip(tmp_path / "export.zip", (_NAME, packed))
    data = archive.read_bytes()
    start, end = data.rindex(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    entry, times = data[start:end], 300
    tail = bytearray(data[end:])
    tail[8:12] = times.to_bytes(2, "little") * 2
    tail[12:16] = (len(entry) * times).to_bytes(4, "little")
    archive.write_bytes(data[:start] + entry * times + bytes(tail))
    result = _extract(project, archive)
    assert result.code == 6
    assert "far larger than the archive" in result.err or "verlap" in result.out + result.err
    assert len(_written(project)) <= 1


def test_several_zips_and_a_folder(project: Project, tmp_path: Path) -> None:
    one = _zip(tmp_path / "one.zip", (_NAME, gzip.compress(_LINES)))
    two = _zip(tmp_path / "two.zip", ("187520_2024-03-01_10#1.json.gz", gzip.compress(b"{}\n")))
    folder = tmp_path / "bucket" / "prefix" / "187520"
    folder.mkdir(parents=True)
    (folder / "187520_2024-03-01_11#2.json.gz").write_bytes(gzip.compress(b"[]\n"))
    (folder / "187520_2024-03-01_12#2.json.gz").write_bytes(gzip.compress(_LINES)[:-3])
    (folder / "187520_2024-03-01_11_complete").write_bytes(b"")
    (folder / "-4711_2024-03-01_11.json.gz").write_bytes(gzip.compress(b"{}\n"))
    (folder / "187520_2024-03-01_13#2.json.gz").symlink_to("/etc/passwd")
    result = project.run(
        *("extract", "amplitude", "--from-zip", str(one), "--from-zip", str(two)),
        *("--from-dir", str(tmp_path / "bucket")),
    )
    assert result.code == 6
    assert set(_written(project)) == {
        _NAME,
        "187520_2024-03-01_10#1.json.gz",
        "187520_2024-03-01_11#2.json.gz",
        "merged_users/-4711_2024-03-01_11.json.gz",
    }
    for reason in ("a marker", "a link or device", "ends too early"):
        assert reason in result.out
    assert len(list(folder.iterdir())) == 5, "what people have stays where it is"


@pytest.mark.parametrize("folder", ["../../", "/etc/", "C:\\temp\\", "..\\..\\", "a/../../b/", "..%2f/"])
def test_paths_in_the_archive_decide_nothing(project: Project, tmp_path: Path, folder: str) -> None:
    archive = _zip(tmp_path / "export.zip", (f"{folder}{_NAME}", gzip.compress(_LINES)))
    before = {path for path in tmp_path.rglob("*") if "amplitude" not in path.parts}
    assert _extract(project, archive).code == 0
    assert list(_written(project)) == [_NAME]
    after = {path for path in tmp_path.rglob("*") if "amplitude" not in path.parts}
    assert after - before <= {project.folder / "data"}


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(_LINES * 1000, mtime=0)[:-20],
        gzip.compress(_LINES, mtime=0)[:-1] + b"\xff",
        b"no gzip",
        b"",
        gzip.compress(_LINES, mtime=0) + b"tail",
    ],
)
def test_corrupt_members_are_set_aside(project: Project, tmp_path: Path, content: bytes) -> None:
    good = "187520_2024-03-01_10#1.json.gz"
    archive = _zip(tmp_path / "export.zip", (f"x/{_NAME}", content), (f"x/{good}", gzip.compress(_LINES)))
    result = _extract(project, archive)
    assert result.code == 6
    assert f"x/{_NAME}" in result.out
    assert list(_written(project)) == [good]


def test_damaged_zip_entry(project: Project, tmp_path: Path) -> None:
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
        file.writestr(_NAME, gzip.compress(_LINES * 100))
    data = bytearray(archive.read_bytes())
    data[60 + len(_NAME)] ^= 0xFF
    archive.write_bytes(bytes(data))
    result = _extract(project, archive)
    assert result.code == 6
    assert _written(project) == {}


@pytest.mark.parametrize("outer", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_bombs_are_stopped(project: Project, tmp_path: Path, outer: int) -> None:
    """A gzip of zeros in the zip, and a gzip of stored blocks that the zip itself has squeezed."""
    buffer = io.BytesIO()
    with gzip.GzipFile(
        fileobj=buffer, mode="wb", compresslevel=9 if outer == zipfile.ZIP_STORED else 0
    ) as file:
        for _ in range(120):
            file.write(bytes(1 << 20))
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", outer) as file:
        file.writestr(_NAME, buffer.getvalue())
    result = _extract(project, archive)
    assert result.code == 6
    assert "200 times" in result.out
    assert _written(project) == {}


def test_no_zip_at_all(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    assert _extract(project, path).code == 6
    path.write_bytes(b"not found\n")
    result = _extract(project, path)
    assert result.code == 6
    assert "not a whole zip file" in result.err
