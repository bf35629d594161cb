"""Synthetic payloads, warehouses that hold them, and the command run in this process."""

import contextlib
import datetime as dt
import hashlib
import io
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

START = dt.datetime(2025, 3, 1, 8, 0, 0)
_KIND_RANK = {
    "identify": 0,
    "group_identify": 1,
    "event": 2,
    "person_update": 3,
    "import": 0,
    "engage": 1,
    "groups": 2,
}


@dataclass(frozen=True)
class Record:
    """One row of a payload relation, without its place."""

    kind: str
    record_id: str
    distinct_id: str
    event_at: dt.datetime
    payload: str
    bucket: int = 0


def compact(value: Any) -> str:
    """JSON as SQL would write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def record_uuid(number: int) -> str:
    """A stable uuid for a number."""
    return str(uuid.UUID(hashlib.sha256(f"record {number}".encode()).hexdigest()[:32]))


def mixpanel_event(number: int, day: int = 0, bucket: int = 0, **properties: Any) -> Record:
    """An event that Mixpanel takes; `properties` are laid over."""
    moment = START + dt.timedelta(days=day, seconds=number)
    user = f"user-{number % 7}"
    base = {
        "time": int(moment.replace(tzinfo=dt.UTC).timestamp() * 1000),
        "distinct_id": user,
        "$insert_id": record_uuid(number),
        "$user_id": user,
        "step": number,
        "text": 'quote " and ünïcode 🎈',
    }
    payload = compact({"event": "Song Played", "properties": base | properties})
    return Record("import", record_uuid(number), user, moment, payload, bucket)


def mixpanel_profile(number: int, **fields: Any) -> Record:
    """A profile update without its token."""
    user = f"user-{number}"
    payload = {"$distinct_id": user, "$ip": 0, "$ignore_time": True, "$set": {"plan": "pro"}, "$set_once": {}}
    return Record("engage", f"profile:{user}", user, START, compact(payload | fields))


def mixpanel_group(number: int) -> Record:
    """A group update without its token."""
    payload = {"$group_key": "company", "$group_id": f"acme-{number}", "$set": {"seats": number}}
    return Record("groups", f"group:acme-{number}", "", START, compact(payload))


def posthog_event(number: int, day: int = 0, bucket: int = 0, kind: str = "event", **fields: Any) -> Record:
    """An event that PostHog takes; `fields` are laid over."""
    moment = START + dt.timedelta(days=day, seconds=number)
    user = f"user-{number % 7}"
    payload = {
        "uuid": record_uuid(number),
        "event": "$identify" if kind == "identify" else "song_played",
        "distinct_id": user,
        "timestamp": moment.isoformat() + "Z",
        "properties": {"step": number, "text": 'quote " and ünïcode 🎈', "historical_migration": True},
    }
    return Record(kind, record_uuid(number), user, moment, compact(payload | fields), bucket)


def padded(record: Record, size: int) -> Record:
    """The same record with its payload brought to `size` bytes by spaces, which JSON allows."""
    return replace(record, payload=record.payload[:-1] + " " * (size - len(record.payload.encode())) + "}")


@dataclass(frozen=True)
class Result:
    """What a run of the command left behind."""

    code: int
    out: str
    err: str

    def objects(self) -> list[dict[str, Any]]:
        """The JSON objects on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    def report(self) -> dict[str, Any]:
        """The last JSON object on stdout."""
        return self.objects()[-1]


class Project:
    """A dbt project folder with a DuckDB target."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / ".crosswalk"
        self.warehouse = folder / "warehouse.duckdb"
        folder.mkdir(parents=True)
        (folder / "dbt_project.yml").write_text("name: history\nprofile: history\n", encoding="utf-8")
        self.write_profile("type: duckdb", "path: warehouse.duckdb", "schema: main")

    def write_profile(self, *fields: str) -> None:
        """A profiles.yml with one target `dev` of these fields."""
        lines = [
            "history:",
            "  target: dev",
            "  outputs:",
            "    dev:",
            *(f"      {field}" for field in fields),
        ]
        (self.folder / "profiles.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def build(
        self,
        mixpanel: Iterable[Record] = (),
        posthog: Iterable[Record] = (),
        violations: Sequence[tuple[str, str, str, int, int, str]] = (),
        catalog: Sequence[tuple[Any, ...]] = (),
        schema: str = "main",
    ) -> None:
        """Make the warehouse anew with these relations."""
        self.warehouse.unlink(missing_ok=True)
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(f"create schema if not exists {schema}; use {schema}")
            for statement in TABLES:
                connection.execute(statement)
            for name, records in (("mixpanel", mixpanel), ("posthog", posthog)):
                columns = zip(*payload_rows(records), strict=True)
                table = pa.table({f"c{number}": list(column) for number, column in enumerate(columns)})
                if table.num_rows:
                    connection.register("rows", table)
                    connection.execute(f"insert into {name}_payloads select * from rows")
            if violations:
                connection.executemany(
                    "insert into audit_payload_violations values (?, ?, ?, ?, ?, ?)", violations
                )
            if catalog:
                connection.executemany(
                    "insert into audit_property_catalog values (?, ?, ?, ?, ?, ?, ?, ?, ?)", catalog
                )
            connection.execute(
                "insert into audit_quarantined (source, stage, reason) values ('amplitude', 'staging', 'no_time')"
            )
            connection.execute(
                "insert into audit_filtered values ('amplitude', 'posthog', 'session_start', 'dropped', 12)"
            )

    def run(self, *arguments: str) -> Result:
        """Run the command in this process."""
        from crosswalk.cli import main

        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main(["--project-dir", str(self.folder), *arguments])
            except SystemExit as stop:
                code = int(stop.code or 0)
        return Result(code, out.getvalue(), err.getvalue())

    def push(self, destination: str, *arguments: str) -> Result:
        """Push with --yes and --json, fast."""
        return self.run("push", "--to", destination, "--yes", "--json", "--rate", "1000000", *arguments)

    def letters(self, destination: str) -> list[dict[str, Any]]:
        """The dead letters of a destination."""
        path = self.state / "dead_letters" / f"{destination}.ndjson"
        return (
            [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            if path.exists()
            else []
        )


def payload_rows(records: Iterable[Record]) -> list[tuple[Any, ...]]:
    """Rows of a payload relation in send order: day, bucket, time, kind, id."""
    ordered = sorted(
        records,
        key=lambda one: (one.event_at.date(), one.bucket, one.event_at, _KIND_RANK[one.kind], one.record_id),
    )
    return [
        (
            number,
            one.event_at.date(),
            one.bucket,
            one.kind,
            one.record_id,
            one.distinct_id,
            one.event_at,
            one.payload,
            len(one.payload.encode()),
        )
        for number, one in enumerate(ordered, start=1)
    ]


_PAYLOADS = (
    "create table {name}_payloads (send_order bigint, event_date date, bucket integer, {kind} varchar, record_id varchar, "
    "distinct_id varchar, event_at timestamp, payload varchar, payload_bytes bigint)"
)
TABLES = (
    _PAYLOADS.format(name="mixpanel", kind="endpoint"),
    _PAYLOADS.format(name="posthog", kind="kind"),
    "create table audit_payload_violations (destination varchar, record_id varchar, limit_name varchar, "
    "limit_value bigint, actual bigint, effect varchar)",
    "create table audit_quarantined (source varchar, source_project varchar, stage varchar, destination varchar, "
    "reason varchar, file varchar, line bigint, event_key varchar, record varchar)",
    "create table audit_filtered (source varchar, destination varchar, event_name varchar, reason varchar, rows bigint)",
    "create table audit_property_catalog (source varchar, scope varchar, name varchar, types varchar, rows bigint, "
    "fill_rate double, first_day date, last_day date, example varchar)",
)
