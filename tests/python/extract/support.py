"""What the extract tests share: the folder that is written, its rows, and the rules that hold whatever happened."""

import datetime as dt
import gzip
import json
import stat
import time
from collections import Counter
from pathlib import Path
from typing import Any

from cli.support import Project, Result

START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
RANGE = ("--start", "2024-01-01T00", "--end", "2024-01-02T23")


class Shelf:
    """A destination folder as a reader sees it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def files(self) -> list[Path]:
        """What the variable `amplitude_files` matches by default."""
        return sorted([*self.folder.glob("*.json.gz"), *self.folder.glob("*.json")])

    def rows(self) -> Counter[bytes]:
        """Every line of every file, as often as it stands there; a file that is not whole is an error."""
        found: Counter[bytes] = Counter()
        for path in self.files():
            found.update(gzip.decompress(path.read_bytes()).splitlines())
        return found

    def check_private(self) -> None:
        """Folders 0700, files 0600, and nothing unfinished is left."""
        for path in [self.folder, *self.folder.rglob("*")]:
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode == (0o700 if path.is_dir() else 0o600), path
            assert not path.name.endswith(".part"), path
            assert not path.name.startswith("staged-"), path

    def manifest(self) -> list[dict[str, Any]]:
        """The manifest's records."""
        text = (self.folder / ".extract" / "manifest.log").read_text()
        return [json.loads(line) for line in text.splitlines()]


class AmplitudeProject:
    """A project with its destination folder."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.folder = project.folder
        self.shelf = Shelf(project.folder / "data" / "amplitude")

    def extract(self, *arguments: str) -> Result:
        """`crosswalk extract amplitude --json` in this process, over the two days unless a range is given."""
        chosen = arguments if "--start" in arguments else (*RANGE, *arguments)
        return self.project.run("extract", "amplitude", "--json", *chosen)


def counted(lines: list[bytes]) -> Counter[bytes]:
    """The truth, as `Shelf.rows` counts."""
    return Counter(lines)


def wait_until(done: Any, seconds: float = 120.0) -> None:
    """Wait for a condition, at most so long."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
