"""Spark gives the rows that DuckDB gives: each verb, and the project on the samples.

With every change the payloads of Amplitude; CROSSWALK_LONG=1 takes each verb, and all sources with the audit and every data
test. One session for all of it, since its start takes long.
"""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import test_dialect_verbs as verbs
from harness import Result

from warehouses import compared, delta_project, remote, two_days
from warehouses import spark as engine
from warehouses.compared import LONG, Built
from warehouses.parsed import BEYOND_SQLFLUFF, MOST_NESTED_CHARACTERS, unread, unread_by_sqlfluff
from warehouses.remote import Remote, RemoteError
from warehouses.spark_cases import given, plain, query, sql_type
from warehouses.test_postgres import AUDIT, PAYLOADS

CASES = verbs.cases_on("spark")


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    with engine.running(tmp_path_factory.mktemp("spark")) as running:
        yield running


# ---------- each verb


@pytest.fixture(scope="module")
def answers(spark: Remote) -> list[Any]:
    """The value of each case, or the error: those that differ in their values only are asked together."""
    border = f"\n{verbs.BORDER}\n"
    inline = border.join(case.jinja for case in CASES)
    compiled = spark.dbt(["compile", "--inline", inline], {})["compiled"][0]
    rendered = [part.strip() for part in compiled.split(verbs.BORDER)]
    spark.rows(
        "create or replace temporary view landed as"
        " select x, landed_position from values ('a', 2), ('b', 1) as rows_of(x, landed_position)"
    )
    groups: dict[tuple[str, str], list[int]] = {}
    found: list[Any] = [None] * len(CASES)
    for number, (case, sql) in enumerate(zip(CASES, rendered, strict=True)):
        alone = case.query != "select {} from given" or len(case.given) != 1 or not case.given[0]
        shape = (
            "" if alone else json.dumps([[name, sql_type(value)] for name, value in case.given[0].items()])
        )
        groups.setdefault((sql, f"{number}" if alone or "null" in case.what else shape), []).append(number)
    for (sql, _), numbers in groups.items():
        for number, value in asked(spark, sql, numbers).items():
            found[number] = value
    return found


def asked(spark: Remote, sql: str, numbers: list[int]) -> dict[int, Any]:
    sql = sql.replace("double precision", "double")
    try:
        if len(numbers) == 1:
            ((value,),) = spark.rows(query(CASES[numbers[0]], sql))
            return {numbers[0]: value}
        rows = " union all ".join(
            f"select {number} as place, * from ({given(CASES[number])})" for number in numbers
        )
        answer = spark.rows(f"with given as ({rows}) select place, {sql} from given")
        return {place: value for [place, value] in answer}
    except (RemoteError, ValueError) as error:
        return dict.fromkeys(numbers, error)


if LONG:

    @pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{each.verb}: {each.what}" for each in CASES])
    def test_verb_on_spark(number: int, answers: list[Any]) -> None:
        expected = verbs.on("spark", CASES[number].expected)
        found = answers[number]
        if isinstance(found, Exception):
            raise found
        assert found == (
            [plain(each) for each in expected] if isinstance(expected, list) else plain(expected)
        )


# ---------- the project


@pytest.fixture(scope="module")
def expected(request: pytest.FixtureRequest) -> Result:
    return compared.expected_rows(request)


@pytest.fixture(scope="module")
def built(spark: Remote, request: pytest.FixtureRequest) -> Built:
    compared.load(spark, request)
    return compared.build(spark)


@pytest.mark.parametrize("destination", PAYLOADS)
def test_payloads_are_those_of_duckdb_to_the_letter(destination: str, built: Built, expected: Result) -> None:
    compared.payloads_are_those_of_duckdb(destination, built, expected)


def test_another_parser_reads_every_model(built: Built) -> None:
    assert unread(built.models, "spark") == {}


def said(built: Built, settings: dict[str, Any]) -> str:
    """What dbt says where it has to stop."""
    try:
        ran = built.remote.dbt(["run", "--select", "crosswalk_event_names"], settings)["outcomes"]
    except RemoteError as error:
        return str(error)
    return " ".join(each[3] for each in ran if each[2] == "error")


def test_builds_that_add_rows_are_told_to_be_impossible_in_one_sentence(built: Built) -> None:
    """Where tables are Spark's own."""
    text = said(built, {"amplitude_schema": "landed", "materialize": "incremental"})
    assert "'materialize: incremental' works on Spark with Delta tables only" in text
    assert "set '+file_format: delta' under 'models: crosswalk:' in dbt_project.yml" in text


def test_a_session_that_is_not_in_utc_is_told_in_one_sentence(built: Built) -> None:
    built.remote.rows("set time zone 'Asia/Kolkata'")
    try:
        text = said(built, {"amplitude_schema": "landed"})
    finally:
        built.remote.rows("set time zone 'UTC'")
    assert "The Spark session is in the time zone Asia/Kolkata" in text
    assert "set spark.sql.session.timeZone to UTC" in text


# What docs/scale.md says of plans.
ONE_TASK = re.compile(r"Exchange SinglePartition.*\n[^(]*(?:\*\(\d+\) )?(.*)")
# Halves of lines that are no JSON.
GATHERED = {"stg_mixpanel__joined_lines"} if "mixpanel" in compared.SOURCES else set()
# How many payloads each day has, and how many lines each file: a row a day or a file.
A_ROW_EACH = re.compile(r"Aggregate\(keys?=\[(event_date|file)#\d+\], functions=\[count\(1\)\]\)")

if LONG:

    def test_every_data_test_passes(built: Built) -> None:
        assert set(built.outcomes) == {"pass"}

    def test_sqlfluff_reads_every_model(built: Built) -> None:
        found = unread_by_sqlfluff(built.models, "sparksql", MOST_NESTED_CHARACTERS)
        assert set(found) == {*BEYOND_SQLFLUFF, "mixpanel_group_records"}, found

    @pytest.mark.parametrize("relation", AUDIT)
    def test_the_audit_is_that_of_duckdb(relation: str, built: Built, expected: Result) -> None:
        compared.audit_is_that_of_duckdb(relation, built, expected)

    @pytest.fixture(scope="module")
    def statements(spark: Remote, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
        """What the second of two days did to tables of Delta, each statement with the rows that it read and left. The statements
        that Delta takes and Spark does not are done by others: delta_on_spark.py."""
        folder = tmp_path_factory.mktemp("delta")
        kept = folder / "kept"
        two_days.end_as_a_build_from_nothing(
            spark.of(delta_project.project(folder)),
            partial(compared.load_rows, spark),
            second_day=lambda begins: keep(spark, kept if begins else None),
            nothing_new=False,
        )
        return sorted(kept.iterdir())

    def keep(spark: Remote, folder: Path | None) -> None:
        spark.ask(do="keep", folder=str(folder) if folder else None)

    def test_two_days_of_delta_tables_end_as_a_build_from_nothing(statements: list[Path]) -> None:
        assert len(statements) > 40

    def test_delta_does_to_its_tables_what_the_second_day_sends(
        statements: list[Path], tmp_path: Path
    ) -> None:
        """On Sail, whose tables are Delta's: each statement, on the rows that it met."""
        with remote.running("sail", tmp_path, engine.OUTPUTS["spark"]) as sail:
            found = {place.name: sail.ask(do="replay", folder=str(place)) for place in statements}
        assert {name: rows for name, rows in found.items() if rows["differ"]} == {}
        assert sum(rows["changed"] > 0 for rows in found.values()) > 30

    def test_nothing_large_passes_through_one_task(built: Built) -> None:
        """Counts of everything do too, but each task brings one row of those."""
        found = set()
        for name, sql in built.models.items():
            plan = built.remote.rows(f"explain {sql}")[0][0]
            assert plan.startswith("== Physical Plan ==")
            below = ONE_TASK.findall(plan)
            if any("functions=[partial_" not in each and not A_ROW_EACH.search(each) for each in below):
                found.add(name)
        assert found == GATHERED
