"""What each sync mode of Mixpanel's warehouse connector needs of the relations that it reads, on DuckDB and on Postgres.

A first day, then a second one with late rows, a row that changed and one that is gone, then a full refresh with another setting.
With every change the events on Postgres; test_sequence.py has events and profiles on DuckDB. CROSSWALK_LONG=1 runs all on both.
"""

import contextlib
import datetime as dt
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import harness
import pytest
from postgres import BY_LANGUAGE, Server
from warehouses import lines, postgres

from incremental.days import event
from incremental.history import rows_of_json

LONG = os.environ.get("CROSSWALK_LONG") == "1"
PROFILE_COLUMNS = {"mixpanel_profile_columns": ["plan"]} if LONG else {}
MORE = ("mixpanel_identity_events", "mixpanel_user_profiles", "mixpanel_group_profiles") if LONG else ()
READ = ("mixpanel_events", *MORE)
NEEDED = ("--select", *(f"+{name}" for name in READ))
# A full refresh makes these from nothing but the last ones; what lies before them stays.
REFRESHED = (
    "mixpanel_record_versions",
    "mixpanel_event_records",
    *(("mixpanel_user_records", "mixpanel_group_records", "mixpanel_identity_records") if LONG else ()),
)
# Writes down what a reader of changes would see.
FEED = """
create table feed (step text, operation text, insert_id text);
create function tell() returns trigger language plpgsql as $$ begin
    insert into feed values (current_setting('crosswalk.step'), tg_op, coalesce(new.insert_id, old.insert_id));
    return null;
end $$;
create trigger tells after insert or update or delete on crosswalk.mixpanel_events for each row execute function tell();
"""


def first_day() -> list[dict[str, Any]]:
    day = "01 23:30:00"
    return [
        event("a1", "01 10:00:00", day, "u1", "d1", user_properties={"plan": "free"}, groups={"org": ["o1"]}),
        event("a2", "01 11:00:00", day, "u2", "d2", user_properties={"plan": "gold"}),
        event("a3", "01 12:00:00", day, "u2", "d2", event_properties={"word": "first"}),
        event("a4", "01 13:00:00", day, "u2", "d2"),
    ]


def second_day() -> list[dict[str, Any]]:
    """A late row, u1 on another plan, and another word of a3; a4 is gone from the first day's file."""
    day = "02 23:30:00"
    return [
        event("b1", "01 09:00:00", day, "u2", "d2"),
        event("b2", "02 09:00:00", day, "u1", "d1", user_properties={"plan": "paid"}),
        event("a3", "01 12:00:00", day, "u2", "d2", event_properties={"word": "second"}),
    ]


def raw_lines(days: dict[str, list[dict[str, Any]]]) -> list[lines.Row]:
    """The rows of files by their names, for a table of raw lines."""
    return [
        (name, number, json.dumps(row), None)
        for name, rows in days.items()
        for number, row in enumerate(rows, start=1)
    ]


def key(name: str) -> str:
    return f"00000000-0000-4000-8000-{name:0>12}"


@dataclass
class Warehouse:
    """An engine: `dbt` runs a command with settings, `land` gives it files, `sql` asks it."""

    dbt: Callable[[Sequence[str], dict[str, Any]], None]
    land: Callable[[dict[str, list[dict[str, Any]]]], None]
    sql: Callable[[str], list[tuple[Any, ...]]]
    # per step and relation its rows, and what the engine calls the table
    seen: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    identity: dict[str, str] = field(default_factory=dict)
    # the engine's own words: the identity of the table, and what somebody who follows its changes saw in a step
    which_table: str = ""
    feed: str = ""
    # whether a property may be named in the last build for the first time
    adds_columns: bool = True

    def look(self, step: str) -> None:
        """Keeps what the connector would read now."""
        self.seen[step] = {name: self.table(name) for name in READ}
        self.identity[step] = str(self.sql(self.which_table)[0][0])

    def table(self, name: str) -> list[dict[str, Any]]:
        """The rows of a relation."""
        columns = [
            row[0]
            for row in self.sql(
                "select column_name from information_schema.columns"
                f" where table_schema = 'crosswalk' and table_name = '{name}' order by ordinal_position"
            )
        ]
        return lines.named(self.sql(f"select {', '.join(columns)} from crosswalk.{name}"), columns)

    def changes(self, before: str, step: str) -> set[tuple[str, str]]:
        """What a step did to the events, as (operation, insert id): told by the engine, else by the rows before and after."""
        if self.feed:
            return {(row[0], row[1]) for row in self.sql(self.feed.format(step))}
        old, new = self.events(before), self.events(step)
        found = {("INSERT", name) for name in new.keys() - old.keys()}
        found |= {("DELETE", name) for name in old.keys() - new.keys()}
        return found | {("UPDATE", name) for name in old.keys() & new.keys() if old[name] != new[name]}

    def events(self, step: str) -> dict[str, dict[str, Any]]:
        return {row["insert_id"]: row for row in self.seen[step]["mixpanel_events"]}


def settings(**more: Any) -> dict[str, Any]:
    return {
        "destinations": ["mixpanel"],
        "mixpanel_id_merge": "original" if LONG else "simplified",
        "materialize": "incremental",
        "amplitude_schema": "landed",
        **more,
    }


@contextlib.contextmanager
def on_duckdb() -> Iterator[Warehouse]:
    folder = harness.new_folder()
    files = harness.new_folder()

    def land(days: dict[str, list[dict[str, Any]]]) -> None:
        for name, rows in days.items():
            (files / name).write_bytes(rows_of_json(rows))

    def sql(query: str) -> list[tuple[Any, ...]]:
        result = harness.opened(folder)
        try:
            query = query.replace("'crosswalk'", "'main'").replace(" crosswalk.", " main.")
            return [tuple(row.values()) for row in result.sql(query)]
        finally:
            result.close()

    def dbt(command: Sequence[str], variables: dict[str, Any]) -> None:
        harness.on_duckdb(command, folder, {**variables, "amplitude_files": f"{files}/*"})

    yield Warehouse(
        dbt,
        land,
        sql,
        which_table="select table_oid from duckdb_tables() where table_name = 'mixpanel_events'",
    )


@contextlib.contextmanager
def on_postgres(server: Server, folder: Path) -> Iterator[Warehouse]:
    with (
        server.database(BY_LANGUAGE) as database,
        contextlib.closing(database.connect()) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("create schema landed")

        def land(days: dict[str, list[dict[str, Any]]]) -> None:
            lines.copy(cursor, "landed.amplitude_lines", raw_lines(days))

        def sql(query: str) -> list[tuple[Any, ...]]:
            cursor.execute(query)
            return list(cursor.fetchall()) if cursor.description else []

        def dbt(command: Sequence[str], variables: dict[str, Any]) -> None:
            postgres.dbt(database, command, variables, folder)

        yield Warehouse(
            dbt,
            land,
            sql,
            which_table="select 'crosswalk.mixpanel_events'::regclass::oid",
            feed="select operation, insert_id from feed where step = '{}'",
        )


@pytest.fixture(scope="module", params=["duckdb", "postgres"] if LONG else ["postgres"])
def built(
    request: pytest.FixtureRequest, postgres_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    """The three builds; on Postgres with a reader of changes beside them."""
    is_postgres = request.param == "postgres"
    opened = (
        on_postgres(postgres_server, tmp_path_factory.mktemp("connector")) if is_postgres else on_duckdb()
    )
    with opened as warehouse:
        build_three_times(warehouse)
        yield warehouse


def build_three_times(warehouse: Warehouse) -> None:
    """The first day, the second, and a full refresh."""
    steps: list[tuple[str, dict[str, Any], Sequence[str], dict[str, Any]]] = [
        ("first", {"1": first_day()}, ["build", *NEEDED], {}),
        ("second", {"1": first_day()[:3], "2": second_day()}, ["run", *NEEDED], {}),
        (
            "refreshed",
            {},
            ["run", "--full-refresh", "--select", *REFRESHED, *READ],
            {
                "import_id": "another",
                **({"mixpanel_event_columns": ["word"], **PROFILE_COLUMNS} if warehouse.adds_columns else {}),
            },
        ),
    ]
    for step, days, command, changed in steps:
        if days:
            warehouse.land(days)
        if warehouse.feed and warehouse.seen:
            warehouse.sql(f"alter role current_user set crosswalk.step = '{step}'")
        without = ["--exclude-resource-type", "unit_test", "test"] if command[0] == "build" else []
        warehouse.dbt([*command, *without], settings(**changed))
        warehouse.look(step)
        if warehouse.feed and step == "first":
            warehouse.sql(FEED)


def test_append_late_rows_come_after_all_that_was_read(built: Warehouse) -> None:
    """A late row has an insert time after the last one; rows of before keep theirs, changed or not."""
    first, second = built.events("first"), built.events("second")
    last = max(row["inserted_at"] for row in first.values())
    assert first.keys() == {key(name) for name in ("a1", "a2", "a3", "a4")}
    assert second.keys() - first.keys() == {key("b1"), key("b2")}
    assert {row["inserted_at"] for name, row in second.items() if name not in first} == {
        max(row["inserted_at"] for row in second.values())
    }
    for name, row in second.items():
        if name in first:
            assert row["inserted_at"] == first[name]["inserted_at"]
        else:
            assert row["inserted_at"] > last
            assert isinstance(row["inserted_at"], dt.datetime)


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def test_mirror_rows_are_changed_and_taken_out_where_they_stand(built: Warehouse) -> None:
    first, second = built.events("first"), built.events("second")
    assert key("a4") not in second
    assert '"second"' in as_text(second[key("a3")]["properties"])
    for name in (key("a1"), key("a2")):
        assert second[name] == first[name]


def test_mirror_a_full_refresh_writes_other_settings_into_the_rows_that_stand(built: Warehouse) -> None:
    second, refreshed = built.events("second"), built.events("refreshed")
    assert second.keys() == refreshed.keys()
    for name, row in refreshed.items():
        assert json.loads(as_text(row["properties"]))["import_id"] == "another"
        assert row["inserted_at"] == second[name]["inserted_at"]


def test_mirror_a_property_that_is_named_later_becomes_a_column(built: Warehouse) -> None:
    refreshed = built.events("refreshed")
    assert refreshed[key("a3")]["word"] == "second"
    assert refreshed[key("a1")]["word"] is None


def test_mirror_a_reader_of_changes_sees_what_changed(built: Warehouse) -> None:
    assert built.changes("first", "second") == {
        ("INSERT", key("b1")),
        ("INSERT", key("b2")),
        ("UPDATE", key("a3")),
        ("DELETE", key("a4")),
    }
    assert {operation for operation, _ in built.changes("second", "refreshed")} == {"UPDATE"}


def test_mirror_the_table_is_never_made_anew(built: Warehouse) -> None:
    assert len(set(built.identity.values())) == 1


def test_the_time_of_an_event_takes_no_null(built: Warehouse) -> None:
    query = (
        "select is_nullable from information_schema.columns"
        " where table_schema = 'crosswalk' and table_name = '{}' and column_name = 'event_time'"
    )
    for name in READ[: 2 if LONG else 1]:
        assert built.sql(query.format(name)) == [("NO",)]


if LONG:

    def test_append_a_profile_that_changed_is_read_again(built: Warehouse) -> None:
        first, second = (
            {row["distinct_id"]: row for row in built.seen[step]["mixpanel_user_profiles"]}
            for step in ("first", "second")
        )
        assert json.loads(as_text(second["u1"]["properties"]))["plan"] == "paid"
        assert second["u1"]["inserted_at"] > first["u1"]["inserted_at"]
        assert second["u2"]["properties"] == first["u2"]["properties"]
        assert len(built.seen["second"]["mixpanel_user_profiles"]) == 2
        ((group,), (before,)) = (built.seen[step]["mixpanel_group_profiles"] for step in ("second", "first"))
        assert group["group_id"] == before["group_id"] == "o1"

    def test_a_property_that_is_named_for_the_first_time_leaves_no_profile_out(built: Warehouse) -> None:
        found = {row["distinct_id"]: row["plan"] for row in built.seen["refreshed"]["mixpanel_user_profiles"]}
        assert found["u1"] == "paid" and found.keys() == {"u1", "u2"}

    def test_mirror_identity_events_stand_once(built: Warehouse) -> None:
        for step in ("first", "second", "refreshed"):
            found = [row["insert_id"] for row in built.seen[step]["mixpanel_identity_events"]]
            assert len(found) == len(set(found)) == 2
