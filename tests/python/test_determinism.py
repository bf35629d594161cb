"""The same rows give the same payloads, to the byte: whatever the order of the lines, the names and the number of the files, the
threads, the time zone of the session, and whether dbt runs for the first or the second time."""

import gzip
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import harness
import pytest
from harness import Result, line_bytes, write_lines

DESTINATIONS = ("posthog", "mixpanel")
PAYLOAD_COLUMNS = (
    "send_order, event_date, bucket, {kind} as kind, record_id, distinct_id, event_at, payload, payload_bytes"
)
AUDIT = (
    "audit_route_counts",
    "audit_generated",
    "audit_filtered",
    "audit_repaired",
    "audit_identity",
    "audit_property_catalog",
    "audit_unmapped_properties",
    "audit_payload_limits",
    "audit_payload_violations",
)

Table = list[dict[str, Any]]


def row(number: int, **columns: Any) -> dict[str, Any]:
    """A row without ids of its own, so that the keys have to be made from what it holds."""
    return {
        "event_type": f"event {number}",
        "event_time": f"2024-01-15 12:00:{number % 60:02}",
        "user_id": f"user {number % 7}",
        "device_id": f"device {number % 11}",
        "event_properties": {"n": number},
        "user_properties": {"seen": number, "first": number % 3},
        **columns,
    }


# Ties of every kind: rows of one moment, one row with two texts, two people on one device, groups of one moment.
TIES: Sequence[harness.Line] = [
    *(row(number) for number in range(40)),
    *(row(number, user_properties={"tie": number}, event_time="2024-01-16 00:00:00") for number in range(20)),
    *(row(1, city=f"city {number}", server_upload_time="2024-01-15 13:00:00") for number in range(5)),
    *(row(2, uuid="11111111-1111-4111-8111-111111111111", city=f"city {number}") for number in range(5)),
    *(
        row(3, groups={"g": [f"k{number}"]}, group_properties={"g": {"k": {"n": number}}})
        for number in range(9)
    ),
    *(row(4, device_id="shared", user_id=f"user {number}", event_time="2024-01-17") for number in range(4)),
    *(row(5, user_id=None, device_id=f"only device {number}") for number in range(4)),
    '{"event_type":"cut off"',
    "",
    '{"event_type":"twice","a":1,"a":2,"event_time":"2024-01-15 12:00:00","user_id":"u"}',
]


def all_lines() -> list[bytes]:
    lines = [line for file in harness.sample_files() for line in harness.file_lines(file)]
    return lines + [line_bytes(line) for line in TIES]


def payload_tables(result: Result) -> dict[str, Table]:
    tables = {}
    for destination in DESTINATIONS:
        relation = f"{destination}_payloads"
        columns = PAYLOAD_COLUMNS.format(kind="kind" if destination == "posthog" else "endpoint")
        tables[relation] = result.sql(f"select {columns} from {relation} order by send_order", relation)
    return tables


def audit_tables(result: Result) -> dict[str, Table]:
    return {name: sorted(result.rows(name), key=str) for name in AUDIT}


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """The samples and a file of ties."""
    return [*harness.sample_files(), write_lines(harness.new_folder() / "ties.ndjson", TIES)]


@pytest.fixture(scope="module")
def baseline(files: list[Path]) -> Result:
    return harness.run(files, {"as_of": "2026-01-01"}, threads=1)


def shuffled(seed: int) -> list[bytes]:
    lines = all_lines()
    random.Random(seed).shuffle(lines)
    return lines


def scattered(seed: int, parts: int) -> list[Path]:
    """All lines in another order over files of other names, some of them compressed."""
    folder = harness.new_folder()
    lines = shuffled(seed)
    names = [f"{9 - part}_#{part} part.json" for part in range(parts)]
    files = []
    for part, name in enumerate(names):
        path = write_lines(folder / name, lines[part::parts])
        if part % 2:
            compressed = path.with_name(name + ".gz")
            compressed.write_bytes(gzip.compress(path.read_bytes()))
            path = compressed
        files.append(path)
    return files


VARIANTS: dict[str, Callable[[], tuple[list[Path], int, str | None]]] = {
    "one file, other order, four threads": lambda: (
        [write_lines(harness.new_folder() / "all.json", shuffled(1))],
        4,
        None,
    ),
    "seven files, two threads, another time zone": lambda: (scattered(2, 7), 2, "America/St_Johns"),
    "three files, one thread, a time zone ahead": lambda: (scattered(3, 3), 1, "Pacific/Kiritimati"),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_order_files_threads_and_zone_change_nothing(name: str, baseline: Result) -> None:
    files, threads, time_zone = VARIANTS[name]()
    result = harness.run(files, {"as_of": "2026-01-01"}, threads=threads, time_zone=time_zone)
    assert payload_tables(result) == payload_tables(baseline)
    assert audit_tables(result) == audit_tables(baseline)
    result.close()


@pytest.mark.parametrize("destination", DESTINATIONS)
def test_record_ids_and_send_orders_are_unique(destination: str, baseline: Result) -> None:
    payloads = baseline.payloads(destination)
    assert len({payload.record_id for payload in payloads}) == len(payloads)
    assert [payload.send_order for payload in payloads] == list(range(1, len(payloads) + 1))
    assert [payload.payload_bytes for payload in payloads] == [
        len(payload.text.encode()) for payload in payloads
    ]


@pytest.mark.parametrize("destination", DESTINATIONS)
def test_ids_do_not_depend_on_neighbours(destination: str, baseline: Result) -> None:
    """A third of the rows alone: their events have the ids and the texts that they have among all."""
    lines = [line for number, line in enumerate(all_lines()) if number % 3 == 0]
    alone = harness.run(lines, {"as_of": "2026-01-01"})
    kind = "event" if destination == "posthog" else "import"
    among_all = {payload.record_id: payload.json for payload in baseline.of_kind(destination, kind)}
    own = {payload.record_id: payload.json for payload in alone.of_kind(destination, kind)}
    assert len(own) > 40
    common = own.keys() & among_all.keys()
    assert len(common) >= len(own) - 3  # of rows with one key but several texts the lost one may win here
    for record_id in common:
        if destination == "posthog":
            assert own[record_id]["event"] == among_all[record_id]["event"]
            assert own[record_id]["distinct_id"] == among_all[record_id]["distinct_id"]
            assert own[record_id]["timestamp"] == among_all[record_id]["timestamp"]
    alone.close()


def test_buckets_keep_one_person_together() -> None:
    """A day of more than a thousand records is split by a hash of the distinct id into a power of two of parts."""
    lines = [row(number, user_id=f"user {number % 100}", device_id=None) for number in range(2500)]
    result = harness.run(lines, {"destinations": ["mixpanel"]})
    payloads = result.of_kind("mixpanel", "import")
    assert {payload.bucket for payload in payloads} == set(range(4))
    people: dict[str, set[int]] = {}
    for payload in payloads:
        people.setdefault(payload.distinct_id, set()).add(payload.bucket)
    assert all(len(buckets) == 1 for buckets in people.values())
    assert [payload.bucket for payload in payloads] == sorted(payload.bucket for payload in payloads)
    result.close()


@pytest.fixture(scope="module")
def build_folder() -> Path:
    return harness.new_folder()


@pytest.fixture(scope="module")
def built(files: list[Path], build_folder: Path) -> Result:
    """A real `dbt build`, data tests included, in a session that does not stand in UTC."""
    return harness.build(files, {"as_of": "2026-01-01"}, "Asia/Kathmandu", build_folder)


def test_a_build_gives_what_the_fast_path_gives(built: Result, baseline: Result) -> None:
    assert payload_tables(built) == payload_tables(baseline)
    assert audit_tables(built) == audit_tables(baseline)
    assert quarantined(built) == quarantined(baseline)


def quarantined(result: Result) -> Table:
    return sorted(result.rows("audit_quarantined"), key=str)


def test_every_table_of_a_build_is_the_same(built: Result, baseline: Result) -> None:
    """Not only what is sent: staging, hub and audit, row by row. The ids of lines alone may differ."""
    tables = built.sql(
        "select table_name, bool_or(column_name = 'line_id') as has_line_ids"
        " from duckdb_columns() join duckdb_tables() using (database_name, schema_name, table_name)"
        " where not duckdb_tables.internal group by table_name"
    )
    assert {"hub_events", "hub_users", "stg_amplitude__rows"} <= {table["table_name"] for table in tables}
    for table in tables:
        name = table["table_name"]
        columns = "* exclude (line_id)" if table["has_line_ids"] else "*"
        query = (
            "select count(*) as rows, md5(string_agg(hash, '' order by hash)) as hash"
            f" from (select md5(t::varchar) as hash from (select {columns} from {name}) as t)"
        )
        assert built.sql(query) == baseline.sql(query, name), name


def test_a_second_build_changes_nothing(built: Result, files: list[Path], build_folder: Path) -> None:
    before = payload_tables(built)
    built.close()
    again = harness.build(files, {"as_of": "2026-01-01"}, folder=build_folder)
    assert payload_tables(again) == before
    again.close()
