"""The dumps of Heap Connect for S3: which manifests there are, and which files each table of each dump has.

Source: Heap docs, Heap Connect for S3 (a manifest a dump: `dump_id`, and for each table `name`, `columns`, `files` as full
S3 paths, and `incremental`). A copy of the bucket may stand anywhere, so a file is found by the end of its path,
`sync_852/users/part-….avro`, and only among the files of the dump: a manifest cannot lead out of it.
"""

import itertools
import json
import re
from dataclasses import dataclass, field
from typing import Any

from crosswalk.errors import ConfigError
from crosswalk.extract.heap_store import Item, Store
from crosswalk.output import safe

_MANIFEST_CAP = 64 << 20
_TABLE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ -]{0,200}", re.ASCII)
_SYNC = re.compile(r"(?:^|/)sync_(\d+)/")


@dataclass(frozen=True)
class Load:
    """What one dump holds of one table: its files, whether they replace the table, and what is wrong with it, if anything."""

    dump_id: int
    table: str
    incremental: bool
    items: tuple[Item, ...] = ()
    fault: str = ""
    known_marks: tuple[str, ...] | None = None

    @property
    def marks(self) -> list[str]:
        """What tells this load from another under the same name; of one that only the manifest knows, what that says."""
        if self.known_marks is not None:
            return list(self.known_marks)
        return [f"{item.path}:{item.mark}" for item in self.items]


@dataclass
class Dumps:
    """All dumps: the loads of each table in dump order, files that no manifest names, and notes for people."""

    loads: dict[str, list[Load]] = field(default_factory=dict)
    dump_ids: list[int] = field(default_factory=list)
    unlisted: list[Item] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_dumps(store: Store, items: list[Item]) -> Dumps | None:
    """The dumps among the files, or None where there is no sign of one. Raises ConfigError for two manifests of one dump."""
    avro = [item for item in items if item.path.lower().endswith(".avro")]
    manifests = _manifests(store, [item for item in items if _may_be_manifest(item)])
    if not avro and not manifests:
        return None
    dumps = Dumps(dump_ids=sorted(manifests))
    index = _Index(avro)
    for dump_id in dumps.dump_ids:
        _add_dump(dumps, dump_id, manifests[dump_id][1], index)
    dumps.unlisted = [item for item in avro if item.path not in index.taken]
    _add_unlisted(dumps)
    _add_notes(dumps)
    return dumps


def _may_be_manifest(item: Item) -> bool:
    return item.path.lower().endswith(".json") and item.size <= _MANIFEST_CAP


def _manifests(store: Store, items: list[Item]) -> dict[int, tuple[str, dict[str, Any]]]:
    found: dict[int, tuple[str, dict[str, Any]]] = {}
    for item in items:
        try:
            content = json.loads(store.read(item.path))
        except ValueError:
            if "manifest" in item.path.lower():
                raise ConfigError(
                    f"The manifest {safe(item.path)} of {safe(store.name)} is no JSON: copy it again."
                ) from None
            continue
        if not isinstance(content, dict) or "dump_id" not in content:
            continue
        dump_id = _dump_id(content["dump_id"])
        if dump_id is None or not isinstance(content.get("tables"), list):
            raise ConfigError(
                f"The manifest {safe(item.path)} of {safe(store.name)} is not as Heap writes it."
            )
        if dump_id in found and found[dump_id][1] != content:
            raise ConfigError(
                f"Two manifests of {safe(store.name)} say dump {dump_id}, {safe(found[dump_id][0])} and {safe(item.path)}, and "
                "they differ: leave the right one there."
            )
        found[dump_id] = (item.path, content)
    return found


def _dump_id(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value if type(value) is int and value >= 0 else None


class _Index:
    """Files by the end of their path, each end that is nobody else's."""

    def __init__(self, items: list[Item]) -> None:
        self.taken: set[str] = set()
        self._by_end: dict[str, list[Item]] = {}
        for item in items:
            parts = item.path.split("/")
            for start in range(len(parts)):
                self._by_end.setdefault("/".join(parts[start:]), []).append(item)

    def find(self, named: str) -> Item | None:
        """The file that a manifest names: the longest end of its path that is there, `sync_852/…` at least."""
        parts = re.sub(r"^s3[an]?://[^/]*/", "", named).split("/")
        for start in range(max(1, len(parts) - 2)):
            found = self._by_end.get("/".join(parts[start:]), [])
            if len(found) == 1:
                self.taken.add(found[0].path)
                return found[0]
        return None


def _add_dump(dumps: Dumps, dump_id: int, content: dict[str, Any], index: _Index) -> None:
    for entry in content["tables"]:
        name = entry.get("name") if isinstance(entry, dict) else None
        files = entry.get("files") if isinstance(entry, dict) else None
        if (
            not isinstance(name, str)
            or not isinstance(files, list)
            or not all(isinstance(one, str) for one in files)
        ):
            dumps.faults.append(f"dump {dump_id}: its manifest lists a table without a name or files")
            continue
        if not _TABLE.fullmatch(name):
            dumps.faults.append(
                f"dump {dump_id}: {safe(name)!r} is no name of a table, and its files are left out"
            )
            continue
        dumps.loads.setdefault(name, []).append(_load(dump_id, name, entry, files, index))


def _load(dump_id: int, name: str, entry: dict[str, Any], files: list[str], index: _Index) -> Load:
    incremental = entry.get("incremental")
    found = {file: index.find(file) for file in dict.fromkeys(files)}
    missing = [file for file, item in found.items() if item is None]
    fault = ""
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        fault = f"{safe(missing[0])}{more}: named by the manifest and not there"
    elif not isinstance(incremental, bool):
        fault = "the manifest does not say whether the table is incremental"
    items = sorted((item for item in found.values() if item), key=lambda item: item.path)
    return Load(dump_id, name, incremental is not False, tuple(items), fault)


def _add_unlisted(dumps: Dumps) -> None:
    """A sync folder without a manifest may replace tables: they end before it."""
    by_dump: dict[int, dict[str, list[Item]]] = {}
    for item in dumps.unlisted:
        found = _SYNC.search(item.path)
        if not found or int(found[1]) in dumps.dump_ids:
            dumps.faults.append(f"{safe(item.path)}: no manifest names it, and it is left out")
            continue
        by_dump.setdefault(int(found[1]), {}).setdefault(item.path.split("/")[-2], []).append(item)
    for dump_id, tables in sorted(by_dump.items()):
        for name, items in sorted(tables.items()):
            if not _TABLE.fullmatch(name):
                dumps.faults.append(
                    f"dump {dump_id}: {safe(name)!r} is no name of a table, and its files are left out"
                )
                continue
            load = Load(dump_id, name, True, tuple(items), "its manifest is not there")
            loads = dumps.loads.setdefault(name, [])
            loads.append(load)
            loads.sort(key=lambda one: one.dump_id)


def _add_notes(dumps: Dumps) -> None:
    ids = dumps.dump_ids
    gaps = [f"{before + 1}" for before, after in itertools.pairwise(ids) if after > before + 1]
    if gaps:
        dumps.notes.append(
            f"Between the dumps {ids[0]} and {ids[-1]} numbers are not there (the first: {gaps[0]}): if Heap made them, "
            "copy them too."
        )
    for name, loads in sorted(dumps.loads.items()):
        if all(load.incremental for load in loads) and any(load.items for load in loads):
            dumps.notes.append(
                f"{name} begins with an increment (dump {loads[0].dump_id}): rows of dumps before it are not in this copy."
            )
