"""PostgreSQL as dbt-redshift sees a cluster: a proxy on the loopback that renders Redshift's own SQL in PostgreSQL's words.

It drops the start-up parameters that PostgreSQL does not know, presents itself as Redshift does, and rewrites statements by the
rules below, each after Amazon Redshift's Database Developer Guide.
"""

import asyncio
import re
import struct
import threading
from pathlib import Path
from typing import Any

from brackets import closing

KEPT = {b"user", b"database", b"application_name", b"client_encoding", b"options"}
VERSION = b"server_version\x008.0.2\0"
PARTS = "millisecond|microsecond|second|minute|hour|day|week|month|quarter|year"
EXTERNAL = re.compile(
    r"create external function (\S+)\(([^;]*?)\)\s*returns ([^;]*?) stable lambda '[^']*' iam_role (?:default|'[^']*')\s*;",
    re.IGNORECASE,
)
RULES = [
    # DATEADD, DATEDIFF: the part of a date is a word
    (re.compile(rf"\b(datediff|dateadd)\(\s*({PARTS})s?\s*,", re.IGNORECASE), r"\1('\2',"),
    # SYSDATE has no brackets
    (re.compile(r"\bsysdate\b", re.IGNORECASE), "standin.now_in_utc()"),
    # Querying semistructured data: a SUPER column of a relation before it, as a relation
    (re.compile(r", (\w+)\.(\w+_list|list) as (\w+)\b"), r", lateral standin.unnested(\1.\2) as \3"),
    # the type of a SUPER column has a name of its own
    (re.compile(r'\binformation_schema\."columns"', re.IGNORECASE), "standin.columns"),
    # CREATE TABLE: how rows are spread and sorted
    (
        re.compile(
            r"\bdiststyle (all|even|key distkey \(\w+\))|\b(compound |interleaved )?sortkey\s*\([^)]*\)",
            re.IGNORECASE,
        ),
        "",
    ),
]
# What PostgreSQL takes and Redshift does not: WITH clause; Unsupported PostgreSQL functions.
UNKNOWN = re.compile(r"\bas (?:not )?materialized \(|\bis (?:not )?distinct from\b", re.IGNORECASE)
NAMELESS = re.compile(r"\b(\w+) as (?=\()", re.IGNORECASE)


def refused(sql: str) -> str | None:
    """What Redshift would not take of a statement; a recursive query has to name its columns."""
    if found := UNKNOWN.search(sql):
        return found[0]
    if re.search(r"\bwith recursive\b", sql, re.IGNORECASE):
        for found in NAMELESS.finditer(sql):
            inside = sql[found.end() : closing(sql, found.end())]
            if re.search(rf"\b(?:from|join) {found[1]}\b", inside, re.IGNORECASE):
                return f"{found[1]} without the names of its columns"
    return None


def rewritten(sql: str, source: str) -> str:
    """A statement of Redshift as one of PostgreSQL."""
    if words := refused(sql):
        return f"do $$ begin raise exception 'Redshift does not take this: {words}'; end $$"
    sql = EXTERNAL.sub(lambda found: external_function(found, source), sql)
    for pattern, words in RULES:
        sql = pattern.sub(words, sql)
    return ordered_lists(sql)


def external_function(found: "re.Match[str]", source: str) -> str:
    """A Lambda UDF as a function that gives the handler of json_functions.py the event that Redshift sends, row by row."""
    name, types, returns = found[1], re.sub(r"\(\d+\)", "", found[2]), found[3]
    marks = ", ".join(f"a{number}" for number, _ in enumerate(types.split(",")))
    arguments = ", ".join(f"a{number} {kind.strip()}" for number, kind in enumerate(types.split(",")))
    return f"""create or replace function {name}({arguments}) returns {returns} language plpython3u immutable as $lambda$
if 'module' not in GD:
    GD['module'] = {{}}
    exec(compile({source!r}, 'json_functions', 'exec'), GD['module'])
import json
answer = json.loads(GD['module']['handler']({{'num_records': 1, 'arguments': [[{marks}]]}}, None))
if not answer['success']:
    plpy.error(answer['error_msg'])
return answer['results'][0]
$lambda$;"""


def ordered_lists(sql: str) -> str:
    """LISTAGG(…) WITHIN GROUP (ORDER BY …) as string_agg(… ORDER BY …)."""
    while (found := re.search(r"\blistagg\(", sql, re.IGNORECASE)) is not None:
        end = closing(sql, found.end() - 1)
        within = re.match(r"\s*within group \(order by ", sql[end + 1 :], re.IGNORECASE)
        inner, order, after = sql[found.end() : end], "", end + 1
        if within is not None:
            last = closing(sql, sql.index("(", end + 1))
            order, after = " order by " + sql[end + 1 + within.end() : last], last + 1
        sql = f"{sql[: found.start()]}string_agg({inner}{order}){sql[after:]}"
    return sql


class Proxy:
    """The proxy in a thread of its own; `port` is where it listens."""

    def __init__(self, server: int, source: str, statements: Path) -> None:
        self._server = server
        self._source = source
        self._statements = statements.open("w", encoding="utf-8")
        self._ready = threading.Event()
        self.port = 0
        threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()
        self._ready.wait(20)

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._handle, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        async with server:
            await server.serve_forever()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to = await asyncio.open_connection("127.0.0.1", self._server)
        try:
            body = await self._start(reader, writer)
            to.write(struct.pack("!I", len(body) + 4) + body)
            await asyncio.gather(self._requests(reader, to), self._answers(there, writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            for each in (writer, to):
                each.close()

    async def _start(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        while True:
            body = await reader.readexactly(struct.unpack("!I", await reader.readexactly(4))[0] - 4)
            if struct.unpack("!I", body[:4])[0] != 80877103:  # no request for TLS
                break
            writer.write(b"N")
            await writer.drain()
        parts = body[4:].rstrip(b"\0").split(b"\0")
        kept = [(key, value) for key, value in zip(parts[::2], parts[1::2], strict=False) if key in KEPT]
        return body[:4] + b"".join(key + b"\0" + value + b"\0" for key, value in kept) + b"\0"

    async def _requests(self, reader: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        while True:
            kind = await reader.readexactly(1)
            body = await reader.readexactly(struct.unpack("!I", await reader.readexactly(4))[0] - 4)
            if kind in b"QP":
                body = self._statement(kind, body)
            to.write(kind + struct.pack("!I", len(body) + 4) + body)
            await to.drain()

    def _statement(self, kind: bytes, body: bytes) -> bytes:
        at = 0 if kind == b"Q" else body.index(b"\0") + 1
        end = body.index(b"\0", at)
        sql = body[at:end].decode()
        self._statements.write(sql + "\n;;\n")
        self._statements.flush()
        return body[:at] + rewritten(sql, self._source).encode() + body[end:]

    async def _answers(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            kind = await there.readexactly(1)
            body: Any = await there.readexactly(struct.unpack("!I", await there.readexactly(4))[0] - 4)
            if kind == b"S" and body.startswith(b"server_version\0"):
                body = VERSION
            writer.write(kind + struct.pack("!I", len(body) + 4) + body)
            await writer.drain()
