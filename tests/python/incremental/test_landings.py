"""Which files an incremental build reads, and when it refuses to add to what is there."""

import os
from pathlib import Path
from typing import Any

import harness
import pytest
from harness import DbtError

from incremental.history import History, rows_of_json

# The lines and what is made of each of them by itself.
LANDED = ("--select", "stg_posthog__lines", "stg_posthog__deduplicated_keys", "stg_posthog__parsed_rows")


def row(name: str) -> dict[str, Any]:
    return {"event": name, "distinct_id": "u", "timestamp": "2024-01-01T00:00:00Z"}


def names(history: History, *flags: str, **settings: Any) -> list[str]:
    """The events that a build finds, once each."""
    result = history.build(*LANDED, *flags, **settings)
    found = result.sql("select event_name, read_error from stg_posthog__parsed_rows")
    lines = result.sql("select count(*) as lines from stg_posthog__lines where line <> ''")[0]["lines"]
    result.close()
    assert lines == len(found)
    return sorted(row["event_name"] or row["read_error"] for row in found)


@pytest.fixture(scope="module")
def history() -> History:
    history = History(["posthog"])
    history.land(
        "posthog", "1.jsonl", rows_of_json([row("a"), row("b"), '{"event":1,"event":"c"}']) + b"\xff\n"
    )
    return history


def written_just_now(path: Path) -> None:
    """The file as it is while somebody writes it: its time of change does not lie behind the build."""
    os.utime(path, (4_000_000_000, 4_000_000_000))


def test_new_files_are_added_and_changed_ones_read_again(history: History) -> None:
    first = ["a", "b", "c", "invalid_utf8"]
    assert names(history) == first
    assert names(history) == first  # nothing new, and the line that cannot be read stands once
    written_just_now(history.land("posthog", "0.jsonl", rows_of_json([row("d"), '{"event":2,"event":"e"}'])))
    assert names(history) == [*first[:3], "d", "e", first[3]]
    # of the same size, within the same second
    written_just_now(history.land("posthog", "0.jsonl", rows_of_json([row("f"), '{"event":2,"event":"g"}'])))
    (history.files / "posthog" / "1.jsonl").unlink()
    assert names(history) == ["f", "g"]


def test_other_settings_are_refused_until_all_is_built_anew(history: History) -> None:
    with pytest.raises(DbtError) as raised:
        names(history, import_id="another")
    assert "the variable 'import_id' changed since" in str(raised.value)
    assert "run the same command with --full-refresh" in str(raised.value)
    assert names(history, "--full-refresh", import_id="another") == ["f", "g"]


def test_tables_of_another_mode_are_refused(history: History) -> None:
    harness.on_duckdb(["run", *LANDED], history.folder, history.variables())
    with pytest.raises(DbtError) as raised:
        names(history)
    assert "was not built with 'materialize: incremental'" in str(raised.value)


def test_a_part_of_a_full_refresh_is_refused_that_would_lose_rows(history: History) -> None:
    with pytest.raises(DbtError) as raised:
        history.build("--select", "hub_events", "--full-refresh").close()
    assert "a full refresh of 'hub_events' needs what comes before it" in str(raised.value)
