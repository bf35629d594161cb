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
    "liquid_clusters",
    "day_partitions",
    "added_by",
    "table_dropped",
    "one_by_one",
    "committed",
)
# What a query is there, by verb and case: an entry is JSON, a cast has no other form, and no table is there.
OTHERS = {
    ("as_json", "as_json("): "select cast({} as string) from given",
    (
        "unfolded",
        "unfolded(",
    ): "select array_agg(json_value(entries, '$.key') || '=' || json_value(entries, '$.value')"
    " order by json_value(entries, '$.key')) from {}",
    ("unfolded", "elements"): "select array_agg(json_value(elements, '$.value')"
    " order by length(json_value(elements, '$.value'))) from {}",
    ("unfolded", "texts"): "select array_agg(json_value(names, '$.value')"
    " order by json_value(names, '$.value')) from {}",
    ("entry", "entry("): 'select {} from (select json \'{{"key":"a"}}\' as given)',
    ("recursion_levels", "recursion_levels("): "with recursive steps {} as"
    " (select 1 as n union all select n + 1 as n from steps where n < 90) select max(n) from steps",
    ("row_position", ""): "select array_agg(x order by {})"
    " from (select 'a' as x, 2 as landed_position union all select 'b', 1) as landed",
}
# Types that only BigQuery has.
OWN = (
    ("column_as_text", "json '{\"a\": [1, null]}'", "JSON", '{"a":[1,null]}'),
    ("column_as_text", 'json \'"say \\\\"hi\\\\""\'', "JSON", 'say "hi"'),
    ("column_as_text", "['a', 'b']", "ARRAY<STRING>", '["a","b"]'),
    ("column_as_text", "cast(null as json)", "JSON", None),
    ("column_as_json", "true", "BOOLEAN", "true"),
    ("column_as_json", "bignumeric '9007199254740993'", "BIGNUMERIC", "9007199254740993"),
    ("column_as_json", "timestamp '2024-01-02 03:04:05.5+00'", "TIMESTAMP", '"2024-01-02 03:04:05.500000"'),
    ("column_as_json", "datetime '2024-01-02 03:04:05.5'", "DATETIME", '"2024-01-02 03:04:05.500000"'),
    ("column_as_json", "cast('nan' as float64)", "FLOAT64", None),
)
# How many cases ZetaSQL answers in one query.
AT_ONCE = 32
OURS = re.compile(r"`[\w-]+`\.`\w+`\.(crosswalk_\w+_[0-9a-f]{8}\()")


def cases() -> list[Case]:
    """The cases that can be asked, and those of BigQuery's own types."""
    own = [
        Case(
            verb,
            f"{kind} {column}",
            f"{{{{ crosswalk.{verb}({column!r}, {kind!r}) }}}}",
            [{}],
            "select {}",
            value,
        )
        for verb, column, kind, value in OWN
    ]
    return [*python_cases.cases(without=WITHOUT), *own]


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
    others = (
        text for (verb, what), text in OTHERS.items() if case.verb == verb and case.what.startswith(what)
    )
    text = python_cases.query(case, sql, literal, next(others, None))
    text = re.sub(
        r"split_part\((.*), chr\(1\), 2\)", r"split(\1, chr(1))[safe_ordinal(2)]", text, flags=re.DOTALL
    )
    text = re.sub(
        r"listagg\((.+?), chr\(3\)\) within group \(order by (.+?)\)(?= from)",
        r"string_agg(\1, chr(3) order by \2)",
        text,
        flags=re.DOTALL,
    )
    # ZetaSQL does not know BigQuery's other name of a type
    return re.sub(r"\bvarchar\b", "string", re.sub(r"\bbigint\b", "int64", text))


def rendered(remote: Remote, some: list[Case], settings: dict[str, Any] | None = None) -> list[str]:
    """The query of each case; the functions of the project are made first."""
    *parts, functions = compared.rendered(remote, some, settings)
    remote.ask(do="statements", sql=functions)
    text = re.search(r"(\S+crosswalk_text_\w+)\(", functions)
    assert text is not None
    return [
        query(case, sql).replace("json_text_of(", f"{text[1]}('json_text', ")
        for case, sql in zip(some, parts, strict=True)
    ]


def answers(emulator: Remote, oracle: Remote, some: list[Case]) -> list[Any]:
    """The value of each case, or the error: from ZetaSQL, or from the emulator where a function in Python is asked."""
    queries = dict(enumerate(rendered(emulator, some)))
    found = judged(oracle, {number: sql for number, sql in queries.items() if not OURS.search(sql)})
    for number in queries.keys() - found.keys():
        found[number] = emulated(emulator, queries[number])
    return [answer(case, found[number]) for number, case in enumerate(some)]


def all_emulated(emulator: Remote, some: list[Case]) -> list[Any]:
    """The value of each case by the emulator alone, which has the tables of a build."""
    queries = rendered(emulator, some, compared.SETTINGS)
    return [answer(case, emulated(emulator, sql)) for case, sql in zip(some, queries, strict=True)]


def answer(case: Case, value: Any) -> Any:
    """A value as the cases have it."""
    if isinstance(value, Exception):
        return value
    wanted = python_cases.on(case.expected)
    is_time = isinstance(wanted, dt.datetime)
    if isinstance(wanted, int) and isinstance(value, str):
        # TO_JSON_STRING puts integers past 2^53 into quotes
        return int(value)
    try:
        return python_cases.answer(case, without_zone(value) if is_time else value)
    except (TypeError, ValueError) as error:
        return error


def emulated(emulator: Remote, sql: str) -> Any:
    """The value of a query by the emulator, or the error."""
    try:
        ((value,),) = emulator.rows(sql)
    except (RemoteError, ValueError) as error:
        return error
    return value


def judged(oracle: Remote, queries: dict[int, str]) -> dict[int, Any]:
    """The value of each query by ZetaSQL, or the error: many in one query, and where that is refused its two halves."""
    if len(queries) > AT_ONCE:
        parts = [dict(list(queries.items())[at : at + AT_ONCE]) for at in range(0, len(queries), AT_ONCE)]
        return {number: value for part in parts for number, value in judged(oracle, part).items()}
    # `found_row` stands for the whole row, so that its value keeps its type
    asked = (
        f"select {number} as place, (select to_json_string(found_row) from (\n{with_literals(sql)}\n) as found_row) as value"
        for number, sql in queries.items()
    )
    try:
        rows = oracle.ask(do="rows", sql="\nunion all\n".join(asked))["rows"] if queries else []
    except RemoteError as error:
        if len(queries) == 1:
            return dict.fromkeys(queries, error)
        half = len(queries) // 2
        first, second = dict(list(queries.items())[:half]), dict(list(queries.items())[half:])
        return {**judged(oracle, first), **judged(oracle, second)}
    return {row["place"]: first_value(row["value"]) for row in map(json.loads, rows)}


def with_literals(sql: str) -> str:
    """What stands between the texts of a list has to be a literal for STRING_AGG; DuckDB reads no escapes there."""
    return sql.replace("chr(3)", r"'\x03'")


def first_value(row: str | None) -> Any:
    """The one value of a row as JSON; the error where there is no row."""
    if row is None:
        return ValueError("The query gave no row.")
    (value,) = json.loads(row).values()
    return value


def without_zone(value: str) -> str:
    """A time in UTC as the cases have it."""
    return dt.datetime.fromisoformat(value).replace(tzinfo=None).isoformat(sep=" ")
