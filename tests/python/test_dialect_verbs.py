"""Each verb of macros/dialect on DuckDB and on Postgres: dbt renders all cases of an engine at once, and each runs on values
that are bound, not written."""

import contextlib
import datetime as dt
import functools
import gzip
import hashlib
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import jinja2
import pytest
import yaml
from dbt.cli.main import dbtRunner
from postgres import BY_LANGUAGE, Server

ROOT = Path(__file__).resolve().parents[2]
DIALECT = ROOT / "macros" / "dialect"
VERBS = sorted(path.stem for path in DIALECT.glob("*.sql") if path.stem != "lacks_verb")

# A warehouse without a word for it does as well.
MAY_BE_EMPTY = {
    "materialized": "",
    "not_materialized": "",
    "declared_variables": "[]",
    "reads_files": "False",
    "helper_functions": "",
    "recursion_levels": "",
    "longest_line": "None",
    "clusters": "None",
    "liquid_clusters": "None",
    "track_changes": "",
    "sorts_on_disk": "",
    "union_once": "union",
    "tables_of": "select table_schema, table_name from information_schema.tables"
    " where lower(table_schema) = 'rows' order by table_name",
    "added_by": "append",
    "table_dropped": "drop table rows cascade",
    "day_partitions": "None",
    "column": "rows",
    "entry": "rows.rows",
    "landed_parts": "",
}

# What belongs to an engine that reads files itself. Elsewhere the raw lines stand in a table.
OF_FILES = {
    "forget_rejects",
    "no_rejects",
    "read_lines",
    "read_rejects",
    "csv_header",
    "parquet_columns",
    "read_csv_rows",
    "read_parquet_rows",
    "resolve_files",
}
# What an engine has no word for yet: privacy (docs/privacy.md says so); and a row of any table, where tables are not Delta's.
LACKING = {"spark": {"json_private", "json_names_any", "row_identity"}}
ENGINES = ("duckdb", "postgres")
# Verbs that are put together from others where an adapter has no better form.
MADE_OF_OTHERS = {"json_build_with": "json_build", "unfolded": "each_key"}

BORDER = "-- next case --"
FOLDER = "THE-FOLDER"

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Each:
    """What differs from engine to engine."""

    duckdb: Any
    postgres: Any
    spark: Any = ...


def on(engine: str, value: Any) -> Any:
    """What a value is on an engine: on Spark, unless said, that of DuckDB."""
    if not isinstance(value, Each):
        return value
    found = getattr(value, engine)
    return value.duckdb if found is ... else found


@dataclass(frozen=True)
class Case:
    """A verb's rendering, put into a query over `given`, and the value of that query."""

    verb: str
    what: str
    jinja: str
    given: Rows
    query: str | Each
    expected: Any


CASES: list[Case] = []


def case(
    verb: str,
    call: str,
    expected: Any,
    query: str | Each = "select {} from given",
    what: str = "",
    rows: Rows | None = None,
    **given: Any,
) -> None:
    """A case: the call of the verb in Jinja, where `x` and so on are columns, and the values that they have."""
    jinja = call if "{{" in call else "{{ crosswalk." + call + " }}"
    CASES.append(Case(verb, what or call, jinja, [given] if rows is None else rows, query, expected))


def time_ordered_uuid(milliseconds: int, seed: str) -> str:
    """A UUIDv7 by the layout of RFC 9562, section 5.7, its random bits from the SHA-1 of the seed."""
    digits = hashlib.sha1(seed.encode(), usedforsecurity=False).hexdigest()
    rand_b = (int(digits[3], 16) & 0b11) << 60 | int(digits[4:19], 16)
    made = uuid.UUID(int=milliseconds << 80 | 7 << 76 | int(digits[:3], 16) << 64 | 0b10 << 62 | rand_b)
    assert (made.version, made.variant, made.int >> 80) == (7, uuid.RFC_4122, milliseconds)
    return str(made)


def time(text: str) -> dt.datetime:
    """A UTC time without zone, as DuckDB gives timestamps."""
    return dt.datetime.fromisoformat(text)


# ---------- keys and values

AWKWARD = (
    '{"a.b":1,"a":{"b":2},"":"empty","q\\"":"quote","b\\\\s":"backslash","sl/as~h":"pointer",'
    '"$os":"x","it\'s":3,"日本":"y","😀":true,"n":null}'
)
for key, value in [
    ("a.b", "1"),
    ("a", '{"b":2}'),
    ("", "empty"),
    ('q"', "quote"),
    ("b\\s", "backslash"),
    ("sl/as~h", "pointer"),
    ("$os", "x"),
    ("it's", "3"),
    ("日本", "y"),
    ("😀", "true"),
    ("n", None),
    ("missing", None),
]:
    literal = json.dumps(key, ensure_ascii=False)
    case("json_text", f"json_text('x', {literal})", value, x=AWKWARD)
    case(
        "json_path",
        f"json_path({literal})",
        value,
        query=Each(
            "select json_extract_string(x, {}) from given",
            "select x::json #>> {} from given",
            "select from_json('[' || nullif(regexp_extract(x, {}, 1), '') || ']', 'array<string>')[0] from given",
        ),
        x=AWKWARD,
    )
    case(
        "json_pick_text",
        f"json_pick_text('x', ['a', {literal}])",
        value,
        query="select ({})[2] from given",
        x=AWKWARD,
    )
case("json_text", "json_text('x', 'a')", None, x=None, what="of null")
case(
    "json_text",
    "json_text('x', 'n')",
    "123456789012345678901234567890",
    x='{"n":123456789012345678901234567890}',
    what="an integer beyond 2^64",
)
case("json_value", "json_value('x', 'a')", '{"b":[1,null]}', x='{"a":{"b":[1,null]}}')
case("json_value", "json_value('x', 'n')", "null", x='{"n":null}', what="a JSON null stays one")
case("json_value", "json_value('x', 'a.b')", None, x='{"a":{"b":1}}', what="a key is no path")
case(
    "json_value",
    "json_value('x', 'n')",
    "9007199254740993",
    x='{"n":9007199254740993}',
    what="an integer beyond 2^53",
)
case("json_pick", "json_pick('x', ['b', 'missing', 'a'])", ['"y"', None, "1"], x='{"a":1,"b":"y"}')
case("json_pick", "json_pick('x', [])", Each(["{}"], [], []), x="{}", what="no keys")
case("json_pick_text", "json_pick_text('x', ['b', 'n'])", ["y", None], x='{"n":null,"b":"y"}')
case("json_picked", "json_picked('x', ['a', 'b'], 'b')", "2", x=["1", "2"])
case(
    "json_picked_text",
    "json_picked_text(crosswalk.json_pick('x', ['a', 'b']), ['a', 'b'], 'b')",
    "y",
    x='{"a":1,"b":"y"}',
)
case(
    "json_picked_text",
    "json_picked_text(crosswalk.json_pick('x', ['a', 'b']), ['a', 'b'], 'a')",
    None,
    x='{"a":null}',
)
for value, kind in [
    ("{}", "object"),
    ("[]", "array"),
    ('""', "string"),
    ("1", "number"),
    ("-1.5e3", "number"),
    ("18446744073709551615", "number"),
    ("true", "boolean"),
    ("null", "null"),
    (None, None),
]:
    case("json_kind", "json_kind('x')", kind, x=value, what=str(value))
for value, text in [
    ('"a\\n\\"b"', 'a\n"b'),
    ("5.0", "5.0"),
    ("[1, 2]", "[1,2]"),
    ("null", None),
    (None, None),
]:
    case("json_scalar_text", "json_scalar_text('x')", text, x=value, what=str(value))
for value, kept in [
    ('{"a": 1}', '{"a":1}'),
    ("{}", "{}"),
    ("[1]", None),
    ('"{}"', None),
    ("null", None),
    (None, None),
]:
    case("json_object_or_null", "json_object_or_null('x')", kept, x=value, what=str(value))
case(
    "json_keys",
    "json_keys('x')",
    ["b", "", "a.b", 'q"'],
    x='{"b":1,"":2,"a.b":3,"q\\"":{"c":4}}',
    what="in the order of the object",
)
case("json_keys", "json_keys('x')", [], x="{}", what="of nothing")
case("json_key_count", "json_key_count('x')", 3, x='{"a":{"b":1},"c":2,"":3}')
case("json_key_count", "json_key_count('x')", 0, x="{}", what="of nothing")
case(
    "json_unknown_keys",
    "json_unknown_keys('x', ['a', \"it's\"])",
    ["b", ""],
    x='{"a":1,"b":2,"it\'s":3,"":4}',
)
case("json_has_any_key", "json_has_any_key('x', ['z', \"it's\"])", True, x='{"it\'s":1}')
case("json_has_any_key", "json_has_any_key('x', ['b'])", False, x='{"a":{"b":1}}', what="not below")
MAY_HAVE = "json_may_have_key('x', ['a.b', 'q\"', '$os'], ['s_'])"
for text, may in [
    ('{"a.b":1}', True),
    ('{"z":0,"q\\"":1}', True),
    ('{"$os":"x"}', True),
    ('{"s_anything":1}', True),
    ('{"z":{"a.b":1}}', True),
    ('{"axb":1,"os":2}', False),
    ('{"z":"a.b"}', False),
    ("{}", False),
]:
    case("json_may_have_key", MAY_HAVE, may, x=text, what=text)
case("json_shares_keys", "json_shares_keys('x', 'y')", True, x='{"a":1,"":2}', y='{"":3}')
case("json_shares_keys", "json_shares_keys('x', 'y')", False, x='{"a":1}', y='{"A":1}', what="case counts")
case("json_shares_keys", "json_shares_keys('x', 'y')", False, x='{"a":1}', y="{}", what="with nothing")
case("json_covers_keys", "json_covers_keys('x', 'y')", True, x='{"b":1,"a":2}', y='{"a":3}')
case("json_covers_keys", "json_covers_keys('x', 'y')", False, x='{"a":2}', y='{"a":3,"b":1}')
case("json_has_path", "json_has_path('x', '$.a.*.*')", True, x='{"a":{"b":{"c":null}}}')
case("json_has_path", "json_has_path('x', '$.a.*.*')", False, x='{"a":{"b":1}}')

# ---------- building

case("json_string", "json_string('x')", '"say \\"hi\\"\\\\ \\n\\t é😀"', x='say "hi"\\ \n\t é😀')
case("json_string", "json_string('x')", '""', x="", what="empty")
case("json_string", "json_string('x')", None, x=None, what="null stays null")
case("json_string", "json_string('x')", '"\u2028"', x="\u2028", what="a line separator")
case(
    "json_minify",
    "json_minify('x')",
    '{"a":[1,{"b c":" d "}],"n":12345678901234567890}',
    x='{ "a" : [ 1, {"b c":\t" d "} ],\n "n":12345678901234567890 }',
)
case(
    "json_build",
    "json_build([[\"'\\\"a\\\"'\", 'x'], [\"'\\\"b\\\"'\", 'y'], [\"'\\\"c\\\"'\", 'x']])",
    '{"a":1,"c":1}',
    x="1",
    y=None,
    what="null is left out",
)
case("json_build", "json_build([['x', \"'null'\"]])", '{"n":null}', x='"n"', what="a JSON null stays")
case("json_build", "json_build([[\"'\\\"a\\\"'\", 'x']])", "{}", x=None, what="nothing left")
case("json_build", "json_build([])", "{}", x=None, what="no pairs")
case("json_members", "json_members('x')", '"a":{"b":1}', x='{"a":{"b":1}}')
case("json_members", "json_members('x')", None, x="{}", what="nothing")
case("json_members", "json_members(\"coalesce(x, '{}')\")", '"é":1', x='{"é":1}', what="an expression")
ONE_PAIR = "[[\"'\\\"a\\\"'\", 'x']]"
case(
    "json_build_with",
    "json_build_with(" + ONE_PAIR + ", ['y', 'z'])",
    '{"a":1,"b":{"c":"}"},"d":2}',
    x="1",
    y='{"b":{"c":"}"}}',
    z='{"d":2}',
)
case("json_build_with", "json_build_with(" + ONE_PAIR + ", ['y'])", "{}", x=None, y="{}", what="nothing")
case(
    "json_build_with",
    "json_build_with(" + ONE_PAIR + ", ['y'])",
    '{"a":1}',
    x="1",
    y=None,
    what="null vanishes",
)
case(
    "json_splice",
    "json_splice([\"coalesce(x, '{}')\", 'y'])",
    '{"b":"é"}',
    x=None,
    y='{"b":"é"}',
    what="an expression",
)
case(
    "json_splice",
    "json_splice(['x', 'y', 'z'])",
    '{"a":{"b":1},"c":"}"}',
    x='{"a":{"b":1}}',
    y="{}",
    z='{"c":"}"}',
)
case("json_splice", "json_splice(['x', 'y'])", '{"a":1}', x=None, y='{"a":1}', what="null vanishes")
case("json_splice", "json_splice(['x', 'y'])", "{}", x=None, y="{}", what="nothing left")
case(
    "json_keep_keys",
    "json_keep_keys('x', 'y')",
    '{"a.b":{"c":1},"q\\"":2}',
    x='{"z":0,"a.b":{"c":1},"q\\"":2}',
    y=['q"', "a.b", "missing"],
)
case("json_keep_keys", "json_keep_keys('x', 'y')", "{}", x='{"a":1}', y=[], what="none")
case(
    "json_drop_keys",
    "json_drop_keys('x', 'y')",
    '{"":1,"b":{"a":null}}',
    x='{"a":0,"":1,"b":{"a":null}}',
    y=["a"],
    what="at the top only",
)
case("json_drop_keys", "json_drop_keys('x', 'y')", "{}", x='{"a":0}', y=["a", "b"], what="all")
case(
    "json_drop_values",
    "json_drop_values('x', ['a', 'b', 'n'], ['EMPTY', '(none)'])",
    '{"b":"x","c":"EMPTY","n":null}',
    x='{"a":"EMPTY","b":"x","c":"EMPTY","n":null}',
)
case("json_drop_values", "json_drop_values('x', ['a'], [''])", "{}", x='{"a":""}', what="all")
for text, left, what in (
    ('{"a":"EMPTY","n":"EMPTY","c":1}', '{"c":1}', "the first two"),
    ('{"c":1,"a":"EMPTY","n":"EMPTY"}', '{"c":1}', "the last two"),
    ('{"a":"EMPTY","d":{"b":"EMPTY"}}', '{"d":{"b":"EMPTY"}}', "at the top only"),
    ('{"d":{"b":"EMPTY"},"b":"x"}', '{"d":{"b":"EMPTY"},"b":"x"}', "only below the top"),
    (
        '{"x":"a\\nb","a":"EMPTY","d":{"b":"EMPTY"}}',
        '{"x":"a\\nb","d":{"b":"EMPTY"}}',
        "an escape beside them",
    ),
    ('{"x":"\\"a\\":\\"EMPTY\\"","a":"EMPTY"}', '{"x":"\\"a\\":\\"EMPTY\\""}', "a text with quotes"),
    ('{"a":"(none)","b":"none","n":"empty"}', '{"b":"none","n":"empty"}', "with brackets"),
):
    case(
        "json_drop_values",
        "json_drop_values('x', ['a', 'b', 'n'], ['EMPTY', '(none)'])",
        left,
        x=text,
        what=what,
    )
case(
    "json_prefix_keys", "json_prefix_keys('x', 'y')", '{"s_a":{"a":1},"s_":2}', x='{"a":{"a":1},"":2}', y="s_"
)
case("json_prefix_keys", "json_prefix_keys('x', 'y')", "{}", x="{}", y="s_", what="nothing")
case(
    "json_sorted_keys",
    "json_sorted_keys('x')",
    '{"":3,"a":{"c":1,"b":2},"b":[2,1]}',
    x='{"b":[2,1],"a":{"c":1,"b":2},"":3}',
)
case("json_sorted_keys", "json_sorted_keys('x')", "{}", x="{}", what="nothing")
PRIVATE = (
    "{'denied': ['email', 'e\"m/é😀', 'a.b'], 'hashed': ['phone'], "
    + "'spared': ['time'], 'texts': ['p'], 'deeper': {'groups': 2, '$set': 1}}"
)


def private(
    written: str,
    left: str,
    what: str,
    marks: str = "",
    rules: str = PRIVATE,
    exactly: tuple[str, str] | None = None,
    only: str = "true",
) -> None:
    """What is left of a text in which `email` and odd names are denied and `phone` is hashed with the key `secret`.

    `exactly` is what the rule says, and its marks, where DuckDB takes more away than it has to."""
    call = f"json_private('given', ['y'], 'x', \"{only}\", {rules}, \"'secret'\")"
    query = Each("select result from ({}) as result", "select row_to_json(result) from ({}) as result")
    found = Each(marked(left, marks), marked(*(exactly or (left, marks))))
    case("json_private", call, found, query, x=written, y="row", what=what)


def marked(left: str, marks: str) -> dict[str, Any]:
    """The row that a text becomes."""
    return {"y": "row", "x": left} | {f"has_{kind}": kind in marks for kind in ("denied", "hashed", "deep")}


def keyed(value: str) -> str:
    """sha256(key || sha256(key || value)), as docs/privacy.md has it."""
    inner = hashlib.sha256(f"secret{value}".encode()).hexdigest()
    return hashlib.sha256(f"secret{inner}".encode()).hexdigest()


DEEP = '"deep":{"a":{"b":{"c":{"d":1}}}}'
private('{"a":1,"b":{"c":[1.5,{"d":null}]}}', '{"a":1,"b":{"c":[1.5,{"d":null}]}}', "nothing private")
private('{"email":"x","a":1}', '{"a":1}', "first", "denied")
private('{"a":1,"email":"x"}', '{"a":1}', "last", "denied")
private('{"a":1,"email":"x","b":2}', '{"a":1,"b":2}', "in the middle", "denied")
private('{"email":"x","a.b":[],"b":1,"email":{}}', '{"b":1}', "doubled, and all but one", "denied")
private('{"email":"x"}', "{}", "alone", "denied")
private(
    '{"a" : 1.5, "": [ ], "c" : { "email" : true } }',
    '{"a":1.5,"":[],"c":{}}',
    "white space, the empty key",
    "denied",
)
private('{"a":{"b":1},"a.b":1,"c":{"a.b":{}}}', '{"a":{"b":1},"c":{}}', "a dot is a letter", "denied")
private(
    '{"p":{"email":"x"},"q":{"r":{"s":{"email":1}}}}',
    '{"p":{},"q":{"r":{"s":{}}}}',
    "depths 1 and 3",
    "denied",
)
private(
    '{"p":{"l":[{"email":1,"k":1},{"email":2},3,"email"]}}',
    '{"p":{"l":[{"k":1},{},3,"email"]}}',
    "in lists",
    "denied",
)
private(
    '{"p":{"q":{"r":{"s":{"email":1}},"t":2}}}', '{"p":{"q":{"r":{},"t":2}}}', "depth 4 goes whole", "deep"
)
private(
    '{"p":{"q":{"r":{"s":{"phone":1}},"t":2}}}',
    '{"p":{"q":{"r":{},"t":2}}}',
    "depth 4 hashed goes whole",
    "deep",
)
private('{"p":{"q":{"r":[{"s":{"u":{"email":1}}}]}}}', '{"p":{"q":{"r":[{}]}}}', "depth 5, in a list", "deep")
private('{"p":{"q":[[{"email":1}],[2]]}}', '{"p":{"q":[[{}],[2]]}}', "a list in a list", "denied")
private(
    f'{{"p":{{"q":[[{{"email":1}}],[2]]}},{DEEP}}}',
    f'{{"p":{{"q":[[{{}}],[2]]}},{DEEP}}}',
    "beside depth",
    "denied",
)
private('{"p":[[[[[[[{"email":1},2]]]]]],3]}', '{"p":[[[[[[[{},2]]]]]],3]}', "seven lists", "denied")
private(
    '{"p":{"email":[[[[[[[1]]]]]]],"k":1},"q":1}',
    '{"q":1}',
    "seven lists as its value",
    "deep",
    exactly=('{"p":{"k":1},"q":1}', "denied"),
)
private(
    '{"groups":{"t":{"k":{"a":{"b":{"email":1,"c":2}}}}}}',
    '{"groups":{"t":{"k":{"a":{"b":{"c":2}}}}}}',
    "levels that do not count",
    "denied",
)
private(
    '{"groups":{"t":{"k":{"a":{"b":{"c":{"email":1}}}}}}}',
    '{"groups":{"t":{"k":{"a":{"b":{}}}}}}',
    "and those below",
    "deep",
)
private(
    '{"p":[{"k":[{"email":1}]}],"q":{"a":{"b":{"c":[{"d":{"e":1}}],"l":[1]}}}}',
    '{"p":[{"k":[{}]}],"q":{"a":{"b":{"c":[{"d":{"e":1}}],"l":[1]}}}}',
    "depth without a name",
    "denied",
)
private(
    '{"p":' * 14 + '{"email":1}' + "}" * 14,
    "{}",
    "fifteen levels",
    "deep",
    exactly=('{"p":{"p":{"p":{}}}}', "deep"),
)
private(
    '{"a":{"email":1},"q":' + '{"p":' * 14 + "1" + "}" * 15,
    '{"q":' + '{"p":' * 14 + "1" + "}" * 15,
    "beside fifteen levels",
    "deep",
    exactly=('{"a":{},"q":' + '{"p":' * 14 + "1" + "}" * 15, "denied"),
)
private(
    '{"p":{"a":{"b":{"c":{"phone":"{\\"}"},"d":1},"email":"}"}}}',
    '{"p":{"a":{"b":{"d":1}}}}',
    "braces in strings",
    "denied deep",
)
private(
    '{"p":{"$set":{"a":{"b":{"email":1}}}}}',
    '{"p":{"$set":{"a":{"b":{}}}}}',
    "two keys that do not count",
    "denied",
)
private(
    '{"p":{"a":"\\"email\\":1","b":"email"}}',
    '{"p":{"a":"\\"email\\":1","b":"email"}}',
    "only said, not a key",
)
private(
    '{"p":{"x\\"email":1,"y,\\"email":2}}', '{"p":{"x\\"email":1,"y,\\"email":2}}', "the end of another key"
)
private(
    '{"p":{"\\u0065m\\u0061il":1,"email2":2,"Email":3}}',
    '{"p":{"email2":2,"Email":3}}',
    "escaped letters",
    "denied",
)
private(
    '{"p":{"e\\"m\\/\\u00E9\\ud83d\\ude00":1,"q":{"e\\"m/é😀":1}}}', '{"p":{"q":{}}}', "an odd name", "denied"
)
private('{"p":"{\\"email\\":1,\\"k\\":2}"}', '{"p":{"k":2}}', "the text of an object", "denied")
private(
    '{"p":" {\\"\\\\u0065mail\\":1,\\"k\\":[{\\"phone\\":\\"\\"}]}"}',
    '{"p":{"k":[{"phone":""}]}}',
    "escaped twice",
    "denied hashed",
)
private('{"p":"{\\"email\\":1,\\"email\\":2}","q":1}', '{"q":1}', "an object's text that stays one", "deep")
for space in ("\\n", "\\t ", "\\r\\n"):
    private(
        f'{{"p":"{{\\"email\\"{space}:\\"a@b\\",\\"k\\":2}}"}}',
        '{"p":{"k":2}}',
        f"{space} before the colon",
        "denied",
    )
for escaped, sign in (("\\u0022", ":"), ('\\"', "\\u003a"), ('\\"', "\\u003A")):
    private(
        f'{{"p":"{{{escaped}email{escaped}{sign}1,\\"k\\":2}}"}}',
        '{"p":{"k":2}}',
        f"escapes: {escaped} {sign}",
        "denied",
    )
private(
    '{"p":"{\\"\\u005cu0065mail\\":1,\\"k\\":2}"}', '{"p":{"k":2}}', "a backslash that is an escape", "denied"
)
private('{"p":"{\\"email\\":1","q":1}', '{"q":1}', "half of an object's text", "deep")
private('{"p":"\\n{\\"email\\":1}","q":1}', '{"q":1}', "an object's text behind a line break", "deep")
private(
    '{"p":"{\\"k\\":\\"\\\\u0000\\",\\"email\\":1}","q":1}', '{"q":1}', "an object's text with a NUL", "deep"
)
private(
    '{"p":"{\\"k\\":1}","q":{"email":1}}',
    '{"p":"{\\"k\\":1}","q":{}}',
    "a text that holds nothing private",
    "denied",
)
private(
    '{"time":1,"p":{"time":3}}', '{"time":1,"p":{}}', "spared", "denied", PRIVATE.replace("'email'", "'time'")
)
private(
    '{"phone":"+1 2","p":{"phone":12.5}}',
    f'{{"phone":"{keyed("+1 2")}","p":{{"phone":"{keyed("12.5")}"}}}}',
    "hashed",
    "hashed",
)
ONE_NAME = "{'denied': ['email'], 'hashed': [], 'spared': [], 'texts': ['p'], 'deeper': {}}"
private('{"p":{"\\u0065mail":1,"b":2}}', '{"p":{"b":2}}', "an escape and nothing plain", "denied", ONE_NAME)
private(
    '{"p":"{\\"\\\\u0065mail\\":1,\\"b\\":2}"}',
    '{"p":{"b":2}}',
    "an escape in the text of an object and nothing plain",
    "denied",
    ONE_NAME,
)
private('{"p": {"b":2}}', '{"p": {"b":2}}', "no name at all", rules=ONE_NAME)
private('{"email":1', '{"email":1', "left alone where the condition does not hold", only="y <> 'row'")
private('{"phone":null,"p":{"phone":""}}', '{"phone":null,"p":{"phone":""}}', "nothing to hash", "hashed")
private('{"phone":["a",null,""]}', f'{{"phone":["{keyed("a")}",null,""]}}', "a list hashed", "hashed")
private(
    '{"phone":[["a"],1.50,{},[]]}',
    '{"phone":["' + '","'.join(map(keyed, ('["a"]', "1.5", "{}", "[]"))) + '"]}',
    "a list in a list hashed",
    "hashed",
)
private('{"phone": {"a": 1}}', '{"phone":"' + keyed('{"a":1}') + '"}', "an object hashed", "hashed")
private(
    '{"phone":true,"phone":false}',
    f'{{"phone":"{keyed("true")}","phone":"{keyed("false")}"}}',
    "doubled",
    "hashed",
)
private(
    '{"phone":"ü\\n","email":[]}',
    f'{{"phone":"{keyed(chr(252) + chr(10))}"}}',
    "hashed and denied",
    "hashed denied",
)
private(
    '{"phone":{"email":1},"a":{"email":{"phone":1}}}',
    '{"phone":"' + keyed('{"email":1}') + '","a":{}}',
    "one in the other",
    "hashed denied",
)
private(
    f'{{"phone":{{"email":1}},{DEEP}}}',
    '{"phone":"' + keyed('{"email":1}') + f'",{DEEP}}}',
    "the same beside depth",
    "hashed",
)
private('{"a":1,"":{"":2}}', '{"a":1}', "the empty name", "denied", PRIVATE.replace("'email'", "''"))
private(
    f'{{"a":1,"":2,{DEEP}}}',
    f'{{"a":1,{DEEP}}}',
    "the empty name beside depth",
    "denied",
    PRIVATE.replace("'email'", "''"),
)
case(
    "json_names_any",
    "json_names_any('x', ['email'])",
    True,
    x='{"a":[{"email" :1}]}',
    what="a space before the colon",
)
case("json_names_any", "json_names_any('x', ['email'])", False, x='{"emails":1,"e":"email"}', what="none")
case("json_names_any", "json_names_any('x', ['email'])", False, x='"{\\"email\\":1}"', what="a text")
case(
    "json_names_any",
    "json_names_any('x', ['email'], true)",
    True,
    x='"{\\"\\\\u0065mail\\":1}"',
    what="a text, opened",
)
case(
    "json_first_of_lists",
    "json_first_of_lists('x')",
    '{"team":"b","org":"x\\"y"}',
    x='{"team":["b","a"],"org":["x\\"y"]}',
)
case(
    "json_text_lists",
    "json_text_lists('x')",
    '{"a":["x"],"b":["1","true"],"f":["{\\"g\\":1}"]}',
    x='{"a":"x","b":[1,true,null,""," "],"c":[],"d":null,"e":"  ","f":{"g":1}}',
)
case("json_text_lists", "json_text_lists('x')", "{}", x="{}", what="nothing")
for array, nulls, what in [
    ('["b","a","b","x\\"y",7,null]', '{"7":null,"a":null,"b":null,"x\\"y":null}', "each once, in order"),
    ("[]", "{}", "nothing"),
    ('{"a":1}', "{}", "no array"),
]:
    case("json_null_object", "json_null_object('x')", nulls, x=array, what=what)
RESERVED = "['time', \"it's\"]"
for theirs, ours, roomed, what in [
    ('{"a":1,"b":2}', '{"a":9}', '{"s_a":1,"b":2}', "another value moves over"),
    ('{"a":{"b":1}}', '{"a":{"b":1}}', "{}", "the same value is written once"),
    ('{"time":1,"it\'s":2}', "{}", '{"s_time":1,"s_it\'s":2}', "a reserved name moves over"),
    ('{"a":1,"s_a":2}', '{"a":9}', '{"s_s_a":1,"s_a":2}', "twice where that name is theirs already"),
    ('{"a":1}', '{"a":9,"s_a":8}', '{"s_s_a":1}', "twice where that name is ours already"),
    ('{"a/b~c":1,"":2}', '{"a/b~c":1,"":3}', '{"s_":2}', "awkward keys"),
    ("{}", '{"a":1}', "{}", "nothing"),
]:
    case(
        "json_make_room",
        f"json_make_room('x', 'y', {RESERVED}, \"'s_'\")",
        roomed,
        x=theirs,
        y=ours,
        what=what,
    )
case(
    "json_array_agg",
    "json_array_agg('x', 'y')",
    '[{"b":1},"a"]',
    rows=[{"x": '"a"', "y": "2"}, {"x": '{"b":1}', "y": "1"}],
)
case(
    "json_array_agg",
    "json_array_agg('x', 'x')",
    "[]",
    query="select {} from given where false",
    x="1",
    what="of nothing",
)
case(
    "json_object_agg",
    "json_object_agg('x', 'y')",
    '{"":null,"a\\"":1}',
    rows=[{"x": 'a"', "y": "1"}, {"x": "", "y": "null"}],
    what="keys in order",
)
case(
    "json_object_agg",
    "json_object_agg('x', 'x')",
    "{}",
    query="select {} from given where false",
    x="1",
    what="of nothing",
)
case("as_json", "as_json('x')", '{"a": 1}', query="select ({})::varchar from given", x='{"a": 1}')
TYPE_OF = Each("select typeof({}) from given", "select pg_typeof({})::text from given")
case("as_json", "as_json('x')", Each("JSON", "json", "string"), query=TYPE_OF, x="{}", what="its type")
case(
    "json_type_name",
    "json_type_name()",
    Each("JSON", "json", "string"),
    query=Each("select typeof('{{}}'::{})", "select pg_typeof('{{}}'::{})::text"),
)
case(
    "json_types",
    "{{ tojson(crosswalk.json_types()) | replace('[', '') | replace(']', '') | replace('\"', \"'\") }}",
    Each(["json", "varchar"], ["json", "text"], ["string"]),
    query="select array[{}]",
)

# ---------- reading lines

DEEP_TWINS = '{"a":[{"b":1},{"b":1,"b":2}]}'
for text, twins in [
    ('{"a":1,"b":{"a":1}}', False),
    ('{"a":1,"a":1}', True),
    (DEEP_TWINS, True),
    ('{"a":{"c":{"d":1,"d":1}}}', True),
    ('{"":1,"":2}', True),
    ("{}", False),
]:
    case("json_has_duplicate_keys", "json_has_duplicate_keys('x')", twins, x=text, what=text)
case(
    "json_has_duplicate_keys",
    "read_object_text('x', 'c')",
    '{"c":"{\\"k\\":\\"\\\\u0000\\"}"}',
    x='{"k":"\\u0000"}',
    what="not asked of a text with a NUL",
)
LAST_WINS = ", given_rows as (select 1 as id, x as line from given) select line from ({}) as repaired"
for text, last in [
    ('{"a":1,"b":2,"a":3}', '{"b":2,"a":3}'),
    (DEEP_TWINS, '{"a":[{"b":1},{"b":2}]}'),
    ('{"a":{"x":[1,{"y":2}]},"a":{"z":[]},"e":{}}', '{"a":{"z":[]},"e":{}}'),
    ('{"a":{"b":1,"b":{"c":"\\"}"}},"":0,"":null}', '{"a":{"b":{"c":"\\"}"}},"":null}'),
    ('{"n":12345678901234567890,"n":1e3,"t":true}', '{"n":1000.0,"t":true}'),
    ('{"a.b":1,"a":{"b":2,"b":3},"é😀":"é😀"}', '{"a.b":1,"a":{"b":3},"é😀":"é😀"}'),
]:
    case(
        "json_last_key_wins",
        "json_last_key_wins('given_rows', 'id', 'line')",
        last,
        query=LAST_WINS,
        x=text,
        what=text,
    )
SHAPES = "{{ crosswalk.json_key_shape('x') }} = {{ crosswalk.json_key_shape('y') }}"
case(
    "json_key_shape",
    SHAPES,
    True,
    x='{"a":1,"b":[{"c":1}]}',
    y='{"a":{},"b":[{"c":[]}]}',
    what="the same keys",
)
case("json_key_shape", SHAPES, False, x='{"a":{"b":1}}', y='{"a":{"c":1}}', what="other keys below")
case("json_key_shape", SHAPES, False, x='{"a":1}', y='{"a":1,"a":2}', what="a doubled key")
case("json_key_shape", SHAPES, False, x='{"a":1}', y='{"b":1}', what="another key at the top")
case(
    "json_key_shape", SHAPES, False, x='{"a":1,"b":{"c":1}}', y='{"a":{"c":1},"b":1}', what="in another place"
)
for text, strict in [
    ('{"a":1}', True),
    (' \t{"a":[]}\r', True),
    ("{}", True),
    ('{"a":"NaN, Infinity,}"}', True),
    ('{"a":"\\",]"}', True),
    ('{"nan":-1}', True),
    ('{"a":NaN}', False),
    ('{"a":-Infinity}', False),
    ('{"a":[1,nan]}', False),
    ('{"a":[ NaN ,1]}', False),
    ('{"a":[1e999]}', False),
    ('{"a":1e999}', False),
    ('{"a":[1,-1E+400]}', False),
    ('{"a":' + "9" * 400 + "}", False),
    ('{"a":1e-999,"b":0.5e308}', True),
    ('{"a":1,}', False),
    ('{"a":[1,]}', False),
    ('{"a":"x",\n}', False),
    ("[1]", False),
    ("1", False),
    ("null", False),
    ('"{}"', False),
    ('{"a":1', False),
    ("{'a':1}", False),
    ('{"a":1} {"b":2}', False),
    ('{"a":1e400}', False),
    ('{"a":-1.5E+309}', False),
    ('{"a":1e308,"b":1e-999}', True),
    ('{"a":"1e400"}', True),
    ('{"a":"\\ud800"}', False),
    ('{"a":"\\u12"}', False),
    ('{"a":"\t"}', False),
    ('{"a":01}', False),
    ("[" * 9000, False),
    ("", False),
    (None, False),
]:
    case("json_is_strict_object", "json_is_strict_object('x')", strict, x=text, what=str(text))


def nested(levels: int) -> str:
    """An object with objects inside one another."""
    return '{"a":' * levels + "1" + "}" * levels


# On Spark how deep a text is read is written into the regular expressions.
case("json_is_strict_object", "json_is_strict_object('x')", True, x=nested(16), what="16 levels")
case(
    "json_is_strict_object",
    "json_is_strict_object('x')",
    Each(True, True, False),
    x=nested(17),
    what="17 levels",
)
case("json_text", "json_text('x', 'a')", nested(18), x=nested(19), what="19 levels")
for text, has_nul, has_half, repaired in [
    ('{"a":"x\\u0000y"}', True, False, '{"a":"x\\ufffdy"}'),
    ('{"a":"x\\\\u0000y"}', False, False, '{"a":"x\\u005cu0000y"}'),
    ('{"a":"x\\\\\\u0000"}', True, False, '{"a":"x\\u005c\\ufffd"}'),
    ('{"a":"\\ud83d\\ude00"}', False, False, '{"a":"\\ud83d\\ude00"}'),
    ('{"a":"\\uD83D"}', False, True, '{"a":"\\ufffd"}'),
    ('{"a":"\\ude00\\ud83d"}', False, True, '{"a":"\\ufffd\\ufffd"}'),
    ('{"a":"\\ud83d\\ud83d\\ude00"}', False, True, '{"a":"\\ufffd\\ud83d\\ude00"}'),
    ('{"a":"\\\\ud83d"}', False, False, '{"a":"\\u005cud83d"}'),
    ('{"a":"\\u00e9\\ud7ff"}', False, False, '{"a":"\\u00e9\\ud7ff"}'),
]:
    case("json_nul_escape", "json_nul_escape('x')", has_nul, x=text, what=text)
    case("json_lone_surrogate", "json_lone_surrogate('x')", has_half, x=text, what=text)
    case("json_repair_escapes", "json_repair_escapes('x')", repaired, x=text, what=text)
READ = "select array_agg(line order by line nulls first) from {}"
case(
    "read_lines",
    f"read_lines(['{FOLDER}/mixed.json', '{FOLDER}/packed.json.gz'], 'verb_lines')",
    [None, 'packed, "q"\t\'', "un", "é😀"],
    query=READ,
)
case(
    "read_lines",
    f"read_lines(['{FOLDER}/it\\'s #1.json'], 'verb_names')",
    ["it's #1.json"],
    query="select array_agg(parse_filename(file)) from {}",
    what="file names",
)
REJECTS = "select line_number || ' ' || reason || ' ' || parse_filename(file) from ({}) as rejects"
case("read_rejects", "read_rejects('verb_lines')", "2 invalid_utf8 mixed.json", query=REJECTS)
case(
    "csv_header",
    f"{{{{ tojson(crosswalk.csv_header('{FOLDER}/table.csv'), sort_keys=true) }}}}",
    r'{"mixes_breaks": false, "names": ["user_id", "a,b", "q \"x\"", ""], "skip": 0}',
    query="select $${}$$",
)
for name, expected in [
    ("lf", "a,b 0 False"),
    ("crlf", "a,b 0 False"),
    ("mixed", "a,b 0 True"),
    ("bare", "a,b 0 True"),
    ("blank", "a,b 2 False"),
]:
    case(
        "csv_header",
        f"{{% set header = crosswalk.csv_header('{FOLDER}/{name}.csv') %}}"
        "{{ header['names'] | join(',') }} {{ header['skip'] }} {{ header['mixes_breaks'] }}",
        expected,
        query="select $${}$$",
        what=f"line breaks: {name}",
    )
case(
    "csv_header",
    f"{{{{ crosswalk.csv_header('{FOLDER}/empty.csv')['names'] | length }}}}",
    0,
    what="an empty file",
    query="select {}",
)
case(
    "parquet_columns",
    f"{{{{ crosswalk.parquet_columns(['{FOLDER}/table.parquet']) | map('join', ':') | join('|') }}}}",
    "User:BIGINT|n:INTEGER[]|d:DECIMAL(38,2)|f:DOUBLE",
    query="select '{}'",
)
case(
    "read_csv_rows",
    f"read_csv_rows(['{FOLDER}/table.csv'], {{'skip': 0}}, ['user_id', 'a', 'q', 'x'], 'verb_rows')",
    ['{"user_id":"1","a":"x, \\"y\\"\\nz","x":"0"}'],
    query="select array_agg(line) from ({}) as rows_of_files",
)
case(
    "read_csv_rows",
    f"read_csv_rows(['{FOLDER}/blank.csv'], {{'skip': 2}}, ['a', 'b'], 'verb_blank')",
    ['{"a":"1","b":"x"}'],
    query="select array_agg(line) from ({}) as rows_of_files",
    what="blank lines first",
)
case(
    "read_csv_rows",
    f"read_csv_rows(['{FOLDER}/mixed.csv'], {{'skip': 0, 'mixes_breaks': true}}, ['a', 'b'], 'verb_mixed')",
    ['{"a":"1","b":"x"}', '{"a":"2"}', '3,,"y ""z"""', '{"a":"4","b":"q\\r\\nr"}'],
    query="select array_agg(line) from ({}) as rows_of_files",
    what="line breaks of several kinds",
)
case(
    "read_parquet_rows",
    f"read_parquet_rows(['{FOLDER}/table.parquet'],"
    " [['User', 'BIGINT'], ['n', 'INTEGER[]'], ['d', 'DECIMAL(38,2)'], ['f', 'DOUBLE']], ['user', 'n', 'd', 'f'])",
    [
        '{"user":9007199254740993,"n":[1,null],"d":123456789012345678901234567890.10,"f":1.5}',
        '{"user":1,"f":"nan"}',
    ],
    query="select array_agg(line order by line desc) from ({}) as rows_of_files",
)
case(
    "no_rejects",
    "no_rejects('nothing_read')",
    True,
    query="select '{}' like 'create temporary table if not exists nothing_read_rejects (%nothing_read_scans (%)'",
)
case(
    "forget_rejects",
    "forget_rejects('nothing_read')",
    True,
    query="select '{}' like 'drop table if exists nothing_read_rejects;%nothing_read_scans'",
)
RAW = "(select 'f' as file, 1 as line_number, 'x' as line, null as read_error) as raw_lines"
case(
    "file_stamps",
    f"{{{{ crosswalk.file_stamps(['{FOLDER}/table.csv'], none if target.type == 'duckdb' else \"{RAW}\", {{}}, []).values()"
    " | join(' and ') }}",
    True,
    query=Each(
        "select '{}' like '% bytes, %'", "select '{}' like '1 lines, %'", "select '{}' like '1 lines, %'"
    ),
)
case(
    "column_as_json",
    "column_as_json('x', 'text')",
    '"a \\"b\\""',
    what="text",
    x='a "b"',
)
TIME = "column_as_json(\"timestamp '2024-01-02 03:04:05.678'\", 'timestamp')"
case("column_as_json", TIME, '"2024-01-02 03:04:05.678000"', query="select {}", what="a time")
case("column_as_text", "column_as_text('x', 'text')", 'a "b"', what="text", x='a "b"')
case("row_identity", "row_identity()", 2, query="select count(distinct {}) from landed")
case(
    "resolve_files",
    f"{{{{ crosswalk.resolve_files(['{FOLDER}/*.json', '{FOLDER}/mixed.json']) | length }}}}",
    2,
    query="select {}",
)
case(
    "resolve_files",
    f"{{{{ crosswalk.resolve_files('{FOLDER}/none*') | length }}}}",
    0,
    query="select {}",
    what="of nothing",
)
case(
    "numbered",
    "numbered('given', ['x'], ['y', 'x'], 'place')",
    ["1 c", "2 a", "3 b"],
    query=Each(
        "select array_agg(place || ' ' || x) from ({}) as in_order",
        "select array_agg(place || ' ' || x) from ({}) as in_order",
        "select array_sort(array_agg(place || ' ' || x)) from ({}) as numbered",
    ),
    rows=[{"x": "b", "y": 2}, {"x": "a", "y": 2}, {"x": "c", "y": 1}],
)
DECLARED = sorted(yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"])
case(
    "declared_variables",
    "{{ crosswalk.declared_variables() | sort | join(' ') }}",
    Each(" ".join(DECLARED), "", ""),
    query="select '{}'",
)
case(
    "row_position",
    "row_position()",
    ["b", "a"],
    query="select array_agg(x order by {}) from landed",
    what="the order of writing",
)

# ---------- measuring

case("byte_length", "byte_length('x')", 7, x="aé😀")
case("byte_length", "byte_length('x')", 0, x="", what="of nothing")
case("count_of", "count_of('x', ',')", 3, x="a,,é,")
case("count_of", "count_of('x', ',')", 0, x="", what="of nothing")
case(
    "json_largest_value",
    "json_largest_value('x')",
    16,
    x='{"a":"a long text that is no list","b":[1,2],"c":{"d":["é😀"]},"e":1}',
)
case("json_largest_value", "json_largest_value('x')", 0, x='{"a":"[1,2]"}', what="none")
case("json_longest_array", "json_longest_array('x')", 3, x='{"a":[1],"b":{"c":[[1,2,3],4]}}')
case("json_longest_array", "json_longest_array('x')", 0, x='{"a":"[1,2]"}', what="none")
case(
    "json_longest_key",
    "json_longest_key('x')",
    2,
    x='{"é😀":{"longer":1},"":2}',
    what="characters, at the top",
)
case("json_longest_key", "json_longest_key('x')", 0, x="{}", what="none")
case(
    "json_longest_string",
    "json_longest_string('x')",
    6,
    x='{"a":"é😀","b":{"c":"longer than that"},"d":123456789}',
    what="bytes, at the top",
)
case("json_longest_string", "json_longest_string('x')", 0, x='{"a":1}', what="none")
case("json_widest_object", "json_widest_object('x')", 3, x='{"a":{"b":1,"c":[{"d":1,"e":2,"f":3}]}}')
case("json_widest_object", "json_widest_object('x')", 0, x='{"a":1,"b":2}', what="the top does not count")
for levels, deeper in [(1, True), (2, True), (3, False)]:
    case(
        "json_deeper_than",
        f"json_deeper_than('x', {levels})",
        deeper,
        x='{"a":[[{"b":{"c":"{{\\"{"}}]]}',
        what=f"than {levels}",
    )
case(
    "json_deeper_than",
    "json_deeper_than('x', 1)",
    False,
    x='{"a":"{\\\\"}',
    what="an escaped backslash before the quote",
)

# ---------- times

for text, parsed in [
    ("2023-10-15 14:30:00", "2023-10-15 14:30:00"),
    ("2023-10-15 14:30:00.123", "2023-10-15 14:30:00.123"),
    ("2023-10-15 14:30:00.123456", "2023-10-15 14:30:00.123456"),
    ("2023-10-15T14:30:00Z", "2023-10-15 14:30:00"),
    ("2023-10-15T14:30:00.5Z", "2023-10-15 14:30:00.5"),
    ("2023-08-24T07:00:00+00:00", "2023-08-24 07:00:00"),
    ("2023-08-24T07:00:00.000001+05:30", "2023-08-24 01:30:00.000001"),
    ("2023-08-24 07:00:00 -0330", "2023-08-24 10:30:00"),
    ("2023-08-24 07:00:00+02", "2023-08-24 05:00:00"),
    ("2023-10-15 14:30:00 UTC", "2023-10-15 14:30:00"),
    ("2023-10-15 14:30:00.25 GMT", "2023-10-15 14:30:00.25"),
    ("2022:05:27 05:59:45.471635", "2022-05-27 05:59:45.471635"),
    ("2023-10-15", "2023-10-15 00:00:00"),
    ("  2023-10-15 14:30:00  ", "2023-10-15 14:30:00"),
    ("1697380200123", "2023-10-15 14:30:00.123"),
    ("946684800000", "2000-01-01 00:00:00"),
    ("2024-02-29 23:59:59.999999", "2024-02-29 23:59:59.999999"),
    ("2023-02-29 00:00:00", None),
    ("2023-10-15 25:00:00", None),
    ("", None),
    ("yesterday", None),
    ("Invalid date", None),
    ("1697380200", None),
    ("12345", None),
    ("null", None),
    (None, None),
    ("2023-13-01 00:00:00.000000", None),
    ("1969-12-31 23:59:59.500000", "1969-12-31 23:59:59.5"),
]:
    case("parse_time", "parse_time('x')", parsed and time(parsed), x=text, what=str(text))
case("place_in", "place_in('x', 'y')", 2, x="b", y="abb")
case("time_text", "time_text('x')", "2024-01-02 10:00:00", what="whole", x=time("2024-01-02 10:00:00"))
case("time_text", "time_text('x')", "2024-01-02 03:04:05.5", what="a half", x=time("2024-01-02 03:04:05.5"))
case(
    "time_text",
    "time_text('x')",
    "2024-01-02 03:04:05.00001",
    what="small",
    x=time("2024-01-02 03:04:05.00001"),
)
case("iso_time", "iso_time('x')", "2024-01-02T03:04:05.000007Z", x=time("2024-01-02 03:04:05.000007"))
case(
    "iso_time",
    "iso_time('x')",
    "2024-01-02T03:04:05.000000Z",
    x=time("2024-01-02 03:04:05"),
    what="whole seconds",
)
case(
    "iso_seconds", "iso_seconds('x')", "2024-01-02T03:04:05", x=time("2024-01-02 03:04:05.999999"), what="cut"
)
for moment, written in [
    ("2024-01-01 10:00:00", "2024-01-01 10:00:00+00"),
    ("2024-01-01 10:00:00.120", "2024-01-01 10:00:00.120+00"),
    ("2024-01-01 10:00:00.123456", "2024-01-01 10:00:00.123456+00"),
]:
    case("warehouse_time", "warehouse_time('x')", written, x=time(moment), what=moment)
case(
    "epoch_ms",
    "epoch_ms('x')",
    1704153600123,
    x=time("2024-01-02 00:00:00.123999"),
    what="cut and not rounded",
)
case("epoch_ms", "epoch_ms('x')", 0, x=time("1970-01-01 00:00:00"), what="the start")
case("add_days", "add_days('x', 1)", time("2024-02-29 12:00:00.000001"), x=time("2024-02-28 12:00:00.000001"))
case("add_days", "add_days('x', -1)", time("2023-12-31 00:00:00"), x=time("2024-01-01 00:00:00"), what="back")

# ---------- numbers

for text, number in [
    ("12", 12.0),
    ("-1.5", -1.5),
    ("1e3", 1000.0),
    ("5.0", 5.0),
    ("1E-2", 0.01),
    ("NaN", None),
    ("Infinity", None),
    ("1e400", None),
    ("-1e999", None),
    ("", None),
    (" 1", None),
    ("1,5", None),
    ("0x10", None),
    (".5", None),
    (None, None),
]:
    case("safe_number", "safe_number('x')", number, x=text, what=str(text))
for text, whole in [
    ("12", 12),
    ("-7", -7),
    ("5.0", None),
    ("999999999999999999", 999999999999999999),
    ("12345678901234567890", None),
    ("1e3", None),
    ("", None),
    ("0x1", None),
    (" 1", None),
    (None, None),
]:
    case("safe_integer", "safe_integer('x')", whole, x=text, what=str(text))

# ---------- texts, lists, groups

case("matches", "matches('x', '^[a-z]{2}$')", True, x="ab")
case("matches", "matches('x', '^[a-z]{2}$')", False, x="abc")
case("matches", "matches('x', \"it's\")", True, x="so it's", what="a quote in the pattern")
case("matches", "matches('x', 'a')", None, x=None, what="null stays null")
case("text_list", "text_list(['a', \"it's\", ''])", ["a", "it's", ""], query="select {}")
case("text_list", "text_list([])", [], query="select {}", what="of nothing")
case(
    "each_text",
    "each_text('x', 'name', 'names')",
    ["", "b"],
    query="select array_agg(names.name order by names.name) from given, {}",
    x=["b", ""],
)
case(
    "each_element",
    "each_element('x')",
    ['"a"', "null", '{"b":1}'],
    query="select array_agg(elements.element::varchar order by length(elements.element::varchar)) from given, {}",
    x='["a",null,{"b":1}]',
)
case(
    "each_element",
    "each_element('x')",
    Each(None, None, []),
    query="select array_agg(elements.element) from given, {}",
    x="[]",
    what="of nothing",
)
ENTRIES = "select array_agg(entries.key || '=' || entries.value::varchar order by entries.key) from given, {}"
case(
    "each_key",
    "each_key('x')",
    ['="e"', "a.b=1", 'q"={"c":[]}'],
    query=ENTRIES,
    x='{"a.b":1,"":"e","q\\"":{"c":[]}}',
)
case("each_key", "each_key('x')", Each(None, None, []), query=ENTRIES, x="{}", what="of nothing")
case(
    "unfolded",
    "unfolded('given', 'key', 'x', 'entries')",
    ['="e"', "a.b=1", 'q"={"c":[]}'],
    query=ENTRIES.replace("given, ", ""),
    x='{"a.b":1,"":"e","q\\"":{"c":[]}}',
)
case(
    "unfolded",
    "unfolded('given', 'element', 'x', 'elements')",
    ['"a"', '{"b":1}'],
    query="select array_agg(elements.element::varchar order by length(elements.element::varchar)) from {}",
    x='["a",{"b":1}]',
    what="elements",
)
case(
    "unfolded",
    "unfolded('given', 'text', 'x', 'names')",
    ["", "b"],
    query="select array_agg(names.name order by names.name) from {}",
    x=["b", ""],
    what="texts",
)
case("column", "column('rows')", 1, query="select {0} from (select 1 as {0}) as given")
case("column", "column('x')", "a", what="as it is", x="a")
case("added_by", "'{{ crosswalk.added_by() }}'", "append", query="select {}")
case(
    "table_dropped",
    "'{{ crosswalk.table_dropped('x') }}'",
    Each("drop table x cascade", "drop table x cascade", "drop table x"),
    query="select {}",
)
# What such statements do is shown by builds that add, and on tables of Delta by warehouses/test_sail.py.
MERGES = "(target.type in ('spark', 'databricks'))"
TABLE = "api.Relation.create(schema='nowhere', identifier='nothing')"
for verb, call in {
    "rows_kept": f"rows_kept(['x'], 'select 1 as x', {TABLE})",
    "rows_deleted": "rows_deleted('x', 'select 1 as y', 'y')",
    "rows_changed": "rows_changed('x = changed.y', 'select 1 as y', 'true')",
}.items():
    is_merge = f"crosswalk.{call}.startswith('merge into') == {MERGES}"
    case(verb, f"{{{{ 1 if {is_merge} else 0 }}}}", 1, query="select {}")
is_delta = f"('using delta' in crosswalk.table_made({TABLE}, ['x bigint'])) == (target.type == 'spark')"
case("table_made", f"{{{{ 1 if {is_delta} else 0 }}}}", 1, query="select {}")
case(
    "one_by_one",
    "'{{ crosswalk.one_by_one(['select 1', 'select 2']) | replace('\\n', ' ') }}'",
    Each("select 1; select 2", "select 1; select 2", "select 2"),
    query="select {}",
)
case(
    "committed",
    "'{{ crosswalk.committed(['select 1', 'select 2']) | replace('\n', ' ') | replace('; commit', '') }}'",
    Each("select 1; select 2", "select 1; select 2", "select 2"),
    query="select {}",
)
case(
    "union_once",
    "(select count(*) from (select 1 as x {{ crosswalk.union_once() }} select 1 as x) as ones)",
    1,
    query="select {}",
)
case("tables_of", "{{ 1 if 'none' in crosswalk.tables_of('none') else 0 }}", 1, query="select {}")
case("clusters", "{{ crosswalk.clusters(['x']) or 0 }}", 0, query="select {}")
case(
    "liquid_clusters",
    "{{ 1 if (crosswalk.liquid_clusters(['x']) == ['x']) == (target.type == 'databricks') else 0 }}",
    1,
    query="select {}",
)
# The thirty-third column has no statistics on Databricks.
case(
    "liquid_clusters",
    "{{ crosswalk.databricks__liquid_clusters(['x'], 32) == ['x'] and not crosswalk.databricks__liquid_clusters(['x'], 33) }}",
    True,
    query="select {}",
)
NOWHERE = "api.Relation.create(schema='nowhere', identifier='nothing')"
case(
    "forbid_nulls", f"{{{{ crosswalk.forbid_nulls({NOWHERE}, 'x') | trim | length }}}}", 0, query="select {}"
)
case(
    "track_changes",
    "{{ 1 if ('change_tracking' in crosswalk.track_changes('x')) == (target.type == 'snowflake') else 0 }}",
    1,
    query="select {}",
)
case(
    "sorts_on_disk",
    "{{ 1 if ('= false' in crosswalk.sorts_on_disk(false)) == (target.type == 'duckdb') else 0 }}",
    1,
    query="select {}",
)
case("day_partitions", "{{ crosswalk.day_partitions('x', 'date') or 0 }}", 0, query="select {}")
case("longest_line", "{{ crosswalk.longest_line() or 0 }}", 0, query="select {}")
case("entry", "entry('given', 'key')", "a", key="a")
GROUP: Rows = [
    {"x": "a", "y": 1, "z": 1},
    {"x": "b", "y": 2, "z": 1},
    {"x": "c", "y": 2, "z": 2},
    {"x": None, "y": 3, "z": 3},
]
case("latest", "latest('x', ['y', 'z'])", "c", rows=GROUP, what="of what is not null")
case("latest", "latest('x', ['y', 'z'], 'z < 2')", "b", rows=GROUP, what="with a condition")
case("latest", "latest('x', ['y'])", None, rows=[{"x": None, "y": 1}], what="of nulls")
case("earliest", "earliest('x', ['z', 'y'])", "a", rows=GROUP)
case(
    "earliest",
    "earliest('x', ['y'])",
    "b",
    rows=[{"x": None, "y": 1}, {"x": "b", "y": 2}],
    what="of what is not null",
)
case("materialized", "materialized()", 1, query="with one as {} (select 1 as x) select x from one")
case("not_materialized", "not_materialized()", 1, query="with one as {} (select 1 as x) select x from one")

# ---------- hashes

for text in ["", "abc", "é😀", "a|b"]:
    case(
        "md5_hex",
        "md5_hex('x')",
        hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
        x=text,
        what=text,
    )
    case(
        "sha1_hex",
        "sha1_hex('x')",
        hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest(),
        x=text,
        what=text,
    )
    case(
        "hash_integer",
        "hash_integer('x')",
        int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:7], 16),
        x=text,
        what=text,
    )
case("hash_integer", "hash_integer('x')", None, x=None, what="null stays null")
case("from_epoch_us", "from_epoch_us('x')", time("2023-11-14 22:13:20.123456"), x=1700000000123456)
case("from_epoch_us", "from_epoch_us('x')", time("1969-12-31 23:59:59.999999"), x=-1, what="before 1970")
case("from_epoch_us", "from_epoch_us('cast(x as bigint)')", None, x=None, what="null stays null")
case("from_epoch_ms", "from_epoch_ms('x')", time("2023-11-14 22:13:20.123"), x=1700000000123)
for local, utc, moment in [
    ("2023-03-12 01:59:59.999999", "2023-03-12 06:59:59.999999", "before the change in spring"),
    ("2023-03-12 03:00:00", "2023-03-12 07:00:00", "after it"),
    ("2023-03-12 02:30:00", "2023-03-12 07:30:00", "a time that spring skips"),
    ("2023-11-05 00:59:59", "2023-11-05 04:59:59", "before the change in autumn"),
    ("2023-11-05 01:30:00", "2023-11-05 06:30:00", "a time that autumn has twice"),
    ("2023-11-05 02:00:00", "2023-11-05 07:00:00", "after it"),
]:
    case("local_to_utc", "local_to_utc('x', 'America/New_York')", time(utc), x=time(local), what=moment)
case(
    "local_to_utc",
    "local_to_utc('x', 'Asia/Kolkata')",
    time("2022-12-31 18:30:00"),
    x=time("2023-01-01 00:00:00"),
)
case("local_to_utc", "local_to_utc('cast(x as timestamp)', 'UTC')", None, x=None, what="null stays null")

# White space of any kind, and letters that an escape in the list of characters would take away by mistake.
for text, wanted in [
    (" alice\t", "alice"),
    ("\nD1\r\n", "D1"),
    (" x", "x"),
    ("x\u00a0", "x"),
    ("\ufeff~!", "~!"),
    ("é", "é"),
    ("\u00a0\u2003x y\u3000\ufeff", "x y"),
    ("u0085u", "u0085u"),
    ("", ""),
    (None, None),
]:
    case("trimmed", "trimmed('x')", wanted, x=text, what=repr(text))
for text, blank in [(None, True), ("", True), (" \t\r", True), ("\u200b", True), ("x", False), ("0", False)]:
    case("is_blank", "is_blank('x')", blank, x=text, what=repr(text))
case(
    "hours_ahead", "hours_ahead(\"timestamp '2001-01-01 00:00:00'\") ~ ' < 0'", True, x=None, what="the past"
)
case(
    "hours_ahead",
    "hours_ahead(\"timestamp '2999-01-01 00:00:00'\") ~ ' > 24'",
    True,
    x=None,
    what="the future",
)

# RFC 9562, appendix A.4, has its own namespace; ours are 16 ASCII characters, which are 16 bytes.
NAMESPACE = "posthog_mixpanel"
for name in ["", "www.example.com", "é😀", "a'b", *(f"name {number}" for number in range(40))]:
    case(
        "uuid_v5",
        f"uuid_v5('{NAMESPACE}', 'x')",
        str(uuid.uuid5(uuid.UUID(bytes=NAMESPACE.encode()), name)),
        x=name,
        what=name,
    )
case("uuid_v5", f"uuid_v5('{NAMESPACE}', 'x')", None, x=None, what="null stays null")
for milliseconds in [
    0,
    1,
    1645557742000,
    1700000000000,
    2**48 - 1,
]:  # the third is that of RFC 9562, appendix A.6
    for seed in ["a", "b", "c", "d"]:
        case(
            "uuid_v7",
            "uuid_v7('x', 'y')",
            time_ordered_uuid(milliseconds, seed),
            x=milliseconds,
            y=seed,
            what=f"{milliseconds} {seed}",
        )


for text, digits in {
    "4810060720600030.0": "4810060720600030",
    "4.81006072060003e+15": "4810060720600030",
    "4.81E15": "4810000000000000",
    "12": None,
    "1.5": None,
    "e5": None,
    "1e99": None,
    None: None,
}.items():
    case("plain_integer", "plain_integer('x')", digits, what=str(text), x=text)

case("extracted", "extracted('x', '^([a-z]+) ([0-9])')", "ab", x="ab 1")
case("extracted", "extracted('x', '^([a-z]+) ([0-9])')", None, what="no match", x="AB 1")
case("extracted", "extracted('x', '^(a*)')", "", what="an empty group is no null", x="b")
case("extracted", "extracted('x', '^(a)')", None, what="null", x=None)

case("json_unescape_once", "json_unescape_once('x')", '{"a":"{\\"b\\":1}"}', x='{"a":"{\\\\"b\\\\":1}"}')

case(
    "json_from_texts",
    "json_from_texts('x')",
    '{"a":5,"b":true,"c":"007","d":-1.5,"e":"1.50","f":123456789012345,"g":"1234567890123456","h":"True","":"x","k\\"k":0}',
    x='{"a":"5","b":"true","c":"007","d":"-1.5","e":"1.50","f":"123456789012345","g":"1234567890123456","h":"True",'
    '"":"x","k\\"k":"0"}',
)
case("json_from_texts", "json_from_texts('x')", "{}", what="nothing", x="{}")
case("json_drop_nulls", "json_drop_nulls('x')", '{"b":[null],"":"null"}', x='{"a":null,"b":[null],"":"null"}')
case("json_drop_nulls", "json_drop_nulls('x')", "{}", what="nothing", x="{}")
case("from_epoch_ms", "from_epoch_ms('x')", time("2024-01-03 10:00:00.123"), x=1704276000123)
case("from_epoch_ms", "from_epoch_ms('cast(x as bigint)')", None, what="null", x=None)
case(
    "parse_time",
    "parse_time('x')",
    time("2024-01-03 10:00:00.123456"),
    what="microseconds",
    x="1704276000123456",
)


case(
    "by_bytes",
    "by_bytes('x')",
    ["A", "B", "a", "b", "ä", "😀"],
    query="select array_agg(x order by {}) from given",
    rows=[{"x": x} for x in ["ä", "B", "b", "😀", "A", "a"]],
)
case(
    "by_bytes",
    "by_bytes('x')",
    "Z",
    query="select min({}) from given",
    rows=[{"x": x} for x in ["a", "Z"]],
    what="the least",
)
case("list_size", "list_size('x')", 2, x=["a", ""])
case("list_size", "list_size('x')", 0, what="nothing", x=[])
for size, power in [
    ("0.001", 1),
    ("1", 1),
    ("1.001", 2),
    ("2", 2),
    ("7.999", 8),
    ("8", 8),
    ("8.001", 16),
    ("1048576", 1048576),
    ("536870912", 536870912),
]:
    case("power_of_two", f"power_of_two('{size}')", power, query="select cast({} as bigint)", what=size)
case(
    "json_line", "json_line('x', 'true')", Each('{ "a": 1.10 }', '{"a":1.1}', '{"a":1.1}'), x='{ "a": 1.10 }'
)
case(
    "json_line",
    "json_line('x', \"x like '{%'\")",
    Each("{", None, None),
    what="no strict JSON",
    query=Each("select {} from given", *["select {} from given where x <> '{{'  union all select null"] * 2),
    x="{",
)
case("reads_files", "{{ crosswalk.reads_files() }}", Each(True, False, False), query="select {}")
case("positions_stay", "{{ crosswalk.positions_stay() }}", Each(False, True, True), query="select {}")
IN_TWO_FILES: Rows = [
    {"file": "b", "x": 1},
    {"file": "a", "x": 2},
    {"file": "b", "x": 3},
    {"file": "a", "x": 1},
]
case(
    "landed_position",
    "{{ crosswalk.landed_position(['file', 'x desc']) }}",
    ["1a2", "2a1", "3b3", "4b1"],
    query=Each(
        "select ['1a2', '2a1', '3b3', '4b1'] {}",
        "select array_agg(landed_position || file || x order by landed_position) from (select {} file, x from given) as landed",
        "select array_sort(array_agg(landed_position || file || x)) from (select {} file, x from given inner join ("
        "select 'a' as part, 0 as rows_before union all select 'b', 2) as landed_parts on file = part) as numbered",
    ),
    rows=IN_TWO_FILES,
)
case(
    "landed_parts",
    "landed_parts('given')",
    ["a", "a", "b", "b"],
    query=Each(
        "select array_agg(file order by file) from given {}",
        "select array_agg(file order by file) from given {}",
        "select array_sort(array_agg(file)) from given {} where rows_before = case file when 'b' then 2 else 0 end",
    ),
    rows=IN_TWO_FILES,
)
case("helper_functions", "helper_functions()", Each(False, True), query="select length($case${}$case$) > 0")

# SHA-1 where pgcrypto is not to be had: not run as a verb, but rendered with the others.
case(
    "sha1_hex",
    "postgres__sha1_alone()",
    True,
    query="select length($case${}$case$) > 0",
    what="without pgcrypto",
)

for text in ["", "it's", "a\\b\\'", "\\u0041\\n", "é😀\n", "$1 {x} %s"]:
    case("literal", f"literal({json.dumps(text, ensure_ascii=False)})", text, query="select {}", what=text)
case(
    "distinct_texts",
    "distinct_texts('x', '|')",
    "a|b",
    rows=[{"x": x} for x in ["b", "a", None, "b"]],
)
case("distinct_texts", "distinct_texts('x', '|')", "a", what="of one", x="a")
case(
    "joined_texts",
    "joined_texts('x', ['y'])",
    "cab",
    rows=[{"x": "a", "y": 2}, {"x": "b", "y": 3}, {"x": "c", "y": 1}],
)
case("replaced", "replaced('x', '^[{](.*)[}]$', '\\\\1')", "a{b", x="{a{b}")
case("replaced", "replaced('x', '^x:', '')", "x:y", what="once", x="x:x:y")
case("replaced", "replaced('x', '^x$', 'y')", "z", what="no match", x="z")
for written, text in [
    ("37.7749", "37.7749"),
    ("-0.1", "-0.1"),
    ("2e23", "2e+23"),
    ("1.5e-5", "1.5e-05"),
    ("0.0001", "0.0001"),
    ("1e15", "1000000000000000.0"),
]:
    case(
        "number_text",
        "number_text('cast(x as double precision)')",
        Each(text, "1e+15" if written == "1e15" else text),
        what=written,
        x=written,
    )
case(
    "recursion_levels",
    "recursion_levels(200, ['n'])",
    150,
    query="with recursive steps {} as (select 1 as n union all select n + 1 as n from steps where n < 150)"
    " select max(n) from steps",
)

case("most_steps", "({{ crosswalk.most_steps() }} between 50 and 1000)", True, query="select {}")
case("differs", "differs('x', 'y')", False, x="a", y="a", what="one value")
case("differs", "differs('x', 'y')", True, x="a", y="b", what="two")
case("differs", "differs('x', 'y')", True, x=None, y="a", what="null and a value")
case("differs", "differs('x', 'y')", True, x="a", y=None, what="a value and null")
case("differs", "differs('x', 'y')", False, x=None, y=None, what="two nulls")

# ---------- one text for one value: what is hashed and sent has to be the same to the letter

for written, read in {
    "1.10": "1.1", "1e3": "1000.0", "1e21": "1e21", "1E+2": "100.0", "-0": "0", "-0.0": "-0.0", "0.000001": "0.000001",
    "0.0000001": "1e-7", "1.5e-10": "1.5e-10", "123456789.123456789": "123456789.12345679",
    "12345678901234567890": "12345678901234567890",
    "123456789012345678901234567890": "123456789012345678901234567890", "100000000000000000000.0": "100000000000000000000.0",
    "1000000000000000000000.0": "1e21", "9007199254740993.0": "9007199254740992.0",
    "1.7976931348623157e308": "1.7976931348623157e308",
    "5e-324": "5e-324", "1e-400": "0.0", "1e400": "1e400", "0.1e1": "1.0", "2.50e-3": "0.0025", "1e16": "10000000000000000.0",
    "-9223372036854775809": "-9223372036854775809", "1234567890123456789012.5": "1.2345678901234568e21", "-1.50": "-1.5",
    '"a\\/b"': '"a/b"', '"\\u00e9\\u2028\\u007f"': '"é\u2028\x7f"',
    '"\\u0001\\u001f\\u000b\\b\\f"': '"\\u0001\\u001F\\u000B\\b\\f"',
    '"\\ud83d\\ude00"': '"😀"', '"\\\\u0041"': '"\\\\u0041"', '"\\u0022 1.10"': '"\\" 1.10"', "[ true , null ]": "[true,null]",
}.items():  # fmt: skip
    case("json_minify", "json_minify('x')", f'{{"a":{read}}}', x=f'{{"a":{written}}}', what=written)
case(
    "json_string",
    "json_string('x')",
    '"\\u0001\\u000B\\u001F\\"\\\\\x7f"',
    x='\x01\x0b\x1f"\\\x7f',
    what="control characters",
)


def literal_type(value: Any) -> str:
    """The SQL type that a value is bound as."""
    if isinstance(value, dt.datetime):
        return "timestamp"
    if isinstance(value, int):
        return "bigint"
    return "varchar[]" if isinstance(value, list) else "varchar"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files to read: LF and CRLF, a byte-order mark, a blank line, bytes that are no UTF-8, gzip, a name with a quote."""
    files = tmp_path_factory.mktemp("verbs")
    (files / "mixed.json").write_bytes("\ufeffé😀\r\n".encode() + b"\xff\xfe\n\nun")
    (files / "packed.json.gz").write_bytes(gzip.compress(b'packed, "q"\t\'\n'))
    (files / "it's #1.json").write_text("{}\n")
    (files / "table.csv").write_bytes(b'user_id,"a,b","q ""x""",\r\n1,"x, ""y""\nz",,0\r\n1,2\r\n')
    (files / "empty.csv").write_bytes(b"")
    (files / "lf.csv").write_bytes(b"a,b\n1,x\n\xff,y\n")
    (files / "crlf.csv").write_bytes(b"a,b\r\n1,x\r\n\xff,y\r\n")
    (files / "mixed.csv").write_bytes(b'a,b\r\n1,x\n2\r\n3,,"y ""z""",w\n4,"q\r\nr"\n')
    (files / "bare.csv").write_bytes(b"a,b\n1,x\ry\n")
    (files / "blank.csv").write_bytes(b"\n \na,b\n1,x\n")
    table = duckdb.sql(
        'select 9007199254740993 as "User", [1, null] as n, 123456789012345678901234567890.1::decimal(38, 2) as d,'
        " 1.5::double as f union all select 1, null, null, 'nan'::double"
    )
    assert table is not None
    table.write_parquet(str(files / "table.parquet"))
    return files


def cases_on(engine: str) -> list[Case]:
    """The cases that an engine has a word for."""
    lacking = OF_FILES | LACKING.get(engine, set())
    return [
        each
        for each in CASES
        if (engine == "duckdb" or each.verb not in lacking)
        and (engine != "spark" or "postgres__" not in each.jinja)
    ]


def render(engine: str, output: dict[str, Any], folder: Path) -> list[str]:
    """The SQL of each case, from one `dbt compile --inline`."""
    (folder / "profiles.yml").write_text(
        json.dumps({"crosswalk": {"target": engine, "outputs": {engine: output}}})
    )
    inline = f"\n{BORDER}\n".join(each.jinja.replace(FOLDER, str(folder)) for each in cases_on(engine))
    arguments = ["compile", "--inline", inline, "--project-dir", str(ROOT), "--profiles-dir", str(folder)]
    paths = ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    with contextlib.chdir(ROOT):
        result = dbtRunner().invoke(["--quiet", "--log-level", "none", *arguments, *paths])
    assert result.success, result.exception
    parts: list[str] = result.result.results[0].node.compiled_code.split(BORDER)
    return [part.strip() for part in parts]


@pytest.fixture(scope="module")
def rendered(folder: Path) -> list[str]:
    """The SQL of the cases on DuckDB."""
    output = {"type": "duckdb", "path": str(folder / "verbs.duckdb"), "schema": "main", "threads": 1}
    return render("duckdb", output, folder)


def full_query(each: Case, sql: str, engine: str = "duckdb") -> tuple[str, list[Any]]:
    """The query of a case, and the values to bind."""
    mark = "?" if engine == "duckdb" else "%s"
    columns = (
        ", ".join(f"{mark}::{literal_type(value)} as {name}" for name, value in row.items())
        for row in each.given
        if row
    )
    given = " union all ".join(f"select {row}" for row in columns)
    query = on(engine, each.query).format(sql)
    if engine != "duckdb":
        query = query.replace("%", "%%")
    return (f"with given as ({given})\n{query}" if given else query), [
        value for row in each.given for value in row.values()
    ]


@pytest.fixture(scope="module")
def database(rendered: list[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A session far from UTC, since no verb may depend on its zone. The files were read once, so that there are rejects."""
    with duckdb.connect() as connection:
        connection.execute(
            "set TimeZone = 'Asia/Kolkata'; create table landed as select unnest(['b', 'a']) as x"
        )
        for each, sql in zip(CASES, rendered, strict=True):
            if each.verb == "read_lines":
                connection.execute(*full_query(each, sql))
        yield connection


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{each.verb}: {each.what}" for each in CASES])
def test_verb_on_duckdb(number: int, rendered: list[str], database: duckdb.DuckDBPyConnection) -> None:
    each = CASES[number]
    found = database.execute(*full_query(each, rendered[number])).fetchall()
    assert found == [(on("duckdb", each.expected),)]


@pytest.fixture(scope="module")
def on_postgres(
    postgres_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Any, list[str]]]:
    """A session far from UTC on a database with the helper functions, and the SQL of the cases there."""
    with postgres_server.database(BY_LANGUAGE) as database:
        profile = {**database.profile("odd Verbs"), "threads": 1}
        rendered = render("postgres", profile, tmp_path_factory.mktemp("postgres"))
        functions = next(
            sql
            for each, sql in zip(cases_on("postgres"), rendered, strict=True)
            if each.verb == "helper_functions"
        )
        with contextlib.closing(database.connect()) as connection, connection.cursor() as cursor:
            cursor.execute('create schema "odd Verbs"')
            cursor.execute(functions)
            cursor.execute("set timezone = 'Asia/Kolkata'; set extra_float_digits = -2")
            cursor.execute(
                "create table landed as"
                " select x, landed_position from (values ('a', 2), ('b', 1)) as rows_of (x, landed_position)"
            )
            yield cursor, rendered


@pytest.mark.parametrize(
    "number",
    range(len(cases_on("postgres"))),
    ids=[f"{each.verb}: {each.what}" for each in cases_on("postgres")],
)
def test_verb_on_postgres(number: int, on_postgres: tuple[Any, list[str]]) -> None:
    each = cases_on("postgres")[number]
    cursor, rendered = on_postgres
    query, values = full_query(each, rendered[number], "postgres")
    cursor.execute(query, values or [])
    assert [tuple(row) for row in cursor.fetchall()] == [(on("postgres", each.expected),)]


def test_every_verb_has_a_case() -> None:
    assert {each.verb for each in CASES} == set(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_verb_is_a_front_door_with_renderings(verb: str) -> None:
    text = (DIALECT / f"{verb}.sql").read_text()
    macros = re.findall(r"\{%-? macro (\w+)\(", text)
    assert macros[:3] == [verb, f"default__{verb}", f"duckdb__{verb}"]
    assert all(name.endswith(f"__{verb}") for name in macros[1:])
    assert f"adapter.dispatch('{verb}', 'crosswalk')" in text
    assert text.startswith("{#")


@pytest.mark.parametrize("verb", VERBS)
def test_databricks_has_a_rendering_where_spark_has_one(verb: str) -> None:
    """By a name of its own, so that nobody has to know which adapter stands in for which."""
    text = (DIALECT / f"{verb}.sql").read_text()
    assert (f"macro databricks__{verb}(" in text) == (f"macro spark__{verb}(" in text)


@pytest.mark.parametrize("verb", VERBS)
def test_redshift_has_a_rendering_where_others_have_one(verb: str) -> None:
    """Else it would take Postgres' form, from which its adapter descends and its SQL does not."""
    text = (DIALECT / f"{verb}.sql").read_text()
    others = any(f"macro {engine}__{verb}(" in text for engine in ("postgres", "snowflake", "bigquery"))
    assert (f"macro redshift__{verb}(" in text) or not others


class Raised(Exception):
    """What dbt raises for a compiler error."""


def stop(message: str) -> None:
    """In place of dbt's `exceptions.raise_compiler_error`."""
    raise Raised(message)


@functools.lru_cache(maxsize=1)
def dialect_on(warehouse: str) -> Any:
    """The macros of the folder, dispatched as dbt does on a warehouse."""
    project = SimpleNamespace()

    def dispatch(name: str, package: str) -> Any:
        return getattr(project, f"{warehouse}__{name}", None) or getattr(project, f"default__{name}")

    environment = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701
    module = environment.from_string(
        "\n".join(path.read_text() for path in sorted(DIALECT.glob("*.sql")))
    ).make_module(
        {
            "adapter": SimpleNamespace(dispatch=dispatch),
            "crosswalk": project,
            "exceptions": SimpleNamespace(raise_compiler_error=stop),
            "target": SimpleNamespace(type=warehouse),
            "return": lambda value: value,
        }
    )
    vars(project).update({name: value for name, value in vars(module).items() if not name.startswith("_")})
    return project


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in MAY_BE_EMPTY])
def test_unknown_warehouse_is_told_in_one_sentence(verb: str) -> None:
    front_door = getattr(dialect_on("oracle"), verb)
    with pytest.raises(Raised) as raised:
        front_door(*["x"] * len(front_door.arguments))
    verb = MADE_OF_OTHERS.get(verb, verb)
    assert str(raised.value) == (
        f"Crosswalk cannot run on oracle yet: the verb '{verb}' has no rendering in macros/dialect/{verb}.sql; "
        f"use the DuckDB target of profiles.example.yml or add `oracle__{verb}` there."
    )


@pytest.mark.parametrize("verb", MAY_BE_EMPTY)
def test_unknown_warehouse_may_do_without(verb: str) -> None:
    front_door = getattr(dialect_on("oracle"), verb)
    assert str(front_door(*["rows"] * len(front_door.arguments))).strip() == MAY_BE_EMPTY[verb]


def test_sha1_is_the_same_without_pgcrypto(on_postgres: tuple[Any, list[str]]) -> None:
    cursor, rendered = on_postgres
    of = {each.what: sql for each, sql in zip(cases_on("postgres"), rendered, strict=True)}
    texts = ["", "abc", "é😀", *("x" * length for length in (54, 55, 56, 63, 64, 65, 119, 120, 128))]
    cursor.execute(of["without pgcrypto"])
    try:
        found = []
        for text in texts:
            cursor.execute('select "odd Verbs".crosswalk_sha1_hex(%s)', [text])
            found.append(cursor.fetchone()[0])
    finally:
        cursor.execute(of["helper_functions()"])
    assert found == [hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest() for text in texts]
