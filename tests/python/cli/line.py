"""A line to a vendor without a network and without waiting: a clock that waits move, and answers that a test makes up."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
from crosswalk.push.attempt import Line
from crosswalk.push.mixpanel import Mixpanel
from crosswalk.push.pacer import Pacer
from crosswalk.push.posthog import PostHog
from crosswalk.push.rate_limit import RateLimit
from crosswalk.push.retry import RetryBudget
from crosswalk.push.stop import Stop
from crosswalk.push.tally import Tally
from crosswalk.push.transport import TransportError
from crosswalk.push.vendor import Vendor
from crosswalk.push.verdict import Answer
from crosswalk.settings import MixpanelSettings, PostHogSettings


class Clock(Stop):
    """Time that passes by waiting alone; `on_wait` is called before each wait with its seconds, and the first `skip`
    waits take no time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.skip = 0
        self.waits: list[float] = []
        self.on_wait: Callable[[float], None] = lambda seconds: None

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        """Let the time pass. Raises Stopped."""
        self.on_wait(seconds)
        self.waits.append(seconds)
        if len(self.waits) > self.skip:
            self.now += max(0.0, seconds)
        super().wait(0.0)


class Script:
    """Stands for the transport: `reply` makes the answer to the n-th request, from 0, or the error."""

    def __init__(self, clock: Clock, reply: Callable[[int], Answer | TransportError]) -> None:
        self._clock = clock
        self._reply = reply
        self._lock = threading.Lock()
        self.at: list[float] = []
        self.bodies: list[bytes] = []

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The next answer. Raises TransportError."""
        with self._lock:
            number = len(self.at)
            self.at.append(self._clock.now)
            self.bodies.append(body)
        found = self._reply(number)
        if isinstance(found, TransportError):
            raise found
        return found


def answer(status: int, body: bytes = b"{}", **headers: str) -> Answer:
    """An answer; header names with `_` for `-`."""
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def taken() -> Answer:
    """PostHog's yes."""
    return answer(200, b'{"status":1}')


def limited(retry_after: str | None = None) -> Answer:
    """A 429."""
    return answer(429, b"slow down", **({"retry_after": retry_after} if retry_after is not None else {}))


def records(number: int) -> pa.RecordBatch:
    """Rows as the warehouse hands them over, as far as sending looks at them."""
    return pa.RecordBatch.from_pydict({"line": [f'{{"n":{index}}},' for index in range(number)]})


def vendor_of(name: str) -> Vendor:
    """A vendor with made-up credentials."""
    if name == "mixpanel":
        return Mixpanel(MixpanelSettings("https://mixpanel.test", token="a" * 32))
    return PostHog(PostHogSettings("https://posthog.test", "phc_test_key"))


def make_line(
    reply: Callable[[int], Answer | TransportError],
    *,
    vendor: str = "posthog",
    rate: float = 1e9,
    max_wait: float = 12 * 3600.0,
    budget: RetryBudget | None = None,
) -> tuple[Line, Clock, Script, list[str]]:
    """The line, its clock, what was sent, and what the person was told."""
    clock, notices = Clock(), list[str]()
    script: Any = Script(clock, reply)
    chosen = vendor_of(vendor)
    pacer = Pacer(rate, None, clock, clock)
    limit = RateLimit(pacer, chosen.policy, max_wait)
    line = Line(
        vendor=chosen,
        transport=script,
        pacer=pacer,
        limit=limit,
        budget=budget or RetryBudget(1000.0),
        stop=clock,
        tally=Tally(),
        notice=lambda text, seconds: notices.append(text),
    )
    return line, clock, script, notices
