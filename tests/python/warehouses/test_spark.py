"""Spark gives the rows that DuckDB gives: each verb, and the project on the samples.

With every change Amplitude into both destinations; CROSSWALK_LONG=1 takes all sources. One session for all of it, since its
start takes long.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import harness
import pytest
import test_dialect_verbs as verbs
from harness import Result

from warehouses import lines
from warehouses import spark as engine
from warehouses.spark import Spark
from warehouses.spark_cases import given, plain, query, sql_type
from warehouses.test_postgres import AUDIT, PAYLOADS, heap_lines

LONG = os.environ.get("CROSSWALK_LONG") == "1"
SOURCES = harness.SOURCES if LONG else ["amplitude"]
CASES = verbs.cases_on("spark")


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    with engine.running(tmp_path_factory.mktemp("spark")) as running:
        yield running


# ---------- each verb


@pytest.fixture(scope="module")
def answers(spark: Spark) -> list[Any]:
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


def asked(spark: Spark, sql: str, numbers: list[int]) -> dict[int, Any]:
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
    except (engine.SparkError, ValueError) as error:
        return dict.fromkeys(numbers, error)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{each.verb}: {each.what}" for each in CASES])
def test_verb_on_spark(number: int, answers: list[Any]) -> None:
    expected = verbs.on("spark", CASES[number].expected)
    found = answers[number]
    if isinstance(found, Exception):
        raise found
    assert found == ([plain(each) for each in expected] if isinstance(expected, list) else plain(expected))


# ---------- the project


@dataclass(frozen=True)
class Built:
    """A session in which the project was built, and how often each dbt test ended how."""

    spark: Spark
    models: int
    outcomes: Counter[str]


@pytest.fixture(scope="module")
def expected(request: pytest.FixtureRequest) -> Result:
    """What DuckDB makes of the same samples."""
    if LONG:
        together: Result = request.getfixturevalue("together")
        return together
    return harness.build(harness.sample_files(), {"as_of": harness.DAY_OF_ALL})


def raw_lines(source: str, request: pytest.FixtureRequest) -> list[lines.Row]:
    if source == "heap":
        return heap_lines(request.getfixturevalue("together"))
    if source == "mixpanel":
        files: list[Path] = request.getfixturevalue("mixpanel_files")
    else:
        files = harness.sample_files() if source == "amplitude" else harness.posthog_files()
    return [row for path in files for row in lines.raw_lines(path)]


@pytest.fixture(scope="module")
def built(spark: Spark, request: pytest.FixtureRequest) -> Built:
    """All lines, built with every data test."""
    for source in SOURCES:
        file = spark.folder / f"{source}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in raw_lines(source, request)))
        spark.ask(do="table", table=f"raw.{source}_lines", file=str(file))
    settings = {
        "sources": SOURCES,
        "as_of": harness.DAY_OF_ALL,
        **{f"{source}_schema": "raw" for source in SOURCES},
    }
    ran = spark.dbt(["build", "--exclude-resource-type", "unit_test"], settings)["outcomes"]
    assert [each[:4] for each in ran if each[2] not in ("success", "pass")] == []
    kinds = Counter(kind for _, kind, *_ in ran)
    return Built(spark, kinds["model"], Counter(status for _, kind, status, *_ in ran if kind == "test"))


def test_every_data_test_passes(built: Built) -> None:
    assert set(built.outcomes) == {"pass"}
    assert built.outcomes["pass"] > 60
    assert built.models > 40


@pytest.mark.parametrize("destination", PAYLOADS)
def test_payloads_are_those_of_duckdb_to_the_letter(destination: str, built: Built, expected: Result) -> None:
    select = f"select {PAYLOADS[destination]} from {{}}{destination}_payloads order by send_order"
    wanted = [[plain(value) for value in row.values()] for row in expected.sql(select.format(""))]
    found = built.spark.rows(select.format(f"{engine.SCHEMA}."))
    assert len(wanted) > 50
    for one, other in zip(wanted, found, strict=True):
        assert other[:-2] == one[:-2]
        assert lines.canonical(other[-1]) == lines.canonical(one[-1])
        assert other == one


@pytest.mark.parametrize("relation", AUDIT)
def test_the_audit_is_that_of_duckdb(relation: str, built: Built, expected: Result) -> None:
    first = expected.sql(f"select * from {relation} limit 1")
    columns = AUDIT[relation] if AUDIT[relation] != "*" else ", ".join(first[0]) if first else "*"
    select = f"select {columns} from {{}}{relation}"
    wanted = Counter(
        tuple(str(plain(value)) for value in row.values()) for row in expected.sql(select.format(""))
    )
    found = Counter(tuple(map(str, row)) for row in built.spark.rows(select.format(f"{engine.SCHEMA}.")))
    assert found == wanted


def said(built: Built, settings: dict[str, Any]) -> str:
    """What dbt says where it has to stop."""
    try:
        ran = built.spark.dbt(["run", "--select", "crosswalk_event_names"], settings)["outcomes"]
    except engine.SparkError as error:
        return str(error)
    return " ".join(each[3] for each in ran if each[2] == "error")


def test_builds_that_add_rows_are_told_to_be_impossible_in_one_sentence(built: Built) -> None:
    text = said(built, {"amplitude_schema": "raw", "materialize": "incremental"})
    assert "'materialize: incremental' does not work on spark: set 'materialize' to table" in text


def test_a_session_that_is_not_in_utc_is_told_in_one_sentence(built: Built) -> None:
    built.spark.rows("set time zone 'Asia/Kolkata'")
    try:
        text = said(built, {"amplitude_schema": "raw"})
    finally:
        built.spark.rows("set time zone 'UTC'")
    assert "The Spark session is in the time zone Asia/Kolkata" in text
    assert "set spark.sql.session.timeZone to UTC" in text
