"""Fixtures of the command's tests: a project with its warehouse, the strict stand-in, and a way to run the command."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from standin.server import Standin

from cli.support import Project

_VARIABLES = (
    "MIXPANEL_PROJECT_TOKEN",
    "MIXPANEL_SERVICE_ACCOUNT",
    "MIXPANEL_SERVICE_SECRET",
    "MIXPANEL_PROJECT_ID",
    "MIXPANEL_REGION",
    "MIXPANEL_API_URL",
    "POSTHOG_PROJECT_API_KEY",
    "POSTHOG_REGION",
    "POSTHOG_URL",
    "DBT_PROFILES_DIR",
    "DBT_PROFILE",
    "DBT_TARGET",
)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the person who runs the tests reaches them."""
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Back-off waits are random shares; here the share is none, Retry-After stays as it is."""
    monkeypatch.setattr("crosswalk.push.retry._uniform", lambda low, high: 0.0)


@pytest.fixture
def standin() -> Iterator[Standin]:
    """Both vendors on a free port."""
    with Standin() as server:
        yield server


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project folder without a warehouse."""
    return Project(tmp_path / "project")


@pytest.fixture
def connected(project: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose credentials lead to the stand-in."""
    monkeypatch.setenv("MIXPANEL_API_URL", standin.url)
    monkeypatch.setenv("POSTHOG_URL", standin.url)
    monkeypatch.setenv("MIXPANEL_PROJECT_TOKEN", standin.token)
    monkeypatch.setenv("POSTHOG_PROJECT_API_KEY", standin.api_key)
    return project
