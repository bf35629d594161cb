"""Amplitude's Export API, strict: hours of upload, both ends inclusive, its delay, its limits, and faults on demand.

"export docs" is the page Export API of Amplitude's documentation. What the page does not say (part numbers are arbitrary
and change between calls, a corrupt zip now and then) is what public readers of the API met. Run it for a person:
`python tests/python/standin/amplitude.py --rows 20000`, then point AMPLITUDE_URL at it.
"""

import argparse
import base64
import datetime as dt
import gzip
import hashlib
import io
import json
import random
import re
import sys
import threading
import time
import urllib.parse
import uuid
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

MAX_BYTES = 4_000_000_000  # export docs: 4 GB, else 400
MAX_SPAN = dt.timedelta(days=365)  # export docs: 365 days a query
DELAY = dt.timedelta(hours=2)  # export docs: received 20:00 to 21:00, exportable at 23:00
MAX_AT_ONCE = 5  # dashboard REST docs: five concurrent requests, else 429
_STAMP = re.compile(r"\d{8}T\d{2}")
_HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Fault:
    """What to do with a request instead of answering it well.

    `status` answers with it and `body`; `cut` ends the body after that share, under its full Content-Length; `damage` alters
    the zip; `delay` seconds pass first, `stall` seconds in the middle of the body.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: float | None = None
    body: bytes = b"as asked"
    delay: float = 0.0
    stall: float = 0.0
    damage: Callable[[bytes], bytes] | None = None


@dataclass(frozen=True)
class Asked:
    """One request as it came in; `at` is of time.monotonic()."""

    start: str
    end: str
    status: int
    at: float


def truth(
    rows: int, start: dt.datetime, hours: int, seed: int = 7, project: int = 187520
) -> dict[dt.datetime, list[bytes]]:
    """`rows` events over `hours` hours of upload, some of which stay empty; the same seed gives the same lines."""
    rng = random.Random(seed)
    filled = [start + number * _HOUR for number in range(hours) if number % 11 != 3]
    lines: dict[dt.datetime, list[bytes]] = {hour: [] for hour in filled}
    for number in range(rows):
        hour = filled[min(int(rng.random() ** 1.3 * len(filled)), len(filled) - 1)]
        uploaded = hour + dt.timedelta(seconds=rng.randrange(3600), milliseconds=rng.randrange(1000))
        happened = uploaded - dt.timedelta(seconds=rng.choice((1, 20, 90_000)))
        lines[hour].append(_line(rng, number, project, happened, uploaded))
    return {hour: found for hour, found in lines.items() if found}


def _line(
    rng: random.Random, number: int, project: int, happened: dt.datetime, uploaded: dt.datetime
) -> bytes:
    event = {
        "uuid": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "app": project,
        "event_type": rng.choice(("Song Played", "session_start", "[Amplitude] Page Viewed", "Käufe 🎈")),
        "event_id": number,
        "event_time": happened.strftime("%Y-%m-%d %H:%M:%S.%f"),
        "server_upload_time": uploaded.strftime("%Y-%m-%d %H:%M:%S.%f"),
        "user_id": f"user-{rng.randrange(200)}" if rng.random() < 0.7 else None,
        "device_id": f"device-{rng.randrange(300)}",
        "amplitude_id": 46_000_000_000 + rng.randrange(300),
        "event_properties": {"step": number, "text": 'quote " and ünïcode', "big": 9007199254740993},
        "user_properties": {},
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


class ExportApi:
    """One project behind the Export API on 127.0.0.1; use it as a context manager."""

    def __init__(
        self,
        rows: Mapping[dt.datetime, list[bytes]],
        project: int = 187520,
        port: int = 0,
        max_bytes: int = MAX_BYTES,
        max_hours: int = 10_000,
        now: dt.datetime | None = None,
    ) -> None:
        self.api_key, self.secret_key = "a1b2c3d4e5f60718293a4b5c6d7e8f90", "S3cr3t%/x+y-amplitude"
        self.project, self.max_bytes, self.max_hours = project, max_bytes, max_hours
        self.rows = {hour: list(lines) for hour, lines in rows.items()}
        self.now = now
        self.asked: list[Asked] = []
        self.most_at_once = 0
        self.stable = False
        self.nested = False
        self.storm_until = 0.0
        self._faults: list[tuple[Callable[[str, str], bool], Fault]] = []
        self._calls = 0
        self._open = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.api = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "ExportApi":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def all_lines(self) -> list[bytes]:
        """The truth: every event, once."""
        return [line for lines in self.rows.values() for line in lines]

    def fail(self, *faults: Fault, start: str | None = None) -> None:
        """Programme the next requests, one fault each, in order; with `start`, those whose window begins there."""
        with self._lock:
            for fault in faults:
                self._faults.append((lambda begins, _: start is None or begins == start, fault))

    def add_late(self, hour: dt.datetime, lines: list[bytes]) -> None:
        """Events that turn up in an hour that was exported before."""
        with self._lock:
            self.rows.setdefault(hour, []).extend(lines)

    def enter(self) -> int:
        """A request comes in; returns how many are open."""
        with self._lock:
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)
            return self._open

    def leave(self) -> None:
        """A request is over."""
        with self._lock:
            self._open -= 1

    def waits_for_fault(self) -> bool:
        """Whether all faults are given out and a request is open: the one that hangs."""
        with self._lock:
            return not self._faults and self._open > 0

    def note(self, start: str, end: str, status: int) -> None:
        """Remember a request."""
        with self._lock:
            self.asked.append(Asked(start, end, status, time.monotonic()))

    def due(self, start: str, end: str) -> Fault | None:
        """The fault that is due for this window."""
        with self._lock:
            for at, (applies, fault) in enumerate(self._faults):
                if applies(start, end):
                    del self._faults[at]
                    return fault
        return None

    def answer(self, start: str, end: str) -> tuple[int, bytes]:
        """What the API says to a well-formed, signed request."""
        if not (_STAMP.fullmatch(start) and _STAMP.fullmatch(end)):
            return 400, b"start and end have to be YYYYMMDDTHH"
        first, last = (dt.datetime.strptime(one, "%Y%m%dT%H").replace(tzinfo=dt.UTC) for one in (start, end))
        if last < first or last - first >= MAX_SPAN:
            return 400, b"the time range is not valid"
        hours = int((last - first) / _HOUR) + 1
        if hours > self.max_hours:
            return 504, b"<html>Gateway Time-out</html>"
        now = self.now or dt.datetime.now(dt.UTC)
        with self._lock:
            self._calls += 1
            order = random.Random(0 if self.stable else self._calls)
            found = {
                hour: list(lines)
                for hour, lines in sorted(self.rows.items())
                if first <= hour <= last and hour + _HOUR + DELAY <= now
            }
        if not found:
            return 404, b"Raw data files were not found."
        body = self._zip(found, order)
        if len(body) > self.max_bytes:
            return 400, b"The amount of data is too large for this request. Try a smaller time range."
        return 200, body

    def _zip(self, found: Mapping[dt.datetime, list[bytes]], order: random.Random) -> bytes:
        """Members of a folder, part numbers arbitrary, lines in another order and other parts on each call."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for hour, lines in found.items():
                if not self.stable:
                    order.shuffle(lines)
                parts = max(1, min(3, order.randrange(1, 4), len(lines)))
                for at, number in enumerate(order.sample(range(1, 900), parts)):
                    packed = gzip.compress(
                        b"".join(line + b"\n" for line in lines[at::parts]), 6, mtime=self._calls
                    )
                    name = f"{self.project}_{hour:%Y-%m-%d}_{hour.hour}#{number}.json.gz"
                    archive.writestr(f"{self.project}/{name}", packed)
        if not self.nested:
            return buffer.getvalue()
        outer = io.BytesIO()
        with zipfile.ZipFile(outer, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(f"{self.project}.zip", buffer.getvalue())
        return outer.getvalue()

    def signed(self, header: str) -> bool:
        """Whether the Basic credentials are this project's."""
        wanted = base64.b64encode(f"{self.api_key}:{self.secret_key}".encode()).decode()
        return header == f"Basic {wanted}"


def with_wrong_crc(body: bytes) -> bytes:
    """The zip with one byte of its first member altered, so that a CRC is wrong."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        first = archive.infolist()[0]
    at = first.header_offset + 30 + len(first.filename) + first.compress_size // 2
    return body[:at] + bytes([body[at] ^ 0x20]) + body[at + 1 :]


def line_set(lines: list[bytes]) -> set[bytes]:
    """Digests of lines, to compare large sets in little memory."""
    return {hashlib.blake2b(line, digest_size=12).digest() for line in lines}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    api: ExportApi

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        api = self.server.api
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        start, end = query.get("start", ""), query.get("end", "")
        at_once = api.enter()
        try:
            fault = api.due(start, end) or Fault()
            if fault.delay:
                time.sleep(fault.delay)
            status, body, headers = self._decide(api, url.path, start, end, fault, at_once)
            api.note(start, end, status)
            self._reply(status, body, headers, fault)
        finally:
            api.leave()

    def _decide(
        self, api: ExportApi, path: str, start: str, end: str, fault: Fault, at_once: int
    ) -> tuple[int, bytes, Mapping[str, str]]:
        if path != "/api/2/export":
            return 404, b"no such path", {}
        if not api.signed(self.headers.get("Authorization", "")):
            return 403, b"Forbidden", {}
        if fault.status:
            return fault.status, fault.body, fault.headers
        if at_once > MAX_AT_ONCE or time.monotonic() < api.storm_until:
            return 429, b"Too many requests", {"Retry-After": "1"}
        status, body = api.answer(start, end)
        return status, fault.damage(body) if fault.damage and status == 200 else body, {}

    def _reply(self, status: int, body: bytes, headers: Mapping[str, str], fault: Fault) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/zip", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault.stall:
            self.wfile.write(body[: len(body) // 2])
            time.sleep(fault.stall)
            body = body[len(body) // 2 :]
        if fault.cut is None:
            self.wfile.write(body)
        else:
            self.wfile.write(body[: int(len(body) * fault.cut)])
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read `asked` instead."""


def main() -> None:
    """Serve a seeded project until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="amplitude", description="Amplitude's Export API on this machine.")
    parser.add_argument("--port", type=int, default=8766)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--hours", type=int, default=72)
    parser.add_argument("--start", default="2024-01-01")
    arguments = parser.parse_args()
    start = dt.datetime.fromisoformat(arguments.start).replace(tzinfo=dt.UTC)
    rows = truth(arguments.rows, start, arguments.hours)
    with ExportApi(rows, port=arguments.port) as api:
        print(
            f"AMPLITUDE_URL={api.url}\nAMPLITUDE_API_KEY={api.api_key}\nAMPLITUDE_SECRET_KEY={api.secret_key}",
            flush=True,
        )
        try:
            while True:
                time.sleep(1)
        except KeyboardInterrupt:
            sys.exit(0)


if __name__ == "__main__":
    main()
