"""An export to a folder: each part is written beside its place and renamed, so that no half is ever seen."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from crosswalk.errors import ConfigError, LocalError
from crosswalk.export.parts import NAME, Part
from crosswalk.export.store import Store
from crosswalk.files import private_folder, sync_folder, write_private
from crosswalk.output import size as readable

_PIECE = 1 << 20
_SUFFIX = ".tmp"


class FolderStore(Store):
    """A folder of parts; the manifest is `<folder>.manifest.json` beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.expanduser().absolute()
        if not self._folder.name:
            raise ConfigError(
                f"{folder} has no room for a manifest beside it: give --dest a folder of its own."
            )
        if self._folder.exists() and not self._folder.is_dir():
            raise ConfigError(f"{folder} is a file: give --dest a folder.")
        self._manifest = self._folder.with_name(f"{self._folder.name}.manifest.json")
        self.label = str(self._folder)
        self.manifest = str(self._manifest)

    def workplace(self, name: str) -> Path:
        place = self._folder / name
        return place.with_name(f".{place.name}{_SUFFIX}")

    def existing(self) -> dict[str, int]:
        if not self._folder.exists():
            return {}
        files = (path for path in self._folder.rglob("*") if not path.is_dir())
        return {path.relative_to(self._folder).as_posix(): path.lstat().st_size for path in files}

    def holds(self, part: Part) -> bool:
        digest = hashlib.sha256()
        for piece in self.read(part.name):
            digest.update(piece)
        return digest.hexdigest() == part.sha256

    def publish(self, part: Part, path: Path) -> None:
        place = self._folder / part.name
        try:
            path.replace(place)
            sync_folder(place.parent)
        except OSError as error:
            raise LocalError(
                f"{place} cannot be written: {error.strerror}. Free it and run the same command again."
            ) from error

    def read_manifest(self) -> str | None:
        try:
            return self._manifest.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            return ""

    def write_manifest(self, text: str) -> None:
        # the folder first: a manifest without parts is no export yet, parts without a manifest are strangers
        private_folder(self._folder)
        write_private(self._manifest, text)

    def sweep(self) -> None:
        """Remove the temporary files of parts, and of the manifest."""
        if self._folder.exists():
            for path in self._folder.rglob(f".*{_SUFFIX}"):
                name = path.relative_to(self._folder).with_name(path.name[1 : -len(_SUFFIX)])
                if NAME.fullmatch(name.as_posix()):
                    path.unlink(missing_ok=True)
        for path in self._manifest.parent.glob(f"{self._manifest.name}.*.part"):
            path.unlink(missing_ok=True)

    def read(self, name: str) -> Iterator[bytes]:
        with (self._folder / name).open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece

    def check_room(self, size: int) -> None:
        place = self._folder
        while not place.exists():
            place = place.parent
        free = shutil.disk_usage(place).free
        if size > free:
            raise LocalError(
                f"{self.label} takes about {readable(size)} and the disk has {readable(free)} left: free space, "
                "add --gzip, or choose another --dest, then run the same command again."
            )
