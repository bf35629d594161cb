"""A bad line between the sender and the stand-in: a TCP proxy that delays, slices, resets and hangs, on a plan.

What it does is decided once a request: a new one begins when data goes up after data came down (HTTP/1.1 without
pipelining). A thread a connection, both directions in one loop, since a request and its answer take turns.
"""

import contextlib
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

_CHUNK = 65_536
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Fault:
    """What happens to one request. `reset_up`, `reset_down`: cut the connection with RST after that many bytes of the
    request or of the answer; `latency`: seconds that each piece takes, either way; `slice_bytes`: pieces of that size;
    `hang`: nothing of the answer comes through.
    """

    reset_up: int | None = None
    reset_down: int | None = None
    latency: float = 0.0
    slice_bytes: int = _CHUNK
    hang: bool = False


GOOD = Fault()
Plan = Callable[[int], Fault]


@dataclass(frozen=True)
class Turn:
    """The times of one request, of time.monotonic(): its first byte came in, its answer's last byte went out."""

    connection: int
    began: float
    ended: float


class BadLine:
    """The proxy; use it as a context manager. `plan` gives the fault of the n-th request, from 0."""

    def __init__(self, upstream_port: int, plan: Plan) -> None:
        self._upstream = ("127.0.0.1", upstream_port)
        self._plan = plan
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._connections = 0
        self.requests = 0
        self.resets = 0
        self.turns: list[Turn] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> "BadLine":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def next_fault(self) -> Fault:
        """The fault of the request that begins now."""
        with self._lock:
            number, self.requests = self.requests, self.requests + 1
        return self._plan(number)

    def note(self, turn: Turn) -> None:
        """Remember the times of a request."""
        with self._lock:
            self.turns.append(turn)

    def note_reset(self) -> None:
        """Count a cut connection."""
        with self._lock:
            self.resets += 1

    def pause(self, seconds: float) -> None:
        """Sleep, but not past the end."""
        self._stopped.wait(seconds)

    def is_over(self) -> bool:
        """Whether the proxy was closed."""
        return self._stopped.is_set()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._upstream, timeout=_PATIENCE_SECONDS)
            except OSError:
                continue
            self._connections += 1
            link = _Link(self, self._connections, client, server)
            threading.Thread(target=link.run, daemon=True).start()


class _Link:
    """One connection: the sender's half and the stand-in's."""

    def __init__(self, line: BadLine, number: int, client: socket.socket, server: socket.socket) -> None:
        self._line = line
        self._number = number
        self._client, self._server = client, server
        self._fault = GOOD
        self._up = self._down = 0
        self._began = self._ended = 0.0
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def run(self) -> None:
        """Carry data until one side is done, the plan cuts the line, or nothing moves for a minute."""
        with contextlib.suppress(OSError), self._client, self._server:
            while not self._line.is_over():
                ready, _, _ = select.select([self._client, self._server], [], [], _PATIENCE_SECONDS)
                if not ready:
                    break
                upward = self._client in ready
                data = (self._client if upward else self._server).recv(_CHUNK)
                if not data or not self._carry(data, upward):
                    break
            if self._down:
                self._line.note(Turn(self._number, self._began, self._ended))

    def _carry(self, data: bytes, upward: bool) -> bool:
        if upward and (self._down or not self._up):
            if self._down:
                self._line.note(Turn(self._number, self._began, self._ended))
            self._fault, self._up, self._down = self._line.next_fault(), 0, 0
            self._began = time.monotonic()
        if self._fault.hang and not upward:
            return True
        target = self._server if upward else self._client
        for start in range(0, len(data), self._fault.slice_bytes):
            piece = data[start : start + self._fault.slice_bytes]
            if self._fault.latency and start == 0:
                self._line.pause(self._fault.latency)
            left = self._left(upward)
            if left is not None and left <= len(piece):
                target.sendall(piece[:left])
                self._cut()
                return False
            target.sendall(piece)
            self._count(len(piece), upward)
        return True

    def _left(self, upward: bool) -> int | None:
        """Bytes until the line is cut in this direction."""
        limit = self._fault.reset_up if upward else self._fault.reset_down
        return None if limit is None else max(0, limit - (self._up if upward else self._down))

    def _count(self, size: int, upward: bool) -> None:
        if upward:
            self._up += size
        else:
            self._down += size
            self._ended = time.monotonic()

    def _cut(self) -> None:
        """RST to both sides; what is under way is lost."""
        self._line.note_reset()
        for one in (self._client, self._server):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.close()
