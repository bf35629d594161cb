"""Seven faults at the destination, each found and named; a delivery without a fault is verified."""

import copy
import datetime as dt
import os
from typing import Any

import pytest
from cli.support import Project, mixpanel_event, posthog_event
from standin.server import Standin

from verify.conftest import EVENTS, Delivery, connect, found


def different(delivery: Delivery, *arguments: str) -> dict[str, Any]:
    """The result of a verification that has to find something."""
    result = delivery.verify(*arguments)
    assert result.code == 4, result.out + result.err
    report = result.report()
    assert report["status"] == "different"
    return report


def only(report: dict[str, Any], kind: str) -> dict[str, Any]:
    """The one finding, which has to be of this kind."""
    assert [one["kind"] for one in report["findings"]] == [kind], report["findings"]
    return dict(report["findings"][0])


def test_a_delivery_without_a_fault_is_verified(delivery: Delivery) -> None:
    result = delivery.verify("--sample", "50")
    assert result.code == 0, result.out + result.err
    report = result.report()
    assert report["status"] == "verified"
    assert report["import_id"] == "move-1"
    events = delivery.rows()
    for column in ("delivered", "accepted", "found"):
        assert sum(one[column] for one in report["events"]) == len(events)
    assert sum(one["found"] for one in report["hours"]) == len(events)
    assert all(one["sent"] == one["found"] for one in report["users"])
    assert (report["sample"]["records"], report["sample"]["equal"]) == (50, 50)
    assert 0.05 < report["sample"]["upper_bound"] < 0.06


def test_one_dropped_event_is_found(delivery: Delivery) -> None:
    lost = delivery.rows().pop(
        next(n for n, row in enumerate(delivery.rows()) if day_of(row) == "2025-03-02")
    )
    one = only(different(delivery), "dropped")
    assert one["records"] == 1
    assert delivery.key(lost) in one["text"]
    assert one["day"] == "2025-03-02"
    assert one["event"] == lost["event"]
    assert one["batch"].startswith("2025-03-02 ")
    assert "part" in one["batch"]


def test_a_changed_value_is_found(delivery: Delivery) -> None:
    row = delivery.rows()[5]
    row["properties"]["price"] += 1
    report = different(delivery, "--sample", "all")
    one = only(report, "value_changed")
    assert "price" in one["text"]
    assert delivery.key(row) in one["text"]
    assert report["sample"]["records"] - report["sample"]["equal"] == 1


def test_one_changed_value_is_found_without_asking(delivery: Delivery) -> None:
    row = next(one for one in delivery.rows() if day_of(one) == "2025-03-01")
    row["properties"]["nested"]["a"][0] += 1
    report = different(delivery)
    one = only(report, "value_changed")
    assert (one["records"], one["day"]) == (1, "2025-03-01")
    assert "nested" in one["text"]
    assert delivery.key(row) in one["text"]
    assert one["batch"].startswith("2025-03-01 ")
    sample = report["sample"]
    assert sample["is_all"]
    assert sample["records"] - sample["equal"] == 1
    assert sample["upper_bound"] == 1 / sample["records"]


def test_a_sample_states_what_it_does_not_see(delivery: Delivery) -> None:
    delivery.rows()[17]["properties"]["price"] += 1
    results = [delivery.verify("--sample", "5", "--seed", str(seed)).report() for seed in range(1, 4)]
    assert all(not one["sample"]["is_all"] and one["sample"]["upper_bound"] > 0.4 for one in results)


def test_two_records_that_swapped_their_people_are_found(delivery: Delivery) -> None:
    """Counts, distinct ids and times of the day and event stay as they were."""
    rows = [row for row in delivery.rows() if row["event"] == "Song Liked" and day_of(row) == "2025-03-01"]
    holders = [row if delivery.destination == "posthog" else row["properties"] for row in rows]
    first, second = (
        holders[0],
        next(one for one in holders if one["distinct_id"] != holders[0]["distinct_id"]),
    )
    for name in ("distinct_id", "$user_id") if delivery.destination == "mixpanel" else ("distinct_id",):
        first[name], second[name] = second[name], first[name]
    report = different(delivery)
    assert len(found(report, "people_merged")) == 2


MANY = int(os.environ.get("CROSSWALK_VERIFY_RECORDS", "1200"))


@pytest.mark.parametrize("destination", ["mixpanel", "posthog"])
def test_single_faults_among_many_are_each_found_and_named(
    destination: str, project: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One record each is dropped, changed, an hour late, renamed and somebody else's, among `MANY`."""
    connect(standin, monkeypatch)
    make = mixpanel_event if destination == "mixpanel" else posthog_event
    marked: dict[str, Any] = (
        {"import_id": "move-1"}
        if destination == "mixpanel"
        else {"properties": {"$import_job_id": "move-1", "a": 1}}
    )
    records = [make(number, number % 7, number % 4, **marked) for number in range(MANY)]
    is_mixpanel = destination == "mixpanel"
    project.build(mixpanel=records if is_mixpanel else (), posthog=() if is_mixpanel else records)
    assert project.push(destination).code == 0
    delivery = Delivery(project, standin, destination)
    rows = delivery.rows()
    chosen = {name: rows[MANY * place // 7] for place, name in enumerate(KINDS, start=1)}
    keys = {name: delivery.key(row) for name, row in chosen.items()}
    chosen["value_changed"]["properties"]["a" if destination == "posthog" else "step"] = "other"
    shift(chosen["time_shifted"], dt.timedelta(hours=1))
    chosen["event_renamed"]["event"] = "Another Name"
    holder = chosen["people_merged"] if destination == "posthog" else chosen["people_merged"]["properties"]
    holder["distinct_id"] = holder["$user_id"] = "user-0" if holder["distinct_id"] != "user-0" else "user-1"
    rows.remove(chosen["dropped"])
    report = different(delivery)
    named = [
        one for one in report["findings"] if "$user_id" not in one["text"]
    ]  # Mixpanel's row has the person twice
    by_kind = {one["kind"]: one for one in named}
    assert len(named) == len(KINDS), [(one["kind"], one["text"]) for one in named]
    for name, key in keys.items():
        assert by_kind[name]["records"] == 1, name
        assert key in by_kind[name]["text"], name
        assert by_kind[name]["batch"], name


KINDS = ("dropped", "value_changed", "time_shifted", "event_renamed", "people_merged")


def test_an_hour_more_is_found(delivery: Delivery) -> None:
    moved = [row for row in delivery.rows() if row["event"] == "Song Liked"]
    for row in moved:
        shift(row, dt.timedelta(hours=1))
    one = only(different(delivery), "time_shifted")
    assert one["records"] == len(moved)
    assert "1 h 0 min later" in one["text"]
    assert one["event"] == "Song Liked"


def shift(row: dict[str, Any], by: dt.timedelta) -> None:
    """Move a row in time."""
    if "timestamp" in row:
        row["timestamp"] = (dt.datetime.fromisoformat(row["timestamp"]) + by).isoformat()
    else:
        row["properties"]["time"] += int(by.total_seconds() * 1000)


def test_two_merged_people_are_found(delivery: Delivery) -> None:
    if delivery.destination == "posthog":
        delivery.standin.posthog.merged.append(("user-2", "user-3"))
    for row in delivery.rows():
        if row["properties"].get("$user_id") == "user-3":
            row["$moved_to"] = "user-2"
    report = different(delivery)
    assert {one["kind"] for one in report["findings"]} == {"people_merged"}
    assert "user-" not in str(report["findings"])


def test_rows_under_another_distinct_id_are_found(delivery: Delivery) -> None:
    for row in delivery.rows():
        holder = row if delivery.destination == "posthog" else row["properties"]
        if holder["distinct_id"] == "user-3":
            holder["distinct_id"] = "user-2"
            row["properties"].pop("$user_id", None)
    one = found(different(delivery), "people_merged")[0]
    assert "two people are one there" in one["text"]


def test_a_doubled_batch_is_found(delivery: Delivery) -> None:
    first = [row for row in delivery.rows() if day_of(row) == "2025-03-01"]
    batch = [row for row in first if row["event"] != "Song Liked"]  # the bucket 0
    assert len(batch) >= EVENTS // 2
    for number, row in enumerate(copy.deepcopy(batch)):
        renewed = f"00000000-0000-4000-8000-{number:012d}"
        if delivery.destination == "posthog":
            row["uuid"] = renewed
        else:
            row["properties"]["$insert_id"] = renewed
        delivery.rows().append(row)
    one = only(different(delivery), "batch_doubled")
    assert one["records"] == len(batch)
    assert "bucket 0" in one["batch"]


def test_a_missing_day_is_found(delivery: Delivery) -> None:
    rows = delivery.rows()
    gone = [row for row in rows if day_of(row) == "2025-03-02"]
    rows[:] = [row for row in rows if day_of(row) != "2025-03-02"]
    one = only(different(delivery), "day_missing")
    assert (one["day"], one["records"]) == ("2025-03-02", len(gone))


def day_of(row: dict[str, Any]) -> str:
    """The UTC day of a row."""
    if "timestamp" in row:
        return str(row["timestamp"][:10])
    return dt.datetime.fromtimestamp(row["properties"]["time"] / 1000, dt.UTC).date().isoformat()


def test_a_renamed_event_is_found(delivery: Delivery) -> None:
    for row in delivery.rows():
        if row["event"] == "Song Liked":
            row["event"] = "Song Loved"
    one = only(different(delivery), "event_renamed")
    assert one["event"] == "Song Liked"
    assert "Song Loved" in one["text"]
    assert one["records"] == EVENTS // 2 * 3


def test_copies_that_the_destination_takes_out_are_no_difference(delivery: Delivery) -> None:
    delivery.rows().extend(copy.deepcopy(delivery.rows()[:50]))
    result = delivery.verify()
    assert result.code == 0, result.out + result.err
    if delivery.destination == "mixpanel":
        assert "50 copies" in result.report()["notes"][0]


def test_a_record_too_many_is_found(delivery: Delivery) -> None:
    row = copy.deepcopy(delivery.rows()[0])
    shift(row, dt.timedelta(seconds=1, milliseconds=7))
    if delivery.destination == "posthog":
        row["uuid"] = "11111111-0000-4000-8000-000000000000"
    else:
        row["properties"]["$insert_id"] = "11111111-0000-4000-8000-000000000000"
    delivery.rows().append(row)
    one = only(different(delivery), "extra")
    assert "11111111-0000-4000-8000-000000000000" in one["text"]


@pytest.mark.parametrize("delivery", ["mixpanel"], indirect=True)
def test_a_device_that_became_its_user_is_no_merge(delivery: Delivery) -> None:
    """Mixpanel counts a device's earlier events under its user later on."""
    project = delivery.project
    anonymous: dict[str, Any] = {"distinct_id": "$device:d1", "$device_id": "d1", "$user_id": None}
    known: dict[str, Any] = {"distinct_id": "user-9", "$device_id": "d1", "$user_id": "user-9"}
    before = mixpanel_event(1, import_id="move-1", **anonymous)
    after = mixpanel_event(2, import_id="move-1", **known)
    delivery.rows().clear()
    project.build(mixpanel=[before, after])
    (project.folder / ".crosswalk").rename(project.folder / "older")
    assert project.push("mixpanel").code == 0
    result = delivery.verify()
    assert result.code == 0, result.out + result.err
