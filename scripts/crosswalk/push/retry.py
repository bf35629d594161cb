"""When to send again: full jitter, the vendor's Retry-After first, a bounded number of times."""

import datetime as dt
import email.utils
import random
import re
import threading
from dataclasses import dataclass

# A longer wait than this is asked for by mistake, or is no use to anybody: ask again after it.
RETRY_AFTER_CAP_SECONDS = 900.0
_JITTER_SECONDS = 0.5
_FOREVER = 1e10
_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)

_uniform = random.SystemRandom().uniform


@dataclass(frozen=True)
class RetryPolicy:
    """Waits in seconds: a random share of min(cap, base * 2^n), plus a random extra where the vendor asks for one."""

    base: float
    cap: float
    extra: tuple[float, float] = (0.0, 0.0)
    attempts: int = 10

    def wait(self, failures: int, retry_after: float | None) -> float:
        """Seconds before the next attempt, after this many failures (from 1); a Retry-After of 0 says nothing."""
        if retry_after:
            return min(retry_after, RETRY_AFTER_CAP_SECONDS) + _uniform(0.0, _JITTER_SECONDS)
        limit = min(self.cap, self.base * 2 ** min(failures - 1, 20))
        return _uniform(0.0, limit) + _uniform(*self.extra)


# Mixpanel docs, reference/import-events: from 2 s doubling to 60 s, with 1 to 5 s of jitter.
MIXPANEL_POLICY = RetryPolicy(base=2.0, cap=60.0, extra=(1.0, 5.0))
# posthog-python and PostHog's importer: exponential from 1 s, Retry-After honoured.
POSTHOG_POLICY = RetryPolicy(base=1.0, cap=60.0)


class RetryBudget:
    """How many retries a run may make: some to begin with, and a share of its requests.

    A retry takes one; one that leads to an answer is given back. So a vendor that fails now and then never uses the
    budget up, and one that is dead uses it up soon, however many workers there are.
    """

    def __init__(self, start: float, share: float = 0.1) -> None:
        self._start = start
        self._share = share
        self._left = start
        self._lock = threading.Lock()

    def request(self) -> None:
        """A request goes out."""
        self._give(self._share)

    def spend(self) -> bool:
        """Take one retry; False where there is none left."""
        with self._lock:
            if self._left < 1.0:
                return False
            self._left -= 1.0
            return True

    def refund(self) -> None:
        """The last retry led to an answer."""
        self._give(1.0)

    def _give(self, number: float) -> None:
        with self._lock:
            self._left = min(self._start, self._left + number)


def retry_budget(workers: int) -> RetryBudget:
    """The budget of a run: an outage of half a minute or so is waited out, whatever the number of workers."""
    return RetryBudget(max(12.0, 6.0 * workers))


def parse_retry_after(value: str | None, now: dt.datetime) -> float | None:
    """Seconds from a Retry-After header (RFC 9110: a number or a date); None where it is none of these.

    A date in the past is 0. Nothing is clamped here, so that the caller can say so.
    """
    text = (value or "").strip()
    if _NUMBER.fullmatch(text):
        return min(float(text), _FOREVER)
    moment = parse_date(text)
    return None if moment is None else min(max((moment - now).total_seconds(), 0.0), _FOREVER)


def parse_date(value: str | None) -> dt.datetime | None:
    """The moment of an HTTP date, with its zone; None where it is none."""
    try:
        moment = email.utils.parsedate_to_datetime(value or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
