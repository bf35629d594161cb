"""Killed at random moments and at named points: nothing lost, nothing doubled, hardly anything sent twice.

`CROSSWALK_CHAOS=long` runs the long form: 500 random kills, and the first 50 hits of every point.
"""

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from crosswalk.failpoints import POINTS
from standin.server import Standin

from cli.forked import Ended, ForkServer
from cli.support import Project, Record, mixpanel_event, mixpanel_profile, posthog_event, record_uuid

_LONG = os.environ.get("CROSSWALK_CHAOS") == "long"
_KILLS = 500 if _LONG else 24
_HITS = range(1, 51) if _LONG else (1, 3)
_WORKERS, _BATCH = 4, 20
_RECORDS = 20_000 if _LONG else 800
_EVENTS = 2_000 if _LONG else 200
_BAD = {5, 63, 64, 199}


@pytest.fixture
def forks(connected: Project, tmp_path: Path) -> Iterator[ForkServer]:
    """Forked runs, with the environment that leads to the stand-in."""
    with ForkServer(tmp_path) as server:
        yield server


class _Push:
    """One push that is run until it is through, over and over, with a state folder of its own each round."""

    def __init__(self, project: Project, standin: Standin, forks: ForkServer, destination: str) -> None:
        self._project, self._standin, self._forks = project, standin, forks
        self._destination = destination
        plan = project.run("plan", "--to", destination, "--json").report()
        self._plan, self.records = plan["plan_id"], plan["records"]
        self.rounds = self.killed = 0
        self.new_round()

    def new_round(self) -> None:
        self.rounds += 1
        self.killed = 0
        self.state = self._project.folder / f"state-{self.rounds}"
        self._project.run("--state-dir", str(self.state), "plan", "--to", self._destination)
        self._standin.posthog.raw_events.clear()
        self._standin.mixpanel.raw_events.clear()
        self._standin.mixpanel.raw_profiles.clear()

    def run(self, failpoint: str = "", kill_after: float | None = None) -> Ended:
        ended = self._forks.run(
            *("--project-dir", str(self._project.folder), "--state-dir", str(self.state)),
            *("push", "--to", self._destination, "--plan", self._plan, "--json", "--rate", "1000000"),
            *("--workers", str(_WORKERS), "--batch-size", str(_BATCH)),
            failpoint=failpoint,
            kill_after=kill_after,
        )
        self.killed += ended.code == -9
        assert ended.code in (-9, 0, 7), ended.err
        return ended

    def ledger(self, sql: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.state / "ledger.sqlite") as connection:
            return connection.execute(sql).fetchall()

    def resent_at_most(self) -> int:
        return self.killed * _WORKERS * _BATCH


def _check_posthog(push: _Push, standin: Standin) -> None:
    """Everything is there, once; what went out twice is at most a batch a worker and kill; the ledger knows all."""
    counts = standin.counts()
    assert {one["uuid"] for one in standin.posthog.raw_events} == {record_uuid(n) for n in range(_RECORDS)}
    assert counts["posthog_events"] == _RECORDS
    assert counts["posthog_events_raw"] - _RECORDS <= push.resent_at_most()
    assert push.ledger("select sum(length(hashes)) / 16 from batches") == [(_RECORDS,)]
    requests = len(standin.requests)
    report = json.loads(push.run().out.splitlines()[-1])
    assert (report["requests"], report["already_accepted"], report["left"]) == (0, _RECORDS, 0)
    assert len(standin.requests) == requests


def test_killed_at_random_moments(connected: Project, standin: Standin, forks: ForkServer) -> None:
    days = _RECORDS // 200
    connected.build(posthog=[posthog_event(n, day=n % days, bucket=n % 8) for n in range(_RECORDS)])
    push = _Push(connected, standin, forks, "posthog")
    whole = push.run().seconds
    _check_posthog(push, standin)
    push.new_round()
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")  # pytest shows it where the test fails
    chance = random.Random(seed)
    kills = 0
    while kills < _KILLS:
        ended = push.run(kill_after=chance.uniform(0.02, whole))
        kills += ended.code == -9
        if ended.code == 0:
            _check_posthog(push, standin)
            push.new_round()
    assert push.run().code == 0
    _check_posthog(push, standin)


def _mixpanel_records() -> list[Record]:
    bad = {"$insert_id": "not:allowed"}
    events = [
        mixpanel_event(n, day=n % 4, bucket=n % 3, **(bad if n in _BAD else {})) for n in range(_EVENTS)
    ]
    return [*events, *(mixpanel_profile(n) for n in range(30))]


def _check_mixpanel(push: _Push, standin: Standin) -> None:
    """Good records are there once; refused ones have one letter each in the ledger and a line in the file."""
    good = {record_uuid(n) for n in range(_EVENTS) if n not in _BAD}
    assert {one["properties"]["$insert_id"] for one in standin.mixpanel.raw_events} == good
    assert standin.counts()["mixpanel_events"] == len(good)
    assert standin.counts()["mixpanel_events_raw"] - len(good) <= push.resent_at_most()
    assert {one["$distinct_id"] for one in standin.mixpanel.raw_profiles} == {f"user-{n}" for n in range(30)}
    assert push.ledger("select sum(length(hashes)) / 16 from batches") == [(len(good) + 30,)]
    letters = push.ledger("select record_id from letters where id not in (select letter_id from marks)")
    assert sorted(letters) == sorted((record_uuid(n),) for n in _BAD)
    lines = (push.state / "dead_letters" / "mixpanel.ndjson").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["record_id"] for line in lines} == {record_uuid(n) for n in _BAD}


@pytest.mark.parametrize("point", [one for one in POINTS if not one.endswith("rename")])
def test_killed_at_every_point(connected: Project, standin: Standin, forks: ForkServer, point: str) -> None:
    connected.build(mixpanel=_mixpanel_records())
    push = _Push(connected, standin, forks, "mixpanel")
    for hit in _HITS:
        ended = push.run(failpoint=f"{point}:{hit}")
        if ended.code != -9:  # fewer hits than that were left
            _check_mixpanel(push, standin)
            push.new_round()
            ended = push.run(failpoint=f"{point}:{hit}")
        if ended.code != -9:
            break
    assert push.rounds > 1 or push.killed
    assert push.run().code == 7
    _check_mixpanel(push, standin)


@pytest.mark.parametrize("point", ["before-rename", "after-rename"])
def test_a_plan_is_whole_or_not_there(connected: Project, forks: ForkServer, point: str) -> None:
    connected.build(posthog=[posthog_event(0)])
    argv = ("--project-dir", str(connected.folder), "plan", "--to", "posthog", "--json")
    found = []
    for hit in range(
        1, 20
    ):  # a plan writes what it found of personal data beside it, each file whole or not there
        code = forks.run(*argv, failpoint=f"{point}:{hit}").code
        plans = list((connected.state / "plans").glob("*.json"))
        assert [json.loads(plan.read_text())["records"] for plan in plans] == [1] * len(plans)
        if code == 0:
            break
        assert code == -9
        found.append(len(plans))
        shutil.rmtree(connected.state)
    assert (0 in found, 1 in found) == (True, point == "after-rename")
    assert len(plans) == 1
