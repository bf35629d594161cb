"""The project built on Spark, by the adapter of Spark or of Databricks, and held against DuckDB.

With every change Amplitude into both destinations; CROSSWALK_LONG=1 takes all sources.
"""

import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import harness
import pytest
from harness import Result

from warehouses import lines
from warehouses.spark import SCHEMA, Spark, SparkError
from warehouses.spark_cases import plain
from warehouses.test_postgres import AUDIT, PAYLOADS, heap_lines

LONG = os.environ.get("CROSSWALK_LONG") == "1"
SOURCES = harness.SOURCES if LONG else ["amplitude"]


@dataclass(frozen=True)
class Built:
    """A session in which the project was built, the SQL of its models, and how often each dbt test ended how."""

    spark: Spark
    models: dict[str, str]
    outcomes: Counter[str]


def expected_of(request: pytest.FixtureRequest) -> Result:
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


def build(spark: Spark, request: pytest.FixtureRequest) -> Built:
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
    answer = spark.dbt(["build", "--exclude-resource-type", "unit_test"], settings)
    ran = answer["outcomes"]
    assert [each[:4] for each in ran if each[2] not in ("success", "pass")] == []
    models = {each[0]: sql for each, sql in zip(ran, answer["compiled"], strict=True) if each[1] == "model"}
    return Built(spark, models, Counter(each[2] for each in ran if each[1] == "test"))


def every_data_test_passes(built: Built) -> None:
    assert set(built.outcomes) == {"pass"}
    assert built.outcomes["pass"] > 60
    assert len(built.models) > 40


def payloads_are_those_of_duckdb(destination: str, built: Built, expected: Result) -> None:
    select = f"select {PAYLOADS[destination]} from {{}}{destination}_payloads order by send_order"
    wanted = [[plain(value) for value in row.values()] for row in expected.sql(select.format(""))]
    found = built.spark.rows(select.format(f"{SCHEMA}."))
    assert len(wanted) > 50
    for one, other in zip(wanted, found, strict=True):
        assert other[:-2] == one[:-2]
        assert lines.canonical(other[-1]) == lines.canonical(one[-1])
        assert other == one


def audit_is_that_of_duckdb(relation: str, built: Built, expected: Result) -> None:
    first = expected.sql(f"select * from {relation} limit 1")
    columns = AUDIT[relation] if AUDIT[relation] != "*" else ", ".join(first[0]) if first else "*"
    select = f"select {columns} from {{}}{relation}"
    wanted = Counter(
        tuple(str(plain(value)) for value in row.values()) for row in expected.sql(select.format(""))
    )
    found = Counter(tuple(map(str, row)) for row in built.spark.rows(select.format(f"{SCHEMA}.")))
    assert found == wanted


def said(built: Built, settings: dict[str, Any]) -> str:
    """What dbt says where it has to stop."""
    try:
        ran = built.spark.dbt(["run", "--select", "crosswalk_event_names"], settings)["outcomes"]
    except SparkError as error:
        return str(error)
    return " ".join(each[3] for each in ran if each[2] == "error")
