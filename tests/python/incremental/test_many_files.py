"""What a build asks a warehouse does not grow with the number of files: the text of a query has an end, at BigQuery at 1 MB."""

import ast
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import harness
import jinja2
import pytest

ENGINES = ("postgres", "spark", "databricks", "snowflake", "redshift", "bigquery")
FILES = {f"export/2024-01-01_{n}.json.gz": "1 lines, 2" for n in range(20_000)}
PATHS = (
    "project/literal.sql",
    "dialect/literal.sql",
    "dialect/file_stamps.sql",
    "dialect/one_by_one.sql",
    "dialect/python/calls.sql",
)


def on(engine: str, answers: Sequence[list[tuple[Any, ...]]] = ()) -> tuple[Any, list[str]]:
    """The macros on an engine, and the queries that they run, in a list that fills; `answers` are their rows, in turn."""
    ran: list[str] = []
    left = list(answers)
    project = SimpleNamespace()

    def run_query(query: str) -> Any:
        ran.append(query)
        return SimpleNamespace(rows=left.pop(0) if left else [])

    given = {
        "adapter": SimpleNamespace(dispatch=lambda name, _: getattr(project, f"{engine}__{name}")),
        "crosswalk": project,
        "dbt": SimpleNamespace(type_string=lambda: "text"),
        "execute": True,
        "return": lambda value: value,
        "run_query": run_query,
    }
    text = "\n".join((harness.ROOT / "macros" / path).read_text() for path in PATHS)
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701
    module = environment.from_string(text).make_module(given)
    vars(project).update({name: value for name, value in vars(module).items() if not name.startswith("_")})
    return project, ran


@pytest.mark.parametrize("engine", ENGINES)
def test_files_that_are_settled_are_no_list_in_a_query(engine: str) -> None:
    macros, ran = on(engine)
    macros.file_stamps([], "raw_lines", FILES, FILES, "select distinct file as settled_file from landed")
    (query,) = ran
    assert "select distinct file as settled_file from landed" in query
    assert "case when settled_file is null then " in query
    assert len(query) < 1000


@pytest.mark.parametrize("engine", ENGINES)
def test_a_settled_file_that_grew_is_told_by_its_hash(engine: str) -> None:
    """Else the next build would find another stamp, and land it a second time."""
    macros, ran = on(
        engine, [[("a", "3 lines, ", None), ("b", "1 lines, ", None)], [("a", "3 lines, ", "77")]]
    )
    before = {"a": "2 lines, 11", "b": "1 lines, 22"}
    stamps = macros.file_stamps(
        [], "raw_lines", before, before, "select distinct file as settled_file from landed"
    )
    assert ast.literal_eval(str(stamps).strip()) == {"a": "3 lines, 77", "b": "1 lines, 22"}
    assert "where file in ('a')" in ran[1] and "settled_file" not in ran[1]


@pytest.mark.parametrize("engine", ["spark", "databricks", "bigquery"])
def test_statements_are_no_script(engine: str) -> None:
    macros, ran = on(engine)
    assert str(macros.one_by_one(["first", "second", "third"])).strip() == "third"
    assert ran == ["first", "second"]
