"""One table of a Heap dump: which of its loads count, what became of each, and the files that stand for it.

The state of a table is its latest full load and the increments after it, in dump order (Heap docs, Heap Connect for S3).
A table ends before the first load with a fault, so that no hole is hidden, and changes as a whole.
"""

import uuid
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosswalk.errors import CountsError
from crosswalk.extract.heap_dumps import Load
from crosswalk.extract.heap_merge import superseded
from crosswalk.extract.heap_parquet import BadLoadError, convert, rows_of, without_rows
from crosswalk.extract.heap_store import Store
from crosswalk.extract.landing import Landing
from crosswalk.extract.manifest import Manifest
from crosswalk.extract.staged import commit
from crosswalk.files import private_folder, sync_folder

_READY = "converted"
Advance = Callable[[int, int], None]


@dataclass
class TableState:
    """What the manifest says of a table: its loads, oldest first, and why it ends before the last dump, if it does."""

    table: str
    loads: list[dict[str, Any]] = field(default_factory=list)
    fault: str = ""
    fresh: bool = False

    @property
    def rows_read(self) -> int:
        """Rows of its loads, as the dumps have them."""
        return sum(load["rows_read"] for load in self.loads)

    @property
    def rows(self) -> int:
        """Rows in its files."""
        return sum(load["rows"] for load in self.loads)

    @property
    def superseded(self) -> int:
        """Rows that a later dump wrote anew."""
        return sum(load["superseded"] for load in self.loads)


def known_tables(manifest: Manifest) -> dict[str, TableState]:
    """The state of each table by its last record."""
    return {
        record["table"]: TableState(record["table"], record["loads"], record["fault"])
        for record in manifest.records()
        if record.get("kind") == "heap_table"
    }


class TableRun:
    """Brings one table up to date; `known` is its state before."""

    def __init__(
        self,
        store: Store,
        landing: Landing,
        manifest: Manifest,
        loads: list[Load],
        known: TableState,
        advance: Advance,
    ) -> None:
        self._store = store
        self._landing = landing
        self._manifest = manifest
        self._loads = sorted([*_gone(known, loads), *loads], key=lambda load: load.dump_id)
        self._known = known
        self._advance = advance
        self._faults = {number: load.fault for number, load in enumerate(self._loads) if load.fault}
        self._entries: dict[int, dict[str, Any]] = {}
        self._paths: dict[int, Path] = {}
        self._landed: dict[int, dict[str, Any]] = {}

    def run(self) -> TableState:
        """Convert what is new and land it. Raises CrosswalkError; the table is as it was, or as it should be."""
        while True:
            start, end = _span(self._loads, self._faults)
            self._check_landed(start, end)
            if all(self._ready(number) for number in range(start, end)):
                break
        entries = [self._entries[number] for number in range(start, end)]
        fault = "" if end == len(self._loads) else self._ends_because(end)
        known = self._known
        if not entries and known.loads:
            entries = known.loads  # nothing usable now: what was landed before stays
        state = TableState(known.table, entries, fault)
        state.fresh = start < end and (
            len(entries) != len(known.loads) or any(n not in self._landed for n in range(start, end))
        )
        if state.fresh:
            self._land(state, start)
        elif fault != known.fault:
            self._manifest.append(self._record(state))
        return state

    def _ends_because(self, end: int) -> str:
        load = self._loads[end]
        return f"dump {load.dump_id}, {self._faults[end]}"

    def _check_landed(self, start: int, end: int) -> None:
        """Which loads stand at the destination, whole, as they would come out now.

        What a later load superseded has to be read again where that load is not there any more or has changed.
        """
        before = [(entry["dump"], entry["marks"]) for entry in self._known.loads]
        now = [(load.dump_id, load.marks) for load in self._loads[start:end]]
        goes_on = now[: len(before)] == before
        by_load = {(entry["dump"], tuple(entry["marks"])): entry for entry in self._known.loads}
        self._landed = {}
        for number in range(start, end):
            load = self._loads[number]
            entry = by_load.get((load.dump_id, tuple(load.marks)))
            path = self._landing.dest / file_name(load)
            if (
                entry
                and (goes_on or not entry["superseded"])
                and (not entry["rows"] or rows_of(path) == entry["rows"])
            ):
                self._landed[number] = entry

    def _ready(self, number: int) -> bool:
        """See to it that a load is there as Parquet; False where that showed a fault."""
        load = self._loads[number]
        if number in self._landed:
            self._entries[number], self._paths[number] = (
                self._landed[number],
                self._landing.dest / file_name(load),
            )
            self._advance(0, sum(item.size for item in load.items))
            return True
        if load.known_marks is not None:
            self._faults[number] = (
                "which is not in the dump any more, and what was converted of it cannot be used"
            )
            return False
        entry = self._converted(load)
        if entry is None:
            try:
                entry = self._convert(load)
            except BadLoadError as error:
                self._faults[number] = str(error)
                return False
        self._entries[number], self._paths[number] = entry, self._ready_path(load)
        return True

    def _converted(self, load: Load) -> dict[str, Any] | None:
        """The entry of a load that a run before converted but could not land yet."""
        for record in reversed(self._manifest.records()):
            if record.get("kind") == "heap_load" and (record["table"], record["entry"]["dump"]) == (
                load.table,
                load.dump_id,
            ):
                entry: dict[str, Any] = record["entry"]
                whole = not entry["rows"] or rows_of(self._ready_path(load)) == entry["rows"]
                return entry if entry["marks"] == load.marks and whole else None
        return None

    def _convert(self, load: Load) -> dict[str, Any]:
        part = self._landing.part(f"{load.table}-{load.dump_id}")
        rows, columns = 0, {}
        if load.items:
            made = convert(self._store, load, part, self._advance)
            rows, columns = made.rows, made.columns
            path = self._ready_path(load)
            private_folder(path.parent)
            part.replace(path)
            sync_folder(path.parent)
        entry = {
            "dump": load.dump_id,
            "incremental": load.incremental,
            "rows_read": rows,
            "superseded": 0,
            "rows": rows,
            "columns": columns,
            "marks": load.marks,
        }
        self._manifest.append({"kind": "heap_load", "table": load.table, "entry": entry})
        return entry

    def _ready_path(self, load: Load) -> Path:
        return self._landing.work / _READY / f"{load.table}-{load.dump_id}"

    def _land(self, state: TableState, start: int) -> None:
        """Take out what later dumps wrote anew, and let the table change as a whole."""
        stage = self._landing.stage()
        filled = [number for number, entry in enumerate(state.loads) if entry["rows"]]
        paths = {number: self._paths[start + number] for number in filled}
        columns = [set(state.loads[number]["columns"]) for number in filled]
        dropped = superseded(state.table, list(paths.values()), columns, stage)
        files: dict[str, str] = {}
        for number, path in paths.items():
            staged = stage / f"{number}.part"
            if path in dropped:
                state.loads[number] = _thinned(state.loads[number], path, staged, dropped[path])
            elif start + number not in self._landed:
                path.replace(staged)
            else:
                continue
            if state.loads[number]["rows"]:
                files[staged.name] = file_name(self._loads[start + number])
        named = {file_name(self._loads[start + n]) for n, entry in enumerate(state.loads) if entry["rows"]}
        gone = [name for name in self._names_before() if name not in named]
        commit(self._landing, self._manifest, stage, files, self._record(state), gone)
        self._clear_ready()

    def _names_before(self) -> list[str]:
        return [
            f"sync_{entry['dump']}/{self._known.table}.parquet"
            for entry in self._known.loads
            if entry["rows"]
        ]

    def _clear_ready(self) -> None:
        for path in (self._landing.work / _READY).glob(f"{self._known.table}-[0-9]*"):
            if path.name.rpartition("-")[0] == self._known.table:
                path.unlink()

    def _record(self, state: TableState) -> dict[str, Any]:
        return {
            "id": uuid.uuid4().hex,
            "kind": "heap_table",
            "table": state.table,
            "loads": state.loads,
            "rows_read": state.rows_read,
            "superseded": state.superseded,
            "rows": state.rows,
            "fault": state.fault,
        }


def _gone(known: TableState, loads: list[Load]) -> list[Load]:
    """Loads that were landed from dumps that are not there any more: people delete what is done."""
    there = {load.dump_id for load in loads}
    return [
        Load(entry["dump"], known.table, entry["incremental"], known_marks=tuple(entry["marks"]))
        for entry in known.loads
        if entry["dump"] not in there
    ]


def file_name(load: Load) -> str:
    """Where the rows of a load land below the destination: staging takes the file's stem for the table."""
    return f"sync_{load.dump_id}/{load.table}.parquet"


def _span(loads: list[Load], faults: dict[int, str]) -> tuple[int, int]:
    """The loads that make up the table, as a range: from its latest full load to the end, or to before a fault."""
    end = len(loads)
    while end:
        start = max((number for number in range(end) if not loads[number].incremental), default=0)
        bad = next((number for number in range(start, end) if number in faults), None)
        if bad is None:
            return start, end
        end = bad
    return 0, 0


def _thinned(entry: dict[str, Any], path: Path, target: Path, dropped: "array[int]") -> dict[str, Any]:
    left = without_rows(path, target, dropped)
    if left + len(dropped) != entry["rows"]:
        raise CountsError(
            f"{path} had {entry['rows']:,} rows, {len(dropped):,} are superseded and {left:,} are left: these counts do not "
            "add up, so nothing was changed; report this."
        )
    return entry | {"rows": left, "superseded": entry["superseded"] + len(dropped)}
