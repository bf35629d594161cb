"""Two days of Amplitude and Heap, built one after the other on a warehouse with `materialize: incremental`, and a build with
nothing new: late rows, a label that is built later, and a person who moved. Of the days see tests/python/incremental."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import harness
from harness import Result
from incremental import days, test_sequence
from incremental.history import History

from warehouses import compared, lines
from warehouses.compared import Built
from warehouses.remote import Remote
from warehouses.test_postgres import AUDIT, PAYLOADS

SCHEMA = "two_days"
Load = Callable[[str, list[lines.Row]], None]


def landed(history: History, load: Load, amplitude: dict[str, bytes], heap: dict[str, bytes]) -> None:
    """The files of both exports, beside the files of the history as tables of raw lines."""
    events: list[lines.Row] = []
    for name, content in amplitude.items():
        events.extend(lines.raw_lines(history.land("amplitude", name, content)))
    tables: list[lines.Row] = []
    for name, content in heap.items():
        tables.extend(test_sequence.csv_lines(history.land("heap", name, content), content))
    load(f"{SCHEMA}_raw.amplitude_lines", events)
    load(f"{SCHEMA}_raw.heap_lines", tables)


def end_as_a_build_from_nothing(
    remote: Remote,
    load: Load,
    column: Any = str,
    second_day: Callable[[bool], None] = lambda begins: None,
    nothing_new: bool = True,
) -> None:
    """The payloads to the letter and the audit after the second day, which works on its own rows and on those that it changes,
    after a build with nothing new, and after one that was stopped. `second_day` is called as that build begins and ends. Without
    `nothing_new` the build after the stop, which has no new rows either, stands for both: where a build takes minutes."""
    there = remote.elsewhere(SCHEMA)
    settings: dict[str, Any] = {
        "sources": test_sequence.BOTH,
        "as_of": harness.DAY_OF_ALL,
        "materialize": "incremental",
        **{f"{source}_schema": f"{SCHEMA}_raw" for source in test_sequence.BOTH},
    }
    history = History(test_sequence.BOTH)
    early = {"day1.ndjson": days.amplitude_first_day()}
    landed(history, load, early, days.heap_first_day())
    run(there, ["build", "--exclude-resource-type", "unit_test", "test"], settings)
    late = {**early, "a day2.ndjson": days.amplitude_second_day()}
    landed(history, load, late, {**days.heap_first_day(), **days.heap_second_day()})
    whole = history.from_nothing()
    second_day(True)
    run(there, ["run"], settings)
    second_day(False)
    told = same_rows(there, whole, column)
    assert told[True] > days.FILLING
    assert 0 < told[False] < 70
    if nothing_new:
        settle_the_first_day(there)
        run(there, ["run"], settings)
        assert set(same_rows(there, whole, column)) == {True}
    # as builds leave it that are stopped before they write down what they landed, and with only a part of it written down
    for source in test_sequence.BOTH:
        table = f"{SCHEMA}.crosswalk_landed_{source}"
        ((newest,),) = remote.rows(f"select max(landed_at) from {table}")
        half = f"insert into {table} select file, stamp, null, null from {table} where landed_at = {newest};"
        gone = f"delete from {table} where landed_at = {newest};"
        there.ask(do="statements", sql=gone if source == "amplitude" else f"{half}\n{gone}")
    run(there, ["run"], settings)
    assert set(same_rows(there, whole, column)) == {True}
    whole.close()


def settle_the_first_day(remote: Remote) -> None:
    """Its files were landed longer ago than `lookback_days`, so that their lines are only counted."""
    for source in test_sequence.BOTH:
        table = f"{SCHEMA}.crosswalk_landed_{source}"
        ((newest,),) = remote.rows(f"select max(landed_at) from {table}")
        remote.ask(do="statements", sql=f"update {table} set landed_at = 0 where landed_at < {newest};")
        assert remote.rows(f"select count(*) from {table} where landed_at = 0") != [[0]]


def same_rows(remote: Remote, whole: Result, column: Any) -> dict[bool, int]:
    """Payloads and audit are those of DuckDB. How many events were there before the last build, and how many were not."""
    built = Built(remote, {}, Counter())
    for destination in PAYLOADS:
        compared.payloads_are_those_of_duckdb(destination, built, whole)
    for relation in AUDIT:
        compared.audit_is_that_of_duckdb(relation, built, whole, column)
    query = f"select is_built, count(*) from {SCHEMA}.hub_event_versions group by is_built"
    return {bool(is_built): rows for is_built, rows in remote.rows(query)}


def run(remote: Remote, command: list[str], settings: dict[str, Any]) -> None:
    """A dbt command, every node of which ends well."""
    answer = remote.dbt(command, settings)
    assert [each for each in answer["outcomes"] if each[2] != "success"] == []
