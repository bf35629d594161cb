"""The smaller commands: build, columns, status; and what the terminal shows."""

import datetime as dt
import gzip
import io
import json
from pathlib import Path

import duckdb
import pytest
import yaml
from crosswalk.build import check_files, variable
from crosswalk.output import configure_logging, duration, plural, safe, size, table
from crosswalk.progress import Progress
from standin.server import Standin

from cli.support import Project, posthog_event

_DAY = dt.date(2025, 3, 1)


def test_columns(project: Project) -> None:
    project.build(
        catalog=[
            ("amplitude", "event", "price", "DOUBLE", 90, 0.9, _DAY, _DAY, "1.5"),
            ("heap", "event", "price", "BIGINT", 5, 0.1, _DAY, _DAY, "1"),
            ("amplitude", "event", 'odd: "name"\x1b', "VARCHAR", 100, 1.0, _DAY, _DAY, "x"),
            ("amplitude", "user", "plan", "VARCHAR", 7, None, _DAY, _DAY, "pro"),
            ("amplitude", "event", "", "VARCHAR", 100, 1.0, _DAY, _DAY, "no column can be called this"),
        ]
    )
    result = project.run("columns", "--to", "mixpanel")
    assert result.code == 0
    assert yaml.safe_load(result.out) == {
        "mixpanel_event_columns": ['odd: "name"\x1b', "price"],
        "mixpanel_profile_columns": ["plan"],
    }
    assert "95 rows, 90% filled" in result.out
    assert "\x1b" not in result.out


def test_columns_of_an_empty_catalog(project: Project) -> None:
    project.build()
    assert "mixpanel_event_columns: []" in project.run("columns", "--to", "mixpanel").out


def test_status_before_and_after(connected: Project, standin: Standin) -> None:
    assert "Nothing has been sent yet" in connected.run("status").out
    connected.build(posthog=[posthog_event(0), posthog_event(1, distinct_id=" ")])
    connected.push("posthog")
    result = connected.run("status")
    assert result.code == 0
    assert f"posthog at {standin.url}" in result.out
    assert "1 record rejected" in result.out
    status = connected.run("status", "--json").report()
    assert (status["accepted"], status["rejected"], status["last_run"]["outcome"]) == (1, 1, "rejected")


def _dbt_project(project: Project, model: str, variables: str = "") -> None:
    (project.folder / "dbt_project.yml").write_text(
        f"name: history\nprofile: history\nversion: '1.0'\nmodel-paths: [models]\n{variables}",
        encoding="utf-8",
    )
    (project.folder / "models").mkdir(exist_ok=True)
    (project.folder / "models" / "one.sql").write_text(model, encoding="utf-8")


def _gz_files(folder: Path) -> None:
    data = folder / "data" / "amplitude"
    data.mkdir(parents=True)
    whole = gzip.compress(b'{"a":1}\n' * 500)
    (data / "good.json.gz").write_bytes(whole)
    (data / "cut.json.gz").write_bytes(whole[:-9])
    (data / "empty.json.gz").write_bytes(b"")
    (data / "not.json.gz").write_bytes(b"plain text")
    (data / "plain.json").write_bytes(b"{}")


def test_build_sets_unreadable_files_aside(project: Project) -> None:
    _gz_files(project.folder)
    model = "select unnest({{ var('unreadable_files') }}) as file, '{{ var('word') }}' as word"
    _dbt_project(project, model, "vars:\n  history:\n    amplitude_files: 'data/amplitude/*.json.gz'\n")
    result = project.run("build", "--vars", "{word: given}")
    assert result.code == 0, result.out + result.err
    assert "1 success" in result.out
    with duckdb.connect(str(project.warehouse)) as connection:
        rows = connection.execute("select file, word from one order by 1").fetchall()
    names = ["cut", "empty", "not"]
    assert rows == [(f"data/amplitude/{name}.json.gz", "given") for name in names]
    assert result.err.count("Set aside:") == 3
    assert "run `dbt build` first" in project.run("plan", "--to", "posthog").err, (
        "the same process can read after dbt"
    )


def test_build_says_what_failed(project: Project) -> None:
    _dbt_project(project, "select * from nowhere")
    result = project.run("build")
    assert result.code == 2
    assert "one" in result.out
    assert "nowhere" in result.out
    assert "Traceback" not in result.err


def test_build_with_failing_test_is_4(project: Project) -> None:
    _dbt_project(project, "select null as id")
    (project.folder / "models" / "one.yml").write_text(
        "models: [{name: one, columns: [{name: id, data_tests: [not_null]}]}]", encoding="utf-8"
    )
    result = project.run("build")
    assert result.code == 4
    assert "not_null_one_id" in result.out


def test_build_of_a_broken_project(project: Project) -> None:
    _dbt_project(project, "select {{ nonsense(")
    result = project.run("build")
    assert result.code == 2
    assert "dbt stopped" in result.err
    assert project.run("build", "--vars", "[1]").code == 2
    assert project.run("build", "--vars", "{a").code == 2


def test_variable_order() -> None:
    project = {"name": "p", "vars": {"x": 1, "y": 1, "p": {"x": 2}}}
    assert [variable(project, {"x": 3}, name, 0) for name in "xyz"] == [3, 1, 0]
    assert variable(project, {}, "x", 0) == 2


def test_files_of_sources_that_are_off_are_not_checked(project: Project) -> None:
    _gz_files(project.folder)
    given = {"amplitude_files": ["data/amplitude/c*.gz", "data/**/cut.json.gz"]}
    assert check_files(project.folder, {}, given) == ["data/amplitude/cut.json.gz"]
    assert check_files(project.folder, {}, {**given, "sources": ["heap"]}) == []


@pytest.mark.parametrize(
    ("source", "setting"),
    [
        ("heap", "heap_files"),
        ("mixpanel", "mixpanel_files"),
        ("mixpanel", "mixpanel_profile_files"),
        ("posthog", "posthog_files"),
    ],
)
def test_files_of_every_source_are_checked(project: Project, source: str, setting: str) -> None:
    _gz_files(project.folder)
    given = {"sources": ["amplitude", source], setting: "data/**/c*.gz"}
    assert check_files(project.folder, {}, given) == ["data/amplitude/cut.json.gz"]
    assert check_files(project.folder, {}, {**given, "sources": ["amplitude"]}) == []


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_draws_on_a_terminal_only_when_it_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("crosswalk.progress.time.monotonic", lambda: now[0])
    stream = _Terminal()
    with Progress(100, "records", stream) as progress:
        progress.add(10)
        assert stream.getvalue() == ""
        now[0] += 5
        progress.add(40)
        assert "50 of 100 records, 10/s, 5 s left" in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_progress_elsewhere_is_plain_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(verbose=False)
    now = [100.0]
    monkeypatch.setattr("crosswalk.progress.time.monotonic", lambda: now[0])
    with Progress(100, "records", io.StringIO()) as progress:
        for _ in range(4):
            now[0] += 11
            progress.add(10)
    assert capsys.readouterr().err == (
        "10 of 100 records, 1/s, 1 min 39 s left\n40 of 100 records, 1/s, 1 min 6 s left\n"
    )


def test_words_and_numbers() -> None:
    assert [plural(number, "batch") for number in (1, 2)] == ["1 batch", "2 batches"]
    assert [size(number) for number in (0, 999, 9_500_000)] == ["0 B", "999 B", "9.5 MB"]
    assert [duration(seconds) for seconds in (0.2, 75, 7_300)] == ["1 s", "1 min 15 s", "2 h 1 min"]
    assert safe("a\x1b[2J\nb\x9b") == "a␛[2J␊b␡"
    assert safe("\u202egpj") == "[U+202E]gpj"
    assert safe("\ud83dx") == "\ufffdx"
    assert table(("a", "b"), [("x", 1234)])[2] == "  x  1,234"


def test_json_goes_to_stdout_logs_to_stderr(connected: Project) -> None:
    connected.build(posthog=[posthog_event(0)])
    result = connected.push("posthog", "-v")
    assert [json.loads(line)["type"] for line in result.out.splitlines()] == ["plan", "push"]
    assert "Sending 1 record" in result.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "--dest", "x"),
        ("export", "--content", "posthog", "--dest", "s3://"),
        ("extract", "amplitude", "--start", "2024-01-02T00", "--end", "2024-01-01T00"),
        ("extract", "amplitude", "--from-zip", "nowhere.zip"),
        ("extract", "heap", "nowhere"),
        ("extract", "mixpanel", "--from", "May", "--to", "June"),
        ("push", "--to", "posthog", "--lookup-table", "id", "file.csv"),
        ("push", "--to", "posthog", "--plan", "0000"),
        ("plan", "--to", "posthog", "--target", "nowhere"),
        ("migrate", "--source", "amplitude", "--to", "posthog", "--start", "2024-01-01"),
        ("report", "--to", "posthog", "--out", "."),
        ("report", "--out", "page.pdf"),
        ("pull",),
        ("build", "--vars", "[1]"),
        ("status",),
    ],
    ids=" ".join,
)
def test_a_failure_ends_with_what_to_type(connected: Project, arguments: tuple[str, ...]) -> None:
    result = connected.run(*arguments)
    if result.code == 0:
        assert "crosswalk " in result.out
        return
    assert result.code in (2, 3, 6, 8), result.err
    last = result.err.strip().splitlines()[-1]
    assert "`" in last or "again" in last, last
    assert "Traceback" not in result.err
