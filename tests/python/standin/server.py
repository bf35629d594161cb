"""The stand-in's server: routes, counts, and failures on demand."""

import json
import select
import socket
import ssl
import struct
import threading
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from standin import mixpanel_raw, posthog_query
from standin.lookup_tables import LookupTables
from standin.mixpanel import MixpanelProject
from standin.posthog import PostHogProject


@dataclass(frozen=True)
class Failure:
    """What to do with one request instead of, or (`after`) on top of, taking it.

    `status` 0 takes the request as usual, after `delay` seconds; `reset` cuts the connection; `raw` is written in place
    of an answer, as it is, and the connection closed; `hang` keeps the connection open behind it and says nothing more;
    `drip` sends the answer a byte at a time, with that many seconds in between; `after` lets the vendor take the request
    first, so that the sender cannot know.
    """

    status: int = 0
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    reset: bool = False
    after: bool = False
    raw: bytes | None = None
    hang: bool = False
    drip: float = 0.0

    def is_broken(self) -> bool:
        """Whether no proper answer comes."""
        return self.reset or self.hang or self.raw is not None


@dataclass(frozen=True)
class Encoded:
    """A body that is no JSON, with its headers."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Seen:
    """One request as it came in; `at` is of time.monotonic()."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: float
    status: int


class Standin:
    """The vendors on 127.0.0.1; use it as a context manager."""

    def __init__(
        self,
        port: int = 0,
        id_merge: str = "simplified",
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`tls`: serve https with this context's certificate."""
        self.token = "3f1a9c77e5b84d20a6c1d2e3f4a5b6c7"
        self.account, self.account_secret, self.project_id = (
            "importer.1a2b3c.mp-service-account",
            "S3cr3t%/x+y",
            "4242",
        )
        self.api_key = "phc_Zk3Yq8LmVt5Xw2Rb7Nc4Hd9Jf6Gs1Pa0"
        self.mixpanel = MixpanelProject(
            self.token, self.account, self.account_secret, self.project_id, id_merge
        )
        self.lookup_tables = LookupTables(self.account, self.account_secret, self.project_id)
        self.posthog = PostHogProject(self.api_key)
        self.requests: list[Seen] = []
        self._failures: dict[str, list[Failure]] = {}
        self._lock = threading.Lock()
        self.closing = threading.Event()
        self._server = (_Server6 if ":" in host else _Server)((host, port), _Handler)
        self._server.standin = self
        self.port = int(self._server.server_address[1])
        self.url = f"http{'s' if tls else ''}://{f'[{host}]' if ':' in host else host}:{self.port}"
        if tls:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )

    def __enter__(self) -> "Standin":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def fail(self, path: str, *failures: Failure) -> None:
        """Programme the next requests to a path, one failure each, in order."""
        with self._lock:
            self._failures.setdefault(path, []).extend(failures)

    def counts(self) -> dict[str, int]:
        """Requests so far and what was kept, raw and after the vendors' own deduplication."""
        return {
            "requests": len(self.requests),
            "mixpanel_events_raw": len(self.mixpanel.raw_events),
            "mixpanel_events": len(self.mixpanel.events()),
            "mixpanel_profiles_raw": len(self.mixpanel.raw_profiles),
            "mixpanel_groups_raw": len(self.mixpanel.raw_groups),
            "posthog_events_raw": len(self.posthog.raw_events),
            "posthog_events": len(self.posthog.events()),
        }

    def next_failure(self, path: str) -> Failure | None:
        """The failure that is due for a request to this path."""
        with self._lock:
            waiting = self._failures.get(path)
            return waiting.pop(0) if waiting else None

    def answer(
        self, path: str, query: dict[str, str], headers: dict[str, str], body: bytes, method: str = "POST"
    ) -> tuple[int, Any]:
        """Let the vendor take the request."""
        with self._lock:
            if path.startswith("/lookup-tables/") and method == "PUT":
                return self.lookup_tables.replace(path.removeprefix("/lookup-tables/"), headers, query, body)
            if method == "GET" and path == mixpanel_raw.PATH:
                status, content, answer_headers = mixpanel_raw.export(self.mixpanel, headers, query)
                return (status, Encoded(content, answer_headers)) if answer_headers else (status, content)
            if method != "POST":
                return 405, {"error": f"no {method} here"}
            if path == "/import":
                return self.mixpanel.import_events(headers, query, body)
            if path in ("/engage", "/groups"):
                return self.mixpanel.engage(headers, query, body, path[1:])
            if path == "/batch/":
                return self.posthog.batch(body)
            if path.startswith("/api/projects/") and path.endswith("/query/"):
                return posthog_query.query(self.posthog, path, headers, body)
            return 404, {"error": f"no such path {path}"}

    def record(self, seen: Seen) -> None:
        """Remember a request."""
        with self._lock:
            self.requests.append(seen)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    standin: Standin

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that went away is no news."""


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_PUT(self) -> None:
        self.do_POST()

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        standin = self.server.standin
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        at = time.monotonic()
        failure = standin.next_failure(url.path) or Failure()
        status, content = failure.status, failure.body
        if failure.after or not (failure.status or failure.is_broken()):
            taken = standin.answer(url.path, query, headers, body, self.command)
            status, content = (failure.status, failure.body) if failure.status else taken
        standin.record(Seen(url.path, query, headers, body, at, -1 if failure.is_broken() else status))
        if failure.delay:
            standin.closing.wait(failure.delay)
        if failure.reset:
            self._reset()
        elif failure.is_broken():
            self._break(failure)
        else:
            self._reply(status, content, failure)

    def _reply(self, status: int, content: Any, failure: Failure) -> None:
        headers = failure.headers
        if isinstance(content, Encoded):
            headers, content = {**content.headers, **headers}, content.body
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self._write(data, failure.drip)

    def _break(self, failure: Failure) -> None:
        """Write what there is, then say no more until the sender goes, for a minute at most."""
        self._write(failure.raw or b"", failure.drip)
        end = time.monotonic() + 60.0
        while failure.hang and time.monotonic() < end and not self.server.standin.closing.is_set():
            if select.select([self.connection], [], [], 0.05)[0]:
                break
        self.close_connection = True

    def _write(self, data: bytes, drip: float) -> None:
        """All at once, or a byte at a time for as long as the sender listens."""
        if not drip:
            self.wfile.write(data)
            return
        for number in range(len(data)):
            if self.server.standin.closing.wait(drip):
                return
            self.wfile.write(data[number : number + 1])

    def _reset(self) -> None:
        """Close with RST, as a broken network does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read `requests` instead."""
