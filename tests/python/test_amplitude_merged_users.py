"""Amplitude's merged users from end to end: a device where the person was anonymous becomes evidence of who is who."""

from typing import Any

import harness
import pytest
from harness import Result


def event(amplitude_id: int, device: str, user: str | None, day: int, **more: Any) -> dict[str, Any]:
    time = f"2024-01-{day:02} 10:00:00.000000"
    return {
        "event_type": "Song Played",
        "event_time": time,
        "server_upload_time": time,
        "amplitude_id": amplitude_id,
        "device_id": device,
        "user_id": user,
        **more,
    }


def merged(from_id: int, into: int) -> dict[str, Any]:
    """As Amplitude writes it to S3 and GCS."""
    return {
        "scope": 4711,
        "merge_time": 1704880800000,
        "merge_server_time": 1704880801000,
        "amplitude_id": from_id,
        "merged_amplitude_id": into,
    }


LINES = [
    event(11, "phone", None, 2),
    event(13, "laptop", "jane", 5),
    event(21, "kiosk", None, 3),
    merged(11, 12),
    merged(12, 13),
    merged(99, 98),
]


@pytest.fixture(scope="module")
def result() -> Result:
    return harness.run(LINES)


def test_link_is_evidence_of_the_merge(result: Result) -> None:
    links = {(row["device_id"], row["user_id"]): row for row in result.rows("hub_identity_links")}
    assert set(links) == {("phone", "jane"), ("laptop", "jane")}
    assert links["phone", "jane"]["evidence"] == "merged_users"
    assert str(links["phone", "jane"]["first_seen_at"]) == "2024-01-10 10:00:00"


def test_posthog_learns_who_was_on_the_device(result: Result) -> None:
    pairs = {
        (one.distinct_id, one.properties["$anon_distinct_id"])
        for one in result.of_kind("posthog", "identify")
    }
    assert pairs == {("jane", "phone"), ("jane", "laptop")}


def test_simplified_mixpanel_has_no_words_for_it(result: Result) -> None:
    """There only an event with both ids links a device, and the vendor sent none: the events stay the device's, and arrive."""
    imports = result.of_kind("mixpanel", "import")
    anonymous = [one for one in imports if one.properties.get("$device_id") == "phone"]
    assert len(anonymous) == 1
    assert "$user_id" not in anonymous[0].properties
    assert not [one for one in imports if one.json["event"] in ("$identify", "$merge")]


def test_merged_users_stand_in_no_count(result: Result) -> None:
    counts = result.rows("audit_route_counts")
    assert sum(row["rows_read"] for row in counts if row["destination"] == "posthog") == 3
    assert result.rows("audit_quarantined") == []
    assert {
        row["amplitude_id"]: row["final_amplitude_id"] for row in result.rows("stg_amplitude__merged_users")
    } == {
        "11": "13",
        "12": "13",
        "99": "98",
    }
