"""A loopback sink: takes what is sent to Mixpanel's or PostHog's ingestion paths, counts it and answers as they do.

It is its own process, so that its time is not counted as the sender's. `python benchmarks/sink.py PORT` runs until it is
asked for `/stop`.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import ClassVar

from isal import igzip

# How many records a body holds, by the path that it is sent to: each record has this text once.
# PostHog's SDK writes the uuid last.
MARKS = {
    "/import": rb'"\$insert_id":',
    "/engage": rb'"\$distinct_id":',
    "/groups": rb'"\$group_key":',
    "/batch": rb'"uuid":"[0-9a-f-]{36}","event":|"uuid": "[0-9a-f-]{36}"\}',
    "/lines": rb"\n",
}
MERGE = rb'"event": ?"\$merge"'  # no insert id, and no event that a source had: counted apart


def records_in(path: str, body: bytes) -> tuple[bytes, dict[str, int]]:
    """The body as it was before it was packed, and how many records of which kind it holds.

    Packed is gzip, or the form with base64 in it that Mixpanel's older libraries send.
    """
    if body[:2] == b"\x1f\x8b":
        body = igzip.decompress(body)
    if body[:5] == b"data=":
        body = base64.b64decode(urllib.parse.unquote_to_bytes(body[5:].split(b"&")[0]))
    records = {path: sum(1 for _ in re.finditer(MARKS.get(path, b"(?!)"), body))}
    if path == "/import" and not records[path]:
        records["$merge"] = sum(1 for _ in re.finditer(MERGE, body))
    return body, records


class Sink(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = (
        -1
    )  # an answer leaves in one piece: in two, the second waits 40 ms for the first to be acknowledged
    disable_nagle_algorithm = True
    counts: ClassVar[dict[str, int]] = {}
    bodies: ClassVar[int] = 0
    lock: ClassVar[Lock] = Lock()

    def do_POST(self) -> None:
        """Count the records and say that all were taken."""
        path = "/" + self.path.split("?")[0].strip("/").split("/")[0]
        body, records = records_in(path, self._body())
        with Sink.lock:
            for kind, number in records.items():
                Sink.counts[kind] = Sink.counts.get(kind, 0) + number
            Sink.bodies += len(body)
        if path == "/import":
            answer = {"code": 200, "status": "OK", "num_records_imported": sum(records.values())}
        elif path == "/batch":
            answer = {"status": "Ok"}
        else:
            answer = {"status": 1, "error": None}
        self._answer(answer)

    def do_GET(self) -> None:
        """What has arrived; `/reset` begins anew, `/stop` ends the sink."""
        with Sink.lock:
            said = {"counts": dict(Sink.counts), "bytes": Sink.bodies}
            if self.path == "/reset":
                Sink.counts, Sink.bodies = {}, 0
        self._answer(said)
        if self.path == "/stop":
            Thread(target=self.server.shutdown).start()

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _answer(self, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is logged."""


def main() -> None:
    """Listen on 127.0.0.1 and say the port on stdout."""
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Sink)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
