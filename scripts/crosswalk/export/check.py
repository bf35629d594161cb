"""Holding an export against its manifest: are all parts there, whole and alone."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from crosswalk import exits
from crosswalk.errors import ConfigError
from crosswalk.export.manifest import Manifest, read_manifest
from crosswalk.export.parts import Part
from crosswalk.export.store import Store
from crosswalk.progress import Progress


@dataclass(frozen=True)
class CheckReport:
    """What was found; `faults` names each part that is not as the manifest says, and what is wrong with it."""

    dest: str
    export_id: str
    content: str
    parts: int
    lines: int
    bytes: int
    faults: dict[str, str]

    @property
    def exit_code(self) -> int:
        """4 where anything differs from the manifest."""
        return exits.COUNTS if self.faults else exits.DONE

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def check(store: Store) -> CheckReport:
    """Read every part. Raises ConfigError where there is no manifest, or where the export is not complete."""
    text = store.read_manifest()
    manifest = read_manifest(text) if text is not None else None
    if manifest is None:
        raise ConfigError(
            f"There is no manifest {store.manifest}: give --dest the folder or prefix of an export."
        )
    if not manifest.complete:
        raise ConfigError(
            f"The export to {store.label} is not complete: run `crosswalk export --content {manifest.content} --dest …` "
            "again to go on."
        )
    existing = store.existing()
    faults = dict.fromkeys(
        existing.keys() - {part.name for part in manifest.parts}, "is no part of the export"
    )
    with Progress(sum(part.bytes for part in manifest.parts), "bytes") as progress:
        for part in manifest.parts:
            fault = _fault(store, part, existing)
            if fault:
                faults[part.name] = fault
            progress.add(part.bytes)
    return _report(store, manifest, faults)


def _fault(store: Store, part: Part, existing: dict[str, int]) -> str | None:
    if part.name not in existing:
        return "is missing"
    if existing[part.name] != part.bytes:
        return f"has {existing[part.name]} bytes where the manifest says {part.bytes}"
    digest = hashlib.sha256()
    for piece in store.read(part.name):
        digest.update(piece)
    return None if digest.hexdigest() == part.sha256 else "has other bytes than the manifest says"


def _report(store: Store, manifest: Manifest, faults: dict[str, str]) -> CheckReport:
    return CheckReport(
        dest=store.label,
        export_id=manifest.export_id,
        content=manifest.content,
        parts=len(manifest.parts),
        lines=sum(part.lines for part in manifest.parts),
        bytes=sum(part.bytes for part in manifest.parts),
        faults=dict(sorted(faults.items())),
    )
