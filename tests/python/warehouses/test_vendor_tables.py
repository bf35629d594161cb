"""Heap's own tables and those of Mixpanel's pipelines in a warehouse give what the files of the same export give.

Two days in builds that add: on the second a label is built, a late event comes, and a person turns out to be another. Beside it
the same rows as files, built from nothing on DuckDB. With every change payloads for PostHog on Postgres; CROSSWALK_LONG=1 adds
Mixpanel's, the audit, DuckDB, names in capitals, and a column a property.
"""

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import harness
import pytest
from postgres import BY_LANGUAGE, Server

from warehouses import lines, postgres

LONG = os.environ.get("CROSSWALK_LONG") == "1"

PAGE = "user_id bigint, event_id bigint, session_id bigint, time timestamp, platform text, domain text, path text"
# Tables of Heap: columns, and rows of the first day and of the second.
HEAP: dict[str, tuple[str, list[str], list[str]]] = {
    "pageviews": (
        f"{PAGE}, plan text, score double precision, is_new boolean",
        [
            "1001, 501, 701, '2024-01-01 10:00:00.5', 'Mac OS X 10.15.7', 'example.com', '/a', 'say \"hi\"', 9.5, true",
            "1002, 502, 702, '2024-01-01 11:00:00', null, 'example.com', '/b', null, null, false",
        ],
        ["1002, 503, 702, '2024-01-01 09:00:00', null, 'example.com', '/late', 'x', 1e21, null"],
    ),
    "buy": (
        f"{PAGE}, price double precision, bought_at timestamp",
        [],
        [
            "1001, 504, 701, '2024-01-01 10:30:00', null, 'example.com', '/buy', 12.25, '2024-01-01 10:30:01.25'"
        ],
    ),
    "users": (
        'user_id bigint, "identity" text, joindate timestamp, last_modified timestamp, email text, seats bigint',
        ["1001, 'cust-1', '2023-12-01 00:00:00', '2024-01-01 09:00:00', 'one@example.com', 3"],
        ["1003, null, '2023-12-03 00:00:00', '2024-01-02 09:00:00', null, null"],
    ),
    "sessions": (
        "user_id bigint, event_id bigint, session_id bigint, time timestamp",
        ["1001, 601, 701, '2024-01-01 09:59:59'"],
        [],
    ),
    "user_migrations": (
        "from_user_id bigint, to_user_id bigint, time timestamp",
        [],
        ["1002, 1001, '2024-01-02 09:00:00'"],
    ),
    "all_events": (
        "event_id bigint, time timestamp, user_id bigint, session_id bigint, event_table_name text",
        [
            "501, '2024-01-01 10:00:00.5', 1001, 701, 'pageviews'",
            "504, '2024-01-01 10:30:00', 1001, 701, 'buy'",
        ],
        [],
    ),
}
# Not Heap's rows: its bookkeeping, and the raw table behind a view, which has rows twice.
BESIDE = {
    "_sync_info": ("event_table_name text, synced_to_time timestamp", ["'pageviews', '2024-01-02 00:00:00'"]),
    "pageviews_raw": (PAGE, ["1001, 501, 701, '2024-01-01 10:00:00.5', null, null, '/doubled'"]),
}
EVENTS: list[dict[str, Any]] = [
    {
        "device_id": "D1",
        "distinct_id": "$device:D1",
        "event_name": "$mp_web_page_view",
        "insert_id": "a1",
        "properties": {"$os": "iOS", "mp_lib": "web", "n": 5},
        "time": "2024-01-01 10:00:00.123",
    },
    {
        "device_id": "D1",
        "distinct_id": "U1",
        "event_name": "Sign In",
        "insert_id": "a2",
        "properties": {"$os": "iOS", "word": 'say "hi"'},
        "time": "2024-01-02 10:00:00",
        "user_id": "U1",
    },
]
PEOPLE = [{"distinct_id": "U1", "properties": {"$email": "one@example.com", "plan": "pro"}}]
MAPPINGS = [{"distinct_id": "$device:D1", "resolved_distinct_id": "U1"}]

Execute = Callable[[str], Any]
Dbt = Callable[[Sequence[str], dict[str, Any]], Any]


def fill(execute: Execute, day: int, capitals: bool) -> None:
    """Heap's tables as they are after a day. A table is made when it has its first row, and then filled anew."""
    named: Callable[[str], str] = (
        (lambda name: f'"{name.upper()}"') if capitals else (lambda name: f'"{name}"')
    )
    tables = {
        name: (columns, [*first, *(second if day == 2 else [])])
        for name, (columns, first, second) in HEAP.items()
    }
    for name, (columns, rows) in {**tables, **BESIDE}.items():
        if rows:
            pairs = (column.strip().replace('"', "").split(" ", 1) for column in columns.split(","))
            typed = ", ".join(f"{named(column)} {kind}" for column, kind in pairs)
            execute(f"drop table if exists heap.{named(name)}")
            execute(f"create table heap.{named(name)} ({typed})")
            execute(f"insert into heap.{named(name)} values ({'), ('.join(rows)})")


def literal(value: Any) -> str:
    text = json.dumps(value) if isinstance(value, dict) else value
    return "null" if text is None else "'" + str(text).replace("'", "''") + "'"


def fill_mixpanel(execute: Execute, is_schemaful: bool) -> None:
    """The tables of a pipeline, with one column of properties or with a column for each."""
    if is_schemaful:
        columns = ["mp_event_name", "time", "distinct_id", "mp_insert_id", "mp_device_id", "mp_user_id"]
        columns += ["mp_os", "mp_lib", "word", "n"]
        types = ["text", "timestamp", *["text"] * 7, "bigint"]
        rows = [
            [
                row["event_name"],
                *(row.get(name) for name in ("time", "distinct_id", "insert_id", "device_id", "user_id")),
                *(row["properties"].get(name) for name in ("$os", "mp_lib", "word", "n")),
            ]
            for row in EVENTS
        ]
    else:
        columns = ["device_id", "distinct_id", "event_name", "insert_id", "properties", "time", "user_id"]
        types = ["text", "text", "text", "text", "json", "timestamp", "text"]
        rows = [[row.get(name) for name in columns] for row in EVENTS]
    typed = ", ".join(f"{name} {kind}" for name, kind in zip(columns, types, strict=True))
    execute(f"create table mp.mp_master_event ({typed})")
    for row in rows:
        execute(f"insert into mp.mp_master_event values ({', '.join(map(literal, row))})")
    for name, found in (("mp_people_data", PEOPLE), ("mp_identity_mappings_data", MAPPINGS)):
        second = "properties json" if name == "mp_people_data" else "resolved_distinct_id text"
        execute(f"create table mp.{name} (distinct_id text, {second})")
        for one in found:
            execute(f"insert into mp.{name} values ({', '.join(map(literal, one.values()))})")
    # in BigQuery the rows stand behind a view, and the table of that name is an old one
    execute("create view mp.mp_people_data_view as select * from mp.mp_people_data")


DESTINATIONS = ["posthog", "mixpanel"] if LONG else ["posthog"]
SETTINGS = {"sources": ["heap", "mixpanel"], "destinations": DESTINATIONS, "as_of": harness.DAY_OF_ALL}
IN_TABLES = {
    **SETTINGS,
    "heap_schema": "heap",
    "heap_shape": "vendor",
    "mixpanel_schema": "mp",
    "mixpanel_shape": "vendor",
    "materialize": "incremental",
}
NEEDED = [f"+{destination}_payloads" for destination in DESTINATIONS] + ["+audit_property_catalog"] * LONG
BUILD = ["build", "--exclude-resource-type", "unit_test", "test", "--select", *NEEDED]


@pytest.fixture(scope="module")
def expected() -> Iterator[harness.Result]:
    """The same rows as files: Heap's as Parquet, Mixpanel's as the lines of a pipeline."""
    folder = harness.new_folder()
    connection = duckdb.connect()
    connection.execute("create schema heap")
    fill(connection.execute, 2, capitals=False)
    for name in HEAP:
        connection.execute(f"copy heap.{name} to '{folder}/{name}.parquet' (format parquet)")
    connection.close()
    file = harness.write_lines(folder / "pipeline.jsonl", [*EVENTS, *PEOPLE, *MAPPINGS])
    files = {"heap_files": f"{folder}/*.parquet", "mixpanel_files": str(file)}
    harness.on_duckdb(BUILD, folder, {**SETTINGS, **files})
    result = harness.opened(folder)
    yield result
    result.close()


@contextlib.contextmanager
def on_postgres(server: Server, folder: Path) -> Iterator[tuple[Dbt, Execute]]:
    with (
        server.database(BY_LANGUAGE) as database,
        contextlib.closing(database.connect()) as connection,
        connection.cursor() as cursor,
    ):

        def execute(statement: str) -> Any:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None

        yield lambda command, settings: postgres.dbt(database, command, settings, folder), execute


@contextlib.contextmanager
def on_duckdb() -> Iterator[tuple[Dbt, Execute]]:
    folder = harness.new_folder()

    def execute(statement: str) -> Any:
        with contextlib.closing(duckdb.connect(str(folder / f"{harness.DATABASE}.duckdb"))) as connection:
            return connection.execute(statement.replace(" crosswalk.", " main.")).fetchall()

    yield lambda command, settings: harness.on_duckdb(command, folder, settings), execute


# The engine, names in capitals as Snowflake has them, a column a property.
WAYS = [("postgres", False, False)]
if LONG:
    WAYS += [("postgres", True, True), ("duckdb", False, False), ("duckdb", True, True)]


@pytest.fixture(scope="module", params=WAYS, ids=lambda way: f"{way[0]}{'-capitals' if way[1] else ''}")
def built(
    request: pytest.FixtureRequest, postgres_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Execute]:
    engine, capitals, is_schemaful = request.param
    opened = (
        on_postgres(postgres_server, tmp_path_factory.mktemp("tables"))
        if engine == "postgres"
        else on_duckdb()
    )
    with opened as (dbt, execute):
        for schema in ("heap", "mp"):
            execute(f"create schema {schema}")
        fill_mixpanel(execute, is_schemaful)
        for day in (1, 2):
            fill(execute, day, capitals)
            dbt(BUILD if day == 1 else ["run", "--select", *NEEDED], IN_TABLES)
        yield execute


@pytest.mark.parametrize("destination", DESTINATIONS)
def test_the_payloads_are_those_of_the_files(
    destination: str, built: Execute, expected: harness.Result
) -> None:
    select = "select record_id, distinct_id, event_at, payload from{}{}_payloads order by send_order"
    wanted = [tuple(row.values()) for row in expected.sql(select.format(" ", destination))]
    found = [tuple(row) for row in built(select.format(" crosswalk.", destination))]
    assert len(wanted) > 5
    for one, other in zip(wanted, found, strict=True):
        assert one[:3] == other[:3]
        assert lines.canonical(one[3]) == lines.canonical(other[3])


def test_a_person_of_the_first_day_has_the_id_that_the_second_gave(built: Execute) -> None:
    """Event 502 was built under 1002 before the migration said that this is 1001, who is cust-1."""
    query = "select user_id, device_id from crosswalk.hub_events where source = 'heap' and source_insert_id = '502'"
    assert [tuple(row) for row in built(query)] == [("cust-1", "1001")]


def test_duckdb_lands_tables_that_changed_anew() -> None:
    """Looking at their columns begins a transaction there, in which the old lines would not go."""
    settings = {**IN_TABLES, "sources": ["heap"]}
    with on_duckdb() as (dbt, execute):
        execute("create schema heap")
        for day in (1, 2):
            fill(execute, day, capitals=False)
            dbt(["run", "--select", "stg_heap__lines"], settings)
        rows = sum(len(first) + len(second) for _, first, second in HEAP.values())
        assert execute("select count(*) from crosswalk.stg_heap__lines") == [(rows,)]


if LONG:

    def test_columns_that_no_table_has_stand_in_the_audit(built: Execute) -> None:
        query = "select source, name from crosswalk.audit_property_catalog where scope = 'missing_column'"
        missing = {tuple(row) for row in built(query)}
        assert {("heap", "browser"), ("heap", "utm_source")} <= missing
        assert missing.isdisjoint(
            {("heap", "path"), ("heap", "time"), ("mixpanel", "time"), ("mixpanel", "insert_id")}
        )

    @pytest.mark.parametrize("source", ["heap", "mixpanel"])
    def test_a_schema_that_is_not_the_vendors_own_is_told_in_one_sentence(source: str) -> None:
        """The target's own schema holds the models, which would be taken for tables of events."""
        settings = {"sources": [source], f"{source}_shape": "vendor"}
        text = harness.dbt_error(settings, command=("compile", "--select", f"stg_{source}__lines"))
        assert f"has the shape 'vendor' but '{source}_schema' names no schema of its own" in text
