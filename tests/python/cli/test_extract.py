"""Unpacking Amplitude's zip: the good one, the odd ones and the hostile ones."""

import gzip
import io
import stat
import zipfile
from pathlib import Path

import pytest

from cli.support import Project, Result

_NAME = "187520_2024-03-01_9#627.json.gz"
_LINES = b'{"event_type":"a"}\n{"event_type":"b"}\n'


def _zip(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def _extract(project: Project, archive: Path) -> Result:
    return project.run("extract", "amplitude", "--from-zip", str(archive))


def _written(project: Project) -> dict[str, bytes]:
    folder = project.folder / "data" / "amplitude"
    return {path.name: gzip.decompress(path.read_bytes()) for path in folder.iterdir()}


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
    assert set(_written(project)) == {_NAME, "187520_2024-03-01_10#70.json.gz", merged}
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
    link = zipfile.ZipInfo("187520_2024-03-01_7#1.json.gz")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive = _zip(
        tmp_path / "export.zip",
        ("187520/", b""),
        ("187520/_complete", b""),
        ("inner.zip", b"PK"),
        ("readme.txt", b"hello"),
        ("\x1b[2J.json.gz", gzip.compress(_LINES)),
        (link, b"/etc/passwd"),
        (f"187520/{_NAME}", gzip.compress(_LINES)),
    )
    result = _extract(project, archive)
    assert result.code == 0
    assert list(_written(project)) == [_NAME]
    for reason in (
        "a folder",
        "a marker",
        "a zip in the zip",
        "a link or device",
        "not an Amplitude export file",
    ):
        assert reason in result.out
    assert "\x1b" not in result.out


@pytest.mark.parametrize("folder", ["../../", "/etc/", "C:\\temp\\", "..\\..\\", "a/../../b/", "..%2f/"])
def test_paths_in_the_archive_decide_nothing(project: Project, tmp_path: Path, folder: str) -> None:
    archive = _zip(tmp_path / "export.zip", (f"{folder}{_NAME}", gzip.compress(_LINES)))
    before = {path for path in tmp_path.rglob("*") if "amplitude" not in str(path)}
    assert _extract(project, archive).code == 0
    assert list(_written(project)) == [_NAME]
    after = {path for path in tmp_path.rglob("*") if "amplitude" not in str(path)}
    assert after - before <= {project.folder / "data"}


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(_LINES * 1000)[:-20],
        gzip.compress(_LINES)[:-1] + b"\xff",
        b"no gzip",
        b"",
        gzip.compress(_LINES) + b"tail",
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
