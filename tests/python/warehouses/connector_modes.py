"""The sync modes of Mixpanel's connector on a warehouse in a process of its own: the three builds of
tests/python/incremental/test_connector.py, and what it says of them."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from incremental import test_connector
from incremental.test_connector import Warehouse

from warehouses import lines
from warehouses.remote import Remote

SCHEMA = "connector"
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")
HELD = (
    test_connector.test_append_late_rows_come_after_all_that_was_read,
    test_connector.test_mirror_rows_are_changed_and_taken_out_where_they_stand,
    test_connector.test_mirror_a_full_refresh_writes_other_settings_into_the_rows_that_stand,
    test_connector.test_mirror_a_reader_of_changes_sees_what_changed,
    test_connector.test_mirror_the_table_is_never_made_anew,
)


@dataclass
class There(Warehouse):
    """Such a warehouse; its columns are told by their names in lower case."""

    remote: Remote | None = None

    def table(self, name: str) -> list[dict[str, Any]]:
        assert self.remote is not None
        answer = self.remote.ask(do="rows", sql=f"select * from {SCHEMA}.{name}")
        return lines.named([[value_of(each) for each in row] for row in answer["rows"]], answer["columns"])


def value_of(value: Any) -> Any:
    """A time as such; anything else as it is."""
    is_time = isinstance(value, str) and TIME.fullmatch(value)
    return dt.datetime.fromisoformat(value) if is_time else value


def hold(
    remote: Remote,
    load: Callable[[str, list[lines.Row]], None],
    which_table: str,
    adds_columns: bool = True,
) -> There:
    """Builds three times; rows are added, changed and taken out where they stand. `which_table` asks for the table's identity."""
    remote = remote.elsewhere(SCHEMA)

    def dbt(command: Sequence[str], settings: dict[str, Any]) -> None:
        ran = remote.dbt(command, {**settings, "amplitude_schema": f"{SCHEMA}_raw"})["outcomes"]
        assert [each for each in ran if each[2] != "success"] == []

    warehouse = There(
        dbt,
        lambda files: load(f"{SCHEMA}_raw.amplitude_lines", test_connector.raw_lines(files)),
        lambda query: [tuple(row) for row in remote.rows(query)],
        which_table=which_table,
        adds_columns=adds_columns,
        remote=remote,
    )
    test_connector.build_three_times(warehouse)
    for test in HELD:
        test(warehouse)
    if adds_columns:
        test_connector.test_mirror_a_property_that_is_named_later_becomes_a_column(warehouse)
    if test_connector.LONG:
        test_connector.test_append_a_profile_that_changed_is_read_again(warehouse)
        test_connector.test_mirror_identity_events_stand_once(warehouse)
    return warehouse
