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
    members = [crew._members.get() for _ in range(crew._members.qsize())]
    for one in members:
        crew._members.put(one)
    return [one._process.pid for one in members if one._process is not None]


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


def test_a_process_ends_with_the_command_that_started_it() -> None:
    code = (
        "import os, signal, pyarrow as pa\n"
        "from crosswalk.personal.crew import Crew\n"
        "crew = Crew(1)\n"
        "crew.add(pa.array(['{}']))\n"
        "crew.result()\n"
        "member = crew._members.get()\n"
        "print(member._process.pid, flush=True)\n"
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
