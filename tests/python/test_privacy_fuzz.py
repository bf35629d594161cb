"""`json_private` held against a plain rendering of its rule in Python, on objects that nobody would think of."""

import contextlib
import hashlib
import json
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.cli.main import dbtRunner

ROOT = Path(__file__).resolve().parents[2]
DENIED = ("email", 'e"m/é😀', "a.b")
HASHED = ("phone",)
RULES = r"""{'denied': ['email', 'e\"m/é😀', 'a.b'], 'hashed': ['phone'], 'spared': [], 'texts': [], 'deeper': {}}"""
CALL = f"""{{{{ crosswalk.json_private('given', ['id'], 'line', 'true', {RULES}, "'secret'") }}}}"""
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


def public(value: Any, depth: int) -> Any:
    """What is left of a value; `depth` is that of the keys of an object here."""
    if isinstance(value, list):
        return [public(one, depth) for one in value]
    if not isinstance(value, dict) or depth > DEEPEST:
        return value
    return {
        key: hashed(inner) if key in HASHED else public(inner, depth + 1)
        for key, inner in value.items()
        if key not in DENIED and (key in HASHED or depth < DEEPEST or not names_any(inner))
    }


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


@pytest.fixture(scope="module")
def sql(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("private")
    output = {"type": "duckdb", "path": str(folder / "none.duckdb")}
    (folder / "profiles.yml").write_text(
        json.dumps({"crosswalk": {"target": "dev", "outputs": {"dev": output}}})
    )
    places = {"--project-dir": ROOT, "--profiles-dir": folder}
    places |= {"--target-path": folder / "target", "--log-path": folder / "logs"}
    arguments = [str(part) for place in places.items() for part in place]
    with contextlib.chdir(ROOT):
        result = dbtRunner().invoke(
            ["--quiet", "--log-level", "none", "compile", "--inline", CALL, *arguments]
        )
    assert result.success, result.exception
    return str(result.result.results[0].node.compiled_code)


def left(sql: str, lines: list[str]) -> list[Any]:
    with duckdb.connect() as connection:
        connection.execute("create table given (id bigint, line varchar)")
        connection.execute("insert into given select unnest(range(?)), unnest(?)", [len(lines), lines])
        found = connection.execute(sql).fetchall()
    assert sorted(row[0] for row in found) == list(range(len(lines)))
    return [json.loads(row[1]) for row in sorted(found)]


@pytest.mark.parametrize("seed", range(2))
def test_what_is_left_is_what_the_rule_says(sql: str, seed: int) -> None:
    chance = random.Random(seed)
    values = [{key: made(chance, 2, 2) for key in chance.sample(KEYS, 4)} for _ in range(NUMBER)]
    found = left(sql, [written(chance, value) for value in values])
    for value, one in zip(values, found, strict=True):
        assert (list(one), one) == (list(wanted := public(value, 0)), wanted), value


def test_however_deep_nothing_private_is_left(sql: str) -> None:
    """Deep down more than the rule says may go, but never less, and no line stops the build."""
    chance = random.Random(7)
    values = [{key: made(chance, 6, 3) for key in chance.sample(KEYS, 5)} for _ in range(NUMBER)]
    found = left(sql, [written(chance, value) for value in values])
    for value, one in zip(values, found, strict=True):
        assert not leaks(one), value
