"""The functions in Python that Snowflake and Redshift run: one text in both places, and an answer to whatever comes.

What each of them gives is held by the cases of the verbs, in test_snowflake.py and test_redshift.py.
"""

import ast
import json
import random
from typing import Any

import duckdb
import harness
import pytest
from crosswalk import json_functions

SOURCE = harness.ROOT / "scripts" / "crosswalk" / "json_functions.py"
COPY = harness.ROOT / "macros" / "dialect" / "python" / "source.sql"


def test_the_macro_holds_the_same_text() -> None:
    text = SOURCE.read_text()
    assert "$$" not in text
    head, rest = COPY.read_text().split("{% raw %}\n", 1)
    assert head.endswith("{% macro python__source() %}")
    assert rest == text + "{% endraw %}{% endmacro %}\n"


def test_it_asks_for_nothing_but_the_standard_library() -> None:
    tree = ast.parse(SOURCE.read_text())
    names = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names == {"datetime", "hashlib", "json", "re", "typing"}


def test_both_warehouses_ask_for_the_version_of_the_text() -> None:
    calls = (COPY.parent / "calls.sql").read_text()
    asked = calls.split("{% macro python__version() -%}\n", 1)[1].split("\n", 1)[0].strip()
    assert asked == json_functions.VERSION


def event(*arguments: list[Any]) -> dict[str, Any]:
    """What Redshift sends, by the Database Developer Guide, Scalar Lambda UDFs."""
    return {
        "request_id": "1",
        "external_function": "x",
        "num_records": len(arguments),
        "arguments": arguments,
    }


def test_lambda_answers_row_by_row() -> None:
    rows = [["json_text", '{"a":[1.10]}', "a", None, None], ["json_text", None, "a", None, None]]
    answer = json.loads(json_functions.handler(event(*rows), None))
    assert answer == {"success": True, "num_records": 2, "results": ["[1.1]", None]}


def test_lambda_says_what_went_wrong_in_its_answer() -> None:
    answer = json.loads(json_functions.handler(event(["no_such_function", "x", None, None, None]), None))
    assert answer == {"success": False, "error_msg": "crosswalk: KeyError: 'no_such_function'"}


ODD = [
    "",
    "{",
    "nul",
    '"',
    "[1,",
    "{'a':1}",
    "\x00",
    "é",
    "NaN",
    "[" * 5000,
    *(
        opening * levels + "1" + closing * levels
        for opening, closing in (("[", "]"), ('{"a":', "}"))
        for levels in (450, 900)
    ),
    '{"a":1}',
    "[1]",
    '"x"',
    "1",
    "null",
    '{"a":1,"a":2}',
]
LISTS = {
    "json_drop_keys",
    "json_keep_keys",
    "json_has_any_key",
    "json_unknown_keys",
    "json_pick",
    "json_pick_text",
}
OF_JSON = [name for name in json_functions.NAMES if name.startswith("json_")]


RULES = json.dumps(
    {
        "denied": ["a"],
        "hashed": ["h"],
        "spared": [],
        "texts": ["t"],
        "deeper": {},
        "pattern": r'\\*"(?:a|h)\\*"\s*:',
    }
)


@pytest.mark.parametrize("name", OF_JSON)
def test_no_text_stops_a_query(name: str) -> None:
    """An engine may work a function out before the condition that keeps such a text from it."""
    more = {"json_deeper_than": ["3"], "json_has_path": ["$.a.*"], "json_prefix_keys": ["p"]}.get(name)
    more = more or ['["a"]', '["x"]', "p"]
    more = (
        ["{}", '["a"]', "p"] if name in ("json_make_room", "json_shares_keys", "json_covers_keys") else more
    )
    if name == "json_private":
        more = [RULES, "key"]
    for text in [None, *ODD]:
        json_functions.call(name, text, *more)


def levels(number: int) -> str:
    """Objects and lists within one another."""
    return '{"b":[' * (number // 2) + "1" + "]}" * (number // 2)


def test_a_line_that_is_too_deep_is_malformed_and_one_that_is_not_finds_room_everywhere() -> None:
    """Else it would stop the query: Python's stack has an end."""
    assert not json_functions.json_is_strict_object(levels(json_functions.LEVELS + 2))
    line = levels(json_functions.LEVELS)
    assert json_functions.json_is_strict_object(line)
    for name in ("json_minify", "json_key_shape", "json_last_key_wins"):
        assert getattr(json_functions, name)(line)
    with_name = line.replace("1", '{"a":1}')
    assert json_functions.json_private(with_name, RULES, "key") == "--p" + '{"b":[{"b":[{"b":[{}]}]}]}'
    assert len(json_functions.row_list("keys", line)) > len(line)


@pytest.mark.parametrize("line", ['{"a":1', levels(900).replace("1", '{"a":1}')])
def test_nothing_stays_of_what_cannot_be_taken_apart(line: str) -> None:
    assert json_functions.call("json_private", line, RULES, "key") == "--p{}"


def test_without_a_key_nothing_is_hashed() -> None:
    """Null is no key: the values could be found by trying."""
    line = '{"h":1}'
    answer = json.loads(json_functions.handler(event(["json_private", line, RULES, None, None]), None))
    assert answer["success"] is False and "`crosswalk keys set`" in answer["error_msg"]
    assert line not in answer["error_msg"]


def test_a_text_that_hashes_make_too_long_is_empty() -> None:
    line = '{"h":1,"b":"é"}'
    found = json_functions.call("json_private", line, RULES, "key")
    size = len(found[3:].encode())
    assert json_functions.call("json_private", line, RULES, "key", str(size)) == found
    assert json_functions.call("json_private", line, RULES, "key", str(size - 1)) == "-h-"


def test_a_text_that_was_longer_before_is_not() -> None:
    """A page that was put together may be longer than a line: what is denied only makes it shorter."""
    assert json_functions.call("json_private", '{"a":1,"b":"é"}', RULES, "key", "3") == 'd--{"b":"é"}'


def test_a_long_run_of_backslashes_is_read_once() -> None:
    """Where a pattern is tried at each of them, this takes minutes."""
    line = json.dumps({"t": "{" + "\\" * 200_000 + '"a'})
    assert json_functions.call("json_private", line, RULES, "key") is None


def value(chance: random.Random, depth: int = 0) -> str:
    """A JSON text as an export may have it."""
    kind = chance.randrange(8 if depth < 3 else 5)
    if kind == 0:
        return chance.choice(["true", "false", "null"])
    if kind <= 2:
        digits = str(chance.randrange(10 ** chance.randrange(1, 19)))
        return (
            chance.choice(["", "-"])
            + digits
            + chance.choice(["", ".0", ".5", ".10", "e2", "E-7", ".125e10", "e+21"])
        )
    if kind <= 4:
        return json.dumps(
            "".join(chance.choice('aé😀"\\/\n\x07\x1f\u2028') for _ in range(chance.randrange(6))),
            ensure_ascii=chance.random() < 0.5,
        )
    parts = [value(chance, depth + 1) for _ in range(chance.randrange(4))]
    space = chance.choice(["", " ", "\n\t"])
    if kind == 5:
        return f"[{space}{','.join(parts)}{space}]"
    return "{" + f"{space},".join(f'"k{place}"{space}:{part}' for place, part in enumerate(parts)) + "}"


def test_values_are_written_as_duckdb_writes_them() -> None:
    """The ids hash such texts: 3,000 values, to the letter."""
    chance = random.Random(11)
    given = [f'{{"v":{value(chance)}}}' for _ in range(3000)]
    found = duckdb.execute("select json(text)::varchar from (select unnest(?) as text)", [given]).fetchall()
    for text, (wanted,) in zip(given, found, strict=True):
        assert json_functions.json_minify(text) == wanted
        assert json_functions.json_is_strict_object(text)
