"""Redshift gives the rows that DuckDB gives: dbt-redshift over a proxy to PostgreSQL, which has Redshift's functions by shims.

With every change the payloads of Amplitude; CROSSWALK_LONG=1 takes all sources with the audit and every data test, and each
verb. What Lambda runs is run as it is, by PostgreSQL's own Python, with the events that Redshift sends.
"""

import contextlib
import gzip
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import harness
import pytest
from harness import Result
from postgres import Database, Server

from warehouses import compared, connector_modes, lines, private_names, python_cases, remote, two_days
from warehouses.compared import LONG, Built
from warehouses.parsed import unread, unread_by_sqlfluff
from warehouses.remote import Remote
from warehouses.test_postgres import AUDIT, PAYLOADS

FOLDER = Path(__file__).parent
FUNCTIONS = harness.ROOT / "scripts" / "crosswalk" / "json_functions.py"
# Redshift compares texts by their bytes, and reads a backslash in a literal as the beginning of an escape.
BY_BYTES = "template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C.UTF-8'"
LITERALS = ("standard_conforming_strings", "escape_string_warning")
# redshift_connector speaks no SCRAM with PostgreSQL
USER, PASSWORD = "redshift", "loopback"
LONGEST_LINE = 30000


@pytest.fixture(scope="module")
def cluster(postgres_server: Server) -> Iterator[Database]:
    """A database with the shims, and a user that dbt-redshift can be."""
    rules = postgres_server.folder / "data" / "pg_hba.conf"
    line = f"host all {USER} 127.0.0.1/32 md5\n"
    if line not in (text := rules.read_text()):
        rules.write_text(line + text)
        make_user = f"create role {USER} superuser login password '{PASSWORD}'"
        postgres_server.admin.execute(
            f"set password_encryption = 'md5'; {make_user}", "select pg_reload_conf()"
        )
    with postgres_server.database(BY_BYTES) as database:
        database.execute(*(f"alter database {database.name} set {setting} = off" for setting in LITERALS))
        database.execute((FOLDER / "redshift_standin.psql").read_text())
        yield replace(database, user=USER, password=PASSWORD)


def reached(cluster: Database) -> tuple[dict[str, Any], list[str]]:
    """The dbt output that leads to a database by the proxy, and what the runner is given."""
    output = {
        "type": "redshift",
        "host": "127.0.0.1",
        "port": "{{ env_var('CROSSWALK_TEST_PORT') | as_number }}",
        "user": USER,
        "password": PASSWORD,
        "dbname": cluster.name,
        "schema": remote.SCHEMA,
        "threads": 2,
        "sslmode": "disable",
    }
    return output, [str(cluster.port), USER, PASSWORD, cluster.name, str(FUNCTIONS)]


@pytest.fixture(scope="module")
def redshift(cluster: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    output, given = reached(cluster)
    with remote.running("redshift", tmp_path_factory.mktemp("redshift"), output, *given) as running:
        yield running


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Amplitude's samples without the lines that are too long for Redshift."""
    folder = tmp_path_factory.mktemp("samples")
    for path in harness.sample_files():
        is_packed = path.suffix == ".gz"
        data = gzip.decompress(path.read_bytes()) if is_packed else path.read_bytes()
        kept = b"".join(line for line in data.splitlines(keepends=True) if len(line) <= LONGEST_LINE)
        (folder / path.name).write_bytes(gzip.compress(kept) if is_packed else kept)
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def expected(samples: list[Path], request: pytest.FixtureRequest) -> Result:
    """What DuckDB makes of the same lines."""
    if not LONG:
        return harness.run(samples)
    files: dict[str, list[Path]] = {
        "amplitude": samples,
        "mixpanel": request.getfixturevalue("mixpanel_files"),
        "posthog": harness.posthog_files(),
        "heap": sorted((harness.ROOT / "samples" / "heap").iterdir()),
    }
    paths = {f"{source}_files": [str(path) for path in some] for source, some in files.items()}
    return harness.build([], {"sources": harness.SOURCES, "as_of": harness.DAY_OF_ALL, **paths})


@pytest.fixture(scope="module")
def built(redshift: Remote, cluster: Database, samples: list[Path], request: pytest.FixtureRequest) -> Built:
    with contextlib.closing(cluster.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("create schema landed")
        for source in compared.SOURCES:
            lines.copy(cursor, f"landed.{source}_lines", compared.raw_lines(source, request, samples))
    return compared.build(redshift)


def test_another_parser_reads_every_model(built: Built) -> None:
    assert unread(built.models, "redshift") == {}


@pytest.mark.parametrize("destination", PAYLOADS)
def test_payloads_are_those_of_duckdb_to_the_letter(destination: str, built: Built, expected: Result) -> None:
    compared.payloads_are_those_of_duckdb(destination, built, expected)


def test_no_text_is_narrower_than_it_may_be(redshift: Remote, built: Built) -> None:
    """A `varchar` or `text` without a length has 256 bytes in a table, and a cast to `text` cuts there."""
    statements = (redshift.folder / "statements.sql").read_text().split("\n;;\n")
    ours = [each for each in statements if '"dbt"' in each[:40] or "crosswalk" in each]
    made = [
        each
        for each in ours
        if re.search(r"create\s+(temporary\s+)?table", each) and "landed as select" not in each
    ]
    assert len(made) > 10
    for statement in made:
        head = statement.split("select", 1)[0]
        assert not re.search(r"\b(text|varchar|character varying)\b(?!\()", head, re.IGNORECASE), head
    for statement in ours:
        assert not re.search(r"::text\b|as text\)", statement, re.IGNORECASE), statement[:200]


def test_private_names(built: Built) -> None:
    """Removed, hashed, opened and counted as on DuckDB; CROSSWALK_LONG=1 asks one by one."""
    function = f'"{remote.SCHEMA}".f_crosswalk_text'
    compared.private_names_hold(
        compared.answers(built.remote, compared.PRIVATE_CASES, function, compared.SETTINGS)
    )


if LONG:
    # A relation of lists stands beside another one there by `unfolded` only.
    CASES = python_cases.cases(without=("each_element", "each_key", "each_text"))

    def test_every_data_test_passes(built: Built) -> None:
        assert set(built.outcomes) == {"pass"}

    def test_sqlfluff_reads_every_model(built: Built) -> None:
        assert unread_by_sqlfluff(built.models, "redshift") == {}

    @pytest.mark.parametrize("relation", AUDIT)
    def test_the_audit_is_that_of_duckdb(relation: str, built: Built, expected: Result) -> None:
        compared.audit_is_that_of_duckdb(relation, built, expected)

    @pytest.fixture(scope="module")
    def answers(redshift: Remote, built: Built) -> list[Any]:
        return compared.answers(redshift, CASES, f'"{remote.SCHEMA}".f_crosswalk_text')

    @pytest.mark.parametrize("number", range(len(CASES)), ids=compared.names(CASES))
    def test_verb_on_redshift(number: int, answers: list[Any]) -> None:
        compared.check(CASES[number], answers[number])

    def test_a_line_without_room_for_its_payload_is_quarantined(redshift: Remote, built: Built) -> None:
        """Of two bytes more than there may be; what is made of a line repeats parts of it, and a text has 65,535 bytes."""
        line = '{"event_type":"' + "x" * (LONGEST_LINE - 15) + '"}'
        redshift.ask(
            do="statements",
            sql=f"create schema long_lines; create table long_lines.amplitude_lines as select cast('a' as varchar(99)) as file,"
            f" 1 as line_number, cast('{line}' as varchar(65535)) as line, cast(null as varchar(99)) as read_error;",
        )
        settings = {"sources": ["amplitude"], "amplitude_schema": "long_lines"}
        redshift.dbt(["run", "--select", "stg_amplitude__lines"], settings)
        found = redshift.rows(f"select read_error, is_strict from {remote.SCHEMA}.stg_amplitude__lines")
        assert found == [["line_too_long", False]]

    def test_private_properties_are_gone_and_the_rest_is_that_of_duckdb(
        redshift: Remote, cluster: Database
    ) -> None:
        with contextlib.closing(cluster.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(f"create schema {private_names.LANDED}")
            private_names.hold(redshift, partial(lines.copy, cursor))
            private_names.a_line_that_grows_is_quarantined(redshift, partial(lines.copy, cursor))

    def test_two_days_and_a_rerun_end_as_a_build_from_nothing(redshift: Remote, cluster: Database) -> None:
        with contextlib.closing(cluster.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(f"create schema {two_days.SCHEMA}_raw")
            two_days.end_as_a_build_from_nothing(redshift, partial(lines.copy, cursor))

    def test_the_connectors_modes_find_a_table_that_changes_where_it_stands(
        redshift: Remote, cluster: Database
    ) -> None:
        """Mixpanel, "Warehouse Connectors": Mirror on Redshift compares snapshots of a table by the MD5 of its rows."""
        with contextlib.closing(cluster.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(f"create schema {connector_modes.SCHEMA}_raw")
            known = f"select cast('{connector_modes.SCHEMA}.mixpanel_events' as regclass)::oid::bigint"
            connector_modes.hold(redshift, partial(lines.copy, cursor), known)
