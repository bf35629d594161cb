"""When to send again: full jitter, the vendor's Retry-After first, a bounded number of times."""

import datetime as dt
import email.utils
import random
from dataclasses import dataclass

RETRY_AFTER_CAP_SECONDS = 900.0

_uniform = random.SystemRandom().uniform


@dataclass(frozen=True)
class RetryPolicy:
    """Waits in seconds: a random share of min(cap, base * 2^n), plus a random extra where the vendor asks for one."""

    base: float
    cap: float
    extra: tuple[float, float] = (0.0, 0.0)
    attempts: int = 8
    rate_limited_attempts: int = 40

    def wait(self, failures: int, retry_after: float | None) -> float:
        """Seconds before the next attempt, after this many failures (from 1)."""
        if retry_after is not None:
            return retry_after + _uniform(0.0, 0.5)
        limit = min(self.cap, self.base * 2 ** min(failures - 1, 20))
        return _uniform(0.0, limit) + _uniform(*self.extra)


# Mixpanel docs, reference/import-events: from 2 s doubling to 60 s, with 1 to 5 s of jitter.
MIXPANEL_POLICY = RetryPolicy(base=2.0, cap=60.0, extra=(1.0, 5.0))
# posthog-python and PostHog's importer: exponential from 1 s, Retry-After honoured.
POSTHOG_POLICY = RetryPolicy(base=1.0, cap=60.0)


def parse_retry_after(value: str | None, now: dt.datetime) -> float | None:
    """Seconds from a Retry-After header (RFC 9110: a number or a date), at most 15 minutes; None where unusable."""
    if not value:
        return None
    try:
        seconds = float(int(value))
    except ValueError:
        try:
            seconds = (email.utils.parsedate_to_datetime(value) - now).total_seconds()
        except (ValueError, TypeError):
            return None
        seconds = max(seconds, 0.0)
    return min(seconds, RETRY_AFTER_CAP_SECONDS) if seconds >= 0 else None
