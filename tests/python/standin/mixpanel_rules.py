"""Mixpanel's rules for events, profiles and groups, each with the page it comes from.

"import-events", "profile-set", "property-reference", "events-and-properties" and "tracking-methods" are pages of
Mixpanel's documentation.
"""

import re
import time
from typing import Any

# import-events: ids that are refused as distinct_id and as $insert_id; Mixpanel's own importer compares in any case.
FORBIDDEN_IDS = frozenset(
    "00000000-0000-0000-0000-000000000000 anon anonymous nil none null n/a na undefined unknown <nil> 0 -1 true "
    "false [] {} lmy47d".split()
)
# Refused in projects with Simplified ID Merge: the whole batch fails (seen live by a Mixpanel engineer).
IDENTITY_VERBS = ("$identify", "$create_alias", "$merge")
MAX_PROPERTIES = 255  # import-events: fewer than 255 properties an event
MAX_KEYS = 255  # import-events: fewer than 255 keys in a nested object
MAX_ELEMENTS = 255  # import-events: fewer than 255 elements in an array
MAX_DEPTH = 3  # import-events: nested objects at most 3 levels deep
MAX_EVENT_BYTES = 1_000_000  # import-events: an event is less than 1 MB of uncompressed JSON
MAX_PROFILE_BYTES = 1_000_000  # user-profile-limits: 1 MB each
MAX_BODY_BYTES = 10_000_000  # import-events: 10 MB uncompressed a request
MAX_RECORDS = 2000  # import-events, profile-set, group-set: 2000 a request
FUTURE_SECONDS = 3600  # import-events: not more than one hour ahead
FIRST_SECOND = 31_536_000  # import-events: not before 1971-01-01
_INSERT_ID = re.compile(
    r"[A-Za-z0-9-]{1,36}", re.ASCII
)  # import-events: at most 36 bytes, alphanumeric or "-"
_MILLISECONDS_FROM = 100_000_000_000  # import-events: seconds or milliseconds, told apart by size
_USER_OPERATORS = (
    "$set",
    "$set_once",
    "$add",
    "$union",
    "$append",
    "$remove",
    "$unset",
    "$delete",
)  # profile-set
_GROUP_OPERATORS = ("$set", "$set_once", "$union", "$remove", "$unset", "$delete")  # group-set

Fault = tuple[str, str]


def event_fault(event: Any, size: int, id_merge: str) -> Fault | None:
    """The first fault of an event as (field, message), in the words that Mixpanel uses where they are known."""
    if not isinstance(event, dict):
        return "", "event is not an object"
    if size >= MAX_EVENT_BYTES:
        return "", "event is larger than 1 MB"
    name = event.get("event")
    if not isinstance(name, str) or not name.strip():
        return "event", "'event' must not be missing or blank"
    properties = event.get("properties")
    if not isinstance(properties, dict):
        return "properties", "'properties' must be an object"
    return (
        _time_fault(properties)
        or _distinct_id_fault(properties, id_merge)
        or _insert_id_fault(properties)
        or _shape_fault(properties)
    )


def _time_fault(properties: dict[str, Any]) -> Fault | None:
    value = properties.get("time")
    field = "properties.time"
    if type(value) is not int:
        return field, "'properties.time' is invalid: must be specified as seconds since epoch"
    seconds = value / 1000 if value >= _MILLISECONDS_FROM else value
    if seconds < FIRST_SECOND:
        return field, "'properties.time' is invalid: must not be before 1971-01-01"
    if seconds > time.time() + FUTURE_SECONDS:
        return field, "'properties.time' is invalid: must not be in the future"
    return None


def _distinct_id_fault(properties: dict[str, Any], id_merge: str) -> Fault | None:
    """A Simplified project does without distinct_id where $device_id or $user_id is there (import-events)."""
    field = "properties.distinct_id"
    if "distinct_id" not in properties:
        if id_merge == "simplified" and ("$device_id" in properties or "$user_id" in properties):
            return None
        return field, "'properties.distinct_id' is invalid: must not be missing"
    value = properties["distinct_id"]
    if not isinstance(value, str):
        return field, "'properties.distinct_id' is invalid: must be a string"
    if value.strip().lower() in FORBIDDEN_IDS:
        return field, "'properties.distinct_id' is invalid: must not be a placeholder"
    return None


def _insert_id_fault(properties: dict[str, Any]) -> Fault | None:
    field = "$insert_id"
    value = properties.get("$insert_id")
    if value is None:
        return field, "'properties.$insert_id' is invalid: must not be missing"
    if not isinstance(value, str) or not _INSERT_ID.fullmatch(value):
        return field, "'$insert_id' is invalid: must only contain alphanumeric or hyphen '-' characters"
    if value.lower() in FORBIDDEN_IDS:
        return field, "'$insert_id' is invalid: must not be a placeholder"
    return None


def _shape_fault(properties: dict[str, Any]) -> Fault | None:
    if len(properties) >= MAX_PROPERTIES:
        return "properties", "'properties' is invalid: must have fewer than 255 properties"
    for name, value in properties.items():
        why = _nesting_fault(value, 1)
        if why:
            return f"properties.{name}", f"'properties.{name}' is invalid: {why}"
    return None


def _nesting_fault(value: Any, depth: int) -> str | None:
    if isinstance(value, list):
        if len(value) >= MAX_ELEMENTS:
            return "must have fewer than 255 elements"
        return next((why for one in value if (why := _nesting_fault(one, depth))), None)
    if isinstance(value, dict):
        if depth > MAX_DEPTH:
            return "must not be nested more than 3 levels deep"
        if len(value) >= MAX_KEYS:
            return "must have fewer than 255 keys"
        return next((why for one in value.values() if (why := _nesting_fault(one, depth + 1))), None)
    return None


def profile_fault(record: Any, endpoint: str, size: int, token: str) -> str | None:
    """Why /engage or /groups refuses a record (profile-set, group-set)."""
    if not isinstance(record, dict):
        return "record is not an object"
    if size > MAX_PROFILE_BYTES:
        return "record is larger than 1 MB"
    if record.get("$token") != token:
        return "token, missing or invalid"
    names = ("$distinct_id",) if endpoint == "engage" else ("$group_key", "$group_id")
    for name in names:
        if not isinstance(record.get(name), str) or not record[name].strip():
            return f"{name} must not be missing or blank"
    operators = [
        name for name in (_USER_OPERATORS if endpoint == "engage" else _GROUP_OPERATORS) if name in record
    ]
    if not operators:
        return "no operation"
    for name in operators:
        wanted = list if name == "$unset" else object if name == "$delete" else dict
        if not isinstance(record[name], wanted):
            return f"{name} must be an object"
    if endpoint == "engage" and not isinstance(record.get("$ip", ""), str | int):
        return "$ip must be an address or 0"
    return None
