"""Spark gives the rows that DuckDB gives: each verb, and the project on the samples."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import test_dialect_verbs as verbs
from test_dialect_verbs import Case

from warehouses import spark as engine
from warehouses.spark import Spark

# ---------- each verb

CASES = verbs.cases_on("spark")


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    with engine.running(tmp_path_factory.mktemp("spark")) as running:
        yield running


def sql_type(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return "timestamp"
    if isinstance(value, int):
        return "bigint"
    return "array<string>" if isinstance(value, list) else "string"


def literal(value: Any) -> str:
    """A value as SQL: only what a cast reads, so that no literal of ours is needed to test ours."""
    if value is None:
        return "null"
    if isinstance(value, list):
        return f"array({', '.join(map(literal, value))})"
    if isinstance(value, int):
        return str(value)
    return f"decode(unhex('{str(value).encode().hex()}'), 'utf-8')"


def given(case: Case) -> str:
    rows = (
        ", ".join(f"cast({literal(value)} as {sql_type(value)}) as {name}" for name, value in row.items())
        for row in case.given
        if row
    )
    return " union all ".join(f"select {row}" for row in rows)


def query(case: Case, sql: str) -> str:
    text = str(verbs.on("spark", case.query))
    text = text.replace("::varchar", "::string").replace("$case${}$case$", "'{}'")
    text = re.sub(r"array\[(.*?)\]", r"array(\1)", text)
    text = re.sub(r"\(\{\}\)\[2\]", "({})[1]", text)
    text = re.sub(
        r"array_agg\((.+?) order by (.+?)\)(?= from)",
        r"transform(array_sort(collect_list(struct(\2 as place, \1 as value))), e -> e.value)",
        text,
    )
    text = text.format(sql).replace("double precision", "double")
    return f"with given as ({given(case)})\n{text}" if given(case) else text


def plain(value: Any) -> Any:
    """An expected value as the runner gives it."""
    return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else value


@pytest.fixture(scope="module")
def answers(spark: Spark) -> list[Any]:
    """The value of each case, or the error: those that differ in their values only are asked together."""
    border = f"\n{verbs.BORDER}\n"
    inline = border.join(case.jinja for case in CASES)
    compiled = spark.dbt(["compile", "--inline", inline], {})["compiled"][0]
    rendered = [part.strip() for part in compiled.split(verbs.BORDER)]
    spark.rows("create or replace temporary view landed as select x, landed_position from values ('a', 2), ('b', 1) as t(x, landed_position)")
    groups: dict[tuple[str, str], list[int]] = {}
    found: list[Any] = [None] * len(CASES)
    for number, (case, sql) in enumerate(zip(CASES, rendered, strict=True)):
        alone = case.query != "select {} from given" or len(case.given) != 1 or not case.given[0]
        shape = "" if alone else json.dumps([[name, sql_type(value)] for name, value in case.given[0].items()])
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
        rows = " union all ".join(f"select {number} as place, * from ({given(CASES[number])})" for number in numbers)
        return {place: value for place, value in spark.rows(f"with given as ({rows}) select place, {sql} from given")}
    except (engine.SparkError, ValueError) as error:
        return dict.fromkeys(numbers, error)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{each.verb}: {each.what}" for each in CASES])
def test_verb_on_spark(number: int, answers: list[Any]) -> None:
    expected = verbs.on("spark", CASES[number].expected)
    found = answers[number]
    if isinstance(found, Exception):
        raise found
    assert found == ([plain(each) for each in expected] if isinstance(expected, list) else plain(expected))
