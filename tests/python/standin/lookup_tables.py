"""Mixpanel's PUT /lookup-tables/{id} (reference/replace-lookup-table): all or nothing, and only for tables that exist."""

import base64
import csv
import gzip
import io
import zlib
from dataclasses import dataclass, field
from typing import Any

MAX_BYTES = 100_000_000  # uncompressed
MAX_CALLS = 100  # in 24 hours
MAX_FAILED = 10  # rows that an answer names


@dataclass
class LookupTables:
    """The lookup tables of one project by id; `None` until something was put there."""

    account: str
    account_secret: str
    project_id: str
    tables: dict[str, list[list[str]] | None] = field(default_factory=dict)
    calls: int = 0

    def replace(
        self, table_id: str, headers: dict[str, str], query: dict[str, str], body: bytes
    ) -> tuple[int, Any]:
        """Take a table, or say why not."""
        basic = base64.b64encode(f"{self.account}:{self.account_secret}".encode()).decode()
        if headers.get("authorization") != f"Basic {basic}" or query.get("project_id") != self.project_id:
            return 401, {"code": 401, "error": "Invalid credentials", "status": "Unauthorized"}
        self.calls += 1
        if self.calls > MAX_CALLS:
            return 429, {"code": 429, "error": "rate limit exceeded", "status": "Too Many Requests"}
        if table_id not in self.tables:
            return 404, {"code": 404, "error": "lookup table not found", "status": "Not Found"}
        try:
            data = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
        except (OSError, EOFError, zlib.error) as error:
            return 400, _refused(f"invalid gzip: {error}")
        if len(data) > MAX_BYTES:
            return 413, {"code": 413, "error": "file exceeds 100MB", "status": "Request Entity Too Large"}
        if headers.get("content-type") != "text/csv":
            return 400, _refused("content type must be text/csv")
        return self._take(table_id, data)

    def _take(self, table_id: str, data: bytes) -> tuple[int, Any]:
        try:
            header, *rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))
        except (ValueError, csv.Error) as error:
            return 400, _refused(f"invalid CSV: {error}")
        if len(set(header)) != len(header) or header[0].startswith("\ufeff"):
            return 400, _refused("header values must be unique")
        failed = []
        seen: set[str] = set()
        for index, row in enumerate(rows):
            if len(row) != len(header):
                failed.append(
                    {"index": index, "message": f"expected {len(header)} columns, found {len(row)}"}
                )
            elif not row[0] or row[0] in seen:
                failed.append({"index": index, "message": f"id {row[0]!r} is blank or not unique"})
            seen.update(row[:1])
        if failed:
            return 400, _refused("some rows failed validation", failed[:MAX_FAILED])
        self.tables[table_id] = [header, *rows]
        return 200, {"code": 200, "status": "OK"}


def _refused(error: str, failed: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"error": error, "failed_records": failed or [], "status": 0}
