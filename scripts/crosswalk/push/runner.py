"""Workers: a bounded amount of data under way, one bucket always on the same worker, days as barriers where asked."""

import queue
import threading
import time
from collections.abc import Callable, Iterable

from crosswalk.push.batches import Batch
from crosswalk.push.stop import GRACE_SECONDS, Stop, Stopped

# Bytes of batches that wait or are being sent; what bounds memory, whatever the number of workers.
BYTES_UNDER_WAY = 16_000_000


class Runner:
    """Hands batches to workers in order and waits for them."""

    def __init__(
        self,
        send: Callable[[Batch], None],
        workers: int,
        stop: Stop,
        ordered_days: bool,
        pause: float = 0.0,
    ) -> None:
        """`pause`: seconds that a worker rests between two batches."""
        self._send = send
        self._pause = pause
        self._stop = stop
        self._ordered_days = ordered_days
        self._queues: list[queue.SimpleQueue[Batch | None]] = [queue.SimpleQueue() for _ in range(workers)]
        self._changed = threading.Condition()
        self._open_batches = 0
        self._open_bytes = 0
        self._failure: BaseException | None = None

    def run(self, batches: Iterable[Batch]) -> None:
        """Send all batches. Returns early when the run is stopped; raises the first failure of a worker."""
        threads = [threading.Thread(target=self._work, args=(one,), daemon=True) for one in self._queues]
        for thread in threads:
            thread.start()
        try:
            self._hand_out(batches)
        except BaseException:
            self._stop.raise_flag()
            raise
        finally:
            for one in self._queues:
                one.put(None)
            self._join(threads)
        if self._failure is not None:
            raise self._failure

    def _hand_out(self, batches: Iterable[Batch]) -> None:
        day = None
        for batch in batches:
            if self._ordered_days and batch.day != day:
                self._wait_until(lambda: self._open_batches == 0)
                day = batch.day
            self._wait_until(lambda: self._open_bytes < BYTES_UNDER_WAY)
            if self._stop.is_set():
                return
            with self._changed:
                self._open_batches += 1
                self._open_bytes += batch.bytes
            worker = (batch.day.toordinal() + batch.bucket) % len(self._queues)
            self._queues[worker].put(batch)
        self._wait_until(lambda: self._open_batches == 0)

    def _wait_until(self, done: Callable[[], bool]) -> None:
        with self._changed:
            while not done() and not self._stop.is_set():
                self._changed.wait(0.2)

    def _work(self, batches: "queue.SimpleQueue[Batch | None]") -> None:
        rested = True
        while (batch := batches.get()) is not None:
            try:
                if not rested and self._pause:
                    self._stop.wait(self._pause)
                if not self._stop.is_set():
                    rested = False
                    self._send(batch)
            except Stopped:
                self._stop.raise_flag()
            except BaseException as error:
                self._fail(error)
            finally:
                with self._changed:
                    self._open_batches -= 1
                    self._open_bytes -= batch.bytes
                    self._changed.notify_all()

    def _fail(self, error: BaseException) -> None:
        with self._changed:
            self._failure = self._failure or error
        self._stop.raise_flag()

    def _join(self, threads: list[threading.Thread]) -> None:
        """On a good end all are idle; on a stop, requests under way get a few seconds to come home."""
        end = time.monotonic() + GRACE_SECONDS
        while any(thread.is_alive() for thread in threads):
            if self._stop.is_set() and (time.monotonic() >= end or self._stop.hurried):
                return
            for thread in threads:
                thread.join(0.05)
