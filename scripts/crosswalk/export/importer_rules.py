"""Which raw lines PostHog's managed migration can read: one line that it cannot read pauses the whole job.

Source: PostHog's batch-import-worker, the types of its Amplitude and Mixpanel lines (`parse/content/amplitude.rs`,
`mixpanel.rs`). It takes null for text and for objects, and not for whole numbers.
"""

import json
from collections.abc import Callable
from typing import Any

_LEAST, _GREATEST = -(2**63), 2**63 - 1
_AMPLITUDE_TEXTS = (
    "$insert_id", "$insert_key", "$schema", "adid", "amplitude_event_type", "city", "client_event_time",
    "client_upload_time", "country", "data_type", "device_brand", "device_carrier", "device_family", "device_id",
    "device_manufacturer", "device_model", "device_type", "dma", "event_time", "event_type", "idfa", "ip_address",
    "language", "library", "os_name", "os_version", "partner_id", "platform", "processed_time", "region",
    "server_received_time", "server_upload_time", "source_id", "start_version", "user_creation_time", "user_id", "uuid",
    "version_name",
)  # fmt: skip
_AMPLITUDE_WHOLE_NUMBERS = ("amplitude_id", "app", "event_id", "session_id")
_AMPLITUDE_NUMBERS = ("location_lat", "location_lng", "sample_rate")
_AMPLITUDE_OBJECTS = ("data", "event_properties", "group_properties", "groups", "plan", "user_properties")
_MIXPANEL_TEXTS = ("distinct_id", "$user_id", "$device_id")


def amplitude_fault(line: str) -> str | None:
    """Why the importer cannot read a line of an Amplitude export, or None where it can."""
    row = json.loads(line)
    return (
        _fault(row, _AMPLITUDE_TEXTS, _is_text, "no text")
        or _fault(row, _AMPLITUDE_OBJECTS, _is_object, "no object")
        or _fault(row, _AMPLITUDE_NUMBERS, _is_number, "no number")
        or _whole_number_fault(row, _AMPLITUDE_WHOLE_NUMBERS)
        or _groups_fault(row.get("groups") or {})
    )


def mixpanel_fault(line: str) -> str | None:
    """Why the importer cannot read a line of a Mixpanel export, or None where it can."""
    row = json.loads(line)
    if not isinstance(row.get("event"), str):
        return "event is no text"
    properties = row.get("properties")
    if not isinstance(properties, dict):
        return "properties is no object"
    if "time" not in properties:
        return "time is missing"
    return _whole_number_fault(properties, ("time",)) or _fault(
        properties, _MIXPANEL_TEXTS, _is_text, "no text"
    )


FAULTS: dict[str, Callable[[str], str | None]] = {"amplitude": amplitude_fault, "mixpanel": mixpanel_fault}


def _fault(row: dict[str, Any], keys: tuple[str, ...], fits: Callable[[Any], bool], words: str) -> str | None:
    for key in keys:
        value = row.get(key)
        if value is not None and not fits(value):
            return f"{key} is {words}"
    return None


def _whole_number_fault(row: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    for key in keys:
        value = row.get(key, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not _LEAST <= value <= _GREATEST:
            return f"{key} is no whole number"
    return None


def _groups_fault(groups: dict[str, Any]) -> str | None:
    for keys in groups.values():
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            return "groups is no lists of text"
    return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
