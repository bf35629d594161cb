"""Postgres gives the rows that DuckDB gives: all sources of the samples, both destinations, to the letter. Days that come one
after the other are held against DuckDB in tests/python/incremental.

The database sorts as English does and not by bytes, where the server was built for it: no row may depend on that.
"""

import contextlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import harness
import pytest
from harness import Result
from postgres import BY_LANGUAGE, Database, Server

from warehouses import lines, postgres
from warehouses.parsed import MOST_NESTED_CHARACTERS, unread, unread_by_sqlfluff

LONG = os.environ.get("CROSSWALK_LONG") == "1"
RAW = "raw"
SETTINGS = {
    "sources": harness.SOURCES,
    "as_of": harness.DAY_OF_ALL,
    "materialize": "incremental",
    **{f"{source}_schema": RAW for source in harness.SOURCES},
}
PAYLOADS = {
    "posthog": "send_order, event_date, bucket, kind, record_id, distinct_id, event_at, payload_bytes, payload",
    "mixpanel": "send_order, event_date, bucket, endpoint, record_id, distinct_id, event_at, payload_bytes, payload",
}
AUDIT = {
    "audit_route_counts": "*",
    "audit_generated": "*",
    "audit_quarantined": "*",
    "audit_filtered": "*",
    "audit_repaired": "*",
    "audit_unmapped_properties": "*",
    # the rate is compared below: DuckDB keeps it in four bytes
    "audit_property_catalog": "source, scope, name, types, rows, first_day, last_day, example",
    "audit_identity": "*",
    "audit_payload_limits": "*",
    "audit_payload_violations": "*",
}


@dataclass(frozen=True)
class Built:
    """A database in which the project was built, how often each dbt test ended how, and the SQL of the models."""

    database: Database
    cursor: Any
    outcomes: Counter[str]
    models: dict[str, str] = field(default_factory=dict)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        self.cursor.execute(query)
        return [tuple(row) for row in self.cursor.fetchall()]


def heap_lines(result: Result) -> list[lines.Row]:
    """Heap's files as lines. A row of a CSV file is an object of its texts, as DuckDB made it; the lines of the JSON export are
    as they stand in the files."""
    found = result.sql(
        "select located.file, located.line_number, located.line, landed.read_error from stg_heap__located as located"
        " inner join (select rowid as line_id, * from stg_heap__lines) as landed on located.line_id = landed.line_id"
        " where landed.file_format is distinct from 'json' order by located.file, located.line_number"
    )
    rows = [(row["file"], row["line_number"], row["line"], row["read_error"]) for row in found]
    for path in sorted((harness.ROOT / "samples" / "heap").glob("*.json*")):
        rows.extend(lines.raw_lines(path))
    return rows


@pytest.fixture(scope="module")
def raw(together: Result, mixpanel_files: list[Path]) -> dict[str, list[lines.Row]]:
    """The raw lines of each source."""
    files = {
        "amplitude": harness.sample_files(),
        "mixpanel": mixpanel_files,
        "posthog": harness.posthog_files(),
    }
    read = {
        source: [row for path in paths for row in lines.raw_lines(path)] for source, paths in files.items()
    }
    return {**read, "heap": heap_lines(together)}


def load(cursor: Any, raw: dict[str, list[lines.Row]]) -> None:
    cursor.execute(f"create schema if not exists {RAW}")
    for source, rows in raw.items():
        lines.copy(cursor, f"{RAW}.{source}_lines", rows)


def half(source: str, rows: list[lines.Row]) -> list[lines.Row]:
    """Every second file, or of files that grow every second line."""
    names = sorted({row[0] for row in rows})
    return rows[::2] if source == "posthog" else [row for row in rows if row[0] in names[::2]]


@pytest.fixture(scope="module")
def built(
    postgres_server: Server,
    raw: dict[str, list[lines.Row]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Built]:
    """All of it, with every data test; with CROSSWALK_LONG=1 added to half of the history, by files where there are several and
    by lines where a file grew."""
    folder = tmp_path_factory.mktemp("postgres")
    with (
        postgres_server.database(BY_LANGUAGE) as database,
        contextlib.closing(database.connect()) as connection,
        connection.cursor() as cursor,
    ):
        if LONG:
            load(cursor, {source: half(source, rows) for source, rows in raw.items()})
            postgres.dbt(
                database, ["build", "--exclude-resource-type", "unit_test", "test"], SETTINGS, folder
            )
            cursor.execute("select count(*) from crosswalk.posthog_payloads")
            assert cursor.fetchone()[0] > 0
        load(cursor, raw)
        result = postgres.dbt(database, ["build", "--exclude-resource-type", "unit_test"], SETTINGS, folder)
        ran = result.result.results
        tests = (each for each in ran if each.node.resource_type == "test")
        models = {
            each.node.name: each.node.compiled_code for each in ran if each.node.resource_type == "model"
        }
        yield Built(database, cursor, Counter(str(each.status) for each in tests), models)


def test_every_data_test_passes(built: Built) -> None:
    assert set(built.outcomes) == {"pass"}
    assert built.outcomes["pass"] > 90


def test_another_parser_reads_every_model(built: Built) -> None:
    assert len(built.models) > 90
    assert unread(built.models, "postgres") == {}


@pytest.mark.parametrize("destination", PAYLOADS)
def test_payloads_are_those_of_duckdb_to_the_letter(destination: str, built: Built, together: Result) -> None:
    query = f"select {PAYLOADS[destination]} from {{}}{destination}_payloads order by send_order"
    expected = [tuple(row.values()) for row in together.sql(query.format(""))]
    found = built.rows(query.format("crosswalk."))
    assert len(expected) > 50
    for wanted, row in zip(expected, found, strict=True):
        assert row[:-1] == wanted[:-1]
        assert lines.canonical(row[-1]) == lines.canonical(wanted[-1])
        assert row[-1] == wanted[-1]


@pytest.mark.parametrize("relation", AUDIT)
def test_the_audit_is_that_of_duckdb(relation: str, built: Built, together: Result) -> None:
    first = together.sql(f"select * from {relation} limit 1")
    columns = AUDIT[relation] if AUDIT[relation] != "*" else ", ".join(first[0]) if first else "*"
    query = f"select {columns} from {{}}{relation}"
    expected = Counter(tuple(map(str, row.values())) for row in together.sql(query.format("")))
    assert Counter(tuple(map(str, row)) for row in built.rows(query.format("crosswalk."))) == expected


def test_the_rates_of_the_catalog_are_those_of_duckdb(built: Built, together: Result) -> None:
    query = "select source, scope, name, fill_rate from {}audit_property_catalog"
    rates = {tuple(row.values())[:3]: row["fill_rate"] for row in together.sql(query.format(""))}
    found = {row[:3]: row[3] for row in built.rows(query.format("crosswalk."))}
    assert found == pytest.approx(rates, rel=1e-6)


def test_public_relations_hold_json_and_utc_times(built: Built) -> None:
    types = dict(
        built.rows(
            "select table_name || '.' || column_name, data_type from information_schema.columns where table_schema = 'crosswalk'"
            " and column_name in ('properties', 'event_properties', 'event_time', 'timestamp', 'event_at')"
        )
    )
    assert {types[f"{name}.properties"] for name in ("posthog_events", "mixpanel_events", "hub_users")} == {
        "json"
    }
    assert types["hub_events.event_properties"] == "json"
    assert {
        types[name]
        for name in ("posthog_events.timestamp", "mixpanel_events.event_time", "hub_events.event_at")
    } == {"timestamp without time zone"}


def test_a_payload_is_one_json_object_there(built: Built) -> None:
    ((wrong,),) = built.rows(
        "select count(*) from crosswalk.posthog_payloads where json_typeof(payload::json) <> 'object'"
    )
    assert wrong == 0
    ((first,),) = built.rows("select payload::jsonb from crosswalk.posthog_payloads where send_order = 1")
    assert json.loads(json.dumps(first))["uuid"]


def said(built: Built, settings: dict[str, Any], folder: Path, model: str = "stg_amplitude__lines") -> str:
    with pytest.raises(harness.DbtError) as raised:
        postgres.dbt(built.database, ["compile", "--select", model], {**SETTINGS, **settings}, folder)
    return str(raised.value)


def test_a_missing_table_is_told_in_one_sentence(built: Built, tmp_path: Path) -> None:
    text = said(built, {"sources": ["amplitude"], "amplitude_schema": "elsewhere"}, tmp_path)
    assert "The source 'amplitude' is selected but there is no table elsewhere.amplitude_lines." in text


def test_a_schema_without_tables_of_the_shape_is_told_in_one_sentence(built: Built, tmp_path: Path) -> None:
    text = said(built, {"sources": ["amplitude"], "amplitude_shape": "fivetran"}, tmp_path)
    assert f"the schema '{RAW}' has no table of the shape 'fivetran'" in text


def test_a_shape_that_is_not_read_yet_is_told_in_one_sentence(built: Built, tmp_path: Path) -> None:
    text = said(
        built, {"sources": ["amplitude", "heap"], "heap_shape": "fivetran"}, tmp_path, "stg_heap__lines"
    )
    assert "The shape 'fivetran' of the source 'heap' cannot be read yet." in text


# CROSSWALK_LONG=1: every other mode in plain tables, hostile rows, and builds one after the other.
MODES: dict[str, dict[str, Any]] = {
    "original, key, on_change, guide": {
        "mixpanel_id_merge": "original",
        "user_properties_merge": "key",
        "posthog_person_properties": "on_change",
        "mixpanel_insert_id": "guide",
    },
    "latest, nested": {
        "posthog_person_properties": "latest",
        "user_properties_on_events": {"mixpanel": "nested", "posthog": "root"},
        "heap_label_policy": "first",
        "mixpanel_group_keys": ["company"],
    },
    "once": {
        "posthog_person_properties": "once",
        "user_properties_on_events": {"mixpanel": "none", "posthog": "nested"},
    },
    "none": {
        "posthog_person_properties": "none",
        "mixpanel_source_timezone": "America/New_York",
        "sample_people": 0.5,
    },
}
if LONG:

    def test_sqlfluff_reads_every_model(built: Built) -> None:
        assert unread_by_sqlfluff(built.models, "postgres", MOST_NESTED_CHARACTERS) == {}

    @pytest.mark.parametrize("mode", MODES)
    def test_every_mode_gives_the_rows_of_duckdb(
        mode: str,
        postgres_server: Server,
        raw: dict[str, list[lines.Row]],
        mixpanel_files: list[Path],
        tmp_path: Path,
    ) -> None:
        """As tables, and then from what is there with nothing new, in a schema whose name has to be quoted."""
        files = {
            "amplitude": harness.sample_files(),
            "mixpanel": mixpanel_files,
            "posthog": harness.posthog_files(),
        }
        files["heap"] = sorted((harness.ROOT / "samples" / "heap").iterdir())
        paths = {f"{source}_files": [str(path) for path in some] for source, some in files.items()}
        settings = {**MODES[mode], "sources": harness.SOURCES, "as_of": harness.DAY_OF_ALL}
        expected = harness.build([], {**settings, **paths})
        with (
            postgres_server.database(BY_LANGUAGE) as database,
            contextlib.closing(database.connect()) as connection,
            connection.cursor() as cursor,
        ):
            load(cursor, raw)
            settings = {**SETTINGS, **settings}
            for flags in (["--full-refresh"], []):
                postgres.dbt(
                    database, ["build", "--exclude-resource-type", "unit_test", *flags], settings, tmp_path
                )
                built = Built(database, cursor, Counter())
                for destination in PAYLOADS:
                    test_payloads_are_those_of_duckdb_to_the_letter(destination, built, expected)
                for relation in AUDIT:
                    test_the_audit_is_that_of_duckdb(relation, built, expected)
        expected.close()
