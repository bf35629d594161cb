"""The cases of the verbs as BigQuery reads them: those of Snowflake and Redshift in GoogleSQL's words."""

import datetime as dt
import json
import re
from typing import Any

from test_dialect_verbs import Case

from warehouses import compared, python_cases
from warehouses.remote import Remote, RemoteError

# Rows of lists stand beside others by `unfolded` only; a position reads a table; the others are no SQL.
WITHOUT = (
    "each_element",
    "each_key",
    "each_text",
    "landed_position",
    "json_types",
    "clusters",
    "day_partitions",
    "added_by",
    "table_dropped",
    "one_by_one",
)
OURS = re.compile(r"`[\w-]+`\.`\w+`\.(crosswalk_\w+_[0-9a-f]{8}\()")


def cases() -> list[Case]:
    """The cases that can be asked."""
    return python_cases.cases(without=WITHOUT)


def literal(value: Any, verb: str) -> str:
    """A value as a literal of GoogleSQL."""
    if value is None:
        return "cast(null as string)"
    if isinstance(value, dt.datetime):
        return f"timestamp '{value.isoformat(sep=' ')}'"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        value = "\x01".join(f"={each}" for each in value) if verb == "json_picked" else json.dumps(value)
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def query(case: Case, sql: str) -> str:
    """A case as one query."""
    text = python_cases.query(case, sql, literal)
    text = re.sub(
        r"split_part\((.*), chr\(1\), 2\)", r"split(\1, chr(1))[safe_ordinal(2)]", text, flags=re.DOTALL
    )
    text = re.sub(
        r"listagg\((.+?), chr\(3\)\) within group \(order by (.+?)\)(?= from)",
        r"string_agg(\1, chr(3) order by \2)",
        text,
        flags=re.DOTALL,
    )
    return re.sub(r"\bvarchar\b", "string", text)


def rendered(remote: Remote, some: list[Case]) -> list[str]:
    """The query of each case; the functions of the project are made first."""
    *parts, functions = compared.rendered(remote, some)
    remote.ask(do="statements", sql=functions)
    text = re.search(r"(\S+crosswalk_text_\w+)\(", functions)
    assert text is not None
    return [
        query(case, sql).replace("json_text_of(", f"{text[1]}('json_text', ")
        for case, sql in zip(some, parts, strict=True)
    ]


def answers(emulator: Remote, oracle: Remote, some: list[Case]) -> list[Any]:
    """The value of each case, or the error: from ZetaSQL, or from the emulator where a function in Python is asked."""
    found: list[Any] = []
    for case, sql in zip(some, rendered(emulator, some), strict=True):
        try:
            ((value,),) = emulator.rows(sql) if OURS.search(sql) else judged(oracle, sql)
            is_time = isinstance(python_cases.on(case.expected), dt.datetime)
            found.append(python_cases.answer(case, without_zone(value) if is_time else value))
        except (RemoteError, ValueError) as error:
            found.append(error)
    return found


def judged(oracle: Remote, sql: str) -> list[list[Any]]:
    """The rows of a query by ZetaSQL, as JSON has the values."""
    return [list(json.loads(row).values()) for row in oracle.ask(do="rows", sql=sql)["rows"]]


def without_zone(value: str) -> str:
    """A time in UTC as the cases have it."""
    return dt.datetime.fromisoformat(value).replace(tzinfo=None).isoformat(sep=" ")
