"""BigQuery gives the payloads that DuckDB gives, as far as that shows without it: dbt-bigquery over the emulator bqemulator.

With every change Amplitude into both destinations; CROSSWALK_LONG=1 takes all sources. The functions in Python run as they
are sent to BigQuery. Every query is taken apart by ZetaSQL's analyzer, which is BigQuery's own reading of the language.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import harness
import pytest
from harness import Result

from warehouses import bigquery_cases, compared, connector_modes, parsed, private_names, remote, two_days
from warehouses.compared import LONG, Built
from warehouses.remote import Remote
from warehouses.test_postgres import AUDIT, PAYLOADS

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
NAME = re.compile(r"`local-project`\.`(\w+)`\.`(\w+)`")
FUNCTION = re.compile(r"`local-project`\.`crosswalk`\.(?=crosswalk_\w+\()")


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    folder = tmp_path_factory.mktemp("bigquery")
    with remote.running("bigquery", folder, OUTPUT) as running:
        yield running


@pytest.fixture(scope="module")
def expected(request: pytest.FixtureRequest) -> Result:
    return compared.expected_rows(request)


@pytest.fixture(scope="module")
def built(emulator: Remote, request: pytest.FixtureRequest) -> Built:
    compared.load(emulator, request)
    return compared.build(emulator)


def test_raw_lines_are_read_once(built: Built) -> None:
    compared.raw_lines_are_read_once(built)


@pytest.mark.parametrize("destination", PAYLOADS)
def test_payloads_are_those_of_duckdb_to_the_letter(destination: str, built: Built, expected: Result) -> None:
    compared.payloads_are_those_of_duckdb(destination, built, expected)


def compiled(built: Built) -> list[tuple[str, str]]:
    """What dbt compiled of models, in the order in which they ran, and of tests, with plain names of tables and functions."""
    queries = {**built.models, **built.tests}
    named = ((f"`local-project`.`{remote.SCHEMA}`.`{name}`", sql) for name, sql in queries.items())
    return [(NAME.sub(r"\1__\2", name), FUNCTION.sub("", NAME.sub(r"\1__\2", sql))) for name, sql in named]


def given_tables() -> dict[str, list[list[str]]]:
    """The seeds and the tables of raw lines, with the types of their columns."""
    lines = [["file", "STRING"], ["line_number", "INT64"], ["line", "STRING"], ["read_error", "STRING"]]
    tables = {f"landed__{source}_lines": lines for source in compared.SOURCES}
    for path in (harness.ROOT / "seeds").rglob("*.csv"):
        names = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        tables[f"{remote.SCHEMA}__{path.stem}"] = [[name, "STRING"] for name in names]
    return tables


def test_sqlglot_reads_every_query(built: Built) -> None:
    assert parsed.unread(dict(compiled(built)), "bigquery") == {}


def test_private_names(built: Built) -> None:
    """Removed, hashed, opened and counted as on DuckDB; CROSSWALK_LONG=1 asks one by one."""
    compared.private_names_hold(bigquery_cases.all_emulated(built.remote, compared.PRIVATE_CASES))


if LONG:
    CASES = bigquery_cases.cases()

    @pytest.fixture(scope="module")
    def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
        folder = tmp_path_factory.mktemp("zetasql")
        with remote.running("bigquery", folder, OUTPUT, runner="bigquery_oracle") as running:
            yield running

    def test_every_data_test_passes(built: Built) -> None:
        assert set(built.outcomes) == {"pass"}

    @pytest.mark.parametrize("relation", AUDIT)
    def test_the_audit_is_that_of_duckdb(relation: str, built: Built, expected: Result) -> None:
        compared.audit_is_that_of_duckdb(
            relation, built, expected, lambda name: "`rows`" if name == "rows" else name
        )

    def test_sqlfluff_reads_every_query(built: Built) -> None:
        assert parsed.unread_by_sqlfluff({**built.models, **built.tests}, "bigquery") == {}

    def test_zetasql_reads_every_query(built: Built, oracle: Remote) -> None:
        """Names, types, groups and functions are those of GoogleSQL, which the emulator does not check."""
        answer = oracle.ask(do="check", tables=given_tables(), queries=compiled(built))
        assert answer["refused"] == {}
        assert answer["behind"] == []
        assert answer["checked"] > 190

    @pytest.fixture(scope="module")
    def answers(emulator: Remote, oracle: Remote) -> list[Any]:
        return bigquery_cases.answers(emulator, oracle, CASES)

    @pytest.mark.parametrize("number", range(len(CASES)), ids=compared.names(CASES))
    def test_verb_on_bigquery(number: int, answers: list[Any]) -> None:
        compared.check(CASES[number], answers[number])

    def test_private_properties_are_gone_and_the_rest_is_that_of_duckdb(emulator: Remote) -> None:
        private_names.hold(emulator, partial(compared.load_rows, emulator))

    def test_two_days_and_a_rerun_end_as_a_build_from_nothing(emulator: Remote) -> None:
        load = partial(compared.load_rows, emulator)
        two_days.end_as_a_build_from_nothing(
            emulator, load, lambda name: "`rows`" if name == "rows" else name
        )

    def test_the_connectors_modes_find_a_table_that_changes_where_it_stands(emulator: Remote) -> None:
        """Mixpanel, "Warehouse Connectors": Mirror on BigQuery compares snapshots of a table, and bills one that is made anew
        as a whole. dbt-bigquery adds a column by the API, which the emulator writes down and does not do."""
        known = "select table_oid from duckdb_tables() where table_name = 'mixpanel_events' and schema_name like '%connector'"
        connector_modes.hold(emulator, partial(compared.load_rows, emulator), known, adds_columns=False)
