"""Payloads are looked at by other processes where there are many: what is left to Python takes one core a process.

Each reads Arrow batches of lines from its input and answers each with what it counted, one JSON line. It ends with its input,
so none outlives the command, however that ends. Whatever one answers, and if it does not, its batch is looked at in this
process.
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Protocol

import pyarrow as pa

from crosswalk.personal.result import Counted, Personal, Tally
from crosswalk.personal.scan import Scanner

LINES = pa.schema([("line", pa.string())])
# Fewer records are looked at before a process has started.
_MANY = 100_000
# A third one would wait for what is read.
_MOST = 2
# Seconds for an answer, which takes less than one.
_LONGEST = 120.0
_PACKAGE = Path(__file__).resolve().parents[2]


class Looker(Protocol):
    """Looks at payloads and counts."""

    def add(self, lines: pa.Array) -> None:
        """Look at payloads, one JSON text each; `result` counts them."""

    def result(self) -> Personal:
        """What was found in all of them."""


def looker(records: int) -> contextlib.AbstractContextManager[Looker]:
    """Who looks at so many records: this process, or others where there are cores for them."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if records < _MANY or cores < 2:
        return contextlib.nullcontext(Scanner())
    return Crew(min(cores, _MOST))


class Crew:
    """Some processes that look at batches side by side; the same is found as by one, examples included."""

    def __init__(self, number: int) -> None:
        self._tally = Tally()
        self._members = [_Member() for _ in range(number)]
        self._idle: queue.SimpleQueue[_Member] = queue.SimpleQueue()
        for one in self._members:
            self._idle.put(one)
        self._threads = ThreadPoolExecutor(number)
        self._under_way: deque[Future[Counted]] = deque()
        self._ahead = number

    def add(self, lines: pa.Array) -> None:
        """See Looker; waits while enough is under way."""
        if len(self._under_way) >= self._ahead:
            self._gather()
        self._under_way.append(self._threads.submit(self._counted, lines))

    def result(self) -> Personal:
        """See Looker; in the order in which the batches came."""
        while self._under_way:
            self._gather()
        return self._tally.result()

    def __enter__(self) -> "Crew":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in self._members:
            one.stop()  # first, since a thread may wait for its answer
        self._threads.shutdown(cancel_futures=True)
        for one in self._members:
            one.close()

    def _gather(self) -> None:
        self._tally.add(self._under_way.popleft().result())

    def _counted(self, lines: pa.Array) -> Counted:
        member = self._idle.get()
        try:
            return member.counted(lines)
        finally:
            self._idle.put(member)


class _Member:
    """One process, started with its first batch."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._here: Scanner | None = None
        self._is_stopped = False

    def counted(self, lines: pa.Array) -> Counted:
        """What one batch holds; nothing after `stop`."""
        if self._here is None and not self._is_stopped:
            try:
                return self._answer(lines)
            except (OSError, ValueError, pa.ArrowException):
                self.close()
                self._here = Scanner()
        if self._here is None or self._is_stopped:
            return Counted(0, [])
        self._here.add(lines)
        return self._here.taken()

    def stop(self) -> None:
        """Nobody waits for answers any more; for another thread than the one that waits."""
        self._is_stopped = True
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with contextlib.suppress(OSError):  # what was still to be written
                process.communicate()

    def _answer(self, lines: pa.Array) -> Counted:
        """Raises OSError, ValueError and ArrowException where the process does not answer as it should."""
        process = self._process = self._process or _started()
        assert process.stdin is not None and process.stdout is not None  # noqa: S101 - for the type checker
        timer = threading.Timer(_LONGEST, process.kill)
        timer.daemon = True
        timer.start()
        try:
            with pa.ipc.new_stream(process.stdin, LINES) as stream:
                stream.write_batch(pa.record_batch([lines.cast(pa.string())], schema=LINES))
            process.stdin.flush()
            return _read(process.stdout.readline(), len(lines))
        finally:
            timer.cancel()


def _read(answer: bytes, records: int) -> Counted:
    """Raises ValueError where it is none, or one of other records."""
    try:
        counted, found = json.loads(answer)
        entries = [
            (str(name), str(place), str(kind), int(number), str(example))
            for name, place, kind, number, example in found
        ]
    except TypeError as error:
        raise ValueError("no answer") from error
    if counted != records:
        raise ValueError("an answer about other records")
    return Counted(records, entries)


def _started() -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C ends the command, which ends it."""
    # an empty entry would be the working folder
    found = [str(_PACKAGE), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "crosswalk.personal.member"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(found)},
        start_new_session=True,
    )
