"""Mixpanel's raw export and Engage query APIs, strict: sign-in, parameters, limits, and bodies that differ each time.

Sources: Mixpanel docs, raw event export, query profiles, rate limits, service accounts; Airbyte's connector (records over
two lines, `terminated early`); PostHog's mock of the export (order changes between calls).
"""

import argparse
import base64
import datetime as dt
import gzip
import json
import random
import socket
import struct
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

HOUR_QUERIES = 60
SECOND_QUERIES = 3
GZIP_FROM_BYTES = 1400
EXPORT = "/api/2.0/export"
ENGAGE = "/api/query/engage"
_STRINGS = (
    "Song Played",
    'quote " and \\ and }} and {"event"',
    "ünïcode 🎈",
    " two  spaces ",
    "",
    "line\u2028separator",
    "tab\tand\nbreak",
    "terminated early",
)


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request; none of it is seen by the truth.

    `status`: answer so instead. `body`: what becomes of the content, before it is packed. `wire`: what becomes of the
    bytes as they are sent. `cut`: the share of them that is sent before the connection breaks. `plain`: no gzip.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Callable[[bytes], bytes] | None = None
    wire: Callable[[bytes], bytes] | None = None
    cut: float | None = None
    delay: float = 0.0
    plain: bool = False


@dataclass(frozen=True)
class Asked:
    """A request as it came in: `what` is a day or `page N`; `at` of time.monotonic()."""

    what: str
    status: int
    at: float


Days = dict[str, list[bytes]]


class ExportApis:
    """A project to read from; a context manager. `hour` and `second` are how long those last here, in seconds."""

    def __init__(
        self,
        days: Days,
        profiles: list[dict[str, Any]] | None = None,
        hour: float = 3600.0,
        second: float = 1.0,
        zone: dt.tzinfo = dt.UTC,
        port: int = 0,
    ) -> None:
        self.account, self.secret, self.project_id = "reader.1a2b.mp-service-account", "S3cr3t%/x+y", "4242"
        self.days = days
        self.people = profiles or []
        self.page_size = 1000
        self.zone = zone
        self.asked: list[Asked] = []
        self.over_quota = 0
        self.fault: Callable[[str, int], Fault | None] = lambda what, attempt: None
        self._windows = ((HOUR_QUERIES, hour), (SECOND_QUERIES, second))
        self._times: dict[str, list[float]] = {}
        self._attempts: dict[str, int] = {}
        self._sessions: dict[str, list[bytes]] = {}
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.apis = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "ExportApis":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def expire_sessions(self) -> None:
        """Forget all lists of profiles that were begun."""
        with self._lock:
            self._sessions.clear()

    def today(self) -> dt.date:
        """The day in the project's zone."""
        return dt.datetime.now(self.zone).date()

    def answer(
        self, path: str, query: Mapping[str, str], form: Mapping[str, str], sign_in: str
    ) -> tuple[int, bytes, Fault]:
        """Status, content and what is to go wrong on its way."""
        what = query.get("from_date", "?") if path == EXPORT else f"page {form.get('page', '0')}"
        with self._lock:
            attempt = self._attempts[what] = self._attempts.get(what, 0) + 1
            fault = self.fault(what, attempt) or Fault()
            status, body = self._decide(path, query, form, sign_in, fault)
            self.asked.append(Asked(what, status, time.monotonic()))
        return status, body, fault

    def _decide(
        self, path: str, query: Mapping[str, str], form: Mapping[str, str], sign_in: str, fault: Fault
    ) -> tuple[int, bytes]:
        if path not in (EXPORT, ENGAGE):
            return 404, b"no such path"
        wanted = base64.b64encode(f"{self.account}:{self.secret}".encode()).decode()
        if sign_in != f"Basic {wanted}":
            return 401, _error("Invalid credentials")
        if query.get("project_id") != self.project_id:
            return 403, _error("the service account has no access to this project")
        if not self._within_limits(path):
            self.over_quota += 1
            return 429, _error("Too many requests")
        if fault.status:
            return fault.status, _error("as asked")
        return self._export(query, fault) if path == EXPORT else self._page(form)

    def _within_limits(self, path: str) -> bool:
        now, times = time.monotonic(), self._times.setdefault(path, [])
        if any(len(times) >= most and times[-most] > now - span for most, span in self._windows):
            return False
        times.append(now)
        return True

    def _export(self, query: Mapping[str, str], fault: Fault) -> tuple[int, bytes]:
        if (
            set(query) != {"project_id", "from_date", "to_date", "time_in_ms"}
            or query["time_in_ms"] != "true"
        ):
            return 400, _error("the stand-in wants from_date, to_date and time_in_ms=true, and nothing else")
        try:
            first, last = (dt.date.fromisoformat(query[name]) for name in ("from_date", "to_date"))
        except ValueError:
            return 400, _error("invalid date")
        if last > self.today():
            return 400, _error("to_date cannot be later than today")
        if first != last:
            return 400, _error("the stand-in is asked day by day")
        lines = list(self.days.get(first.isoformat(), []))
        random.shuffle(lines)
        body = b"".join(line + b"\n" for line in lines)
        return 200, fault.body(body) if fault.body else body

    def _page(self, form: Mapping[str, str]) -> tuple[int, bytes]:
        number = int(form.get("page", "0"))
        session = form.get("session_id", "")
        if number == 0 and not session:
            session = f"session-{len(self.asked)}"
            texts = [_compact(one) for one in self.people]
            random.shuffle(texts)
            self._sessions[session] = texts
        if session not in self._sessions:
            return 400, _error("session_id is not valid")
        texts = self._sessions[session]
        part = texts[number * self.page_size : (number + 1) * self.page_size]
        head = _compact(
            {
                "page": number,
                "page_size": self.page_size,
                "session_id": session,
                "total": len(texts),
                "status": "ok",
            }
        )
        return 200, head[:-1] + b', "results" : [' + b" ,\n".join(part) + b"]}"


def _error(text: str) -> bytes:
    return json.dumps({"error": text, "status": "error", "request": "/"}).encode()


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def truth(rows: int, first: dt.date, days: int, seed: int = 1, empty: int = 7) -> Days:
    """Events spread unevenly over days, each `empty`-th without any; the same for the same numbers."""
    chance = random.Random(seed)
    found: Days = {(first + dt.timedelta(days=number)).isoformat(): [] for number in range(days)}
    busy = [day for number, day in enumerate(found) if number % empty != empty - 1]
    for number in range(rows):
        day = busy[int(len(busy) * chance.random() ** 2)]
        midnight = dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC)
        moment = int(midnight.timestamp() * 1000) + chance.randrange(86_400_000)
        user = f"user-{chance.randrange(500)}"
        properties = {
            "time": moment,
            "distinct_id": user,
            "$insert_id": f"{number:032x}",
            "$device_id": f"device-{chance.randrange(900)}",
            "$user_id": user,
            "text": chance.choice(_STRINGS),
            "price": chance.choice([9.99, 0, -1, 2**60 + 1, None, True]),
            "nested": {"list": [{"event": {"properties": {}}}, []], "deep": {"deeper": {}}},
        }
        found[day].append(_compact({"event": chance.choice(_STRINGS[:4]), "properties": properties}))
    return found


def profiles(number: int) -> list[dict[str, Any]]:
    """People as the Engage API gives them."""
    return [
        {
            "$distinct_id": f"user-{one}",
            "$properties": {
                "$email": f"user{one}@example.com",
                "note": _STRINGS[one % 8],
                "big": 2**60 + one,
            },
        }
        for one in range(number)
    ]


def broken_records(seed: int, share: float = 0.3) -> Callable[[bytes], bytes]:
    """A fault of the body: some records stand on two lines or three."""

    def broken(body: bytes) -> bytes:
        chance = random.Random(seed)
        made = []
        for line in body.split(b"\n"):
            for _ in range(chance.randrange(1, 3) if len(line) > 9 and chance.random() < share else 0):
                at = chance.randrange(1, len(line))
                line = line[:at] + b"\n" + line[at:]
            made.append(line)
        return b"\n".join(made)

    return broken


def ended_early(body: bytes) -> bytes:
    """A fault of the body: Mixpanel gives up in the middle."""
    return body[: len(body) // 2].rpartition(b"\n")[0] + b"\nterminated early\n"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    apis: ExportApis

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.headers.get("Content-Type") != "application/x-www-form-urlencoded":
            self._send(415, _error("the query API takes forms"), {})
            return
        self._answer(dict(urllib.parse.parse_qsl(data.decode())))

    def _answer(self, form: dict[str, str]) -> None:
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        path = url.path if (self.command == "GET") == (url.path == EXPORT) else "?"
        status, body, fault = self.server.apis.answer(
            path, query, form, self.headers.get("Authorization", "")
        )
        if fault.delay:
            time.sleep(fault.delay)
        headers = dict(fault.headers)
        if (
            "gzip" in self.headers.get("Accept-Encoding", "")
            and len(body) > GZIP_FROM_BYTES
            and not fault.plain
        ):
            body, headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        self._send(status, body, headers, fault)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str], fault: Fault | None = None) -> None:
        if fault and fault.wire and status == 200:
            body = fault.wire(body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not fault or fault.cut is None or status != 200:
            self.wfile.write(body)
            return
        self.wfile.write(body[: int(len(body) * fault.cut)])
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read `asked` instead."""


def main() -> None:
    """Serve a seeded project until Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="mixpanel_export", description="Mixpanel's export APIs on this machine."
    )
    parser.add_argument("--port", type=int, default=8767)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--first", default="2024-01-01")
    arguments = parser.parse_args()
    days = truth(arguments.rows, dt.date.fromisoformat(arguments.first), arguments.days)
    with ExportApis(days, profiles(2500), port=arguments.port) as apis:
        print(
            f"MIXPANEL_DATA_URL={apis.url}\nMIXPANEL_QUERY_URL={apis.url}\nMIXPANEL_SERVICE_ACCOUNT={apis.account}\n"
            f"MIXPANEL_SERVICE_SECRET={apis.secret}\nMIXPANEL_PROJECT_ID={apis.project_id}",
            flush=True,
        )
        try:
            while True:
                time.sleep(1)
        except KeyboardInterrupt:
            sys.exit(0)


if __name__ == "__main__":
    main()
