"""Snowflake gives the rows that DuckDB gives: the project on the samples, and each verb, on the emulator fakesnow.

With every change the payloads of Amplitude; CROSSWALK_LONG=1 takes all sources with the audit and every data test, and each
verb. The functions in Python run as they are sent to Snowflake.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from harness import Result

from warehouses import compared, python_cases, remote, two_days
from warehouses.compared import LONG, Built
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


@pytest.mark.parametrize("destination", PAYLOADS)
def test_payloads_are_those_of_duckdb_to_the_letter(destination: str, built: Built, expected: Result) -> None:
    compared.payloads_are_those_of_duckdb(destination, built, expected)


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
