"""Fixtures and options of all tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import harness
import pytest
from crosswalk import redact
from postgres import database, postgres_server

pytest.register_assert_rewrite("warehouses.compared", "warehouses.private_names", "warehouses.two_days")

__all__ = ["database", "postgres_server"]
_MODULE = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regenerate-expected", action="store_true", help="writes tests/expected anew from the samples"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """What one module's tests call a secret is taken out of every text of the process; the next module begins without it, and
    so do the fixtures of the session that it is the first to ask for."""
    if item.config.stash.get(_MODULE, None) != item.path:
        item.config.stash[_MODULE] = item.path
        redact._forms.clear()


@pytest.fixture(scope="session", autouse=True)
def workshop() -> Iterator[None]:
    """What the session wrote is removed at its end."""
    yield
    harness.clean_up()


@pytest.fixture(scope="session")
def samples() -> harness.Result:
    """The sample exports, each row once."""
    return harness.run(harness.sample_files())


@pytest.fixture(scope="session")
def posthog_samples() -> harness.Result:
    """The PostHog-shaped samples, held against a day of their own."""
    return harness.run(harness.posthog_files(), {"as_of": "2024-06-01"}, tool="posthog")


@pytest.fixture(scope="session")
def overlapping_samples() -> harness.Result:
    """The sample exports with those that repeat rows of the others: overlapping hours, Windows line ends, a ZIP."""
    return harness.run([*harness.sample_files(), *harness.overlapping_files()])


@pytest.fixture(scope="session")
def mixpanel_samples() -> harness.Result:
    """The sample exports of Mixpanel: raw events and a page of profiles. The pipelines hold the same events."""
    return harness.run(harness.mixpanel_files(), {"as_of": "2026-01-01"}, tool="mixpanel")


@pytest.fixture(scope="session")
def heap_samples() -> harness.Result:
    """All sample tables of Heap and both files of its JSON export, in one real build with every data test."""
    files = sorted(str(path) for path in (harness.ROOT / "samples" / "heap").iterdir())
    return harness.build([], {"sources": ["heap"], "heap_files": files, "as_of": "2025-01-01"})


@pytest.fixture(scope="session")
def mixpanel_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The sample exports of Mixpanel, and an identity of whom nothing else is known: its mappings cover a whole project,
    an export a part of its days."""
    mapping = tmp_path_factory.mktemp("mappings") / "mappings.jsonl"
    mapping.write_text('{"distinct_id":"nobody-1","resolved_distinct_id":"nobody-2"}\n')
    return [*harness.mixpanel_files(), mapping]


@pytest.fixture(scope="session")
def together_settings(mixpanel_files: list[Path]) -> dict[str, Any]:
    """All sources into both destinations."""
    return {
        "sources": harness.SOURCES,
        "amplitude_files": [str(path) for path in harness.sample_files()],
        "heap_files": [str(path) for path in sorted((harness.ROOT / "samples" / "heap").iterdir())],
        "mixpanel_files": [str(path) for path in mixpanel_files],
        "posthog_files": [str(path) for path in harness.posthog_files()],
        "as_of": harness.DAY_OF_ALL,
    }


@pytest.fixture(scope="session")
def together(together_settings: dict[str, Any]) -> harness.Result:
    """All sources into both destinations in one real build, with every test."""
    return harness.build([], together_settings, unit_tests=True)
