"""The vendor's rate limit: one back-off for all workers, and an end to waiting.

A 429 is no failure: it uses up no attempts. What bounds it is the time that a run waits on end.
"""

import threading
from dataclasses import dataclass

from crosswalk.push.pacer import Pacer
from crosswalk.push.retry import RetryPolicy


@dataclass(frozen=True)
class Pause:
    """What a 429 led to. `seconds`: how long nobody sends from now on; 0 where a pause holds already. `over`: the run
    has waited as long as it may. `waited`: seconds since the first 429 with nothing taken in between.
    """

    seconds: float
    over: bool
    waited: float


class RateLimit:
    """Counts refusals in rounds: what was on its way when a pause began belongs to the refusal before it."""

    def __init__(self, pacer: Pacer, policy: RetryPolicy, max_wait: float) -> None:
        self._pacer = pacer
        self._policy = policy
        self._max_wait = max_wait
        self._lock = threading.Lock()
        self._rounds = 0
        self._round_began = float("-inf")
        self._since: float | None = None

    def hit(self, sent_at: float, retry_after: float | None) -> Pause:
        """A request that was sent at `sent_at` (of the pacer's clock) came back with 429: hold everybody."""
        with self._lock:
            now = self._pacer.clock()
            self._since = now if self._since is None else self._since
            seconds = 0.0
            if sent_at >= self._round_began:
                self._rounds += 1
                self._round_began = now
                self._pacer.slow_down()
                seconds = self._policy.wait(self._rounds, retry_after)
            elif retry_after:
                seconds = self._policy.wait(self._rounds, retry_after)
            waited = now - self._since
            over = waited + seconds > self._max_wait
            if not over:
                self._pacer.hold(seconds)
            return Pause(seconds, over, waited)

    def passed(self) -> None:
        """A request was decided: the limit is no longer in the way."""
        with self._lock:
            self._rounds = 0
            self._since = None
