"""The command where a shell closed one of its streams, or nobody reads what it prints."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from standin.server import Standin

from cli.support import Project, posthog_event

_SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"


def _shell(project: Project, words: str, around: str) -> tuple[int, str]:
    """Run the command in a shell; `around` has {} where it stands. The code and what came on stderr."""
    run = shlex.join([sys.executable, "-m", "crosswalk", "--project-dir", str(project.folder)])
    result = subprocess.run(
        ["bash", "-o", "pipefail", "-c", around.format(f"{run} {words}")],
        env={**os.environ, "PYTHONPATH": str(_SCRIPTS)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return result.returncode, result.stderr


@pytest.mark.parametrize("around", ["{} 2>&-", "{} <&- >&- 2>&-"])
def test_a_push_without_streams_sends_all_the_same(connected: Project, standin: Standin, around: str) -> None:
    connected.build(posthog=[posthog_event(number) for number in range(9)])
    code, _ = _shell(connected, "push --to posthog --yes", around)
    assert code == 0
    assert standin.counts()["posthog_events"] == 9
    assert connected.run("doctor").code == 0, "nothing was printed into a file of the state folder"


def test_a_question_without_stdin_is_answered_with_no(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(0)])
    code, said = _shell(connected, "push --to posthog", "{} <&-")
    assert code == 8
    assert "--yes" in said
    assert not standin.requests


def test_output_that_nobody_reads(connected: Project) -> None:
    connected.build(posthog=[posthog_event(0)])
    code, said = _shell(connected, "push --to posthog --yes", "{} | true")
    assert code == 6
    assert "Run the same command again: crosswalk --project-dir" in said
    assert "Traceback" not in said
    connected.push("posthog")
    assert _shell(connected, "status", "{} | true") == (6, "")
