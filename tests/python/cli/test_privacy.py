"""Denied and hashed properties on every route: one real build of all sources, then every relation and every file is searched.

What is private may stand nowhere but in the exports themselves. Postgres gives the rows that DuckDB gives.
"""

import base64
import contextlib
import gzip
import hashlib
import json
import os
import subprocess
import sys
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import harness
import pytest
import yaml
from postgres import BY_LANGUAGE, Server
from standin.server import Standin
from warehouses import lines, postgres

from cli.private_exports import KEY, LINES, RAW, VARIABLES, everywhere


class World:
    """A folder with exports, a warehouse and the state, and the command in processes of its own."""

    def __init__(self, folder: Path, server: Standin) -> None:
        self.folder, self.database = folder, folder / "history.duckdb"
        self.said = b""
        profile = {"type": "duckdb", "path": str(self.database), "schema": "main", "threads": 2}
        (folder / "profiles.yml").write_text(
            yaml.safe_dump({"crosswalk": {"target": "dev", "outputs": {"dev": profile}}})
        )
        raw = folder / "raw"
        raw.mkdir()
        self.variables: dict[str, Any] = dict(VARIABLES)
        for source in VARIABLES["sources"]:
            (raw / f"{source}.jsonl").write_text("\n".join(LINES[source]()) + "\n")
            self.variables[f"{source}_files"] = str(raw / f"{source}*")
        with (raw / "amplitude.jsonl").open("ab") as file:
            file.write(b'{"event_type":"no UTF-8 \xff","email":"CANARY"}\n')
        (raw / "heap_users.csv").write_text(
            "user_id,identity,email,phone,last_modified\n9,u5,CANARY,HASHME-phone,2024-01-01\n"
        )
        page = {"results": [{"$distinct_id": "u6", "$properties": everywhere()}]}
        (raw / "mixpanel_page.json").write_text(json.dumps(page, indent=1))
        self.environment = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(harness.ROOT / "scripts"), "HOME": str(folder), "DO_NOT_TRACK": "1",
            "DBT_TARGET_PATH": str(folder / "target"), "DBT_LOG_PATH": str(folder / "logs"), "MIXPANEL_API_URL": server.url,
            "POSTHOG_URL": server.url, "MIXPANEL_PROJECT_TOKEN": server.token, "POSTHOG_PROJECT_API_KEY": server.api_key,
            "CROSSWALK_HASH_KEY": KEY,
        }  # fmt: skip

    def run(
        self, *arguments: str, module: str = "crosswalk", **environment: str
    ) -> "subprocess.CompletedProcess[bytes]":
        where = ["--profiles-dir", str(self.folder), "--project-dir", str(harness.ROOT)]
        state = ["--state-dir", str(self.folder / "state")] if module == "crosswalk" else []
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments, *where, *state],
            env=self.environment | environment, capture_output=True, timeout=240, check=False,
        )  # fmt: skip
        self.said += done.stdout + done.stderr
        return done

    def build(self) -> "subprocess.CompletedProcess[bytes]":
        return self.run("build", "--vars", json.dumps(self.variables))

    def relations(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all relations but the keys."""
        with duckdb.connect(str(self.database)) as connection:
            names = connection.execute(
                "select table_name from information_schema.tables where table_name <> 'crosswalk_keys' order by 1"
            ).fetchall()
            return {name: connection.execute(f'select * from "{name}"').fetchall() for (name,) in names}

    def files(self) -> dict[str, bytes]:
        """What was written beside the exports and the warehouse, unpacked; and what was said."""
        found = {"said": self.said}
        for path in self.folder.rglob("*"):
            if (
                path.is_file()
                and path.parent != self.folder / "raw"
                and not path.name.startswith("history.duckdb")
            ):
                data = path.read_bytes()
                found[str(path.relative_to(self.folder))] = (
                    gzip.decompress(data) if path.suffix == ".gz" else data
                )
        return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everything once: key, build, plan, push with rejections, report, exports, and a model that fails."""
    with Standin() as server:
        world = World(tmp_path_factory.mktemp("privacy"), server)
        missing = world.run("build", "--vars", json.dumps(world.variables))
        assert missing.returncode == 2 and b"`crosswalk keys set`" in missing.stderr + missing.stdout
        assert world.run("keys", "set").returncode == 0
        built = world.build()
        assert built.returncode == 0, built.stdout + built.stderr
        for destination, code in (("mixpanel", 7), ("posthog", 0)):
            assert world.run("plan", "--to", destination, "--json").returncode == 0
            pushed = world.run("push", "--to", destination, "--yes")
            assert pushed.returncode == code, pushed.stdout + pushed.stderr
            assert world.run(
                "report", "--to", destination, "--out", str(world.folder / f"{destination}.html")
            ).returncode in (0, 7)
        for content in ("amplitude-raw", "mixpanel-raw", "posthog", "mixpanel"):
            exported = world.run("export", "--content", content, "--dest", str(world.folder / content))
            assert exported.returncode in (0, 7), exported.stdout + exported.stderr
        yield world


def keyed(value: str) -> str:
    """sha256(key || sha256(key || value)), worked out without the project."""
    inner = hashlib.sha256((KEY + value).encode()).hexdigest()
    return hashlib.sha256((KEY + inner).encode()).hexdigest()


def test_no_relation_holds_what_is_private(world: World) -> None:
    found = {name: str(rows) for name, rows in world.relations().items() if RAW.search(str(rows).encode())}
    assert not found


def test_no_file_holds_what_is_private(world: World) -> None:
    files = world.files()
    assert {"state/dead_letters/mixpanel.ndjson", "mixpanel.html", "target/manifest.json"} <= files.keys()
    assert any(name.startswith("amplitude-raw/") for name in files)
    assert not {name for name, data in files.items() if RAW.search(data)}


@pytest.mark.parametrize("destination", ["mixpanel", "posthog"])
def test_the_rest_arrives(world: World, destination: str) -> None:
    with duckdb.connect(str(world.database)) as connection:
        payloads = [
            row[0] for row in connection.execute(f"select payload from {destination}_payloads").fetchall()
        ]
    by_source = [text for text in payloads if '"plan":"pro"' in text]
    assert len(by_source) >= 6
    for text in by_source:
        found = json.loads(text)
        place = found.get("properties", found)
        place = next(
            one
            for one in (place, place.get("$set"), place.get("$set_once"), place.get("$group_set"))
            if one and "plan" in one
        )
        assert place["phone"] == keyed("HASHME-phone")
        assert place["twice"] == [keyed("HASHME-1"), keyed("2"), keyed('{"a":"HASHME"}')]
        # the columns of Heap's table of users are properties themselves, one level higher, and so is a $set beside the properties
        inner = {"b": {"kept": 2}} if "joindate" in place or found.get("$distinct_id") == "u4" else {}
        assert place["in s"] == {"a": {"kept": 1} | inner, "list": [{"kept": 4}, [{"kept": 5}], "kept"]}
        assert place["list_of"] == [1.5, None]
        assert not {"email", "secret", 'o"d.d/é', "card", "$os", "$email"} & place.keys()
    assert keyed("HASHME-city") in "".join(payloads)


def test_what_was_done_is_counted(world: World) -> None:
    with duckdb.connect(str(world.database)) as connection:
        rows = connection.execute(
            "select source, reason, rows from audit_repaired where reason like 'private%'"
        ).fetchall()
        records = connection.execute("select record from audit_quarantined where stage = 'read'").fetchall()
    assert {(source, reason) for source, reason, _ in rows} == {
        (source, f"private_{kind}")
        for source in VARIABLES["sources"]
        for kind in ("denied", "hashed", "deep")
    }
    texts = sorted({text for (text,) in records})
    assert texts == [
        "[withheld: the line names a private property]",
        '{"user_id":"whole but malformed","plan":"kept",}',
    ]


def test_parts_that_are_withheld_are_not_put_together_again(world: World) -> None:
    done = world.run("build", "--select", "stg_mixpanel__pages", "--vars", json.dumps(world.variables))
    assert done.returncode == 2 and b"add +stg_mixpanel__lines to --select" in done.stdout + done.stderr


def test_the_key_is_nowhere(world: World, tmp_path: Path) -> None:
    bad = tmp_path / "torn.json.gz"
    bad.write_bytes(gzip.compress(b'{"email":1}\n' * 1000)[:-20])
    variables = json.dumps(world.variables | {"amplitude_files": str(bad)})
    failed = world.run(
        "build", "--vars", variables, "--select", "stg_amplitude__lines", module="dbt.cli.main"
    )
    assert failed.returncode != 0
    raw = KEY.encode()
    forms = {
        raw,
        raw.hex().encode(),
        raw.hex().upper().encode(),
        base64.b64encode(raw).rstrip(b"="),
        base64.urlsafe_b64encode(raw).rstrip(b"="),
    }
    forms |= {
        urllib.parse.quote(KEY, safe="").encode(),
        urllib.parse.quote_plus(KEY).encode(),
        json.dumps(KEY)[1:-1].encode(),
    }
    assert not {(name, form) for name, data in world.files().items() for form in forms if form in data}
    shown = world.run("keys", "show")
    expected = hashlib.sha256(b"crosswalk key fingerprint\n" + raw).hexdigest()[:8]
    assert shown.returncode == 0 and shown.stdout.decode().split()[-1] == f"{expected}."


# What only DuckDB reads: the table of Heap's users and the page of Mixpanel's profiles, who are u5 and u6.
OF_FILES = ("u5", "u6")


Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def on_postgres(world: World, postgres_server: Server) -> Iterator[Callable[[str], Rows]]:
    """The same lines in a PostgreSQL database where the project was built, to be asked."""
    folder = world.folder.parent / "postgres"
    folder.mkdir(exist_ok=True)
    settings = VARIABLES | {f"{source}_schema": "raw" for source in VARIABLES["sources"]}
    with (
        postgres_server.database(BY_LANGUAGE) as database,
        contextlib.closing(database.connect()) as connection,
        connection.cursor() as cursor,
    ):

        def ask(query: str) -> Rows:
            cursor.execute(query)
            return [tuple(row) for row in cursor.fetchall()]

        cursor.execute("create schema raw; create schema crosswalk")
        cursor.execute("create table crosswalk.crosswalk_keys (name text, value text)")
        cursor.execute("insert into crosswalk.crosswalk_keys values ('hash', %s)", [KEY])
        for source in VARIABLES["sources"]:
            rows = lines.raw_lines(world.folder / "raw" / f"{source}.jsonl")
            lines.copy(cursor, f"raw.{source}_lines", rows)
        postgres.dbt(database, ["build", "--exclude-resource-type", "unit_test", "test"], settings, folder)
        yield ask


def test_no_relation_on_postgres_holds_what_is_private(on_postgres: Callable[[str], Rows]) -> None:
    names = on_postgres(
        "select table_name from information_schema.tables where table_schema = 'crosswalk' and table_name <> 'crosswalk_keys'"
    )
    found = {name: str(on_postgres(f'select * from crosswalk."{name}"')) for (name,) in names}
    assert len(found) > 60 and "stg_mixpanel__lines" in found
    assert not {name for name, rows in found.items() if RAW.search(rows.encode())}


@pytest.mark.parametrize("destination", ["mixpanel", "posthog"])
def test_postgres_sends_what_duckdb_sends(
    destination: str, world: World, on_postgres: Callable[[str], Rows]
) -> None:
    query = f"select record_id, payload from {{}}{destination}_payloads where distinct_id not in {OF_FILES} order by payload"
    with duckdb.connect(str(world.database)) as connection:
        expected = connection.execute(query.format("")).fetchall()
    found = on_postgres(query.format("crosswalk."))
    assert len(expected) > 10
    assert sorted(found) == sorted(expected)


def test_postgres_counts_what_was_done(world: World, on_postgres: Callable[[str], Rows]) -> None:
    query = "select source, reason, rows from {}audit_repaired where reason like 'private%' and source = 'amplitude'"
    with duckdb.connect(str(world.database)) as connection:
        expected = connection.execute(query.format("")).fetchall()
    assert sorted(on_postgres(query.format("crosswalk."))) == sorted(expected)
    withheld = on_postgres("select distinct record from crosswalk.audit_quarantined where stage = 'read'")
    assert ("[withheld: the line names a private property]",) in withheld
