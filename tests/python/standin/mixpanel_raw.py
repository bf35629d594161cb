"""Mixpanel's raw export over what the stand-in took: every row, its doubles too, under the distinct id of today.

Sources: Mixpanel docs, raw event export (both dates included, `where`, `time_in_ms`, gzip where it is asked for), rate
limits, tracking-methods/id-management (Simplified: a device's events count under the first user seen with it).
"""

import base64
import datetime as dt
import gzip
import json
import re
from collections.abc import Mapping
from typing import Any

from standin.mixpanel import MixpanelProject

PATH = "/api/2.0/export"
_WHERE = re.compile(r'properties\["([^"]+)"\]==(".*")')


def export(
    project: MixpanelProject, headers: Mapping[str, str], query: Mapping[str, str]
) -> tuple[int, Any, dict[str, str]]:
    """Status, body and headers of one query."""
    wanted = base64.b64encode(f"{project.account}:{project.account_secret}".encode()).decode()
    if headers.get("authorization") != f"Basic {wanted}":
        return 401, {"error": "Invalid credentials"}, {}
    if query.get("project_id") != project.project_id:
        return 403, {"error": "no access to this project"}, {}
    if set(query) - {"where"} != {"project_id", "from_date", "to_date", "time_in_ms"}:
        return 400, {"error": "the stand-in wants from_date, to_date and time_in_ms"}, {}
    try:
        first, last = (dt.date.fromisoformat(query[name]) for name in ("from_date", "to_date"))
    except ValueError:
        return 400, {"error": "invalid date"}, {}
    if last < first or last > dt.datetime.now(dt.UTC).date():
        return 400, {"error": "to_date cannot be later than today"}, {}
    lines = [
        json.dumps(one, ensure_ascii=False) for one in _rows(project, first, last, query.get("where", ""))
    ]
    body = "".join(f"{line}\n" for line in lines).encode()
    if "gzip" in headers.get("accept-encoding", ""):
        return 200, gzip.compress(body), {"Content-Encoding": "gzip", "Content-Type": "text/plain"}
    return 200, body, {"Content-Type": "text/plain"}


def _rows(project: MixpanelProject, first: dt.date, last: dt.date, where: str) -> list[dict[str, Any]]:
    links = _links(project)
    found = _WHERE.fullmatch(where)
    rows = []
    for number, event in enumerate(project.raw_events):
        properties = event["properties"]
        day = dt.datetime.fromtimestamp(properties["time"] / 1000, dt.UTC).date()
        if not first <= day <= last or (found and properties.get(found[1]) != json.loads(found[2])):
            continue
        device = properties.get("$device_id")
        person = properties.get("$user_id") or links.get(device) or properties.get("distinct_id", "")
        if "$moved_to" in event:  # a fault of a test: two people are one
            person = event["$moved_to"]
        held = {name: value for name, value in properties.items() if name != "ip"}
        added = {"distinct_id": person, "$import": True, "mp_processing_time_ms": 1_700_000_000_000 + number}
        rows.append({"event": event["event"], "properties": held | added})
    return rows


def _links(project: MixpanelProject) -> dict[Any, Any]:
    links: dict[Any, Any] = {}
    for event in project.raw_events:
        properties = event["properties"]
        if properties.get("$device_id") and properties.get("$user_id"):
            links.setdefault(properties["$device_id"], properties["$user_id"])
    return links
