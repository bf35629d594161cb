"""`materialize: incremental` ends, whatever comes late, in exactly the rows of a build from nothing: payloads with their order,
the audit, the hub and the public relations.

CROSSWALK_LONG=1 adds histories of all sources cut at random, in every mode, and compares after every build.
"""

import contextlib
import copy
import csv
import io
import json
import os
import random
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import harness
import pytest
import test_determinism
from postgres import BY_LANGUAGE, Server
from warehouses import lines, postgres
from warehouses import test_postgres as on_postgres

from incremental import days
from incremental.history import History, cut, differences

LONG = os.environ.get("CROSSWALK_LONG") == "1"
BOTH = ["amplitude", "heap"]
# The first comes before the first day by its name.
SECOND = {"a day2.ndjson": days.amplitude_second_day(), "again.ndjson": days.amplitude_rows_again()}
FIRST = {"day1.ndjson": days.amplitude_first_day()}


def first_day(history: History) -> None:
    history.land("amplitude", "day1.ndjson", FIRST["day1.ndjson"])
    for name, content in days.heap_first_day().items():
        history.land("heap", name, content)


def second_day(history: History) -> None:
    for name, content in SECOND.items():
        history.land("amplitude", name, content)
    for name, content in days.heap_second_day().items():
        history.land("heap", name, content)


def changed_files(amplitude: dict[str, bytes], heap: dict[str, bytes]) -> None:
    """Of the files of both days an early one of each source changes, and one goes: the late rows, and who was migrated."""
    amplitude["day1.ndjson"] = days.amplitude_first_day_changed()
    del amplitude["a day2.ndjson"]
    heap["day1.pageviews.csv"] = days.heap_first_pages_changed()
    del heap["day2.user_migrations.csv"]


def synced(result: harness.Result) -> dict[str, dict[str, Any]]:
    """What Mixpanel's connector reads of events, by insert id, and of people, by distinct id."""
    events = {row["insert_id"]: row for row in result.sql("select * from mixpanel_events")}
    people = result.sql("select * from mixpanel_user_profiles")
    return {**events, **{f"person {row['distinct_id']}": row for row in people}}


@pytest.fixture(scope="module")
def two_days() -> History:
    """Built after each of the two days."""
    history = History(BOTH)
    first_day(history)
    result = history.build()
    history.synced = synced(result)
    result.close()
    second_day(history)
    return history


@pytest.fixture(scope="module")
def kept(two_days: History) -> Iterator[harness.Result]:
    result = two_days.build()
    yield result
    result.close()


@pytest.fixture(scope="module")
def whole(two_days: History) -> Iterator[harness.Result]:
    result = two_days.from_nothing()
    yield result
    result.close()


@pytest.fixture(scope="module")
def changed(
    two_days: History, kept: harness.Result, whole: harness.Result
) -> Iterator[tuple[harness.Result, harness.Result]]:
    """What a build adds after files changed and went, to a copy of the warehouse, and a build from nothing."""
    after = copy.copy(two_days)
    after.folder = harness.new_folder() / "copy"
    shutil.copytree(two_days.folder, after.folder)
    amplitude, heap = {**FIRST, **SECOND}, {**days.heap_first_day(), **days.heap_second_day()}
    changed_files(amplitude, heap)
    for source, files in (("amplitude", amplitude), ("heap", heap)):
        for path in (after.files / source).iterdir():
            if path.name not in files:
                path.unlink()
            elif path.read_bytes() != files[path.name]:
                after.land(source, path.name, files[path.name])
    results = after.build(), after.from_nothing()
    yield results
    for result in results:
        result.close()


def count(result: harness.Result, query: str) -> int:
    return int(next(iter(result.sql(query)[0].values())))


def test_two_days_end_in_the_rows_of_a_build_from_nothing(
    kept: harness.Result, whole: harness.Result
) -> None:
    assert differences(kept, whole) == {}


def test_the_second_day_worked_on_its_own_rows_and_on_those_that_it_changed(kept: harness.Result) -> None:
    """Of the first day's thousand rows only the few that the second says something of."""
    told = kept.sql("select is_built, count(*) as rows from hub_event_versions group by is_built")
    rows = {row["is_built"]: row["rows"] for row in told}
    assert rows[True] > days.FILLING
    assert rows[False] < 70


def test_late_rows_doubled_the_buckets_of_the_first_day(kept: harness.Result) -> None:
    query = "select max(bucket) from mixpanel_payloads where event_date = '2024-01-01'"
    assert count(kept, query) == 1


def test_rows_for_the_connector_stay_as_they_are_and_new_ones_have_a_later_time(
    two_days: History, kept: harness.Result
) -> None:
    """More of it, with a full refresh and on Postgres, in test_connector.py."""
    before, after = two_days.synced, synced(kept)
    last = max(row["inserted_at"] for row in before.values())
    # a profile that changed is read again
    assert after.pop("person u2")["inserted_at"] > last
    assert after.pop("person u0")["inserted_at"] > last
    assert len(before) > days.FILLING
    for name, row in after.items():
        if name in before and "insert_id" in row:
            assert row["inserted_at"] == before[name]["inserted_at"]
        elif name not in before:
            assert row["inserted_at"] > last
    assert sum(row == before.get(name) for name, row in after.items()) > days.FILLING
    assert len(after) > len(before) + 20


def test_files_that_change_and_go_end_in_the_rows_of_a_build_from_nothing(
    changed: tuple[harness.Result, harness.Result], whole: harness.Result
) -> None:
    after, from_nothing = changed
    assert differences(after, from_nothing) == {}
    rows = "select * from hub_events where event_name = 'looked' and source = 'amplitude'"
    assert len(after.sql(rows)) == len(whole.sql(rows)) - 45


def csv_lines(file: Path, content: bytes) -> list[lines.Row]:
    """The rows of a CSV file as they stand in a table of raw lines."""
    rows = csv.DictReader(io.StringIO(content.decode()))
    texts = ((rows.line_num, {name: text for name, text in row.items() if text}) for row in rows)
    return list(lines.of_objects(str(file), ((number, json.dumps(row)) for number, row in texts)))


def loaded(cursor: Any, files: Path, amplitude: Mapping[str, bytes], heap: Mapping[str, bytes]) -> None:
    """Files of the two exports as tables of raw lines."""
    events: list[lines.Row] = []
    for name, content in amplitude.items():
        path = files / "amplitude" / name
        path.write_bytes(content)
        events.extend(lines.raw_lines(path))
    rows = [row for name, content in heap.items() for row in csv_lines(files / "heap" / name, content)]
    on_postgres.load(cursor, {"amplitude": events, "heap": rows})


def landings(built: on_postgres.Built) -> dict[str, int]:
    """By which landing the lines of each file came, by its name."""
    query = "select distinct file, landed_in from crosswalk.stg_{}__lines"
    return {
        f"{source} {Path(file).name}": landed_in
        for source in BOTH
        for file, landed_in in built.rows(query.format(source))
    }


def test_postgres_ends_in_the_same_rows_after_two_days_and_a_rerun(
    postgres_server: Server,
    two_days: History,
    whole: harness.Result,
    changed: tuple[harness.Result, harness.Result],
    tmp_path: Path,
) -> None:
    """Late rows, a label that is built later, a person who moved, a build with nothing new, and files that changed and went:
    each of them is landed or taken out alone."""
    settings = {
        **two_days.variables(),
        "materialize": "incremental",
        "amplitude_schema": "raw",
        "heap_schema": "raw",
    }
    amplitude, heap = {**FIRST, **SECOND}, {**days.heap_first_day(), **days.heap_second_day()}
    with (
        postgres_server.database(BY_LANGUAGE) as database,
        contextlib.closing(database.connect()) as connection,
        connection.cursor() as cursor,
    ):
        built = on_postgres.Built(database, cursor, Counter())
        loaded(cursor, two_days.files, FIRST, days.heap_first_day())
        postgres.dbt(database, ["build", "--exclude-resource-type", "unit_test", "test"], settings, tmp_path)
        loaded(cursor, two_days.files, amplitude, heap)
        for _ in range(2):
            built_as(built, settings, whole, tmp_path)
        told = dict(
            built.rows("select is_built, count(*) from crosswalk.hub_event_versions group by is_built")
        )
        assert set(told) == {True}
        before = landings(built)
        changed_files(amplitude, heap)
        loaded(cursor, two_days.files, amplitude, heap)
        built_as(built, settings, changed[1], tmp_path)
        after = landings(built)
        gone = {"amplitude a day2.ndjson", "heap day2.user_migrations.csv"}
        assert after.keys() == before.keys() - gone
        assert {file for file, landed_in in after.items() if landed_in != before[file]} == {
            "amplitude day1.ndjson",
            "heap day1.pageviews.csv",
        }


def built_as(built: on_postgres.Built, settings: dict[str, Any], whole: harness.Result, folder: Path) -> None:
    """A build on Postgres that ends in the rows of one of DuckDB."""
    postgres.dbt(built.database, ["run"], settings, folder)
    for destination in on_postgres.PAYLOADS:
        on_postgres.test_payloads_are_those_of_duckdb_to_the_letter(destination, built, whole)
    for relation in on_postgres.AUDIT:
        on_postgres.test_the_audit_is_that_of_duckdb(relation, built, whole)


# The sources, the settings and the seed by which the samples are cut into three parts.
CUTS: dict[str, tuple[list[str], dict[str, Any], int]] = {
    "amplitude": (["amplitude"], {}, 1),
    "heap": (["heap"], {"heap_label_policy": "first"}, 2),
    "mixpanel and posthog": (["mixpanel", "posthog"], {"mixpanel_group_keys": ["company"]}, 3),
    "all, other modes": (
        harness.SOURCES,
        {
            "posthog_person_properties": "on_change",
            "mixpanel_id_merge": "original",
            "user_properties_merge": "key",
            "mixpanel_insert_id": "guide",
        },
        4,
    ),
    "all, a sample of people": (
        harness.SOURCES,
        {"sample_people": 0.5, "posthog_person_properties": "latest"},
        5,
    ),
}


def sample_parts(sources: list[str], seed: int, parts: int) -> dict[int, list[tuple[str, str, bytes]]]:
    """The samples in parts: part to source, name and content of files."""
    chance = random.Random(seed)
    ties = harness.write_lines(harness.new_folder() / "ties.ndjson", test_determinism.TIES)
    files = {source: sorted((harness.ROOT / "samples" / source).iterdir()) for source in sources}
    files["amplitude"] = [*harness.sample_files(), harness.overlapping_files()[0], ties]
    found: dict[int, list[tuple[str, str, bytes]]] = {part: [] for part in range(parts)}
    for source in sources:
        for path in files[source]:
            for part, name, content in cut(path, parts, chance):
                found[part].append((source, name, content))
        found[0].append((source, "empty.jsonl", b"\n"))  # a source has to have a file
    return found


if LONG:

    @pytest.mark.parametrize("name", CUTS)
    def test_a_history_cut_at_random_ends_as_a_build_from_nothing(name: str) -> None:
        sources, settings, seed = CUTS[name]
        history = History(sources, settings)
        for files in sample_parts(sources, seed, 3).values():
            for source, file, content in files:
                history.land(source, file, content)
            kept, whole = history.build(), history.from_nothing()
            assert differences(kept, whole) == {}
            kept.close()
            whole.close()
        again = history.build(command="build")  # nothing new, with every data test
        assert count(again, "select count(*) from hub_event_versions where not is_built") == 0
        again.close()
