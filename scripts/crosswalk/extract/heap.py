"""`crosswalk extract heap`: a dump of Heap Connect for S3, or the one-time JSON export, to files that staging reads."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosswalk import exits
from crosswalk.errors import ConfigError, CountsError
from crosswalk.extract.disk import check_free
from crosswalk.extract.heap_dumps import Dumps, read_dumps
from crosswalk.extract.heap_json import BadFileError, copy_records, is_json_file, landed_names
from crosswalk.extract.heap_store import FolderStore, Item, Store, open_store
from crosswalk.extract.landing import Landing
from crosswalk.extract.manifest import Manifest
from crosswalk.extract.staged import finish_interrupted
from crosswalk.gzip_stream import fault_of
from crosswalk.output import plural, safe, size, table
from crosswalk.progress import Progress

_LOOK_AT_DISK_BYTES = 64 << 20


@dataclass
class HeapReport:
    """What the destination holds after a run: `tables` by name, files of the JSON export, faults and notes as sentences."""

    dump: str
    dest: Path
    dumps: list[int] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """A fault means that data is missing."""
        return exits.LOCAL if self.faults else exits.DONE

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "dump": self.dump,
            "dest": str(self.dest),
            "dumps": self.dumps,
            "tables": self.tables,
            "files": self.files,
            "faults": self.faults,
            "notes": self.notes,
        }


def extract_heap(dump: str, dest: Path) -> HeapReport:
    """Bring `dest` up to date with the dump. Raises CrosswalkError; running it again goes on."""
    store, items = _open(dump)
    if isinstance(store, FolderStore):
        _check_apart(Path(dump).expanduser().resolve(), dest)
    dumps = read_dumps(store, items)
    with Landing(dest) as landing:
        manifest = Manifest(landing.work)
        finish_interrupted(landing, manifest)
        report = HeapReport(store.name, dest)
        if dumps is not None:
            _extract_dumps(store, landing, manifest, dumps, report)
        else:
            _extract_files(store, landing, manifest, items, report)
    return report


def _open(dump: str) -> tuple[Store, list[Item]]:
    """The store and its files; a single file is the folder that holds it, with that file only."""
    path = Path(dump).expanduser()
    if not dump.startswith("s3://") and path.is_file():
        store = open_store(str(path.parent))
        return store, [item for item in store.items() if item.path == path.name]
    store = open_store(dump)
    return store, store.items()


def _check_apart(root: Path, dest: Path) -> None:
    """Staging reads all below `dest`, so a dump in there would be read twice, and the other way round converted twice."""
    dest = dest.resolve()
    if root == dest or root in dest.parents or dest in root.parents:
        raise ConfigError(
            f"The dump {root} and the destination {dest} lie in one another: choose another folder with --dest, or move the dump."
        )


def _extract_dumps(
    store: Store, landing: Landing, manifest: Manifest, dumps: Dumps, report: HeapReport
) -> None:
    import pyarrow as pa

    from crosswalk.extract.heap_table import TableRun, TableState, known_tables

    # Arrow's own pool keeps what it was once given, a third of the memory that this takes.
    pa.set_memory_pool(pa.system_memory_pool())
    known = known_tables(manifest)
    report.dumps = dumps.dump_ids
    report.faults += dumps.faults
    report.notes += dumps.notes
    total = sum(item.size for loads in dumps.loads.values() for load in loads for item in load.items)
    with Progress(total, "bytes") as progress:
        watch = _Watch(landing, progress)
        for name, loads in sorted(dumps.loads.items()):
            watch.what = name
            state = TableRun(
                store, landing, manifest, loads, known.get(name, TableState(name)), watch.advance
            ).run()
            _check(state.table, state.rows_read, state.rows, state.superseded)
            replaced = [
                load.dump_id for load in loads if all(load.dump_id != entry["dump"] for entry in state.loads)
            ]
            if state.fault:
                report.faults.append(f"{name} ends before {state.fault}")
            report.tables.append(
                {
                    "table": name,
                    "dumps": [entry["dump"] for entry in state.loads],
                    "dumps_without_use": replaced,
                    "rows_read": state.rows_read,
                    "superseded": state.superseded,
                    "rows": state.rows,
                    "complete": not state.fault,
                    "new": state.fresh,
                }
            )


def _check(name: str, rows_read: int, rows: int, superseded: int) -> None:
    if rows_read != rows + superseded:
        raise CountsError(
            f"{name}: {rows_read:,} rows were read, {rows:,} are there and {superseded:,} are superseded, which does not add up: "
            "report this."
        )


class _Watch:
    """Shows the progress, and looks at the disk from time to time."""

    def __init__(self, landing: Landing, progress: Progress) -> None:
        self.what = ""
        self._landing = landing
        self._progress = progress
        self._rows = 0
        self._unlooked = _LOOK_AT_DISK_BYTES

    def advance(self, rows: int, number: int) -> None:
        """So many more rows, and bytes of the dump, are done."""
        self._rows += rows
        self._unlooked += number
        if self._unlooked >= _LOOK_AT_DISK_BYTES:
            self._unlooked = 0
            check_free(self._landing.dest, _LOOK_AT_DISK_BYTES / 4, "the next part of the dump")
        self._progress.add(number, f"{safe(self.what)}: {plural(self._rows, 'row')}")


def _extract_files(
    store: Store, landing: Landing, manifest: Manifest, items: list[Item], report: HeapReport
) -> None:
    wanted = [item for item in items if is_json_file(item)]
    if not wanted:
        raise ConfigError(
            f"{safe(store.name)} holds no Heap dump: no manifest, no Avro file and no JSON file is there. CSV and Parquet files "
            "need no extract: name them in the variable heap_files."
        )
    for item in items:
        if item not in wanted:
            report.notes.append(f"{safe(item.path)}: no part of a JSON export by its name, left out")
    names = landed_names(wanted)
    with Progress(sum(item.size for item in wanted), "bytes") as progress:
        watch = _Watch(landing, progress)
        for item in wanted:
            watch.what, name = item.path, names[item.path]
            if name.startswith("_") or "manifest" in name or name == "property_definitions.jsonl.gz":
                report.faults.append(
                    f"{safe(item.path)}: staging takes a file of this name for no data; rename it"
                )
                continue
            try:
                report.files.append(_landed_file(store, landing, manifest, item, name, watch))
            except BadFileError as error:
                report.faults.append(f"{safe(item.path)}: the file cannot be read: {error}")


def _landed_file(
    store: Store, landing: Landing, manifest: Manifest, item: Item, name: str, watch: _Watch
) -> dict[str, Any]:
    """The record of a file, from the manifest where the file is there and whole, else from copying it.

    Raises BadFileError where the name at the destination is taken by a file of another dump.
    """
    place = _place(store)
    before = _last_record(manifest, name)
    whole = bool(before) and fault_of(landing.dest / name) is None
    other = before.get("dump", place) != place
    if whole and not other and before["mark"] == item.mark and before["path"] == item.path:
        return {**before, "new": False}
    part = landing.part(name)
    copied = store.persistently(item.path, lambda: copy_records(store, item, part, watch.advance))
    if whole and other and copied.sha256 != before["sha256"]:
        part.unlink()
        raise BadFileError(
            f"{name} in {safe(landing.dest)} came from {safe(before['dump'])} and holds other records: give this dump a --dest "
            "of its own"
        )
    landing.land(part, name)
    record = {
        "kind": "heap_file",
        "file": name,
        "dump": place,
        "path": item.path,
        "mark": item.mark,
        "rows": copied.records,
        "bytes": copied.bytes,
        "sha256": copied.sha256,
    }
    manifest.append(record)
    return {**record, "new": True}


def _last_record(manifest: Manifest, name: str) -> dict[str, Any]:
    found = (
        one for one in reversed(manifest.records()) if one.get("kind") == "heap_file" and one["file"] == name
    )
    return next(found, {})


def _place(store: Store) -> str:
    """Where a dump is, the same from whatever folder it is named."""
    return str(Path(store.name).resolve()) if isinstance(store, FolderStore) else store.name


def report_lines(report: HeapReport) -> list[str]:
    """The result for people."""
    lines: list[str] = []
    if report.tables:
        rows = [
            (
                safe(one["table"]),
                _dumps_text(one["dumps"]),
                one["rows_read"],
                one["superseded"],
                one["rows"],
                "there already"
                if one["complete"] and not one["new"]
                else ""
                if one["complete"]
                else "INCOMPLETE",
            )
            for one in report.tables
        ]
        lines += table(("table", "dumps", "rows read", "superseded", "rows", ""), rows)
    if report.files:
        shown = [
            (one["file"], size(one["bytes"]), one["rows"], "" if one["new"] else "there already")
            for one in report.files
        ]
        lines += table(("file", "unpacked", "records", ""), shown)
    lines += [f"  Note: {note}" for note in report.notes]
    if report.faults:
        lines += ["", *(f"  Missing: {fault}" for fault in report.faults)]
        lines.append(
            "  Put that right in the dump and run the same command again: only what is missing is converted."
        )
    total = sum(one["rows"] for one in [*report.tables, *report.files])
    what = plural(len(report.tables), "table") if report.tables else plural(len(report.files), "file")
    lines += ["", f"{safe(report.dest)} holds {what} with {plural(total, 'row')}."]
    return lines


def _dumps_text(dumps: list[int]) -> str:
    if not dumps:
        return "none"
    return str(dumps[0]) if len(dumps) == 1 else f"{dumps[0]} to {dumps[-1]} ({len(dumps)})"
