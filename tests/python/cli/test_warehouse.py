"""Reading other warehouses: the same plan, batches and hashes as DuckDB, and a sentence when something is wrong."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from crosswalk.adapter_warehouse import AdapterWarehouse
from crosswalk.duckdb_warehouse import DuckDBWarehouse
from crosswalk.errors import PlanError, UnavailableError
from crosswalk.pieces import Piece, pieces
from crosswalk.postgres_warehouse import PostgresWarehouse
from crosswalk.profile import read_target
from crosswalk.row_warehouse import RowWarehouse
from crosswalk.sql_text import bound, literal
from crosswalk.warehouse import Warehouse
from postgres import BY_LANGUAGE, Database, Server
from standin.server import Standin

from cli.postgres_support import PASSWORD_VARIABLE, build_postgres, use_postgres
from cli.support import (
    Project,
    Record,
    mixpanel_event,
    mixpanel_group,
    mixpanel_profile,
    padded,
    posthog_event,
    record_uuid,
)

_SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"
_ENGINES = ("postgres", "adapter on postgres", "adapter on duckdb")


@pytest.fixture
def english(postgres_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    with postgres_server.database(BY_LANGUAGE) as database:
        monkeypatch.setenv(PASSWORD_VARIABLE, database.password)
        yield database


def _mixpanel() -> list[Record]:
    """Two days with buckets of several sizes, one of them with records that are too large for one request."""
    events = [mixpanel_event(number, day=number % 2, bucket=number % 3) for number in range(1500)]
    large = [padded(mixpanel_event(5000 + number, bucket=7), 900_000) for number in range(12)]
    people = [mixpanel_profile(number) for number in range(5)] + [mixpanel_group(1)]
    return [*events, *large, *people]


def _violations() -> list[tuple[Any, ...]]:
    ids = ["P-z", "p:a", "p-b"]
    return [
        *(
            ("mixpanel", one, "event_bytes", 1_000_000, 1_500_000 + at, "rejected")
            for at, one in enumerate(ids)
        ),
        ("mixpanel", record_uuid(3), "a_limit", 254, 300, "rejected"),
        ("mixpanel", record_uuid(4), "string_bytes", 255, 300, "truncated"),
        ("mixpanel", record_uuid(5), "name_bytes", 255, None, "warning"),
        ("posthog", record_uuid(6), "Name_bytes", 200, 300, "rejected"),
    ]


@contextlib.contextmanager
def _opened(project: Project, database: Database, engine: str) -> Iterator[Warehouse]:
    """The warehouse under its name, on relations that are there already."""
    if engine.endswith("postgres"):
        use_postgres(project, database)
    else:
        project.write_profile("type: duckdb", f"path: {project.warehouse}", "schema: main")
    target = read_target(project.folder, None, None)
    made: Warehouse = (
        AdapterWarehouse(target)
        if engine.startswith("adapter")
        else PostgresWarehouse(target)
        if engine == "postgres"
        else DuckDBWarehouse(target, project.folder)
    )
    try:
        yield made
    finally:
        made.close()


def _build(project: Project, database: Database, **relations: Any) -> None:
    project.build(**relations)
    build_postgres(database, **relations)


def _read(warehouse: Warehouse, destination: str) -> tuple[Any, ...]:
    hashes = pa.Table.from_batches(warehouse.stream_hashes(destination)).sort_by("send_order")
    payloads = pa.Table.from_batches(warehouse.stream_payloads(destination))
    return warehouse.content_hash(destination), hashes.combine_chunks(), payloads.combine_chunks()


@pytest.mark.parametrize("engine", _ENGINES)
def test_batches_and_hashes_are_those_of_duckdb(
    project: Project, english: Database, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _build(project, english, mixpanel=_mixpanel(), posthog=[posthog_event(6)], violations=_violations())
    monkeypatch.setattr(RowWarehouse, "piece_bytes", 100_000)
    monkeypatch.setattr(AdapterWarehouse, "piece_bytes", 100_000)
    monkeypatch.setattr("crosswalk.adapter_warehouse._HASHES_A_QUERY", 400)
    for destination in ("mixpanel", "posthog"):
        with _opened(project, english, "duckdb") as native:
            expected = _read(native, destination)
        with _opened(project, english, engine) as other:
            assert _read(other, destination) == expected
    refusals = [text for text in expected[2].column("refusal").to_pylist() if text]
    assert refusals == ["Name_bytes 300 (limit 200)"]


@pytest.mark.parametrize("engine", _ENGINES)
@pytest.mark.parametrize("arguments", [[], ["--batch-size", "40"]])
def test_whole_plan_is_that_of_duckdb(
    project: Project, english: Database, engine: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _build(project, english, mixpanel=_mixpanel(), posthog=[posthog_event(6)], violations=_violations())
    expected = {to: project.run("plan", "--to", to, "--json", *arguments) for to in ("mixpanel", "posthog")}
    assert expected["mixpanel"].report()["rejected"][0]["example_record_id"] == "P-z"
    with _opened(project, english, engine) as warehouse:
        monkeypatch.setattr("crosswalk.warehouse.warehouse_of", lambda *given: warehouse)
        for destination, plan in expected.items():
            found = project.run("plan", "--to", destination, "--json", *arguments)
            assert (found.err, found.report()) == ("", plan.report())


def test_ledger_of_duckdb_is_understood_from_postgres(
    connected: Project, standin: Standin, english: Database
) -> None:
    records = _mixpanel()
    _build(connected, english, mixpanel=records, violations=_violations())
    first = connected.push("mixpanel")
    assert first.code == 7, first.err
    sent = len(standin.requests)
    use_postgres(connected, english)
    second = connected.push("mixpanel")
    assert (second.code, len(standin.requests)) == (7, sent)
    assert second.report()["already_accepted"] == len(records) - 1
    assert second.objects()[0]["plan_id"] == first.objects()[0]["plan_id"]
    build_postgres(english, mixpanel=[*records, mixpanel_event(9000, bucket=2)], violations=_violations())
    third = connected.push("mixpanel")
    assert (third.report()["accepted"], len(standin.requests)) == (1, sent + 1)


def test_push_from_postgres_alone(connected: Project, standin: Standin, english: Database) -> None:
    build_postgres(english, posthog=[posthog_event(number, day=number % 3) for number in range(90)])
    use_postgres(connected, english)
    assert connected.push("posthog").code == 0
    assert standin.counts()["posthog_events"] == 90
    assert connected.run("status").code == 0


@pytest.mark.parametrize("engine", _ENGINES)
def test_only_wanted_pieces_are_given(
    project: Project, english: Database, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [padded(mixpanel_event(number), 400) for number in range(6000)]
    _build(project, english, mixpanel=records)
    gap = "where send_order between 600 and 700 or send_order between 1100 and 1200 or send_order > 5990"
    english.execute(f"delete from history.mixpanel_payloads {gap}")
    with contextlib.closing(_duckdb(project)) as connection:
        connection.execute(f"delete from mixpanel_payloads {gap}")
    monkeypatch.setattr(RowWarehouse, "piece_bytes", 300_000)
    monkeypatch.setattr(AdapterWarehouse, "piece_bytes", 300_000)
    with _opened(project, english, engine) as warehouse:
        asked: list[tuple[int, int]] = []

        def wanted(first: int, last: int) -> bool:
            asked.append((first, last))
            return len(asked) % 3 == 2

        found = pa.Table.from_batches(warehouse.stream_payloads("mixpanel", wanted)).column("send_order")
    ranges = [one for at, one in enumerate(asked, start=1) if at % 3 == 2]
    present = [order for order in range(1, 5991) if not (600 <= order <= 700 or 1100 <= order <= 1200)]
    assert len(asked) > 7
    assert found.to_pylist() == [
        order for first, last in ranges for order in present if first <= order <= last
    ]


def _duckdb(project: Project) -> Any:
    import duckdb

    return duckdb.connect(str(project.warehouse))


def test_jsonb_payloads(project: Project, english: Database) -> None:
    build_postgres(english, posthog=[posthog_event(0)], payload_type="jsonb")
    with _opened(project, english, "postgres") as warehouse:
        (records, _), hashes, payloads = _read(warehouse, "posthog")
    assert records == 1
    assert payloads.column("line")[0].as_py().startswith('{"uuid": ')
    assert payloads.column("payload_hash") == hashes.column("payload_hash")


def test_columns_from_postgres(project: Project, english: Database) -> None:
    catalog = [
        ("amplitude", "event", "price", "number", 90, 0.9, None, None, "1.5"),
        ("heap", "event", "price", "text", 5, 0.1, None, None, "1"),
        ("heap", "event", "size", None, 5, None, None, None, None),
        ("amplitude", "user", "Plan", "text", 7, 1.0, None, None, "pro"),
        ("amplitude", "group", "seats", "number", 7, 1.0, None, None, "4"),
    ]
    _build(project, english, catalog=catalog)
    expected = project.run("columns", "--to", "mixpanel")
    assert '"price"  # number, text, 95 rows, 90% filled' in expected.out
    use_postgres(project, english)
    assert project.run("columns", "--to", "mixpanel") == expected


def test_build_writes_where_plan_reads(project: Project, english: Database) -> None:
    (project.folder / "dbt_project.yml").write_text(
        "name: history\nprofile: history\nversion: '1.0'\nmodel-paths: [models]\n", encoding="utf-8"
    )
    (project.folder / "models").mkdir()
    (project.folder / "models" / "posthog_payloads.sql").write_text(
        "select 1 as send_order", encoding="utf-8"
    )
    use_postgres(project, english)
    result = project.run("build")
    assert result.code == 0, result.out + result.err
    assert "another version" in project.run("plan", "--to", "posthog").err, "it is there, without its columns"


def _fails(project: Project, code: int, *words: str) -> None:
    result = project.run("-v", "plan", "--to", "posthog")
    assert result.code == code, result.err
    assert result.err.startswith("crosswalk: ")
    assert result.err.count("\n") == 1, "one sentence, no traceback"
    assert [word for word in words if word not in result.err] == []
    assert os.environ[PASSWORD_VARIABLE] not in result.err


def _through_adapter(monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    if engine != "postgres":
        monkeypatch.setattr(
            "crosswalk.warehouse.warehouse_of", lambda target, *given: AdapterWarehouse(target)
        )


@pytest.mark.parametrize("engine", _ENGINES[:2])
def test_wrong_password(
    project: Project, english: Database, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_postgres(project, english)
    _through_adapter(monkeypatch, engine)
    monkeypatch.setenv(PASSWORD_VARIABLE, "n0t-the-passw0rd")
    _fails(project, 3, "password authentication failed", "profiles.yml")


@pytest.mark.parametrize("engine", _ENGINES[:2])
def test_server_that_is_down(
    project: Project, english: Database, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_postgres(project, english, port=1)
    _through_adapter(monkeypatch, engine)
    _fails(project, 5, "onnection", "refused", "run the same command again")


@pytest.mark.parametrize("engine", _ENGINES[:2])
def test_relations_that_are_missing(
    project: Project, english: Database, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_postgres(project, english)
    _through_adapter(monkeypatch, engine)
    _fails(project, 2, "history.posthog_payloads", "run `dbt build` first")
    english.execute("create schema history")
    _fails(project, 2, "history.posthog_payloads", "run `dbt build` first")


def test_names_that_the_server_does_not_know(project: Project, english: Database) -> None:
    use_postgres(project, english, dbname="nowhere")
    _fails(project, 2, "nowhere", "correct profiles.yml")
    use_postgres(project, english, port="fife")
    _fails(project, 2, "`port`", "not a number")
    use_postgres(project, english, sslmode="require")
    _fails(project, 5, "SSL")


def test_user_without_rights(project: Project, english: Database) -> None:
    build_postgres(english, posthog=[posthog_event(0)])
    english.execute("create role guest nologin")
    try:
        use_postgres(project, english, role="guest")
        _fails(project, 2, "permission denied", "grant")
    finally:
        english.execute("drop role guest")


def test_statement_time_out(project: Project, english: Database) -> None:
    build_postgres(english, posthog=[posthog_event(number) for number in range(2000)])
    english.execute(f"alter database {english.name} set statement_timeout = '1ms'")
    use_postgres(project, english)
    _fails(project, 5, "statement timeout", "statement_timeout", "run the same command again")


def test_snapshot_outlives_a_rebuild(project: Project, english: Database) -> None:
    build_postgres(english, posthog=[posthog_event(number) for number in range(50)])
    with _opened(project, english, "postgres") as warehouse:
        before = warehouse.content_hash("posthog")
        english.execute("update history.posthog_payloads set payload = '{}' where send_order > 20")
        english.execute("delete from history.posthog_payloads where send_order > 40")
        after = _read(warehouse, "posthog")
        assert (after[0], after[2].num_rows) == (before, 50)
        assert "{}," not in after[2].column("line").to_pylist()


def test_nothing_can_be_written_through_the_snapshot(project: Project, english: Database) -> None:
    build_postgres(english)
    with _opened(project, english, "postgres") as warehouse:
        settings = ("transaction_read_only", "transaction_isolation")
        found = warehouse.query(
            f"select current_setting('{settings[0]}') as a, current_setting('{settings[1]}') as b"
        )
        assert found == [{"a": "on", "b": "repeatable read"}]


def test_connection_that_breaks_in_the_middle(
    connected: Project, standin: Standin, english: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [padded(posthog_event(number, day=number % 5), 2000) for number in range(4000)]
    build_postgres(english, posthog=records)
    use_postgres(connected, english)
    monkeypatch.setattr(RowWarehouse, "piece_bytes", 1_500_000)
    plan_id = connected.run("plan", "--to", "posthog", "--json").report()["plan_id"]
    real = PostgresWarehouse.stream_payloads

    def cut(self: PostgresWarehouse, *given: Any) -> Iterator[pa.RecordBatch]:
        for number, batch in enumerate(real(self, *given)):
            yield batch
            if number == 1:
                english.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'crosswalk'"
                )

    with monkeypatch.context() as patched:
        patched.setattr(PostgresWarehouse, "stream_payloads", cut)
        result = connected.push("posthog", "--plan", plan_id)
    assert result.code == 5, result.err
    assert "connection to PostgreSQL was lost" in result.err
    assert "run the same command again" in result.err
    assert 0 < standin.counts()["posthog_events"] < 4000
    assert connected.push("posthog").code == 0
    assert standin.counts()["posthog_events"] == standin.counts()["posthog_events_raw"] == 4000


def test_relation_that_is_rebuilt_under_an_adapter_is_noticed(
    project: Project, english: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_postgres(english, posthog=[padded(posthog_event(number), 500) for number in range(3000)])
    monkeypatch.setattr(AdapterWarehouse, "piece_bytes", 300_000)
    with _opened(project, english, "adapter on postgres") as warehouse:
        batches = warehouse.stream_payloads("posthog")
        next(batches)
        english.execute(
            "update history.posthog_payloads set payload = payload || ' ' where send_order = 2500"
        )
        with pytest.raises(PlanError, match="rebuilt"):
            list(batches)


def test_adapter_whose_connection_breaks(project: Project, english: Database) -> None:
    build_postgres(english, posthog=[posthog_event(0)])
    with _opened(project, english, "adapter on postgres") as warehouse:
        warehouse.content_hash("posthog")
        english.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dbt'"
        )
        with pytest.raises(UnavailableError, match="run the same command again"):
            warehouse.content_hash("posthog")


def test_adapter_of_an_unknown_kind_hashes_here(
    project: Project, english: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _build(project, english, posthog=[posthog_event(number) for number in range(40)])
    with _opened(project, english, "duckdb") as native:
        expected = _read(native, "posthog")
    monkeypatch.setattr("crosswalk.adapter_warehouse.DIALECTS", {})
    with _opened(project, english, "adapter on postgres") as other:
        assert _read(other, "posthog") == expected


def test_adapter_without_a_cursor(
    project: Project, english: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As BigQuery's: the whole result of a piece comes through dbt's own fetch."""
    _build(project, english, posthog=[posthog_event(number) for number in range(40)])
    with _opened(project, english, "duckdb") as native:
        expected = _read(native, "posthog")
    monkeypatch.setattr("dbt.adapters.sql.SQLConnectionManager", type("Other", (), {}))
    with _opened(project, english, "adapter on postgres") as other:
        assert _read(other, "posthog") == expected


def test_password_in_the_words_of_dbt(
    project: Project, english: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dbt names the value that it does not take: here the password, put at the wrong place as well."""
    use_postgres(project, english, port=f"\"{{{{ env_var('{PASSWORD_VARIABLE}') }}}}\"")
    _through_adapter(monkeypatch, "adapter")
    monkeypatch.setenv(PASSWORD_VARIABLE, "n0t-the-passw0rd")
    _fails(project, 2, "dbt cannot use the target 'dev'", "[secret]")


def test_driver_that_is_missing(project: Project, english: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    use_postgres(project, english)
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "psycopg2", None)
        _fails(project, 2, "run `pip install dbt-postgres`")


def test_pieces_hold_about_as_much_as_asked() -> None:
    blocks = [
        {"first_order": 512 * at + 1, "last_order": 512 * (at + 1), "records": 512, "bytes": size}
        for at, size in enumerate((40, 40, 40, 700, 10, 95))
    ]
    found = pieces(blocks, 100)
    assert [(one.first, one.last) for one in found[:2]] == [(1, 1024), (1025, 1536)]
    assert {one.width for one in found[2:-3]} == {73}
    assert found[-2:] == [Piece(2049, 2560, 512, 10), Piece(2561, 3072, 512, 95)]
    assert sum(one.width for one in found) == 6 * 512


def test_values_in_sql() -> None:
    sql = "select '?' as \"$a\", $b, x where y = $b_c"
    assert bound(sql, {"b": 1, "b_c": "z"}) == "select '?' as \"$a\", 1, x where y = 'z'"
    assert bound("a = ? and b = '?''?' and c = ?", ["x", 2]) == "a = 'x' and b = '?''?' and c = 2"
    assert bound("like '100%' ? ", ()) == "like '100%' ? "
    for bad in ("it's", "back\\slash", "new\nline", True, None, 1.5):
        with pytest.raises(ValueError, match="literal"):
            literal(bad)  # type: ignore[arg-type]


_MEASURED = """
import re, sys
from pathlib import Path
from crosswalk.profile import read_target
from crosswalk.warehouse import warehouse_of
warehouse = warehouse_of(read_target(Path(sys.argv[1]), None, None), Path(sys.argv[1]))
records, _ = warehouse.content_hash("posthog")
hashed = sum(batch.num_rows for batch in warehouse.stream_hashes("posthog"))
streamed = sum(batch.num_rows for batch in warehouse.stream_payloads("posthog"))
# Not ru_maxrss: a process starts with that of the one that started it.
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
print(records, hashed, streamed, peak // 1000)
"""


def test_memory_does_not_grow_with_the_relation(project: Project, english: Database) -> None:
    """CROSSWALK_TEST_RECORDS makes it longer; `make test-long` takes 2,000,000."""
    records = int(os.environ.get("CROSSWALK_TEST_RECORDS", "100000"))
    build_postgres(english)
    english.execute(
        f"""
        insert into history.posthog_payloads
        select i, date '2025-03-01' + (i / 100000)::int, i / 1000, 'event', md5(i::text), 'u', timestamp '2025-03-01',
            '{{"text":"' || repeat(md5(i::text), 30) || '"}}', 971
        from generate_series(1, {records}) as s(i)
        """
    )
    use_postgres(project, english)
    found = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(project.folder)],
        env={**os.environ, "PYTHONPATH": str(_SCRIPTS)},
        capture_output=True,
        text=True,
        check=True,
    )
    counted, hashed, streamed, megabytes = map(int, found.stdout.split())
    assert (counted, hashed, streamed) == (records, records, records)
    assert megabytes < 256
