"""PostHog's /batch/: its rules, each with the place it comes from, its answers, and what is kept.

"capture docs" and "migrate docs" are pages of PostHog's documentation; "capture service" is its Rust source, whose
version 1 endpoint is the stricter one, and the one that applies here.
"""

import datetime as dt
import gzip
import json
import uuid
import zlib
from dataclasses import dataclass, field
from typing import Any

from standin.strict_json import NotStrictError, loads

MAX_BODY_BYTES = 20 * 1024 * 1024  # capture service: 20 MiB for /batch, also after decompression
MAX_EVENT_BYTES = 1_000_000  # ingestion warnings docs: an event over 1 MB is dropped
MAX_NAME_BYTES = 200  # capture service v1: event name
MAX_DISTINCT_ID_BYTES = 200  # capture service v1: distinct id
MAX_GROUP_KEY = 400  # ingestion warnings docs: a longer group key drops its $groupidentify

Reply = tuple[int, Any]


@dataclass
class PostHogProject:
    """One project: its keys, what it has accepted, and pairs of distinct ids that a test has merged."""

    api_key: str
    raw_events: list[dict[str, Any]] = field(default_factory=list)
    personal_key: str = "phx_Qm4Tz8Wc2Yb6Nf0Kd5Hj9Rs3Vx7Lg1Pa"
    project_id: str = "77"
    merged: list[tuple[str, str]] = field(default_factory=list)

    def events(self) -> dict[tuple[str, str, str, str], dict[str, Any]]:
        """Events after deduplication by UTC day, event, distinct id and uuid (the events table's sort key)."""
        return {
            (one["timestamp"][:10], one["event"], one["distinct_id"], one["uuid"]): one
            for one in self.raw_events
        }

    def batch(self, body: bytes) -> Reply:
        """POST /batch/: one bad event fails the whole request (capture service; ingestion warnings docs)."""
        try:
            # capture service: gzip is told by its magic bytes, whatever the headers say.
            data = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        except (OSError, EOFError, zlib.error) as error:
            return _bad(f"invalid gzip: {error}")
        if len(body) > MAX_BODY_BYTES or len(data) > MAX_BODY_BYTES:
            return 413, {"type": "validation_error", "detail": "request too large"}
        try:
            content = loads(data)
        except NotStrictError as error:
            return _bad(f"invalid JSON: {error}")
        if not isinstance(content, dict):
            return _bad("not an object")
        if content.get("api_key") != self.api_key:
            return 401, {
                "type": "authentication_error",
                "code": "invalid_api_key",
                "detail": "API key is not valid.",
            }
        events = content.get("batch")
        if not isinstance(events, list) or not events:
            return _bad("empty batch")
        if content.get("historical_migration") is not True:
            return _bad("the stand-in takes historical_migration only")
        if "sent_at" in content:
            return _bad("sent_at would shift every event by its age")
        return self._take(events)

    def _take(self, events: list[Any]) -> Reply:
        for event in events:
            fault = event_fault(event)
            if fault:
                return _bad(fault)
        if len({event["uuid"].lower() for event in events}) != len(events):
            return _bad("duplicate uuid in the batch")  # capture service v1
        self.raw_events += events
        return 200, {"status": "Ok"}


def _bad(detail: str) -> Reply:
    return 400, {"type": "validation_error", "code": "invalid_payload", "detail": detail}


def event_fault(event: Any) -> str | None:
    """The first fault of an event (capture service: required strings, lengths in bytes, RFC 3339 time)."""
    if not isinstance(event, dict):
        return "event is not an object"
    if len(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()) > MAX_EVENT_BYTES:
        return "event is larger than 1 MB"
    name, distinct_id = event.get("event"), event.get("distinct_id")
    if not isinstance(name, str) or not name.strip() or len(name.encode()) > MAX_NAME_BYTES:
        return "event name is missing, blank or longer than 200 bytes"
    if (
        not isinstance(distinct_id, str)
        or not distinct_id.strip()
        or len(distinct_id.encode()) > MAX_DISTINCT_ID_BYTES
    ):
        return "distinct_id is missing, blank or longer than 200 bytes"
    if not _is_uuid(event.get("uuid")):
        return "uuid is missing or invalid"
    if not _is_time(event.get("timestamp")):
        return "timestamp is not RFC 3339"
    properties = event.get("properties")
    if not isinstance(properties, dict):
        return "properties is not an object"
    return _properties_fault(name, properties)


def _properties_fault(name: str, properties: dict[str, Any]) -> str | None:
    # group type manager: a project keeps five group types; an event that names more is taken all the same.
    if not isinstance(properties.get("$groups", {}), dict):
        return "$groups is not an object"
    for key in ("$set", "$set_once"):
        if not isinstance(properties.get(key, {}), dict):
            return f"{key} is not an object"  # capture service: objects
    if name == "$groupidentify":  # groups docs: both are needed, $group_set is an object
        if not all(
            isinstance(properties.get(key), str) and properties[key] for key in ("$group_type", "$group_key")
        ):
            return "$groupidentify without $group_type or $group_key"
        if len(properties["$group_key"]) > MAX_GROUP_KEY:
            return "$group_key is longer than 400 characters"
        if not isinstance(properties.get("$group_set", {}), dict):
            return "$group_set is not an object"
    return None


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(uuid.UUID(value))
    except ValueError:
        return False


def _is_time(value: Any) -> bool:
    if not isinstance(value, str) or len(value) < 20 or value[10] != "T":
        return False
    try:
        return dt.datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
