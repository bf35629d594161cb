"""Other processes find what this one finds, and nothing is lost with one that ends."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest
from crosswalk.personal import crew as crew_module
from crosswalk.personal.crew import Crew, looker
from crosswalk.personal.scan import Scanner

from personal.corpus import corpus

_LINES = [
    json.dumps({"properties": {item.name: item.value, str(item.value): 1}}, ensure_ascii=False) + ","
    for item in corpus(5, 4000)
]


def _batches() -> list[pa.Array]:
    return [pa.array(_LINES[start : start + 300]) for start in range(0, len(_LINES), 300)]


def _alone() -> Scanner:
    scanner = Scanner()
    for lines in _batches():
        scanner.add(lines)
    return scanner


def _pids(crew: Crew) -> list[int]:
    return [one._process.pid for one in crew._members if one._process is not None]


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_crew_finds_what_one_finds() -> None:
    with Crew(2) as crew:
        for lines in _batches():
            crew.add(lines)
        found = crew.result()
        pids = _pids(crew)
    assert found == _alone().result()
    assert found.records == len(_LINES)
    assert pids and os.getpid() not in pids, "others looked"
    assert not any(map(_is_running, pids)), "none outlives the crew"


def test_slices_and_batches_without_rows_are_looked_at_as_they_are() -> None:
    whole = pa.array([None, *_LINES])
    with Crew(1) as crew:
        crew.add(whole.slice(1, 0))
        crew.add(whole.slice(1, 1000))
        crew.add(whole.slice(1001))
        assert crew.result() == _alone().result()


@pytest.mark.parametrize("when", ["before", "between"])
def test_what_an_ended_process_was_given_is_looked_at_here(
    when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if when == "before":
        monkeypatch.setattr(crew_module, "_PACKAGE", Path("/nowhere"))
        monkeypatch.delenv("PYTHONPATH", raising=False)
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Crew(2) as crew:
        for number, lines in enumerate(_batches()):
            crew.add(lines)
            if when == "between" and number == 5:
                while crew._under_way:
                    crew._gather()
                assert _pids(crew)
                for pid in _pids(crew):
                    os.kill(pid, signal.SIGKILL)
        assert crew.result() == _alone().result()


def _answering(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """A process of other code in place of ours."""

    def started() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    monkeypatch.setattr(crew_module, "_started", started)


@pytest.mark.parametrize(
    "answer",
    [
        "null",
        "5",
        '{"a": 1, "b": 2}',
        "[1, [[1, 2]]]",
        "[1, []]",
        "[300, 7]",
        "[300, [null]]",
        "what",
        "\\xff",
    ],
)
def test_an_answer_that_is_none_counts_for_nothing(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _answering(
        monkeypatch, f"import sys\nfor _ in range(99): print({answer!r}, flush=True)\nsys.stdin.read()"
    )
    with Crew(2) as crew:
        for lines in _batches():
            crew.add(lines)
        assert crew.result() == _alone().result()


def test_who_does_not_answer_in_time_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew_module, "_LONGEST", 0.2)
    _answering(monkeypatch, "import sys, time; sys.stdin.buffer.read(9); time.sleep(600)")
    with Crew(2) as crew:
        for lines in _batches():
            crew.add(lines)
        assert crew.result() == _alone().result()


def test_an_error_ends_it_at_once_whatever_the_processes_do() -> None:
    pids = []

    def failing() -> None:
        with Crew(2) as crew:
            for lines in _batches()[:4]:
                crew.add(lines)
            while crew._under_way:
                crew._gather()
            pids.extend(_pids(crew))
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            for lines in _batches()[:3]:
                crew.add(lines)
            raise OSError("the warehouse is gone")

    with pytest.raises(OSError, match="gone"):
        failing()
    assert pids and not any(map(_is_running, pids))


def test_a_process_ends_with_the_command_that_started_it() -> None:
    code = (
        "import os, signal, pyarrow as pa\n"
        "from crosswalk.personal.crew import Crew\n"
        "crew = Crew(1)\n"
        "crew.add(pa.array(['{}']))\n"
        "crew.result()\n"
        "print(crew._members[0]._process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    pid = int(ended.stdout)
    until = time.monotonic() + 20
    while _is_running(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _is_running(pid)


def test_a_module_in_the_working_folder_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyarrow.py").write_text("raise SystemExit", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    with Crew(1) as crew:
        crew.add(pa.array(_LINES))
        assert crew.result() == _alone().result()
        assert _pids(crew)


def test_others_look_where_there_are_many_records_and_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1, 2, 3}, raising=False)
    with looker(99_999) as few, looker(100_000) as many:
        assert isinstance(few, Scanner)
        assert isinstance(many, Crew)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0}, raising=False)
    with looker(100_000) as alone:
        assert isinstance(alone, Scanner)
