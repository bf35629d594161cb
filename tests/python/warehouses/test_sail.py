"""What changes tables of Delta, on an engine that has them: Sail, with dbt-spark. The rows that are left were written by hand.

The statements of a whole build with its own rows run there in the long form of test_spark.py.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from warehouses import remote, spark
from warehouses.remote import Remote

BORDER = "-- border"
# dbt's name for what is compiled inline stands for the table of a model.
TABLE = f"{remote.SCHEMA}.inline_query"
MADE = (
    f"create or replace table {TABLE} (version string, word string, place bigint, build bigint) using delta"
)
ROWS = (
    f"insert into {TABLE} values ('v1', 'a', 1, 1), ('v2', 'b', 2, 1), ('v3', null, 3, 2), ('v4', 'd', 4, 2)"
)
FIRST: list[list[Any]] = [["v1", "a", 1, 1], ["v2", "b", 2, 1], ["v3", None, 3, 2], ["v4", "d", 4, 2]]
# Jinja for a statement, and the rows that it leaves.
CASES: dict[str, tuple[str, list[list[Any]]]] = {
    "rows that have a version are kept": (
        "crosswalk.rows_kept(['version'], \"select 'v1' as version union all select 'v3' union all select 'v9'\")",
        [FIRST[0], FIRST[2]],
    ),
    "by two columns, of the table's own rows": (
        f"crosswalk.rows_kept(['version', 'build'], \"select max(version) as version, build from {TABLE} group by build\")",
        [FIRST[1], FIRST[3]],
    ),
    "a version that stands twice is one": (
        "crosswalk.rows_kept(['build'], \"select 2 as build union all select 2\")",
        FIRST[2:],
    ),
    "nothing is kept of nothing": ("crosswalk.rows_kept(['build'], 'select 1 as build where false')", []),
    "rows that are found are deleted": (
        f"crosswalk.rows_deleted('version', \"select built.version as gone from {TABLE} as built where built.place > 2"
        " union all select 'v4'\", 'gone')",
        FIRST[:2],
    ),
    "by an expression": (
        "crosswalk.rows_deleted(\"concat(version, coalesce(word, '-'))\", \"select 'v3-' as gone\", 'gone')",
        [FIRST[0], FIRST[1], FIRST[3]],
    ),
    "rows are changed by a query, where they differ": (
        "crosswalk.rows_changed('place = changed.at_place, word = changed.new_word', \"select 'v2' as of_version, 9 as at_place,"
        " cast(null as string) as new_word union all select 'v4', 4, 'never'\", this ~ '.version = changed.of_version and "
        "inline_query.place <> changed.at_place')",
        [FIRST[0], ["v2", None, 9, 1], *FIRST[2:]],
    ),
    "rows of a build that ended are kept": (
        "'delete from ' ~ this ~ ' where build <> 2'",
        FIRST[2:],
    ),
}


@pytest.fixture(scope="module")
def sail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    output = {**spark.OUTPUTS["spark"], "schema": remote.SCHEMA, "threads": 1}
    with remote.running("sail", tmp_path_factory.mktemp("sail"), output) as running:
        running.ask(do="schema", schema=remote.SCHEMA)
        yield running


@pytest.fixture(scope="module")
def compiled(sail: Remote) -> list[str]:
    """The statements as dbt-spark has them."""
    inline = f"\n{BORDER}\n".join("{{ " + jinja + " }}" for jinja, _ in CASES.values())
    text: str = sail.dbt(["compile", "--inline", inline], {})["compiled"][0]
    return [part.strip() for part in text.split(BORDER)]


@pytest.mark.parametrize("number", range(len(CASES)), ids=list(CASES))
def test_what_changes_a_table_of_delta(number: int, sail: Remote, compiled: list[str]) -> None:
    expected = list(CASES.values())[number][1]
    sail.ask(do="statements", statements=[f"drop table if exists {TABLE}", MADE, ROWS, compiled[number]])
    assert sail.rows(f"select * from {TABLE} order by version") == expected
