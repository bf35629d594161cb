"""BigQuery gives the rows that DuckDB gives: dbt-bigquery over the emulator bqemulator, with Google's ZetaSQL as the judge.

With every change Amplitude into both destinations; CROSSWALK_LONG=1 takes all sources. The functions in Python run as they
are sent to BigQuery. Every query that dbt sends is taken apart by ZetaSQL's analyzer, which is BigQuery's own reading of the
language, and by sqlglot; verbs that are SQL alone are worked out by ZetaSQL.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import harness
import pytest
from harness import Result

from warehouses import bigquery_cases, compared, parsed, remote
from warehouses.compared import Built
from warehouses.remote import Remote
from warehouses.test_postgres import AUDIT, PAYLOADS

FOLDER = Path(__file__).parent
OUTPUT = {
    "type": "bigquery",
    "method": "oauth-secrets",
    "token": "dummy",
    "project": "local-project",
    "dataset": remote.SCHEMA,
    "api_endpoint": "{{ env_var('CROSSWALK_TEST_ENDPOINT') }}",
    "threads": 1,
    "job_execution_timeout_seconds": 300,
    "job_retries": 0,
}
CASES = bigquery_cases.cases()
NAME = re.compile(r"`local-project`\.`(\w+)`\.`(\w+)`")
FUNCTION = re.compile(r"`local-project`\.`crosswalk`\.(?=crosswalk_\w+\()")


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    folder = tmp_path_factory.mktemp("bigquery")
    with remote.running("bigquery", FOLDER / "bigquery_runner.py", folder, OUTPUT) as running:
        yield running


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    folder = tmp_path_factory.mktemp("zetasql")
    with remote.running("bigquery", FOLDER / "bigquery_oracle.py", folder, OUTPUT) as running:
        yield running


@pytest.fixture(scope="module")
def answers(emulator: Remote, oracle: Remote) -> list[Any]:
    return bigquery_cases.answers(emulator, oracle, CASES)


@pytest.mark.parametrize("number", range(len(CASES)), ids=compared.names(CASES))
def test_verb_on_bigquery(number: int, answers: list[Any]) -> None:
    compared.check(CASES[number], answers[number])


@pytest.fixture(scope="module")
def expected(request: pytest.FixtureRequest) -> Result:
    return compared.expected_rows(request)


@pytest.fixture(scope="module")
def built(emulator: Remote, request: pytest.FixtureRequest) -> Built:
    for source in compared.SOURCES:
        file = compared.write_lines(emulator, source, request)
        emulator.ask(do="table", table=f"landed.{source}_lines", file=str(file))
    return compared.build(emulator)


def test_every_data_test_passes(built: Built) -> None:
    assert set(built.outcomes) == {"pass"}
    assert built.outcomes["pass"] > 60
    assert built.models > 40


@pytest.mark.parametrize("destination", PAYLOADS)
def test_payloads_are_those_of_duckdb_to_the_letter(destination: str, built: Built, expected: Result) -> None:
    compared.payloads_are_those_of_duckdb(destination, built, expected)


@pytest.mark.parametrize("relation", AUDIT)
def test_the_audit_is_that_of_duckdb(relation: str, built: Built, expected: Result) -> None:
    compared.audit_is_that_of_duckdb(
        relation, built, expected, lambda name: "`rows`" if name == "rows" else name
    )


def compiled(built: Built) -> list[tuple[str, str]]:
    """What dbt compiled of models and tests, in the order in which they ran, with plain names of tables and functions."""
    ran = json.loads((built.remote.folder / "target" / "run_results.json").read_text())["results"]
    named = [
        (
            each["relation_name"] if each["unique_id"].startswith("model.") else each["unique_id"],
            each["compiled_code"],
        )
        for each in ran
        if each["unique_id"].startswith(("model.", "test."))
    ]
    return [(NAME.sub(r"\1__\2", name), FUNCTION.sub("", NAME.sub(r"\1__\2", sql))) for name, sql in named]


def given_tables() -> dict[str, list[list[str]]]:
    """The seeds and the tables of raw lines, with the types of their columns."""
    lines = [["file", "STRING"], ["line_number", "INT64"], ["line", "STRING"], ["read_error", "STRING"]]
    tables = {f"landed__{source}_lines": lines for source in compared.SOURCES}
    for path in (harness.ROOT / "seeds").rglob("*.csv"):
        names = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        tables[f"{remote.SCHEMA}__{path.stem}"] = [[name, "STRING"] for name in names]
    return tables


def test_zetasql_reads_every_query(built: Built, oracle: Remote) -> None:
    """Names, types, groups and functions are those of GoogleSQL, which the emulator does not check."""
    answer = oracle.ask(do="check", tables=given_tables(), queries=compiled(built))
    assert answer["refused"] == {}
    assert answer["checked"] > 100


def test_sqlglot_reads_every_query(built: Built) -> None:
    assert parsed.unread(dict(compiled(built)), "bigquery") == {}
