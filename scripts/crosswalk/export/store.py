"""Where an export goes: a folder or S3-compatible storage, behind the same few verbs."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

from crosswalk.export.parts import Part


class Store(ABC):
    """The parts under one prefix, and the manifest beside it. All texts are whole or not there."""

    # How people know it: the folder, or s3://bucket/prefix/.
    label: str
    # Where the manifest is.
    manifest: str

    @abstractmethod
    def workplace(self, name: str) -> Path:
        """A path for the temporary file of a part."""

    @abstractmethod
    def existing(self) -> dict[str, int]:
        """Names and bytes of everything under the prefix, strangers included."""

    @abstractmethod
    def holds(self, part: Part) -> bool:
        """Whether the part that is stored under this name has these very bytes."""

    @abstractmethod
    def publish(self, part: Part, path: Path) -> None:
        """Make the temporary file the part; it appears whole or not at all."""

    @abstractmethod
    def read_manifest(self) -> str | None:
        """The text of the manifest, or None where there is none."""

    @abstractmethod
    def write_manifest(self, text: str) -> None:
        """Write the manifest, in place of an older one."""

    @abstractmethod
    def sweep(self) -> None:
        """Remove what a killed run left unfinished."""

    @abstractmethod
    def read(self, name: str) -> Iterator[bytes]:
        """The bytes of a stored part, piece by piece."""

    @abstractmethod
    def check_room(self, size: int) -> None:
        """Raises LocalError where `size` more bytes will not fit."""
