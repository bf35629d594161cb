"""Denied and hashed properties on every route: one real build of all sources, then every relation and every file is searched.

Values that begin with CANARY are denied, those with HASHME are hashed; neither may stand anywhere but in the exports themselves.
"""

import base64
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import harness
import pytest
import yaml
from standin.server import Standin

KEY = 'k3y/of+the tést&"'.replace(" ", "_")
VARIABLES = {
    "sources": ["amplitude", "heap", "mixpanel", "posthog"],
    "deny_properties": ["email", "secret", "$ip", 'o"d.d/é', "card", "$os"],
    "hash_properties": ["phone", "city", "twice"],
    "as_of": "2024-03-01",
}
RAW = re.compile(rb"CANARY|HASHME")


def nested(name: str, value: Any) -> dict[str, Any]:
    """A property at depths 1 to 3, in lists, and deeper."""
    return {
        name: value,
        "a": {name: value, "kept": 1, "b": {name: value, "kept": 2, "c": {name: value, "gone": 3}}},
        "list": [{name: value, "kept": 4}, [{name: value, "kept": 5}], "kept"],
    }


def everywhere() -> dict[str, Any]:
    """Every private name at every depth, and one that is kept."""
    found: dict[str, Any] = {"plan": "pro", "list_of": [1.5, None]}
    for name in ("secret", 'o"d.d/é', "card"):
        found[f"in {name[:1]}"] = nested(name, f"CANARY-{name[:1]}")
        found[name] = {"x": "CANARY"}
    return found | {
        "email": "CANARY@example.com",
        "phone": "HASHME-phone",
        "twice": ["HASHME-1", 2, {"a": "HASHME"}],
    }


def amplitude_lines() -> Iterator[str]:
    row = {
        "event_type": "Played", "event_time": "2024-01-02 00:00:00", "user_id": "u1", "device_id": "d1", "amplitude_id": 5,
        "ip_address": "CANARY-ip", "os_name": "Chrome", "device_type": "Windows", "city": "HASHME-city",
        "secret": "CANARY-column", "event_properties": everywhere(), "user_properties": everywhere(),
        "groups": {"team": ["t1"]}, "group_properties": {"team": {"t1": everywhere()}},
    }  # fmt: skip
    yield json.dumps({**row, "uuid": "11111111-1111-4111-8111-111111111111"})
    yield json.dumps({**row, "event_properties": json.dumps(everywhere())}, ensure_ascii=False)
    yield json.dumps(
        {**row, "event_type": "Wide", "event_properties": {f"p{n}": n for n in range(300)} | everywhere()}
    )
    yield json.dumps({**row, "event_time": "never", "uuid": "11111111-1111-4111-8111-111111111112"})
    yield json.dumps(row)[:-3].replace("{", "{ ", 1)
    yield (
        '{"event_type":"doubled","uuid":"11111111-1111-4111-8111-111111111113","event_time":"2024-01-02","user_id":"u1",'
        + (
            '"event_properties":{"email":"CANARY","email":"CANARY","phone":"HASHME","phone":"HASHME-phone","n\\u0000":1}}'
        )
    )
    yield (
        '{"event_type":"escaped","uuid":"11111111-1111-4111-8111-111111111114","event_time":"2024-01-02","user_id":"u1",'
        + ('"event_properties":{"\\u0065mail":"CANARY","x":{"s\\u0065cret":"CANARY"}}}')
    )
    yield '{"user_id":"whole but malformed","plan":"kept",}'
    yield json.dumps(
        {"amplitude_id": 5, "merged_amplitude_id": 6, "merge_time": "2024-01-03 00:00:00", "email": "CANARY"}
    )


def mixpanel_lines() -> Iterator[str]:
    base = {
        "time": 1_704_153_600,
        "distinct_id": "u2",
        "$city": "HASHME-city",
        "ip": "CANARY-ip",
        "$os": "CANARY-os",
    }
    yield json.dumps({"event": "Played", "properties": base | {"$insert_id": "i1"} | everywhere()})
    yield json.dumps({"event": "Text", "properties": json.dumps(base | {"$insert_id": "i2"} | everywhere())})
    halves = json.dumps({"event": "Halved", "properties": base | {"$insert_id": "i3"} | everywhere()})
    cut = halves.index("CANARY@") + 3
    yield halves[:cut]
    yield halves[cut:]
    yield json.dumps(
        {"$distinct_id": "u2", "$properties": everywhere() | {"$email": "CANARY", "$phone": "HASHME-phone"}}
    )
    yield '{"event": "cut", "properties": {"email": "CANARY'


def heap_lines() -> Iterator[str]:
    row = {
        "user_id": "7",
        "event_id": "8",
        "time": "2024-01-02 00:00:00",
        "type": "click",
        "ip": "CANARY-ip",
        "platform": "Mac 1",
    }
    yield json.dumps(row | {"city": "HASHME-city", "properties": everywhere(), "Secret": "kept"})
    yield json.dumps(
        {"user_id": "7", "identity": "u3", "joindate": "2024-01-01 00:00:00", "last_modified": "2024-01-02"}
        | everywhere()
    )


def posthog_lines() -> Iterator[str]:
    sets = {"$set": everywhere() | {"$geoip_city_name": "HASHME-city"}, "$set_once": everywhere()}
    row = {
        "event": "played",
        "distinct_id": "u4",
        "timestamp": "2024-01-02T00:00:00Z",
        "created_at": "2024-01-02T00:00:00Z",
    }
    yield json.dumps(
        row
        | {
            "uuid": "11111111-1111-4111-8111-111111111121",
            "properties": everywhere() | sets | {"$ip": "CANARY"},
        }
    )
    yield json.dumps(
        row | sets | {"uuid": "11111111-1111-4111-8111-111111111122", "properties": json.dumps(everywhere())}
    )
    group = {"$group_type": "team", "$group_key": "t2", "$group_set": everywhere()}
    yield json.dumps(row | {"event": "$groupidentify", "properties": group})


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
            lines = {
                "amplitude": amplitude_lines,
                "mixpanel": mixpanel_lines,
                "heap": heap_lines,
                "posthog": posthog_lines,
            }[source]
            (raw / f"{source}.jsonl").write_text("\n".join(lines()) + "\n")
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


def test_parts_that_are_withheld_are_not_put_together_again(world: World) -> None:
    done = world.run("build", "--select", "stg_mixpanel__pages", "--vars", json.dumps(world.variables))
    assert done.returncode == 2 and b"add +stg_mixpanel__lines to --select" in done.stdout + done.stderr
