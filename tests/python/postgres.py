"""A PostgreSQL server for the tests: started once a session in a temporary folder, a database of its own for each test.

The server is the one of the system (`scripts/ci_setup.sh` installs it). It listens on 127.0.0.1 and a free port, asks for a
password, and runs as another user where the tests run as root, since PostgreSQL refuses root. The conftest of all tests
has its fixtures, `postgres_server` and `database`.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extensions
import pytest

_START_SECONDS = 30.0
_OLDEST = 15
# Sorted as a language does and not by bytes ("a" before "B", hyphens hardly count): the rules of a database must not show.
BY_LANGUAGE = "template template0 encoding 'UTF8' lc_ctype 'C.UTF-8' locale_provider icu icu_locale 'en-US'"
_MISSING = (
    "There is no PostgreSQL server (15 or newer) on this machine, and these tests need one: run scripts/ci_setup.sh, "
    "or put its `initdb` and `postgres` on PATH."
)
# The data is thrown away: nothing has to reach the disk. Plans are parallel as on large tables: what may not run so must say it.
_SETTINGS = {
    "min_parallel_table_scan_size": "0",
    "min_parallel_index_scan_size": "0",
    "parallel_setup_cost": "0",
    "parallel_tuple_cost": "0",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "40",
    "autovacuum": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "fatal",
}


@dataclass(frozen=True)
class Database:
    """One database of the server, with what a dbt profile needs to reach it."""

    host: str
    port: int
    user: str
    password: str
    name: str

    def connect(self, **options: Any) -> "psycopg2.extensions.connection":
        """A connection that commits each statement."""
        given = {"host": self.host, "port": self.port, "user": self.user, "password": self.password}
        connection = psycopg2.connect(**(given | {"dbname": self.name} | options))
        connection.autocommit = True
        return connection

    def execute(self, *statements: str) -> None:
        """Run statements, one after another."""
        with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def profile(self, schema: str = "public") -> dict[str, Any]:
        """The fields of a dbt target of type postgres."""
        return {
            "type": "postgres",
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
            "dbname": self.name,
            "schema": schema,
        }


class Server:
    """A running server; `admin` is its maintenance database."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self.programs = programs
        self._user = _other_user() if os.geteuid() == 0 else None
        self.admin = Database("127.0.0.1", _free_port(), "tester", secrets.token_hex(8), "postgres")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the cluster and start the server, which takes about a second."""
        password_file = self.folder / "password"
        password_file.write_text(self.admin.password, encoding="utf-8")
        if self._user is not None:
            for path in (self.folder, password_file):
                os.chown(path, self._user, -1)
        options = ["--username", self.admin.user, "--pwfile", str(password_file), "--auth", "scram-sha-256"]
        options += ["--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"]
        made = subprocess.run(
            [str(self.programs / "initdb"), "-D", str(self.folder / "data"), *options],
            capture_output=True,
            text=True,
            check=False,
            **self._as_user(),
        )
        assert made.returncode == 0, f"initdb failed: {made.stderr}"
        self.run()

    def run(self) -> None:
        """Start the server on the cluster that is there, and wait until it answers."""
        settings = _SETTINGS | {"port": str(self.admin.port), "listen_addresses": "127.0.0.1"}
        settings["unix_socket_directories"] = str(self.folder)
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self.programs / "postgres"), "-D", str(self.folder / "data"), *flags],
                stdout=log,
                stderr=log,
                **self._as_user(),
            )
        end = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.admin.connect().close()
                return
            except psycopg2.OperationalError as error:
                why = (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")
                assert self._process.poll() is None, f"The PostgreSQL server did not start: {why}"
                assert time.monotonic() < end, f"The PostgreSQL server does not answer: {error}"
                time.sleep(0.05)

    @property
    def pid(self) -> int:
        """The server's first process. Raises AssertionError where it does not run."""
        assert self._process is not None, "The PostgreSQL server does not run."
        return self._process.pid

    def stop(self) -> None:
        """Stop at once; the data is not wanted any more."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(_START_SECONDS)
            self._process = None

    @contextlib.contextmanager
    def database(self, options: str = "") -> Iterator[Database]:
        """A new database, dropped afterwards; `options` as for `create database`."""
        name = f"test_{secrets.token_hex(6)}"
        self.admin.execute(f"create database {name} {options}")
        try:
            yield Database(self.admin.host, self.admin.port, self.admin.user, self.admin.password, name)
        finally:
            self.admin.execute(f"drop database if exists {name} with (force)")

    def _as_user(self) -> dict[str, Any]:
        environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
        given: dict[str, Any] = {"cwd": self.folder, "env": environment}
        if self._user is not None:
            account = pwd.getpwuid(self._user)
            given |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        return given


def find_programs() -> Path:
    """The folder of `initdb` and `postgres`: on PATH, else the newest of Debian's. Raises AssertionError."""
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    debian = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    folders += sorted(debian, key=lambda path: int(path.parent.name), reverse=True)
    for folder in folders:
        if all((folder / name).is_file() for name in ("initdb", "postgres")) and _version(folder) >= _OLDEST:
            return folder
    raise AssertionError(_MISSING)


def _version(folder: Path) -> int:
    said = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=True)
    return int(said.stdout.split()[2].split(".")[0].split("beta")[0].split("rc")[0])


def _other_user() -> int:
    """Whom the server runs as where the tests run as root: Debian's own user for it, else nobody."""
    names = {account.pw_name: account.pw_uid for account in pwd.getpwall()}
    return names.get("postgres", names.get("nobody", 65534))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_server() -> Iterator[Server]:
    """A server in a folder of its own directly below the system's temporary folder: socket paths must be short."""
    folder = Path(tempfile.mkdtemp(prefix="crosswalk-pg-"))
    server = Server(folder, find_programs())
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One server for all tests; it fails, and does not skip, where there is none."""
    with running_server() as server:
        yield server


@pytest.fixture
def database(postgres_server: Server) -> Iterator[Database]:
    """An empty database in UTF-8."""
    with postgres_server.database() as one:
        yield one
