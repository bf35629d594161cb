"""A history that arrives in parts: export files of all sources, cut into pieces that land one after the other, and a warehouse
that is built after each of them, with what a build from nothing gives beside it."""

import csv
import io
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import harness

PAYLOADS = {
    "posthog_payloads": "send_order, event_date, bucket, kind, record_id, distinct_id, event_at, payload_bytes, payload",
    "mixpanel_payloads": "send_order, event_date, bucket, endpoint, record_id, distinct_id, event_at, payload_bytes, payload",
}
AUDIT = (
    "audit_route_counts",
    "audit_generated",
    "audit_quarantined",
    "audit_filtered",
    "audit_repaired",
    "audit_unmapped_properties",
    "audit_property_catalog",
    "audit_identity",
    "audit_payload_limits",
    "audit_payload_violations",
)
# The public relations beside them, less the columns by which a build knows its rows again.
RELATIONS = {
    "hub_events": ("row_version",),
    "hub_users": ("person_version",),
    "hub_identity_links": (),
    "hub_groups": (),
    "mixpanel_events": ("inserted_at", "record_version"),
    "mixpanel_user_profiles": ("inserted_at",),
    "mixpanel_group_profiles": ("inserted_at",),
    "posthog_events": (),
    "posthog_identify_events": (),
    "posthog_group_identify_events": (),
    "posthog_person_updates": (),
}
WHOLE = (".parquet",)


def cut(path: Path, parts: int, chance: random.Random) -> list[tuple[int, str, bytes]]:
    """The lines of a file, each in one of some parts: (part, name, content). A name keeps what says of which table it is; a CSV
    file has its header in each part, and one over many lines stays whole."""
    data = path.read_bytes()
    if path.suffix in WHOLE or path.name == "mixpanel_engage.json" or "manifest" in path.name:
        return [(chance.randrange(parts), path.name, data)]
    lines = data.split(b"\n")
    lines = lines if lines[-1] else lines[:-1]
    header, lines = (lines[:1], lines[1:]) if path.suffix == ".csv" else ([], lines)
    pieces: dict[int, list[bytes]] = {}
    for line in lines:
        pieces.setdefault(chance.randrange(parts), []).append(line)
    return [
        (part, f"part{part}.{path.name}", b"\n".join([*header, *piece]) + b"\n")
        for part, piece in pieces.items()
    ]


def rows_of_csv(names: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([names, *rows])
    return text.getvalue().encode()


def rows_of_json(rows: Iterable[Mapping[str, Any] | str]) -> bytes:
    """Lines of JSON."""
    return b"".join(harness.line_bytes(row) + b"\n" for row in rows)


class History:
    """Files below one folder, and a DuckDB warehouse that keeps its rows from build to build."""

    def __init__(self, sources: Sequence[str], settings: Mapping[str, Any] | None = None) -> None:
        self.folder = harness.new_folder()
        self.files = harness.new_folder()
        self.sources = list(sources)
        self.settings = {"as_of": harness.DAY_OF_ALL, **(settings or {})}
        # what a test keeps of an earlier build: a row of the connector's events by insert id
        self.synced: dict[str, dict[str, Any]] = {}
        for source in self.sources:
            (self.files / source).mkdir()

    def land(self, source: str, name: str, content: bytes) -> Path:
        """A file of an export, new or in place of one of that name."""
        path = self.files / source / name
        path.write_bytes(content)
        return path

    def variables(self, **more: Any) -> dict[str, Any]:
        """The settings of a build."""
        globs = {f"{source}_files": [str(self.files / source / "*")] for source in self.sources}
        return {"sources": self.sources, **globs, **self.settings, **more}

    def build(self, *flags: str, command: str = "run", **more: Any) -> harness.Result:
        """A build that adds to what is there."""
        variables = self.variables(materialize="incremental", **more)
        return built(self.folder, variables, command, flags)

    def from_nothing(self, **more: Any) -> harness.Result:
        """What a build of plain tables makes of the files that are there."""
        return built(harness.new_folder(), self.variables(**more), "run", ())


def built(folder: Path, variables: dict[str, Any], command: str, flags: Sequence[str]) -> harness.Result:
    """dbt's `run`, with the seeds before the first one of all models, or `build`."""
    database = folder / f"{harness.DATABASE}.duckdb"
    if command == "run" and not database.exists() and not flags:
        harness.on_duckdb(["seed"], folder, variables)
    without = ["--exclude-resource-type", "unit_test"] if command == "build" else []
    harness.on_duckdb([command, *without, *flags], folder, variables)
    return harness.opened(folder)


def differences(kept: harness.Result, whole: harness.Result) -> dict[str, Any]:
    """Per relation that is not the same in both: a row of each that the other lacks, or where the order breaks."""
    found: dict[str, Any] = {}
    for name, columns in PAYLOADS.items():
        query = f"select {columns} from {name} order by send_order"
        compare(name, kept.sql(query), whole.sql(query), found)
    for name in AUDIT:
        compare(name, ordered(kept, name, ()), ordered(whole, name, ()), found)
    for name, own in RELATIONS.items():
        compare(name, ordered(kept, name, own), ordered(whole, name, own), found)
    return found


def ordered(result: harness.Result, relation: str, without: Sequence[str]) -> list[dict[str, Any]]:
    """All rows of a relation in an order of their own."""
    rows = result.sql(f"select * from {relation}")
    return sorted(({k: v for k, v in row.items() if k not in without} for row in rows), key=str)


def compare(
    name: str, kept: list[dict[str, Any]], whole: list[dict[str, Any]], found: dict[str, Any]
) -> None:
    if kept == whole:
        return
    ours, theirs = {str(row) for row in kept}, {str(row) for row in whole}
    found[name] = {
        "rows": (len(kept), len(whole)),
        "only kept": json.dumps(sorted(ours - theirs)[:2])[:1500],
        "only from nothing": json.dumps(sorted(theirs - ours)[:2])[:1500],
    }
