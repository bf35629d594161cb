"""A vendor's words are data: whatever stands in an answer can be written, shown and reported."""

import json

import pytest
from crosswalk.push.verdict import Answer
from standin.server import Failure, Standin

from cli.support import Project, mixpanel_event, posthog_event

# Half of a surrogate pair, which JSON can write and UTF-8 cannot, a terminal's escape, a mark that turns text round.
WORDS = "\ud83d\x1b[2J\u202ewords"
REFUSED = {
    "mixpanel": {
        "code": 400, "status": WORDS, "error": WORDS, "num_records_imported": 2,
        "failed_records": [{"index": 1, "insert_id": "x", "field": WORDS, "message": WORDS}],
    },
    "posthog": {"type": "validation_error", "detail": WORDS},
}  # fmt: skip
PATHS = {"mixpanel": "/import", "posthog": "/batch/"}


@pytest.mark.parametrize("destination", REFUSED)
def test_odd_words_of_a_refusal_are_kept_and_shown(
    connected: Project, standin: Standin, destination: str
) -> None:
    project = connected
    project.build(
        mixpanel=[mixpanel_event(n) for n in range(3)], posthog=[posthog_event(n) for n in range(3)]
    )
    standin.fail(
        PATHS[destination], *[Failure(400, REFUSED[destination])] * (1 if destination == "mixpanel" else 5)
    )
    assert project.push(destination).code == 7
    letters = (project.state / "dead_letters" / f"{destination}.ndjson").read_text(encoding="utf-8")
    assert "words" in letters
    for command in (["status"], ["report", "--to", destination]):
        result = project.run(*command)
        assert result.code in (0, 7), result.err
        assert "\x1b" not in result.out and "\u202e" not in result.out


def test_an_answer_that_is_no_json_is_none() -> None:
    assert Answer(200, {}, b"[" * 100_000).parsed() is None
    assert Answer(200, {}, b"<html>").parsed() is None
    assert Answer(200, {}, json.dumps({"a": WORDS}).encode()).parsed() == {
        "a": WORDS.replace("\ud83d", "\ufffd")
    }
