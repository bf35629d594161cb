"""The project by the adapter of Databricks, in its own environment: what it sends runs on a Spark of this machine and gives the
rows of DuckDB, and an independent parser of Databricks reads every statement.

`make test-warehouses` runs it (CROSSWALK_LONG=1): its build takes as long as that of Spark, whose SQL is the same.
"""

from collections.abc import Iterator

import pytest
from harness import Result

from warehouses import compared
from warehouses import spark as engine
from warehouses.compared import LONG, Built
from warehouses.parsed import unread
from warehouses.test_postgres import AUDIT, PAYLOADS

if LONG:

    @pytest.fixture(scope="module")
    def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
        with engine.running(tmp_path_factory.mktemp("databricks"), "databricks") as running:
            compared.load(running, request)
            yield compared.build(running)

    @pytest.fixture(scope="module")
    def expected(request: pytest.FixtureRequest) -> Result:
        return compared.expected_rows(request)

    def test_every_data_test_passes(built: Built) -> None:
        assert set(built.outcomes) == {"pass"}

    @pytest.mark.parametrize("destination", PAYLOADS)
    def test_payloads_are_those_of_duckdb_to_the_letter(
        destination: str, built: Built, expected: Result
    ) -> None:
        compared.payloads_are_those_of_duckdb(destination, built, expected)

    @pytest.mark.parametrize("relation", AUDIT)
    def test_the_audit_is_that_of_duckdb(relation: str, built: Built, expected: Result) -> None:
        compared.audit_is_that_of_duckdb(relation, built, expected)

    def test_another_parser_reads_every_statement(built: Built) -> None:
        sent = built.remote.ask(do="sent")["statements"]
        # the adapter's own question, which the parser does not know
        made = {sql: sql for sql in sent if not sql.rstrip().endswith("SHOW SCHEMAS IN `hive_metastore`")}
        assert sum("create or replace table" in sql for sql in made) >= len(built.models)
        assert unread(made, "databricks") == {}
