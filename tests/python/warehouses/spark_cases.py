"""The cases of the verbs as Spark reads them."""

import datetime as dt
import re
from typing import Any

import test_dialect_verbs as verbs
from test_dialect_verbs import Case


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
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, dt.date) else value
