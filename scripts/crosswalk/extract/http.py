"""GET (and the odd POST) for exports: long waits for the first byte, bodies streamed, the retry policy of `push`.

A 429 is a wait and never a failure: it is shown as "waiting until 14:05", holds all workers, and uses up no attempt.
"""

import contextlib
import datetime as dt
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import urllib3

from crosswalk import __version__
from crosswalk.errors import ConfigError, CredentialsError, UnavailableError
from crosswalk.output import log, safe
from crosswalk.push.network import Network, Timeouts
from crosswalk.push.proxy import proxy_for
from crosswalk.push.retry import RetryPolicy, parse_retry_after
from crosswalk.push.stop import Stop, Stopped
from crosswalk.push.transport import TransportError, pool_manager
from crosswalk.push.trouble import explained
from crosswalk.redact import clean

CHUNK = 1 << 18
FIRST_BYTE_SECONDS = 300.0
IDLE_SECONDS = 60.0
MAX_WAIT_SECONDS = 12 * 3600.0
_BODY_SECONDS = 12 * 3600.0  # a day of a large project takes its time
# From 2 s doubling to a minute, ten attempts; rate limits are bounded by time and not by number.
EXTRACT_POLICY = RetryPolicy(base=2.0, cap=60.0, attempts=10)
_ERROR_TEXT_BYTES = 4000

Query = Mapping[str, str | int]
Taken = TypeVar("Taken")


class BadBodyError(Exception):
    """The answer came with status 200 but what it holds is damaged; it is asked for again."""


@dataclass(frozen=True)
class Api:
    """A vendor's export API: its name for people, its address, the headers that sign in, and what to check on 401."""

    label: str
    url: str
    headers: Mapping[str, str]
    credential_names: str


class Reply:
    """An answer whose body has not been read yet; header names in lower case."""

    def __init__(
        self,
        response: urllib3.BaseHTTPResponse,
        stop: Stop,
        trouble: Callable[[urllib3.exceptions.HTTPError], TransportError],
    ) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.headers.items()}
        self._response = response
        self.read_to_end = False
        self._stop = stop
        self._trouble = trouble

    def chunks(self, *, decode: bool = True) -> Iterator[bytes]:
        """The body in pieces, unpacked by its Content-Encoding unless `decode` is false. Raises TransportError, Stopped."""
        try:
            for data in self._response.stream(CHUNK, decode_content=decode):
                if self._stop.is_set():
                    raise Stopped
                yield data
            self.read_to_end = True
        except urllib3.exceptions.HTTPError as error:
            raise self._trouble(error) from error

    def text(self) -> str:
        """The beginning of the body, for people, without credentials."""
        try:
            data = self._response.read(_ERROR_TEXT_BYTES, decode_content=True)
        except urllib3.exceptions.HTTPError:
            return ""
        return clean(data.decode("utf-8", "replace").strip())[:300]


class Client:
    """Asks one API, from several threads; one worker's 429 makes all of them wait. Close it after use."""

    def __init__(
        self,
        api: Api,
        connections: int,
        stop: Stop,
        policy: RetryPolicy = EXTRACT_POLICY,
        first_byte: float = FIRST_BYTE_SECONDS,
        idle: float = IDLE_SECONDS,
        gate: "Gate | None" = None,
        ca_file: Path | None = None,
    ) -> None:
        """`gate`: what every request has to pass; a vendor with a quota has one of its own. `ca_file`: see Network."""
        self.api = api
        self.requests = 0
        self._stop = stop
        self._policy = policy
        self._timeouts = Timeouts(first_byte=first_byte, idle=idle, answer=_BODY_SECONDS, total=_BODY_SECONDS)
        self._proxy = proxy_for(api.url)
        self._gate = gate or Gate(stop)
        self._lock = threading.Lock()
        self._pool = pool_manager(self._proxy, connections, Network(ca_file=ca_file, timeouts=self._timeouts))
        self._headers = {"User-Agent": f"crosswalk/{__version__}", **api.headers}

    def fetch(
        self,
        path: str,
        query: Query,
        take: Callable[[Reply], Taken],
        expected: frozenset[int] = frozenset({200}),
        body: bytes | None = None,
    ) -> Taken:
        """What `take` makes of the first answer with an expected status; `take` reads the body and may be called again.

        Raises CredentialsError (401, 403), ConfigError (a wrong address), UnavailableError (gave up after the policy's
        attempts), Stopped, and what `take` raises but for BadBodyError and TransportError, which count as failed attempts.
        """
        failures, limited, waited = 0, 0, 0.0
        while True:
            self._gate.wait()
            retry_after, rate_limited = None, False
            try:
                with self._open(path, query, body) as reply:
                    if reply.status in expected:
                        return take(reply)
                    why = self._judge(reply)
                    retry_after = parse_retry_after(reply.headers.get("retry-after"), dt.datetime.now(dt.UTC))
                    rate_limited = reply.status == 429
            except (TransportError, BadBodyError) as error:
                if isinstance(error, TransportError) and error.final:
                    raise UnavailableError(f"{self._where()} cannot be used: {error}.") from error
                why = str(error)
            failures, limited = (failures, limited + 1) if rate_limited else (failures + 1, limited)
            seconds = self._policy.wait(limited if rate_limited else failures, retry_after)
            if failures >= self._policy.attempts or waited + seconds > MAX_WAIT_SECONDS:
                raise UnavailableError(
                    f"{self._where()} gave no usable answer after {failures + limited} attempts ({safe(why)}): run the same "
                    "command again later, it goes on where this run ended."
                )
            waited += seconds
            self._pause(seconds, rate_limited, why)

    def close(self) -> None:
        """Close all connections."""
        self._pool.connection_from_url(self.api.url).close()
        self._pool.clear()

    def _trouble(self, error: urllib3.exceptions.HTTPError) -> TransportError:
        return explained(error, self.api.url, self._proxy, self._timeouts, sent=True)

    def _where(self) -> str:
        return f"{self.api.label} at {self.api.url}"

    def _pause(self, seconds: float, rate_limited: bool, why: str) -> None:
        until = time.strftime("%H:%M", time.localtime(time.time() + seconds))
        reason = "asks to slow down (429)" if rate_limited else f"did not answer well ({safe(why)})"
        (log.info if rate_limited or seconds >= 1 else log.debug)(
            f"{self.api.label} {reason}: waiting until {until}"
        )
        if rate_limited:
            self._gate.hold(seconds)
        else:
            self._stop.wait(seconds)

    @contextlib.contextmanager
    def _open(self, path: str, query: Query, body: bytes | None) -> Iterator[Reply]:
        with self._lock:
            self.requests += 1
        url = f"{self.api.url}{path}{'?' if query else ''}{urllib.parse.urlencode(query)}"
        try:
            response = self._pool.request(
                "GET" if body is None else "POST",
                url,
                body=body,
                headers=self._headers,
                redirect=False,
                preload_content=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise self._trouble(error) from error
        reply = Reply(response, self._stop, self._trouble)
        try:
            yield reply
        finally:
            if not reply.read_to_end:  # what is left of the body would be taken for the next answer
                response.close()
            response.release_conn()

    def _judge(self, reply: Reply) -> str:
        """Why to ask again. Raises for the statuses where asking again is no use."""
        status, text = reply.status, reply.text()
        said = f"{status}: {safe(text)}" if text else str(status)
        if status in (401, 403):
            what = "key, permission or wrong region" if status == 403 else "the keys are not accepted"
            raise CredentialsError(
                f"{self.api.label} at {self.api.url} refused the request ({said}): {what}. Check {self.api.credential_names} "
                "and the region, then run the same command again."
            )
        if status == 429 or status == 408 or status >= 500:
            return said
        if 300 <= status < 400 or status in (404, 405):
            raise ConfigError(
                f"{self._where()} is no export API (status {said}; redirects are not followed): check the address."
            )
        raise UnavailableError(
            f"{self._where()} answered {said}: clear that up with the vendor, then run the same command again."
        )


class Gate:
    """Lets no request start while the vendor asks for a pause, whichever worker it told."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop
        self._lock = threading.Lock()
        self._until = 0.0

    def hold(self, seconds: float) -> None:
        """Close the gate for so many seconds from now."""
        with self._lock:
            self._until = max(self._until, time.monotonic() + seconds)

    def wait(self) -> None:
        """Pass when the gate is open. Raises Stopped."""
        while True:
            with self._lock:
                left = self._until - time.monotonic()
            self._stop.wait(left)
            if left <= 0:
                return
