"""Files that belong together reach the destination together, also when the run is killed in between.

All files of a window are written and verified in a folder of their own; then an intent is written there, which names
every file, what it replaces, and the manifest's record; then the files are renamed, what is replaced is removed, and the
record is appended. A kill before the intent leaves nothing visible; a kill after it is finished by the next run.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crosswalk.extract.landing import Landing, local_errors, remove_folder
from crosswalk.extract.manifest import Manifest
from crosswalk.files import private_folder, sync_folder, write_private

_INTENT = "intent"
_INTENT_KEYS = {"files", "record", "replaced", "kept_in"}
# So that a glob with `**` does not meet files that no longer count.
KEPT_SUFFIX = ".replaced"


def commit(
    landing: Landing,
    manifest: Manifest,
    stage: Path,
    files: Mapping[str, str],
    record: dict[str, Any],
    replaced: Sequence[str] = (),
    kept_in: str = "",
) -> None:
    """Land a staged window for good. Raises LocalError, after which the same command goes on.

    `files`: name in `stage` -> name below the destination; each is written and synced. `record`: the manifest's record,
    with a unique `id`. `replaced`: names below the destination that go away, into the folder `kept_in` of `.extract`
    where that is given.
    """
    sync_folder(stage)
    intent = {"files": dict(files), "record": record, "replaced": list(replaced), "kept_in": kept_in}
    write_private(stage / _INTENT, json.dumps(intent))
    _carry_out(landing, manifest, stage, intent)


def finish_interrupted(landing: Landing, manifest: Manifest) -> int:
    """Carry out what a killed run intended, and remove what it had not decided; returns how many windows were finished."""
    finished = 0
    for stage in sorted(landing.work.glob("staged-*")):
        intent = _intent(stage)
        if intent:
            _carry_out(landing, manifest, stage, intent)
            finished += 1
        else:
            remove_folder(stage)
    return finished


def _intent(stage: Path) -> dict[str, Any]:
    """What was decided, or nothing: also where the disk has garbled it, for then the window is asked for again."""
    try:
        with local_errors(stage):
            found = json.loads((stage / _INTENT).read_bytes()) if (stage / _INTENT).exists() else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) and set(found) == _INTENT_KEYS else {}


def _carry_out(landing: Landing, manifest: Manifest, stage: Path, intent: dict[str, Any]) -> None:
    with local_errors(stage):
        _take_away(landing, stage, intent)
        touched = set()
        for staged, name in intent["files"].items():
            part, path = stage / staged, landing.dest / name
            private_folder(path.parent)
            if part.exists():  # else a killed run has renamed it already
                part.replace(path)
            touched.add(path.parent)
        for folder in touched | {landing.dest}:
            sync_folder(folder)
        if not manifest.has(intent["record"]["id"]):
            manifest.append(intent["record"])
    remove_folder(stage)


def _take_away(landing: Landing, stage: Path, intent: dict[str, Any]) -> None:
    """What is replaced goes; a name that a new file takes over is replaced by the rename, unless its bytes are kept."""
    kept = private_folder(landing.work / intent["kept_in"]) if intent["kept_in"] else None
    taken = {name: staged for staged, name in intent["files"].items()}
    for name in intent["replaced"]:
        path = landing.dest / name
        renamed_already = name in taken and not (stage / taken[name]).exists()
        if not path.exists() or renamed_already:
            continue
        if kept:
            path.replace(kept / f"{Path(name).name}{KEPT_SUFFIX}")
        elif name not in taken:
            path.unlink()
    if kept:
        sync_folder(kept)
