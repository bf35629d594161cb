"""Where to send and with what: regions, URLs, credentials, the dbt profile, and the sentence when something is wrong."""

import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from crosswalk.cli import make_parser
from crosswalk.errors import ConfigError, CredentialsError
from crosswalk.settings import Environment, check_url, mixpanel_settings, posthog_settings, read_env_file

from cli.support import Project, mixpanel_event, posthog_event

_SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"


def test_no_region_is_no_default(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.build(posthog=[posthog_event(0)])
    monkeypatch.setenv("POSTHOG_PROJECT_API_KEY", "phc_x1y2z3")
    result = project.push("posthog")
    assert result.code == 2
    assert "POSTHOG_REGION" in result.err
    assert result.err.count("\n") == 1


def test_region_of_another_vendor(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTHOG_PROJECT_API_KEY", "phc_x1y2z3")
    assert project.push("posthog", "--region", "in").code == 2


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("us", "https://api.mixpanel.com"),
        ("EU", "https://api-eu.mixpanel.com"),
        ("in", "https://api-in.mixpanel.com"),
    ],
)
def test_regions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, region: str, url: str) -> None:
    monkeypatch.setenv("MIXPANEL_REGION", region)
    monkeypatch.setenv("MIXPANEL_PROJECT_TOKEN", "abcdef012345")
    assert mixpanel_settings(Environment(tmp_path), None).url == url


def test_flag_beats_region_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTHOG_REGION", "us")
    monkeypatch.setenv("POSTHOG_PROJECT_API_KEY", "phc_x1y2z3")
    assert posthog_settings(Environment(tmp_path), "eu").url == "https://eu.i.posthog.com"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8000", "http://127.3.2.1", "http://localhost:1/", "http://[::1]:5", "https://x.y/z/"],
)
def test_urls_that_are_fine(url: str) -> None:
    assert check_url(url, "POSTHOG_URL") == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "http://10.0.0.1",
        "http://127.0.0.1.example.com",
        "http://2130706433",
        "https://user:pass@example.com",
        "https://x@y",
        "ftp://localhost",
        "example.com",
        "https://",
        "https://x/?a=b",
        "https://x/#a",
    ],
)
def test_urls_that_are_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        check_url(url, "POSTHOG_URL")


def test_personal_key_is_refused_up_front(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTHOG_PROJECT_API_KEY", "phx_personal")
    result = project.push("posthog", "--region", "us")
    assert result.code == 3
    assert "project API key" in result.err
    assert "phx_personal" not in result.err


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "MIXPANEL_PROJECT_TOKEN"),
        ({"MIXPANEL_SERVICE_ACCOUNT": "account"}, "MIXPANEL_SERVICE_SECRET"),
        (
            {"MIXPANEL_SERVICE_SECRET": "secret", "MIXPANEL_PROJECT_TOKEN": "token"},
            "MIXPANEL_SERVICE_ACCOUNT",
        ),
        ({"MIXPANEL_SERVICE_ACCOUNT": "account", "MIXPANEL_SERVICE_SECRET": "secret"}, "MIXPANEL_PROJECT_ID"),
    ],
)
def test_missing_credentials_are_named(
    project: Project, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], missing: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    result = project.push("mixpanel", "--region", "eu")
    assert result.code == 3
    assert result.err.startswith(f"crosswalk: {missing} is not set")


def test_env_file(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "# mine\nexport MIXPANEL_PROJECT_TOKEN='quoted token'\nPOSTHOG_REGION=eu # why\n\nPOSTHOG_URL=\n"
    (project.folder / ".env").write_text(text, encoding="utf-8")
    environment = Environment(project.folder)
    assert environment["POSTHOG_REGION"] == "eu"
    assert "POSTHOG_URL" not in environment
    with pytest.raises(CredentialsError, match="MIXPANEL_PROJECT_TOKEN holds a space"):
        environment.secret("MIXPANEL_PROJECT_TOKEN")
    monkeypatch.setenv("POSTHOG_REGION", "us")
    assert Environment(project.folder)["POSTHOG_REGION"] == "us", "the environment wins"


def test_env_file_with_a_wrong_line_does_not_print_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\nphc_secret_on_its_own\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="Line 2") as caught:
        read_env_file(tmp_path / ".env")
    assert "phc_secret" not in str(caught.value)


def test_no_flag_takes_a_secret() -> None:
    for words in ("token", "secret", "key", "password"):
        assert f"--{words}" not in make_parser().format_help()


def test_absent_warehouse(project: Project) -> None:
    result = project.run("plan", "--to", "posthog")
    assert result.code == 6
    assert "run `dbt build` first" in result.err


def test_absent_relation(project: Project) -> None:
    duckdb.connect(str(project.warehouse)).close()
    result = project.run("plan", "--to", "posthog")
    assert result.code == 2
    assert "posthog_payloads is not in the warehouse: run `dbt build` first" in result.err


def test_file_that_is_no_database(project: Project) -> None:
    project.warehouse.write_bytes(b"x" * 5000)
    result = project.run("plan", "--to", "posthog")
    assert result.code == 6
    assert "Traceback" not in result.err


def _hold(path: str, ready: "multiprocessing.synchronize.Event") -> None:
    connection = duckdb.connect(path)
    ready.set()
    time.sleep(30)
    connection.close()


def test_busy_warehouse(project: Project) -> None:
    project.build(posthog=[posthog_event(0)])
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    holder = context.Process(target=_hold, args=(str(project.warehouse), ready), daemon=True)
    holder.start()
    try:
        assert ready.wait(30)
        result = project.run("plan", "--to", "posthog")
    finally:
        holder.terminate()
        holder.join()
    assert result.code == 6
    assert f"in use by another program (process {holder.pid})" in result.err


def test_profile_as_dbt_reads_it(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write_profile(
        "type: duckdb",
        "path: \"{{ env_var('HISTORY_FILE', 'warehouse.duckdb') }}\"",
        "schema: \"{{ env_var('HISTORY_SCHEMA') }}\"",
    )
    project.build(posthog=[posthog_event(0)], schema="moved")
    result = project.run("plan", "--to", "posthog")
    assert result.code == 2
    assert "HISTORY_SCHEMA" in result.err
    monkeypatch.setenv("HISTORY_SCHEMA", "moved")
    assert project.run("plan", "--to", "posthog").code == 0
    result = project.run("plan", "--to", "posthog", "--target", "prod")
    assert result.code == 2
    assert "no target 'prod'" in result.err


def test_other_adapter(project: Project) -> None:
    project.write_profile("type: snowflake", "schema: main")
    result = project.run("plan", "--to", "mixpanel")
    assert result.code == 2
    assert "run `pip install dbt-snowflake`" in result.err


def test_absent_profile_and_project(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (project.folder / "profiles.yml").unlink()
    assert "There is no profiles.yml" in project.run("plan", "--to", "mixpanel").err
    (project.folder / "dbt_project.yml").unlink()
    assert "There is no dbt_project.yml" in project.run("plan", "--to", "mixpanel").err


def test_flags_may_stand_before_or_after_the_command(project: Project) -> None:
    project.build(mixpanel=[mixpanel_event(0)])
    state = project.folder / "elsewhere"
    assert project.run("--state-dir", str(state), "plan", "--to", "mixpanel").code == 0
    assert project.run("plan", "--to", "mixpanel", "--state-dir", str(state)).code == 0
    assert len(list((state / "plans").iterdir())) == 1
    assert not project.state.exists()


def test_help_is_fast_and_light() -> None:
    code = (
        "import sys; from crosswalk.cli import make_parser; make_parser().format_help(); "
        "print([name for name in ('duckdb', 'pyarrow', 'urllib3', 'dbt', 'yaml', 'isal', 'sqlite3') if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(_SCRIPTS)}
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "arguments",
    [[], ["nonsense"], ["push"], ["push", "--to", "heap"], ["push", "--to", "mixpanel", "--rate", "0"]],
)
def test_wrong_usage_is_2(project: Project, arguments: list[str]) -> None:
    assert project.run(*arguments).code == 2
