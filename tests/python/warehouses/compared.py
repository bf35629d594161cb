"""What is the same for every warehouse that runs in an environment of its own: its raw lines, and its rows beside DuckDB's."""

import json
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import harness
import pytest
import test_dialect_verbs as verbs
from harness import Result
from test_dialect_verbs import Case

from warehouses import lines, python_cases
from warehouses.plain_rows import plain
from warehouses.remote import Remote, RemoteError
from warehouses.test_postgres import AUDIT, PAYLOADS, heap_lines

LONG = os.environ.get("CROSSWALK_LONG") == "1"
SOURCES = harness.SOURCES if LONG else ["amplitude"]
SETTINGS = {
    "sources": SOURCES,
    **({"as_of": harness.DAY_OF_ALL} if LONG else {}),
    **{f"{source}_schema": "landed" for source in SOURCES},
}


PRIVATE_CASES = [case for case in python_cases.cases() if case.verb in ("json_private", "json_names_any")]


@dataclass(frozen=True)
class Built:
    """A warehouse in which the project was built, the SQL of its models and of dbt's tests, and how often each of these ended
    how."""

    remote: Remote
    models: dict[str, str]
    outcomes: Counter[str]
    tests: dict[str, str] = field(default_factory=dict)


def expected_rows(request: pytest.FixtureRequest) -> Result:
    """What DuckDB makes of the same samples."""
    result: Result = request.getfixturevalue("together" if LONG else "samples")
    return result


def raw_lines(
    source: str, request: pytest.FixtureRequest, amplitude: list[Path] | None = None
) -> list[lines.Row]:
    """The lines of a source's samples; those of Amplitude may be other files."""
    if source == "heap":
        return heap_lines(request.getfixturevalue("together"))
    if source == "mixpanel":
        files: list[Path] = request.getfixturevalue("mixpanel_files")
    else:
        files = (amplitude or harness.sample_files()) if source == "amplitude" else harness.posthog_files()
    return [row for path in files for row in lines.raw_lines(path)]


def build(remote: Remote, settings: dict[str, Any] | None = None, whole: bool = LONG) -> Built:
    """The project built, with every data test, or else what the payloads are made of, without; every node has to end well."""
    command = ["build", "--exclude-resource-type", "unit_test"]
    if not whole:
        command += ["test", "--select", *(f"+{destination}_payloads" for destination in PAYLOADS)]
    answer = remote.dbt(command, {**SETTINGS, **(settings or {})})
    ran = answer["outcomes"]
    assert [each for each in ran if each[2] not in ("success", "pass")] == []
    compiled: dict[str, dict[str, str]] = {"model": {}, "test": {}}
    for (name, kind, _, _), sql in zip(ran, answer["compiled"], strict=True):
        compiled.setdefault(kind, {})[name] = sql
    outcomes = Counter(status for _, kind, status, _ in ran if kind == "test")
    assert len(compiled["model"]) > (40 if whole else 30)
    assert not whole or outcomes.total() > 60
    return Built(remote, compiled["model"], outcomes, compiled["test"])


def build_lines(remote: Remote, settings: dict[str, Any]) -> None:
    """The landed lines of Amplitude, with the seeds that they are landed by."""
    command = ["build", "--select", "+stg_amplitude__lines", "--exclude-resource-type", "unit_test", "test"]
    outcomes = remote.dbt(command, settings)["outcomes"]
    assert outcomes and [each for each in outcomes if each[2] != "success"] == []


def load(remote: Remote, request: pytest.FixtureRequest) -> None:
    """The raw lines of each source, in a table that the runner makes."""
    for source in SOURCES:
        load_rows(remote, f"landed.{source}_lines", raw_lines(source, request))


def load_rows(remote: Remote, table: str, rows: list[lines.Row]) -> None:
    """Raw lines in a table that the runner makes anew."""
    file = remote.folder / f"{table}.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    remote.ask(do="table", table=table, file=str(file))


def payloads_are_those_of_duckdb(destination: str, built: Built, expected: Result) -> None:
    """Every payload to the letter, with its order, bucket, id, time and size."""
    select = f"select {PAYLOADS[destination]} from {{}}{destination}_payloads order by send_order"
    relation = f"{destination}_payloads"
    wanted = [[plain(value) for value in row.values()] for row in expected.sql(select.format(""), relation)]
    found = built.remote.rows(select.format(f"{built.remote.schema}."))
    assert len(wanted) > 50
    for one, other in zip(wanted, found, strict=True):
        assert other[:-2] == one[:-2]
        assert lines.canonical(other[-1]) == lines.canonical(one[-1])
        assert other == one


def raw_lines_are_read_once(built: Built) -> None:
    """A warehouse that bills for the columns that it reads bills once for those of the export."""
    reads = {
        source: {
            name: number
            for name, sql in built.models.items()
            if (number := len(re.findall(rf"\blanded\W+{source}_lines\b", sql, re.IGNORECASE)))
        }
        for source in SOURCES
    }
    assert reads == {source: {f"stg_{source}__lines": 1} for source in SOURCES}


def audit_is_that_of_duckdb(relation: str, built: Built, expected: Result, column: Any = str) -> None:
    """The same rows of an audit relation, in whatever order."""
    first = expected.rows(relation)
    named = ", ".join(first[0]) if first else "*"
    chosen = AUDIT[relation] if AUDIT[relation] != "*" else named
    wanted = Counter(
        tuple(str(plain(value)) for value in row.values())
        for row in expected.sql(f"select {chosen} from {relation}", relation)
    )
    columns = ", ".join(map(column, chosen.split(", ")))
    found = built.remote.rows(f"select {columns} from {built.remote.schema}.{relation}")
    assert Counter(tuple(map(str, row)) for row in found) == wanted


def names(cases: list[Case]) -> list[str]:
    """What the tests of cases are called."""
    return [f"{each.verb}: {each.what}" for each in cases]


def rendered(remote: Remote, cases: list[Case], settings: dict[str, Any] | None = None) -> list[str]:
    """The SQL of each case, from one `dbt compile --inline`; the last part is what on-run-start makes. With the settings of a
    build before it, dbt does not read the project again."""
    inline = f"\n{verbs.BORDER}\n".join(
        [*(case.jinja for case in cases), "{{ crosswalk.helper_functions() }}"]
    )
    compiled = remote.dbt(["compile", "--inline", inline], settings or {})["compiled"][0]
    return [part.strip() for part in compiled.split(verbs.BORDER)]


def answers(
    remote: Remote, cases: list[Case], text_function: str, settings: dict[str, Any] | None = None
) -> list[Any]:
    """The value of each case, or the error. `landed` and the functions are made first."""
    *parts, functions = rendered(remote, cases, settings)
    remote.ask(do="statements", sql=functions)
    landed = "select 'a' as x, 2 as landed_position union all select 'b' as x, 1 as landed_position"
    remote.ask(do="statements", sql="drop table if exists landed;")
    remote.ask(do="statements", sql=f"create table landed as {landed};")
    found: list[Any] = []
    for case, sql in zip(cases, parts, strict=True):
        query = python_cases.query(case, sql).replace("json_text_of(", f"{text_function}('json_text', ")
        try:
            ((value,),) = remote.rows(query)
            found.append(python_cases.answer(case, value))
        except (RemoteError, ValueError) as error:
            found.append(error)
    return found


def private_names_hold(answers: list[Any]) -> None:
    """The cases of private names, and all of them."""
    assert len(answers) == len(PRIVATE_CASES) > 40
    for case, answer in zip(PRIVATE_CASES, answers, strict=True):
        check(case, answer)


def check(case: Case, answer: Any) -> None:
    """One case."""
    if isinstance(answer, Exception):
        raise answer
    assert answer == python_cases.expected(case)
