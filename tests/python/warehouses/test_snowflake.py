"""Snowflake gives the rows that DuckDB gives: the project on the samples, and each verb, on the emulator fakesnow.

With every change the payloads of Amplitude; CROSSWALK_LONG=1 takes all sources with the audit and every data test, and each
verb. The functions in Python run as they are sent to Snowflake.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from harness import Result

from warehouses import compared, connector_modes, private_names, python_cases, remote, two_days
from warehouses.compared import LONG, Built
from warehouses.parsed import MOST_NESTED_CHARACTERS, unread, unread_by_sqlfluff
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


def test_raw_lines_are_read_once(built: Built) -> None:
    compared.raw_lines_are_read_once(built)


@pytest.mark.parametrize("destination", PAYLOADS)
def test_payloads_are_those_of_duckdb_to_the_letter(destination: str, built: Built, expected: Result) -> None:
    compared.payloads_are_those_of_duckdb(destination, built, expected)


def test_private_names(built: Built) -> None:
    """Removed, hashed, opened and counted as on DuckDB; CROSSWALK_LONG=1 asks one by one."""
    function = "db1.crosswalk.crosswalk_text"
    compared.private_names_hold(
        compared.answers(built.remote, compared.PRIVATE_CASES, function, compared.SETTINGS)
    )


def test_mirror_the_events_keep_their_changes(snowflake: Remote) -> None:
    """Mixpanel, "Warehouse Connectors", Mirror on Snowflake: change tracking, on a table that is not made anew."""
    said = snowflake.dbt(["compile", "--inline", "{{ crosswalk.track_changes(this) }}"], {})["compiled"][0]
    assert said.split()[:2] + said.split()[3:] == "alter table set change_tracking = true".split()


if LONG:
    CASES = python_cases.cases()

    def test_every_data_test_passes(built: Built) -> None:
        assert set(built.outcomes) == {"pass"}

    def test_sqlfluff_reads_every_model(built: Built) -> None:
        assert unread_by_sqlfluff(built.models, "snowflake", MOST_NESTED_CHARACTERS) == {}

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

    def test_private_properties_are_gone_and_the_rest_is_that_of_duckdb(snowflake: Remote) -> None:
        private_names.hold(snowflake, partial(compared.load_rows, snowflake))

    def test_two_days_and_a_rerun_end_as_a_build_from_nothing(snowflake: Remote) -> None:
        load = partial(compared.load_rows, snowflake)
        two_days.end_as_a_build_from_nothing(
            snowflake, load, lambda name: '"ROWS"' if name == "rows" else name
        )

    WHICH_TABLE = (
        "select table_oid from duckdb_tables()"
        " where lower(schema_name || '.' || table_name) = 'connector.mixpanel_events'"
    )
    MADE = re.compile(r"create[^(]*\btable [^\s(]*connector[.]mixpanel_events\b(?!__)")

    def test_the_connectors_modes_find_a_table_that_changes_where_it_stands(snowflake: Remote) -> None:
        """Mixpanel, "Warehouse Connectors": Mirror on Snowflake is a stream, which ends with a table that is made anew. DuckDB
        keeps no changes; what was sent stands in statements.sql."""
        connector_modes.hold(snowflake, partial(compared.load_rows, snowflake), WHICH_TABLE)
        sent = (snowflake.folder / "statements.sql").read_text().lower().split("\n;;\n")
        ours = [statement for statement in sent if ".connector.mixpanel_events" in statement]
        assert len([each for each in ours if "set change_tracking = true" in each]) == 3
        assert (
            len(
                [
                    each
                    for each in ours
                    if re.search(r"create[^(]*\btable [^\s(]*connector[.]mixpanel_events\b(?!__)", each)
                ]
            )
            == 1
        )
