"""Snowflake gives the rows that DuckDB gives: the project on the samples, and each verb, on the emulator fakesnow.

With every change the payloads of Amplitude; CROSSWALK_LONG=1 takes all sources with the audit and every data test, and each
verb. The functions in Python run as they are sent to Snowflake.
"""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import harness
import pytest
from harness import Result

from warehouses import compared, lines, python_cases, remote, two_days
from warehouses.compared import LONG, Built
from warehouses.parsed import unread
from warehouses.remote import Remote
from warehouses.test_postgres import AUDIT, PAYLOADS

OUTPUT = {
    "type": "snowflake",
    "account": "fakesnow",
    "user": "fake",
    "password": "fake",
    "role": "r",
    "warehouse": "w",
    "database": "db1",
    "schema": remote.SCHEMA,
    "threads": 1,
}


@pytest.fixture(scope="module")
def snowflake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    with remote.running("snowflake", tmp_path_factory.mktemp("snowflake"), OUTPUT) as running:
        yield running


@pytest.fixture(scope="module")
def expected(request: pytest.FixtureRequest) -> Result:
    return compared.expected_rows(request)


@pytest.fixture(scope="module")
def built(snowflake: Remote, request: pytest.FixtureRequest) -> Built:
    compared.load(snowflake, request)
    return compared.build(snowflake)


def test_another_parser_reads_every_model(built: Built) -> None:
    assert unread(built.models, "snowflake") == {}


@pytest.mark.parametrize("destination", PAYLOADS)
def test_payloads_are_those_of_duckdb_to_the_letter(destination: str, built: Built, expected: Result) -> None:
    compared.payloads_are_those_of_duckdb(destination, built, expected)


def test_mirror_the_events_keep_their_changes(snowflake: Remote) -> None:
    """Mixpanel, "Warehouse Connectors", Mirror on Snowflake: change tracking, on a table that is not made anew."""
    said = snowflake.dbt(["compile", "--inline", "{{ crosswalk.track_changes(this) }}"], {})["compiled"][0]
    assert said.split()[:2] + said.split()[3:] == "alter table set change_tracking = true".split()


if LONG:
    CASES = python_cases.cases()

    def test_every_data_test_passes(built: Built) -> None:
        assert set(built.outcomes) == {"pass"}

    @pytest.mark.parametrize("relation", AUDIT)
    def test_the_audit_is_that_of_duckdb(relation: str, built: Built, expected: Result) -> None:
        compared.audit_is_that_of_duckdb(
            relation, built, expected, lambda name: '"ROWS"' if name == "rows" else name
        )

    @pytest.fixture(scope="module")
    def answers(snowflake: Remote) -> list[Any]:
        return compared.answers(snowflake, CASES, "db1.crosswalk.crosswalk_text")

    @pytest.mark.parametrize("number", range(len(CASES)), ids=compared.names(CASES))
    def test_verb_on_snowflake(number: int, answers: list[Any]) -> None:
        compared.check(CASES[number], answers[number])

    def test_two_days_and_a_rerun_end_as_a_build_from_nothing(snowflake: Remote) -> None:
        load = partial(compared.load_rows, snowflake)
        two_days.end_as_a_build_from_nothing(
            snowflake, load, lambda name: '"ROWS"' if name == "rows" else name
        )

    def test_mirror_the_table_of_events_is_tracked(tmp_path: Path) -> None:
        """One build: the emulator's process ends with a second one, which postgres has in tests/python/incremental."""
        rows = [row for path in harness.sample_files() for row in lines.raw_lines(path)]
        settings = {
            **compared.SETTINGS,
            "sources": ["amplitude"],
            "destinations": ["mixpanel"],
            "materialize": "incremental",
        }
        command = ["build", "--exclude-resource-type", "unit_test", "test", "--select", "+mixpanel_events"]
        query = "select count(*), count(distinct record_version), count(distinct inserted_at) from crosswalk.mixpanel_events"
        with remote.running("snowflake", tmp_path, OUTPUT) as fresh:
            file = tmp_path / "amplitude.jsonl"
            file.write_text("".join(json.dumps(row) + "\n" for row in rows))
            fresh.ask(do="table", table="landed.amplitude_lines", file=str(file))
            ran = fresh.dbt(command, settings)["outcomes"]
            assert [each[:4] for each in ran if each[2] != "success"] == []
            ((events, versions, times),) = fresh.rows(query)
        assert events == versions > 40 and times == 1
        sent = (tmp_path / "statements.sql").read_text().split("\n;;\n")
        tracked = [statement for statement in sent if "set change_tracking = true" in statement]
        assert len(tracked) == 1 and ".mixpanel_events " in tracked[0].lower()
