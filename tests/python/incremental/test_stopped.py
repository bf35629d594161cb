"""Builds on Postgres that end up as a stop leaves them on an engine without transactions around a model (BigQuery, Snowflake,
Spark, Databricks): the lines are landed, and which files they are of is not written down. The next build lands them."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from postgres import Database, Server
from warehouses import lines, postgres

from incremental.history import rows_of_json
from incremental.test_landings import LANDED, row

FILES = "crosswalk.crosswalk_landed_posthog"
# Keeps what is written down as landed at the moment when new lines are made.
WATCH = f"""
create table left_behind (of_file jsonb);
create function watch() returns event_trigger language plpgsql as $$ begin
    if to_regclass('{FILES}') is not null
        and exists (select from pg_event_trigger_ddl_commands() where object_identity like '%stg_posthog__lines%')
    then
        delete from left_behind;
        insert into left_behind select to_jsonb(files) from {FILES} as files;
    end if;
end $$;
create event trigger watches on ddl_command_end when tag in ('CREATE TABLE AS') execute function watch();
"""
# Puts it back, which undoes what the build did after that moment.
STOP = f"""
delete from {FILES};
insert into {FILES} select files.* from left_behind, jsonb_populate_record(null::{FILES}, of_file) as files;
"""


@dataclass(frozen=True)
class Warehouse:
    """A database with a table of raw lines, and the folder that dbt writes to."""

    database: Database
    cursor: Any
    folder: Path

    def load(self, **files: list[str]) -> None:
        """Files of events by their names, in place of those that were there."""
        rows: list[lines.Row] = []
        for name, events in files.items():
            path = self.folder / name
            path.write_bytes(rows_of_json(map(row, events)))
            rows.extend((name, number, line, error) for _, number, line, error in lines.raw_lines(path))
        lines.copy(self.cursor, "raw.posthog_lines", rows)

    def build(self, *flags: str) -> list[str]:
        """The events that a build finds."""
        settings = {"sources": ["posthog"], "posthog_schema": "raw", "materialize": "incremental"}
        postgres.dbt(self.database, ["run", *LANDED, *flags], settings, self.folder)
        self.cursor.execute("select event_name from crosswalk.stg_posthog__parsed_rows order by event_name")
        return [name for (name,) in self.cursor.fetchall()]


@pytest.fixture(scope="module")
def warehouse(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder = tmp_path_factory.mktemp("stopped")
    with (
        postgres_server.database() as database,
        contextlib.closing(database.connect()) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("create schema raw")
        cursor.execute(WATCH)
        built = Warehouse(database, cursor, folder)
        built.load(one=["a", "b", "c"], two=["d", "e"])
        assert built.build() == ["a", "b", "c", "d", "e"]
        yield built


def test_a_full_refresh_that_was_stopped_is_finished_by_the_next_build(warehouse: Warehouse) -> None:
    assert warehouse.build("--full-refresh") == ["a", "b", "c", "d", "e"]
    warehouse.cursor.execute(STOP)
    assert warehouse.build() == ["a", "b", "c", "d", "e"]


def test_a_file_that_is_as_it_was_after_a_stopped_build_read_it_otherwise_is_whole(
    warehouse: Warehouse,
) -> None:
    warehouse.load(one=["a", "x"], two=["d", "e"])
    assert warehouse.build() == ["a", "d", "e", "x"]
    warehouse.cursor.execute(STOP)
    warehouse.load(one=["a", "b", "c"], two=["d", "e"])
    assert warehouse.build() == ["a", "b", "c", "d", "e"]


def test_what_an_older_version_wrote_down_is_landed_anew(warehouse: Warehouse) -> None:
    """It did not say when."""
    warehouse.cursor.execute(f"alter table {FILES} drop column landed_at")
    assert warehouse.build() == ["a", "b", "c", "d", "e"]
    warehouse.cursor.execute(f"select count(landed_at) from {FILES}")
    assert warehouse.cursor.fetchone() == (2,)
