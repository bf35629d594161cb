"""Sockets that keep time: each step of a request has its limit, and so has the whole.

A socket's own time-out counts anew with each byte, so a server that sends one byte a second is never too slow for it;
and while a body is sent it counts for the whole body, so a slow line is always too slow. Here both are told apart.
"""

import io
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from crosswalk.push.network import Timeouts

_PIECE_BYTES = 65_536


class TooSlowError(TimeoutError):
    """A step took longer than it may; the text says which."""


class Body:
    """A request's body in pieces; `sent` says whether the last piece was handed to the socket."""

    def __init__(self, content: bytes | Iterable[bytes]) -> None:
        self._content = content
        self.sent = False

    def __iter__(self) -> Iterator[bytes]:
        if not isinstance(self._content, bytes):
            yield from self._content
            self.sent = True
            return
        for start in range(0, len(self._content), _PIECE_BYTES):
            self.sent = start + _PIECE_BYTES >= len(self._content)
            yield self._content[start : start + _PIECE_BYTES]


class Watch:
    """The clock of one connection: `begin` starts a request, `sending` and `receiving` say what is left for a step."""

    def __init__(self, timeouts: Timeouts, clock: Callable[[], float] = time.monotonic) -> None:
        self._timeouts = timeouts
        self._clock = clock
        self._answer_end: float | None = None
        self.begin()

    def begin(self) -> None:
        """A new request starts now."""
        self._end = self._clock() + self._timeouts.total
        self._answer_end = None

    def sending(self) -> float:
        """Seconds for the next piece of the request. Raises TooSlowError."""
        return min(self._timeouts.idle, self._left(self._end, "the request", self._timeouts.total))

    def receiving(self) -> float:
        """Seconds for the next piece of the answer. Raises TooSlowError."""
        left = self._left(self._end, "the request", self._timeouts.total)
        if self._answer_end is None:
            return min(self._timeouts.first_byte, left)
        left = min(left, self._left(self._answer_end, "the answer", self._timeouts.answer))
        return min(self._timeouts.idle, left)

    def received(self) -> None:
        """A piece of the answer came."""
        if self._answer_end is None:
            self._answer_end = self._clock() + self._timeouts.answer

    def stalled(self) -> TooSlowError:
        """The error for a step that ran out of time."""
        self.receiving()
        if self._answer_end is None:
            return TooSlowError(f"no answer came within {self._timeouts.first_byte:g} s")
        return TooSlowError(f"the answer stopped for {self._timeouts.idle:g} s")

    def _left(self, end: float, what: str, limit: float) -> float:
        left = end - self._clock()
        if left <= 0:
            raise TooSlowError(f"{what} was not complete within {limit:g} s")
        return left


class _Reader(io.RawIOBase):
    """The receiving half, with a limit for each read."""

    def __init__(self, sock: socket.socket, watch: Watch) -> None:
        self._sock = sock
        self._raw: Any = sock.makefile("rb", buffering=0)
        self._watch = watch

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """One read from the socket. Raises TooSlowError."""
        self._sock.settimeout(self._watch.receiving())
        try:
            count: int | None = self._raw.readinto(buffer)
        except TimeoutError as error:
            raise self._watch.stalled() from error
        if count:
            self._watch.received()
        return count

    def close(self) -> None:
        """Close this half; the socket closes with its last user."""
        if not self.closed:
            self._raw.close()
        super().close()


class TimedSocket:
    """A connected socket whose reads and writes keep to the watch; everything else is the socket's own."""

    def __init__(self, sock: socket.socket, watch: Watch) -> None:
        self._sock = sock
        self._watch = watch

    def sendall(self, data: Any) -> None:
        """Send one piece. Raises TooSlowError."""
        self._sock.settimeout(self._watch.sending())
        try:
            self._sock.sendall(data)
        except TimeoutError as error:
            self._watch.sending()
            raise TooSlowError("the request could not be sent: the line does not move") from error

    def makefile(self, mode: str = "rb", *arguments: Any, **options: Any) -> io.BufferedReader:
        """The receiving half, buffered; http.client reads answers through it."""
        return io.BufferedReader(_Reader(self._sock, self._watch))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class _Timed:
    """What both kinds of connection do: wrap the socket once it is there, start the watch with each request."""

    timeouts: Timeouts
    sock: Any

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self._watch = Watch(self.timeouts)
        self.sock = TimedSocket(self.sock, self._watch)

    def request(self, *arguments: Any, **options: Any) -> None:
        if self.sock is not None:
            self._watch.begin()
        super().request(*arguments, **options)  # type: ignore[misc]


def timed_pools(timeouts: Timeouts) -> dict[str, type[HTTPConnectionPool]]:
    """urllib3's pools by scheme, with connections that keep these limits."""

    class Connection(_Timed, HTTPConnection):
        pass

    class TlsConnection(_Timed, HTTPSConnection):
        pass

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = TlsConnection

    Connection.timeouts = TlsConnection.timeouts = timeouts
    return {"http": Pool, "https": TlsPool}


def connect_timeout(timeouts: Timeouts) -> urllib3.Timeout:
    """What urllib3 itself has to know: the time to connect, and a last resort for reads outside of the watch."""
    return urllib3.Timeout(connect=timeouts.connect, read=timeouts.first_byte)
