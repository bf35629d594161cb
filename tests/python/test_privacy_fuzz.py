"""`json_private` held against a plain rendering of its rule in Python, on objects that nobody would think of; and the function
of Snowflake, Redshift and BigQuery against Postgres."""

import contextlib
import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import harness
import pytest
from crosswalk import json_functions
from postgres import Server

BORDER = "-- the query --"
DENIED = ("email", 'e"m/é😀', "a.b")
HASHED = ("phone",)
RULES = r"""{'denied': ['email', 'e\"m/é😀', 'a.b'], 'hashed': ['phone'], 'spared': [], 'texts': [], 'deeper': {}}"""
CALL = f"""{{{{ crosswalk.json_private('given', ['id'], 'line', 'true', {RULES}, "'secret'") }}}}"""
# The same with all there is to a rule, and what a function in Python is given of it.
ALL_RULES = RULES.replace(
    "'spared': [], 'texts': [], 'deeper': {}",
    "'spared': ['a', 'phone'], 'texts': ['b', 'k\\n'], 'deeper': {'a': 2, '': 1}",
)
ALL_CALL = CALL.replace(RULES, ALL_RULES)
GIVEN = (
    f"{{% set rules = {ALL_RULES} %}}"
    "{{ tojson(dict(rules, pattern=crosswalk.json_name_pattern(rules['denied'] + rules['hashed'], opened=true))) }}"
)
KEYS = [
    "a",
    "b",
    "email",
    "phone",
    "a.b",
    'e"m/é😀',
    "",
    "xemail",
    "Email",
    "phone ",
    '"email":',
    '{"email":1',
]
KEYS += ["a\\", "\\", "k\n", "é", "email\\", '\\"email']
TEXTS = [
    "",
    "x",
    "email",
    '"email":"x"',
    '{"email":"y"}',
    "\\",
    '\\"',
    "a,b",
    "}",
    "{",
    "[",
    "]",
    '","email":"',
    '{"email"\n:"y"}',
    '{"phone"\t : 1}',
]
TEXTS += ["é😀", "\n\t", "1", "null", '\\"email\\":', "/"]
DEEPEST = 3
NUMBER = 4000


def made(chance: random.Random, objects: int, lists: int) -> Any:
    kind = chance.random()
    if objects and kind < 0.35:
        return {key: made(chance, objects - 1, lists) for key in chance.sample(KEYS, chance.randint(0, 4))}
    if lists and kind < 0.5:
        return [made(chance, objects, lists - 1) for _ in range(chance.randint(0, 3))]
    return chance.choice([None, True, False, 0, -1, 12345678901234567, *chance.choices(TEXTS, k=6)])


def written(chance: random.Random, value: Any) -> str:
    """JSON text with the spaces and escapes that vendors use."""
    text = json.dumps(
        value, ensure_ascii=chance.random() < 0.5, separators=chance.choice([(",", ":"), (", ", ": ")])
    )
    if chance.random() < 0.2:
        text = text.replace('"email"', '"\\u0065mail"')
    if chance.random() < 0.2:
        text = re.sub(r'(?<!\\)((?:\\\\)*)\\"', r"\1\\u0022", text)
    return text.replace("/", "\\/") if chance.random() < 0.2 else text


def hashed(value: Any) -> Any:
    """The keyed hash of docs/privacy.md."""
    if value is None or value == "":
        return value
    if isinstance(value, list):
        return [one if one is None or one == "" else hashed_one(one) for one in value]
    return hashed_one(value)


def hashed_one(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    inner = hashlib.sha256(f"secret{text}".encode()).hexdigest()
    return hashlib.sha256(f"secret{inner}".encode()).hexdigest()


def names_any(value: Any) -> bool:
    if isinstance(value, dict):
        return any(key in (*DENIED, *HASHED) or names_any(inner) for key, inner in value.items())
    return isinstance(value, list) and any(map(names_any, value))


def public(value: Any, depth: int = 0, is_hashed: bool = False) -> Any:
    """What is left of a value; `depth` is that of the keys of an object here. Of what is hashed only what is too deep goes."""
    if isinstance(value, list):
        return [public(one, depth, is_hashed) for one in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, inner in value.items():
        if depth >= DEEPEST and names_any(inner):
            continue
        if is_hashed:
            found[key] = public(inner, depth + 1, True)
        elif key in HASHED:
            found[key] = hashed(public(inner, depth + 1, True))
        elif key not in DENIED:
            found[key] = public(inner, depth + 1)
    return found


def leaks(value: Any) -> bool:
    """Whether something private stands there in the open."""
    if isinstance(value, dict):
        return any(
            key in DENIED or (not is_hash(inner) if key in HASHED else leaks(inner))
            for key, inner in value.items()
        )
    return isinstance(value, list) and any(map(leaks, value))


def is_hash(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(is_hash, value))
    return value in (None, "") or (isinstance(value, str) and len(value) == 64)


def compiled(output: dict[str, Any], folder: Path, text: str) -> str:
    """What dbt makes of a template on a target."""
    (folder / "profiles.yml").write_text(
        json.dumps({"crosswalk": {"target": "dev", "outputs": {"dev": output}}})
    )
    result = harness.dbt(["compile", "--inline", text], folder, {}, harness.ROOT)
    return str(result.result.results[0].node.compiled_code)


# The lines without what is private, as an engine gives them.
Publish = Callable[[list[str]], list[Any]]


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What dbt makes of the call on DuckDB, and the rules as a function in Python is given them."""
    folder = tmp_path_factory.mktemp("private")
    output = {"type": "duckdb", "path": str(folder / "none.duckdb")}
    return compiled(output, folder, CALL + BORDER + GIVEN).split(BORDER)


@pytest.fixture(scope="module")
def on_duckdb(given: list[str]) -> Publish:
    sql = given[0]

    def left(lines: list[str]) -> list[Any]:
        with duckdb.connect() as connection:
            connection.execute("create table given (id bigint, line varchar)")
            connection.execute("insert into given select unnest(range(?)), unnest(?)", [len(lines), lines])
            return in_order(connection.execute(sql).fetchall())

    return left


@pytest.fixture(scope="module")
def asked_on_postgres(
    postgres_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[int, list[str]], Any]]:
    """The rows that Postgres gives of lines by one of the two calls."""
    folder = tmp_path_factory.mktemp("private")
    with postgres_server.database() as database, contextlib.closing(database.connect()) as connection:
        text = BORDER.join(["{{ crosswalk.helper_functions() }}", CALL, ALL_CALL])
        functions, *calls = compiled(database.profile() | {"threads": 1}, folder, text).split(BORDER)
        cursor = connection.cursor()
        cursor.execute(f"{functions}; create table given (id bigint, line text)")

        def rows(call: int, lines: list[str]) -> Any:
            cursor.execute("truncate given")
            cursor.execute(
                "insert into given select * from unnest(%s::bigint[], %s::text[])",
                [list(range(len(lines))), lines],
            )
            cursor.execute(calls[call])
            return cursor.fetchall()

        yield rows


@pytest.fixture(scope="module")
def on_postgres(asked_on_postgres: Callable[[int, list[str]], Any]) -> Publish:
    return lambda lines: in_order(asked_on_postgres(0, lines))


def in_order(found: Sequence[Sequence[Any]]) -> list[Any]:
    """The lines, each of them there once."""
    rows = sorted(tuple(row[:2]) for row in found)
    assert [row[0] for row in rows] == list(range(len(rows)))
    return [json.loads(row[1]) for row in rows]


def same_as_the_rule(values: list[Any], left: list[Any]) -> None:
    assert len(left) == len(values)
    for value, one in zip(values, left, strict=True):
        assert (list(one), one) == (list(wanted := public(value)), wanted), value


@pytest.mark.parametrize("seed", range(2))
def test_what_is_left_is_what_the_rule_says(on_duckdb: Publish, seed: int) -> None:
    chance = random.Random(seed)
    values = [{key: made(chance, 2, 2) for key in chance.sample(KEYS, 4)} for _ in range(NUMBER)]
    same_as_the_rule(values, on_duckdb([written(chance, value) for value in values]))


def test_however_deep_nothing_private_is_left(on_duckdb: Publish) -> None:
    """Deep down more than the rule says may go, but never less, and no line stops the build."""
    chance = random.Random(7)
    values = [{key: made(chance, 6, 3) for key in chance.sample(KEYS, 5)} for _ in range(NUMBER)]
    for value, one in zip(values, on_duckdb([written(chance, value) for value in values]), strict=True):
        assert not leaks(one), value


@pytest.mark.parametrize("depth", [2, 6])
def test_postgres_keeps_to_the_rule_at_every_depth(on_postgres: Publish, depth: int) -> None:
    chance = random.Random(11)
    values = [{key: made(chance, depth, 3) for key in chance.sample(KEYS, 5)} for _ in range(NUMBER // 4)]
    same_as_the_rule(values, on_postgres([written(chance, value) for value in values]))


@pytest.mark.parametrize("depth", [2, 6])
def test_python_keeps_to_the_rule_at_every_depth(given: list[str], depth: int) -> None:
    """What Snowflake, Redshift and BigQuery run."""
    rules = json.dumps(json.loads(given[1]) | {"spared": [], "texts": [], "deeper": {}})
    chance = random.Random(13)
    values = [{key: made(chance, depth, 3) for key in chance.sample(KEYS, 5)} for _ in range(NUMBER)]
    lines = [written(chance, value) for value in values]
    same_as_the_rule(values, [json.loads((private(line, rules) or f"---{line}")[3:]) for line in lines])


def private(line: str, rules: str) -> Any:
    return json_functions.call("json_private", line, rules, "secret")


def test_python_does_what_postgres_does_to_the_letter(
    given: list[str], asked_on_postgres: Callable[[int, list[str]], Any]
) -> None:
    """With spared names, texts that are opened, half of an object's text, levels that do not count, and the marks."""
    chance = random.Random(17)
    lines = []
    for _ in range(NUMBER // 2):
        value = {key: made(chance, 5, 2) for key in chance.sample(KEYS, 6)}
        for key in ("b", "k\n"):
            text = chance.choice(["", " ", "\n"]) + written(chance, {"b": value, "a": made(chance, 4, 2)})
            value = {key: text[: chance.choice([len(text), len(text), len(text) - 1])], **value}
        lines.append(written(chance, {"a": made(chance, 5, 1), **value}))
    rows = sorted(asked_on_postgres(1, lines))
    marks, wrong = set(), []
    for line, (_, public, *done) in zip(lines, rows, strict=True):
        found = private(line, given[1])
        kinds = "".join(kind if is_done else "-" for kind, is_done in zip("dhp", done, strict=True))
        marks.add(kinds)
        if (found or f"---{line}") != kinds + public:
            wrong.append(line)
    assert not wrong[:1]
    assert len(marks) == 8
