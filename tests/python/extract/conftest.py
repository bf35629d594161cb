"""Fixtures of the extract tests: a project folder, a seeded Export API, no waits but those that the vendor asks for."""

import datetime as dt
from collections.abc import Iterator

import pytest
from cli.support import Project
from standin.amplitude import ExportApi, truth

from extract.support import START, AmplitudeProject


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the person who runs the tests reaches them; back-off waits are random shares, here none."""
    for name in ("AMPLITUDE_API_KEY", "AMPLITUDE_SECRET_KEY", "AMPLITUDE_REGION", "AMPLITUDE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("crosswalk.push.retry._uniform", lambda low, high: 0.0)


@pytest.fixture
def api() -> Iterator[ExportApi]:
    """1,500 events over two days of upload."""
    with ExportApi(truth(1500, START, 48)) as server:
        yield server


@pytest.fixture
def project(tmp_path: object, api: ExportApi, monkeypatch: pytest.MonkeyPatch) -> AmplitudeProject:
    """A project whose keys lead to the stand-in."""
    assert hasattr(tmp_path, "__truediv__")
    monkeypatch.setenv("AMPLITUDE_URL", api.url)
    monkeypatch.setenv("AMPLITUDE_API_KEY", api.api_key)
    monkeypatch.setenv("AMPLITUDE_SECRET_KEY", api.secret_key)
    return AmplitudeProject(Project(tmp_path / "project"))


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> dt.datetime:
    """The clock stands at noon of the second day."""
    noon = START + dt.timedelta(hours=36, minutes=10)
    monkeypatch.setattr("crosswalk.extract.windows.utc_now", lambda: noon)
    return noon
