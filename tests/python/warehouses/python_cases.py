"""The cases of the verbs as Snowflake and Redshift read them.

Lists are JSON arrays as text there, and picked values stand between U+0001.
"""

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

import test_dialect_verbs as verbs
from test_dialect_verbs import Case, Each

BETWEEN = "\x03"
# What a query or its answer is there, by verb and case; None leaves a case out.
OTHERS: dict[tuple[str, str], tuple[str, Any] | None] = {
    ("as_json", "its type"): None,
    ("json_type_name", "json_type_name()"): ("select cast('x' as {})", "x"),
    ("json_types", "{{"): ("select {}", "varchar"),
    # an element and a text are read by `entry`, from the column value
    ("unfolded", "elements"): (
        "select array_agg(elements.value order by length(elements.value)) from {}",
        ['"a"', '{"b":1}'],
    ),
    ("unfolded", "texts"): ("select array_agg(names.value order by names.value) from {}", ["", "b"]),
    ("longest_line", "{{"): None,
    ("row_identity", "row_identity()"): None,
    ("helper_functions", "helper_functions()"): None,
    ("number_text", "1e15"): ("select {} from given", "1000000000000000.0"),
    ("recursion_levels", "recursion_levels(200, ['n'])"): (
        "with recursive steps {} as (select 1 as n union all select n + 1 as n from steps where n < 90)"
        " select max(n) from steps",
        90,
    ),
}


def other(case: Case) -> tuple[str, Any] | type[Each] | None:
    """What is different of a case; `Each` where nothing is."""
    for (verb, what), found in OTHERS.items():
        if case.verb == verb and case.what.startswith(what):
            return found
    return Each


# A row of `json_private` as one text: a function that makes JSON of a row is another in each engine.
MARKS = ("has_denied", "has_hashed", "has_deep")
PUBLIC_ROW = (
    "select y || ' ' || x || " + " || ".join(f"case when {mark} then ' {mark}' else '' end" for mark in MARKS)
) + " from ({}) as result"


def cases(without: tuple[str, ...] = ()) -> list[Case]:
    """The cases that can be asked, but for those of some verbs."""
    known = [case for case in verbs.cases_on("postgres") if case.verb not in without]
    return [case for case in known if other(case) is not None and "postgres__" not in case.jinja]


def on(value: Any) -> Any:
    return value.postgres if isinstance(value, Each) else value


def expected(case: Case) -> Any:
    found = other(case)
    value = found[1] if isinstance(found, tuple) else on(case.expected)
    if case.verb == "json_private":
        return " ".join([value["y"], value["x"], *(mark for mark in MARKS if value[mark])])
    return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else value


def literal(value: Any, verb: str) -> str:
    """A value as a literal of both engines, in which a backslash begins an escape."""
    if value is None:
        return "cast(null as varchar)"
    if isinstance(value, dt.datetime):
        return f"cast('{value.isoformat(sep=' ')}' as timestamp)"
    if isinstance(value, int):
        return f"cast({value} as bigint)"
    if isinstance(value, list):
        value = "\x01".join(f"={each}" for each in value) if verb == "json_picked" else json.dumps(value)
    escaped = str(value).replace("\\", "\\\\").replace("'", "''")
    return f"cast('{escaped}' as varchar)"


def query(
    case: Case, sql: str, written: Callable[[Any, str], str] = literal, asked: str | None = None
) -> str:
    """A case as one query; `written` makes literals of the values, `asked` takes the place of the query of the case."""
    found = other(case)
    text = asked or str(found[0] if isinstance(found, tuple) else on(case.query))
    if case.verb == "json_private":
        text = PUBLIC_ROW
    if case.verb == "json_path":
        text = "select json_text_of(x, {}, null, null) from given"
    text = (
        text.replace("({})[2]", "split_part({}, chr(1), 2)")
        .replace("$case${}$case$", "'{}'")
        .replace("element::varchar", "element")
    )
    text = re.sub(
        r"array_agg\((.+?) order by (.+?)\)(?= from)",
        r"listagg(coalesce(\1, 'NULL'), chr(3)) within group (order by \2)",
        text,
    )
    text = text.replace(
        "array_agg(place || ' ' || x)", "listagg(place || ' ' || x, chr(3)) within group (order by place)"
    )
    text = re.sub(r"array_agg\((elements.element|entries[^)]*)\)(?= from)", r"listagg(\1, chr(3))", text)
    text = text.format(sql)
    rows = (
        ", ".join(f"{written(value, case.verb)} as {name}" for name, value in row.items())
        for row in case.given
        if row
    )
    given = " union all ".join(f"select {row}" for row in rows)
    return f"with given as ({given})\n{text}" if given else text


def answer(case: Case, value: Any) -> Any:
    """An answer as the cases have it."""
    if case.verb in ("json_pick", "json_pick_text") and isinstance(value, str):
        parts = [unpicked(each) for each in value.split("\x01")] if value or case.what != "no keys" else []
        return parts if isinstance(on(case.expected), list) else parts[0]
    if isinstance(expected(case), list) and isinstance(value, str):
        return (
            json.loads(value)
            if value.startswith("[") and BETWEEN not in value and case.verb in LISTS
            else value.split(BETWEEN)
        )
    return value


LISTS = {"json_keys", "json_unknown_keys", "text_list"}


def unpicked(value: str) -> str | None:
    return value[1:].replace("\x02a", "\x01").replace("\x02b", "\x02") if value else None
