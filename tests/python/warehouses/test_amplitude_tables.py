"""Amplitude's events in tables of its own connectors, of Fivetran and of Airbyte give what their lines give in an export.

CROSSWALK_LONG=1 runs all three shapes; otherwise Fivetran's, which differs most.
"""

import contextlib
import json
import os
from pathlib import Path
from typing import Any

import harness
import pytest
from postgres import BY_LANGUAGE, Server

from warehouses import lines, postgres

LONG = os.environ.get("CROSSWALK_LONG") == "1"

# Keys of an export row with the type of their columns, and rows of them.
TYPES = {
    "uuid": "text",
    "$insert_id": "text",
    "event_type": "text",
    "event_time": "timestamp",
    "server_upload_time": "timestamptz",
    "user_id": "text",
    "device_id": "text",
    "amplitude_id": "numeric",
    "session_id": "bigint",
    "event_id": "integer",
    "event_properties": "json",
    "user_properties": "json",
    "groups": "json",
    "platform": "text",
    "location_lat": "double precision",
    "is_attribution_event": "boolean",
    "team": "text",
}
ROWS: list[dict[str, Any]] = [
    {
        "uuid": "00000000-0000-4000-8000-000000000001",
        "$insert_id": "i-1",
        "event_type": 'say "hi"',
        "event_time": "2024-01-01 10:00:00.123456",
        "server_upload_time": "2024-01-01 10:00:05.000000",
        "user_id": "u1",
        "device_id": "d1",
        "amplitude_id": 9007199254740993,
        "session_id": 1704103200000,
        "event_id": 7,
        "event_properties": {"a": [1, 2.5, None], "utm.source": "x", "é": "\\"},
        "user_properties": {"plan": "gold"},
        "groups": {"org": ["o1", "o2"]},
        "platform": "Web",
        "location_lat": 48.25,
        "is_attribution_event": True,
        "team": "unknown to the documentation",
    },
    {
        "uuid": "00000000-0000-4000-8000-000000000002",
        "event_type": "later upload",
        "event_time": "2024-01-01 09:00:00.000000",
        "server_upload_time": "2024-01-02 00:00:01.500000",
        "device_id": "d1",
        "event_properties": {},
        "user_properties": {},
    },
]
SHAPES: dict[str, dict[str, Any]] = {
    "fivetran": {
        "table": "event",
        "names": {"$insert_id": "_insert_id", "event_id": "id"},
        "json": "text",
        "loader": "_fivetran_synced",
        "without": [],
    },
    "vendor": {
        "table": "EVENTS_123",
        "names": {},
        "json": "jsonb",
        "loader": None,
        "without": ["$insert_id"],
    },
    "airbyte": {
        "table": "events",
        "names": {},
        "json": "json",
        "loader": "_airbyte_raw_id",
        "without": [],
    },
}


def load(cursor: Any, shape: dict[str, Any], upper: bool, rows: list[dict[str, Any]] = ROWS) -> None:
    """Rows in a table of the shape, its names in capitals where `upper`, as Snowflake has them."""
    keys = [key for key in TYPES if key not in shape["without"]]
    names = [shape["names"].get(key, key) for key in keys]
    names = [name.upper() if upper else name for name in names]
    types = [shape["json"] if TYPES[key] == "json" else TYPES[key] for key in keys]
    columns = [f'"{name}" {kind}' for name, kind in zip(names, types, strict=True)]
    loader = [f"{shape['loader']} text default 'x'"] if shape["loader"] else []
    cursor.execute(f'create schema raw; create table raw."{shape["table"]}" ({", ".join(columns + loader)})')
    for row in rows:
        row = {**row, "server_upload_time": row["server_upload_time"] + "+00"}
        values = [row.get(key) for key in keys]
        texts = [json.dumps(value) if isinstance(value, dict) else value for value in values]
        cursor.execute(
            f'insert into raw."{shape["table"]}" ({", ".join(f"{chr(34)}{name}{chr(34)}" for name in names)})'
            f" values ({', '.join(['%s'] * len(texts))})",
            texts,
        )


@pytest.mark.parametrize("name", SHAPES if LONG else ["fivetran"])
def test_a_table_gives_what_its_lines_give(name: str, postgres_server: Server, tmp_path: Path) -> None:
    shape = SHAPES[name]
    rows = [{key: row[key] for key in row if key not in shape["without"]} for row in ROWS]
    expected = harness.run(rows, {"destinations": ["posthog"]})
    settings = {
        "destinations": ["posthog"],
        "amplitude_schema": "raw",
        "amplitude_shape": name,
        "materialize": "incremental",
    }
    with (
        postgres_server.database(BY_LANGUAGE) as database,
        contextlib.closing(database.connect()) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("set timezone = 'Asia/Kolkata'")
        load(cursor, shape, upper=name == "vendor")
        postgres.dbt(database, ["build", "--exclude-resource-type", "unit_test", "test"], settings, tmp_path)
        cursor.execute("select payload from crosswalk.posthog_payloads order by send_order")
        found = [lines.canonical(row[0]) for row in cursor.fetchall()]
        assert found == [lines.canonical(payload.text) for payload in expected.payloads("posthog")]
        cursor.execute("select name from crosswalk.audit_property_catalog where scope = 'missing_column'")
        missing = {row[0] for row in cursor.fetchall()}
        assert {"city", "dma"} <= missing
        assert ("$insert_id" in missing) == ("$insert_id" in shape["without"])
        assert missing.isdisjoint(rows[0])
        cursor.execute("select distinct file from crosswalk.stg_amplitude__lines order by file")
        table = f"raw.{shape['table']}"
        assert [row[0] for row in cursor.fetchall()] == [f"{table} 2024-01-01", f"{table} 2024-01-02"]
    expected.close()


def test_only_the_day_of_upload_that_grew_is_landed_anew(postgres_server: Server, tmp_path: Path) -> None:
    """Lines of other days are those of the first build, to their place; of days that were landed longer ago than `lookback_days`
    the lines are counted and not read."""
    settings = {
        "destinations": ["posthog"],
        "amplitude_schema": "raw",
        "amplitude_shape": "fivetran",
        "materialize": "incremental",
    }
    select = [
        "--select",
        *(f"stg_amplitude__{name}" for name in ("lines", "deduplicated_keys", "parsed_rows")),
    ]
    query = (
        "select right(lines.file, 10), rows.event_name, lines.landed_in, lines.landed_position"
        " from crosswalk.stg_amplitude__parsed_rows as rows inner join crosswalk.stg_amplitude__lines as lines"
        " on rows.line_id = lines.landed_position and rows.landed_in = lines.landed_in order by 1, 2"
    )
    late = {**ROWS[1], "uuid": "00000000-0000-4000-8000-000000000003", "event_type": "late"}
    found = []
    with (
        postgres_server.database() as database,
        contextlib.closing(database.connect()) as connection,
        connection.cursor() as cursor,
    ):
        long_ago = "update crosswalk.crosswalk_landed_amplitude set landed_at = 0 where file = 'raw.event 2024-01-01'"
        for rows in (ROWS, [*ROWS, late], [{**ROWS[0], "platform": "iOS"}, *ROWS[1:], late]):
            cursor.execute("drop schema if exists raw cascade")
            load(cursor, SHAPES["fivetran"], upper=False, rows=rows)
            postgres.dbt(database, ["run", *select], settings, tmp_path)
            cursor.execute(query)
            found.append(cursor.fetchall())
            cursor.execute(long_ago)
        cursor.execute("select file, count(*) from crosswalk.crosswalk_landed_amplitude group by file")
        assert sorted(cursor.fetchall()) == [("raw.event 2024-01-01", 1), ("raw.event 2024-01-02", 1)]
    (early, newest), (still, *grown), (settled, *_) = found
    assert settled == still == early
    assert [row[:2] for row in grown] == [("2024-01-02", "late"), ("2024-01-02", "later upload")]
    assert newest[2] not in {row[2] for row in grown} and len({row[2] for row in grown}) == 1
