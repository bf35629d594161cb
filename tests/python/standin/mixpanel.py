"""Mixpanel's /import, /engage and /groups: transport, answers, and what is kept."""

import base64
import gzip
import json
import zlib
from dataclasses import dataclass, field
from typing import Any

from standin import mixpanel_rules as rules
from standin.strict_json import NotStrictError, loads

Reply = tuple[int, Any]


@dataclass
class MixpanelProject:
    """One project: its credentials, its identity mode, and what it has accepted."""

    token: str
    account: str
    account_secret: str
    project_id: str
    id_merge: str = "simplified"
    raw_events: list[dict[str, Any]] = field(default_factory=list)
    raw_profiles: list[dict[str, Any]] = field(default_factory=list)
    raw_groups: list[dict[str, Any]] = field(default_factory=list)

    def events(self) -> dict[tuple[str, str, int, str], dict[str, Any]]:
        """Events after deduplication by event, distinct_id, time and $insert_id; the latest wins (event-deduplication)."""
        return {
            (
                one["event"],
                one["properties"].get("distinct_id", ""),
                one["properties"]["time"],
                one["properties"]["$insert_id"],
            ): one
            for one in self.raw_events
        }

    def import_events(self, headers: dict[str, str], query: dict[str, str], body: bytes) -> Reply:
        """POST /import (import-events)."""
        if not self._signed_in(headers, query):
            return 401, {"code": 401, "error": "Invalid credentials", "status": "Unauthorized"}
        if query.get("strict") != "1":
            return 400, _bad_request("the stand-in takes strict=1 only")
        try:
            data = _unpacked(headers, body)
        except (OSError, EOFError, zlib.error) as error:
            return 400, _bad_request(f"invalid gzip: {error}")
        if len(data) > rules.MAX_BODY_BYTES:
            why = f"request exceeds max limit of {rules.MAX_BODY_BYTES} bytes"
            return 413, {"code": 413, "error": why, "status": "Request Entity Too Large"}
        try:
            events = _records(headers.get("content-type", ""), data)
        except NotStrictError as error:
            return 400, _bad_request(f"invalid JSON: {error}")
        if not events or len(events) > rules.MAX_RECORDS:
            return 400, _bad_request(f"{len(events)} events, 1 to 2000 are allowed")
        return self._take(events)

    def _take(self, events: list[tuple[Any, int]]) -> Reply:
        if self.id_merge == "simplified" and any(_is_verb(event) for event, _ in events):
            why = "identity events are not allowed when project is using simplified identity management"
            return 400, _failed([why], 0)
        failed: list[Any] = []
        good = []
        for index, (event, size) in enumerate(events):
            fault = rules.event_fault(event, size, self.id_merge)
            if fault is None:
                good.append(event)
                continue
            properties = event.get("properties") if isinstance(event, dict) else None
            insert_id = properties.get("$insert_id", "") if isinstance(properties, dict) else ""
            failed.append({"index": index, "insert_id": insert_id, "field": fault[0], "message": fault[1]})
        self.raw_events += good
        if failed:
            return 400, _failed(failed, len(good))
        return 200, {"code": 200, "num_records_imported": len(good), "status": "OK"}

    def engage(self, headers: dict[str, str], query: dict[str, str], body: bytes, endpoint: str) -> Reply:
        """POST /engage and /groups (profile-set, group-set): 200 even where the data is refused, no gzip."""
        verbose = query.get("verbose") == "1"
        if headers.get("content-encoding") or body[:2] == b"\x1f\x8b":
            return 200, _profile_reply(verbose, "data is not valid JSON (gzip is not supported here)")
        if query.get("ip") != "0":
            return 200, _profile_reply(
                verbose, "the stand-in wants ip=0: else the sender's place is everyone's"
            )
        try:
            records = loads(body)
        except NotStrictError as error:
            return 200, _profile_reply(verbose, f"data is not valid JSON: {error}")
        if not isinstance(records, list) or not 1 <= len(records) <= rules.MAX_RECORDS:
            return 200, _profile_reply(verbose, "data must be an array of 1 to 2000 records")
        for record in records:
            size = len(json.dumps(record, ensure_ascii=False).encode())
            fault = rules.profile_fault(record, endpoint, size, self.token)
            if fault:
                return 200, _profile_reply(verbose, fault)
        (self.raw_profiles if endpoint == "engage" else self.raw_groups).extend(records)
        return 200, _profile_reply(verbose, None)

    def _signed_in(self, headers: dict[str, str], query: dict[str, str]) -> bool:
        """A service account with its project id, or the token as user name with no password (import-events)."""
        scheme, _, value = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except ValueError:
            return False
        if (user, password) == (self.account, self.account_secret):
            return query.get("project_id") == self.project_id
        return (user, password) == (self.token, "")


def _unpacked(headers: dict[str, str], body: bytes) -> bytes:
    return gzip.decompress(body) if headers.get("content-encoding", "") == "gzip" else body


def _records(content_type: str, data: bytes) -> list[tuple[Any, int]]:
    """Records with their sizes: an array, or a line each (import-events). Raises NotStrictError."""
    if content_type.startswith("application/x-ndjson"):
        return [(loads(line), len(line)) for line in data.splitlines() if line.strip()]
    if not content_type.startswith("application/json"):
        raise NotStrictError(f"content type {content_type!r}")
    found = loads(data)
    if not isinstance(found, list):
        raise NotStrictError("not an array")
    return [(one, len(json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode())) for one in found]


def _is_verb(event: Any) -> bool:
    return isinstance(event, dict) and event.get("event") in rules.IDENTITY_VERBS


def _bad_request(error: str) -> dict[str, Any]:
    return {"code": 400, "error": error, "status": "Bad Request"}


def _failed(failed: list[Any], imported: int) -> dict[str, Any]:
    error = "some data points in the request failed validation"
    return {**_bad_request(error), "num_records_imported": imported, "failed_records": failed}


def _profile_reply(verbose: bool, error: str | None) -> Any:
    if verbose:
        return {"status": 0 if error else 1, "error": error}
    return 0 if error else 1
