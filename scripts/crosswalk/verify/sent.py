"""What was to be sent: every payload that is an event, as the destination should show it."""

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

from crosswalk.progress import Progress
from crosswalk.verify.scratch import Scratch
from crosswalk.warehouse import Warehouse

MARKS = {"mixpanel": "import_id", "posthog": "$import_job_id"}
_SECONDS_BELOW = (
    100_000_000_000  # a Mixpanel time below this is in seconds (Mixpanel docs, reference/import-events)
)


@dataclass
class Sent:
    """Counts of payloads, events among them, what is no event by kind, and the import marks that the events carry."""

    payloads: int = 0
    events: int = 0
    unmarked: int = 0
    others: dict[str, int] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)


def load_sent(warehouse: Warehouse, destination: str, scratch: Scratch, total: int) -> Sent:
    """Fill `sent` and `links` of the scratch database from the payloads, piece by piece."""
    read = mixpanel_row if destination == "mixpanel" else posthog_row
    sent = Sent()
    with (
        scratch.writer("sent") as rows,
        scratch.writer("links") as links,
        Progress(total, "payloads") as progress,
    ):
        for batch in warehouse.stream_payloads(destination):
            columns = ("send_order", "kind", "record_id", "line", "bucket", "id_hash", "payload_hash")
            for order, kind, record_id, line, bucket, *hashes in zip(
                *(batch.column(name).to_pylist() for name in columns), strict=True
            ):
                sent.payloads += 1
                if destination == "mixpanel" and kind != "import":
                    sent.others[kind] = sent.others.get(kind, 0) + 1
                    continue
                payload = json.loads(line[:-1])
                key, event, person, at = read(payload)
                sent.events += 1
                _note_mark(sent, payload, MARKS[destination])
                for pair in linked(destination, payload):
                    links.add(*pair)
                rows.add(order, record_id, key, event, person, at, bucket, *hashes)
            progress.add(len(batch))
    return sent


def _note_mark(sent: Sent, payload: dict[str, Any], name: str) -> None:
    mark = payload["properties"].get(name)
    if isinstance(mark, str) and mark:
        sent.marks.add(mark)
    else:
        sent.unmarked += 1


def mixpanel_row(event: dict[str, Any]) -> tuple[str, str, str, int]:
    """Insert id, name, distinct id and time of an event as it is sent and as the raw export has it.

    A Simplified project counts an event under `$user_id`, else under `$device:` and `$device_id` (Mixpanel docs,
    tracking-methods/id-management); that counts where the event says no distinct id.
    """
    properties = event["properties"]
    person = properties.get("distinct_id")
    if person in (None, ""):
        device = properties.get("$device_id")
        person = properties.get("$user_id") or (f"$device:{device}" if device else "")
    at = int(properties["time"])
    return (
        str(properties.get("$insert_id", "")),
        str(event["event"]),
        str(person),
        at if abs(at) >= _SECONDS_BELOW else at * 1000,
    )


def posthog_row(payload: dict[str, Any]) -> tuple[str, str, str, int]:
    """Uuid, name, distinct id and time of an event as it is sent."""
    moment = dt.datetime.fromisoformat(payload["timestamp"])
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    at = (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1)
    return str(payload["uuid"]).lower(), str(payload["event"]), str(payload["distinct_id"]), at


def linked(destination: str, payload: dict[str, Any]) -> list[tuple[str, str]]:
    """The distinct ids that a record makes one person."""
    properties = payload["properties"]
    if destination == "posthog":
        if payload["event"] not in ("$identify", "$create_alias", "$merge_dangerously"):
            return []
        other = properties.get("$anon_distinct_id") or properties.get("alias")
        return [(payload["distinct_id"], other)] if isinstance(other, str) and other else []
    pairs = []
    user, device = properties.get("$user_id"), properties.get("$device_id")
    if user and device:
        pairs += [(str(user), f"$device:{device}"), (str(user), str(device))]
    merged = properties.get("$distinct_ids")
    if isinstance(merged, list):
        pairs += [(str(merged[0]), str(one)) for one in merged[1:]]
    if properties.get("$identified_id") and properties.get("$anon_id"):
        pairs.append((str(properties["$identified_id"]), str(properties["$anon_id"])))
    return pairs
