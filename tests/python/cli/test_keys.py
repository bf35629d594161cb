"""`crosswalk keys`: written by bind parameter, shown as a fingerprint, replaced only when asked to."""

import hashlib
import sys
from types import SimpleNamespace

import duckdb
import pytest
from crosswalk import redact
from crosswalk.key_tables import PostgresKeyTable, key_table_of
from crosswalk.keys import fingerprint
from crosswalk.profile import Target
from postgres import Database

from cli.support import Project

KEY = "a key of/more+than 16".replace(" ", "_")


def stored(project: Project) -> list[tuple[str, str]]:
    """The rows of the private table."""
    with duckdb.connect(str(project.warehouse)) as connection:
        return connection.execute("select name, value from crosswalk_keys").fetchall()


def test_the_key_of_the_environment_is_written(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSWALK_HASH_KEY", KEY)
    done = project.run("keys", "set")
    assert (done.code, stored(project)) == (0, [("hash", KEY)])
    expected = hashlib.sha256(b"crosswalk key fingerprint\n" + KEY.encode()).hexdigest()[:8]
    assert f"fingerprint {expected}." in done.out
    assert KEY not in done.out + done.err
    assert project.warehouse.stat().st_mode & 0o077 == 0
    assert expected in project.run("keys", "show").out


def test_a_generated_key_is_random_and_never_shown(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CROSSWALK_HASH_KEY", raising=False)
    done = project.run("keys", "set")
    ((_, key),) = stored(project)
    assert len(bytes.fromhex(key)) == 32
    assert key not in done.out + done.err
    assert fingerprint(key) in done.out
    assert redact.clean(f"x {key} x") == "x [secret] x"
    project.run("keys", "set")
    assert stored(project) == [("hash", key)]
    assert project.run("keys", "set", "--replace").code == 0
    assert stored(project) != [("hash", key)]


def test_another_key_needs_replace(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSWALK_HASH_KEY", KEY)
    project.run("keys", "set")
    monkeypatch.setenv("CROSSWALK_HASH_KEY", KEY + "2")
    refused = project.run("keys", "set")
    assert refused.code == 2
    assert "crosswalk keys set --replace" in refused.err
    assert stored(project) == [("hash", KEY)]
    assert project.run("keys", "set", "--replace").code == 0
    assert stored(project) == [("hash", KEY + "2")]


def test_no_key_to_show(project: Project) -> None:
    shown = project.run("keys", "show")
    assert shown.code == 2
    assert "crosswalk keys set" in shown.err
    assert not project.warehouse.exists()


def test_a_short_key_is_warned_of(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSWALK_HASH_KEY", "short-key")
    assert "fewer than 16 characters" in project.run("keys", "set").err


def test_snowflake_gets_the_key_beside_the_statement(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the driver writes it into the statement, the key stands in the query history."""
    sent: list[tuple[str, tuple[str, ...]]] = []

    class Warehouse:
        def __init__(self, target: Target) -> None:
            self.relation = lambda name: f"db.keys.{name}"
            self.style = ""

        def query(self, sql: str) -> list[dict[str, int]]:
            self.style = self.style or driver.paramstyle
            return [{"n": 1}]

        def run_bound(self, statements: list[tuple[str, tuple[str, ...]]]) -> list[tuple[str]]:
            sent.extend(statements)
            assert self.style == "qmark"
            return [(KEY,)]

    driver = SimpleNamespace(paramstyle="pyformat")
    monkeypatch.setitem(sys.modules, "snowflake", SimpleNamespace(connector=driver))
    monkeypatch.setitem(sys.modules, "snowflake.connector", driver)
    monkeypatch.setattr("crosswalk.adapter_warehouse.AdapterWarehouse", Warehouse)
    target = Target("dev", "snowflake", "keys", {}, project.folder, project.folder, "crosswalk")
    table = key_table_of(target)
    table.write(KEY)
    assert table.read() == KEY
    assert driver.paramstyle == "pyformat"
    assert [sql for sql, _ in sent] == [
        "delete from db.keys.crosswalk_keys where name = ?",
        "insert into db.keys.crosswalk_keys (name, value) values (?, ?)",
        "select value from db.keys.crosswalk_keys where name = ?",
    ]


def test_postgres(database: Database, project: Project) -> None:
    table = PostgresKeyTable(_target(database, project))
    assert table.read() == ""
    for key in (KEY, "'; drop table crosswalk_keys; --"):
        table.write(key)
        assert table.read() == key


def _target(database: Database, project: Project) -> Target:
    given = {
        "host": database.host,
        "port": str(database.port),
        "user": database.user,
        "password": database.password,
    }
    fields = given | {"dbname": database.name}
    return Target("dev", "postgres", "keys of us", fields, project.folder, project.folder, "crosswalk")
