"""The project by the adapter of Databricks, in its own environment: what it sends runs on a Spark of this machine and gives the
rows of DuckDB, and an independent parser of Databricks reads every statement.

`make test-warehouses` runs it (CROSSWALK_LONG=1): its build takes as long as that of Spark, whose SQL is the same.
"""

import re
from collections.abc import Iterator
from functools import partial

import pytest
from harness import Result

from warehouses import compared, two_days
from warehouses import spark as engine
from warehouses.compared import LONG, Built
from warehouses.parsed import BEYOND_SQLFLUFF, MOST_NESTED_CHARACTERS, unread, unread_by_sqlfluff
from warehouses.remote import Remote
from warehouses.test_postgres import AUDIT, PAYLOADS

if LONG:
    OWN = re.compile(r"(?:SHOW SCHEMAS IN `hive_metastore`|\boptimize `\w+`\.`\w+`\.`\w+`)\s*\Z")

    @pytest.fixture(scope="module")
    def databricks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
        with engine.running(tmp_path_factory.mktemp("databricks"), "databricks") as running:
            yield running

    @pytest.fixture(scope="module")
    def built(databricks: Remote, request: pytest.FixtureRequest) -> Built:
        compared.load(databricks, request)
        return compared.build(databricks)

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
        # the adapter's own, which the parser does not know
        made = {sql: sql for sql in sent if not OWN.search(sql)}
        assert sum("create or replace table" in sql for sql in made) >= len(built.models)
        assert unread(made, "databricks") == {}

    def test_large_tables_are_clustered(built: Built) -> None:
        """Databricks documentation, "Use liquid clustering for tables"."""
        sent = "\n".join(built.remote.ask(do="sent")["statements"])
        found = re.findall(
            r"create or replace table `\w+`\.`\w+`\.`(\w+)`\s+using delta\s+cluster by \((.*?)\)", sent, re.I
        )
        assert set(found) == {
            ("hub_events", "event_at, event_name"),
            ("mixpanel_events", "inserted_at"),
            ("mixpanel_payloads", "event_date, bucket"),
            ("posthog_payloads", "event_date, bucket"),
        }

    def test_sqlfluff_reads_every_model(built: Built) -> None:
        found = unread_by_sqlfluff(built.models, "databricks", MOST_NESTED_CHARACTERS)
        assert set(found) == BEYOND_SQLFLUFF, found

    def test_two_days_end_as_a_build_from_nothing(databricks: Remote) -> None:
        """What Delta takes and Spark does not is done by other statements: delta_on_spark.py."""
        before = len(databricks.ask(do="sent")["statements"])
        two_days.end_as_a_build_from_nothing(
            databricks, partial(compared.load_rows, databricks), nothing_new=False
        )
        sent = databricks.ask(do="sent")["statements"][before:]
        merges = {sql: sql for sql in sent if "merge into" in sql}
        assert len(merges) > 30
        assert unread(merges, "databricks") == {}
