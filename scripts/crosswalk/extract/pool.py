"""Windows worked on by a few threads, oldest first; Ctrl-C ends it within seconds, a failure ends the run in order."""

import queue
import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from crosswalk.push.stop import Stop, Stopped

# What requests under way get to come home after a signal; a part that they leave is removed by the next run.
GRACE_SECONDS = 2.0
Task = TypeVar("Task")


def work_off(tasks: Iterable[Task], work: Callable[[Task], None], workers: int, stop: Stop) -> None:
    """Call `work` for each task, `workers` at once. Returns early when the run is stopped; raises the first failure.

    The threads are daemons: one that hangs in a read does not keep the process alive.
    """
    waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    failures: list[BaseException] = []

    def run() -> None:
        while not stop.is_set():
            try:
                task = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                work(task)
            except Stopped:
                return
            except BaseException as error:
                failures.append(error)
                stop.raise_flag()

    threads = [threading.Thread(target=run, daemon=True) for _ in range(workers)]
    for thread in threads:
        thread.start()
    _join(threads, stop)
    if failures:
        raise failures[0]


def _join(threads: list[threading.Thread], stop: Stop) -> None:
    end = None
    while any(thread.is_alive() for thread in threads):
        if stop.is_set():
            end = end or time.monotonic() + GRACE_SECONDS
            if time.monotonic() >= end or stop.hurried:
                return
        for thread in threads:
            thread.join(0.05)
