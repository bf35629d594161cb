"""Exports that hold private properties in every place: values that begin with CANARY are denied, those with HASHME are hashed."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

KEY = 'k3y/of+the tést&"'.replace(" ", "_")
VARIABLES = {
    "sources": ["amplitude", "heap", "mixpanel", "posthog"],
    "deny_properties": ["email", "secret", "$ip", 'o"d.d/é', "card", "$os"],
    "hash_properties": ["phone", "city", "twice"],
    "as_of": "2024-03-01",
}
RAW = re.compile(rb"CANARY|HASHME")


def nested(name: str, value: Any) -> dict[str, Any]:
    """A property at depths 1 to 3, in lists, and deeper."""
    return {
        name: value,
        "a": {name: value, "kept": 1, "b": {name: value, "kept": 2, "c": {name: value, "gone": 3}}},
        "list": [{name: value, "kept": 4}, [{name: value, "kept": 5}], "kept"],
    }


def everywhere() -> dict[str, Any]:
    """Every private name at every depth, and one that is kept."""
    found: dict[str, Any] = {"plan": "pro", "list_of": [1.5, None]}
    for name in ("secret", 'o"d.d/é', "card"):
        found[f"in {name[:1]}"] = nested(name, f"CANARY-{name[:1]}")
        found[name] = {"x": "CANARY"}
    return found | {
        "email": "CANARY@example.com",
        "phone": "HASHME-phone",
        "twice": ["HASHME-1", 2, {"a": "HASHME"}],
    }


def amplitude_lines() -> Iterator[str]:
    row = {
        "event_type": "Played", "event_time": "2024-01-02 00:00:00", "user_id": "u1", "device_id": "d1", "amplitude_id": 5,
        "ip_address": "CANARY-ip", "os_name": "Chrome", "device_type": "Windows", "city": "HASHME-city",
        "secret": "CANARY-column", "event_properties": everywhere(), "user_properties": everywhere(),
        "groups": {"team": ["t1"]}, "group_properties": {"team": {"t1": everywhere()}},
    }  # fmt: skip
    yield json.dumps({**row, "uuid": "11111111-1111-4111-8111-111111111111"})
    yield json.dumps({**row, "event_properties": json.dumps(everywhere())}, ensure_ascii=False)
    yield json.dumps(
        {**row, "event_type": "Wide", "event_properties": {f"p{n}": n for n in range(300)} | everywhere()}
    )
    yield json.dumps({**row, "event_time": "never", "uuid": "11111111-1111-4111-8111-111111111112"})
    yield json.dumps(row)[:-3].replace("{", "{ ", 1)
    yield (
        '{"event_type":"doubled","uuid":"11111111-1111-4111-8111-111111111113","event_time":"2024-01-02","user_id":"u1",'
        + (
            '"event_properties":{"email":"CANARY","email":"CANARY","phone":"HASHME","phone":"HASHME-phone","n\\u0000":1}}'
        )
    )
    yield (
        '{"event_type":"escaped","uuid":"11111111-1111-4111-8111-111111111114","event_time":"2024-01-02","user_id":"u1",'
        + ('"event_properties":{"\\u0065mail":"CANARY","x":{"s\\u0065cret":"CANARY"}}}')
    )
    yield '{"user_id":"whole but malformed","plan":"kept",}'
    yield json.dumps(
        {"amplitude_id": 5, "merged_amplitude_id": 6, "merge_time": "2024-01-03 00:00:00", "email": "CANARY"}
    )


def mixpanel_lines() -> Iterator[str]:
    base = {
        "time": 1_704_153_600,
        "distinct_id": "u2",
        "$city": "HASHME-city",
        "ip": "CANARY-ip",
        "$os": "CANARY-os",
    }
    yield json.dumps({"event": "Played", "properties": base | {"$insert_id": "i1"} | everywhere()})
    yield json.dumps({"event": "Text", "properties": json.dumps(base | {"$insert_id": "i2"} | everywhere())})
    halves = json.dumps({"event": "Halved", "properties": base | {"$insert_id": "i3"} | everywhere()})
    cut = halves.index("CANARY@") + 3
    yield halves[:cut]
    yield halves[cut:]
    yield json.dumps(
        {"$distinct_id": "u2", "$properties": everywhere() | {"$email": "CANARY", "$phone": "HASHME-phone"}}
    )
    yield '{"event": "cut", "properties": {"email": "CANARY'


def heap_lines() -> Iterator[str]:
    row = {
        "user_id": "7",
        "event_id": "8",
        "time": "2024-01-02 00:00:00",
        "type": "click",
        "ip": "CANARY-ip",
        "platform": "Mac 1",
    }
    yield json.dumps(row | {"city": "HASHME-city", "properties": everywhere(), "Secret": "kept"})
    yield json.dumps(
        {"user_id": "7", "identity": "u3", "joindate": "2024-01-01 00:00:00", "last_modified": "2024-01-02"}
        | everywhere()
    )


def posthog_lines() -> Iterator[str]:
    sets = {"$set": everywhere() | {"$geoip_city_name": "HASHME-city"}, "$set_once": everywhere()}
    row = {
        "event": "played",
        "distinct_id": "u4",
        "timestamp": "2024-01-02T00:00:00Z",
        "created_at": "2024-01-02T00:00:00Z",
    }
    yield json.dumps(
        row
        | {
            "uuid": "11111111-1111-4111-8111-111111111121",
            "properties": everywhere() | sets | {"$ip": "CANARY"},
        }
    )
    yield json.dumps(
        row | sets | {"uuid": "11111111-1111-4111-8111-111111111122", "properties": json.dumps(everywhere())}
    )
    group = {"$group_type": "team", "$group_key": "t2", "$group_set": everywhere()}
    yield json.dumps(row | {"event": "$groupidentify", "properties": group})


LINES: dict[str, Callable[[], Iterator[str]]] = {
    "amplitude": amplitude_lines,
    "mixpanel": mixpanel_lines,
    "heap": heap_lines,
    "posthog": posthog_lines,
}
