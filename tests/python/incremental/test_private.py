"""Private properties in builds that add: what is withheld once is not missed, and one value has one hash."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import duckdb
import harness
import pytest

from incremental.history import RELATIONS, History, ordered, rows_of_json

# The hub is where it shows.
HUB = ["--select", "+hub_events", "+hub_users"]


FILE = f"{harness.DATABASE}.duckdb"
LONG = os.environ.get("CROSSWALK_LONG") == "1"


def seeded(history: History) -> Path:
    """A folder for a build from nothing; the first time that of the history itself."""
    folder = harness.new_folder()
    if not (history.folder / FILE).exists():
        harness.on_duckdb(["seed"], history.folder, history.variables())
    with duckdb.connect(str(history.folder / FILE)) as connection:
        connection.execute("checkpoint")
    shutil.copy(history.folder / FILE, folder / FILE)
    return folder


def built(history: History, *flags: str) -> harness.Result:
    """A build of the hub that adds to what is there."""
    return history.build(*HUB, *flags)


def from_nothing(history: History, folder: Path) -> harness.Result:
    harness.on_duckdb(["run", *HUB], folder, history.variables())
    return harness.opened(folder)


def of_the_hub(result: harness.Result) -> list[list[dict[str, Any]]]:
    """Its rows, without what builds know them by."""
    return [ordered(result, name, RELATIONS[name]) for name in ("hub_events", "hub_users")]


def mixpanel_event(number: int, distinct_id: str, **properties: Any) -> dict[str, Any]:
    given = {
        "time": 1704100000 + number,
        "distinct_id": distinct_id,
        "$insert_id": f"i{number}",
        **properties,
    }
    return {"event": f"e{number}", "properties": given}


def broken(record: dict[str, Any], key: str) -> str:
    """A record over two lines, the second one from this key on."""
    text = json.dumps(record)
    return text.replace(f'"{key}"', f'\n"{key}"')


def test_broken_records_with_private_names_stay() -> None:
    """Their lines are withheld once they are put together, so that a later build cannot do so again from what it landed."""
    history = History(["mixpanel"], {"deny_properties": ["email"]})
    events = [
        json.dumps(mixpanel_event(1, "dev1", email="a@b", **{"$device_id": "dev1"})),
        broken(mixpanel_event(2, "anon-2", email="h@b", k=1), "k"),
    ]
    history.land("mixpanel", "a.jsonl", "\n".join([*events, ""]).encode())
    people = [
        {"$distinct_id": "u1", "$properties": {"$name": "N1", "email": "p@q"}},
        {"$distinct_id": "u2", "$properties": {}},
    ]
    history.land("mixpanel", "engage.json", json.dumps({"page": 0, "results": people}, indent=1).encode())
    person = {"$distinct_id": "u3", "$properties": {"email": "z@q", "$name": "N3"}}
    history.land("mixpanel", "more.jsonl", (broken(person, "$name") + "\n").encode())
    folder = seeded(history)
    built(history).close()
    again, whole = built(history), from_nothing(history, folder)
    assert {"u1", "u2", "u3"} <= {row["user_id"] for row in whole.rows("hub_users")}
    assert of_the_hub(again) == of_the_hub(whole)
    again.close()
    whole.close()
    if LONG:
        a_late_mapping_changes_one_event(history, folder)


def a_late_mapping_changes_one_event(history: History, folder: Path) -> None:
    """And that one is made anew from its broken record."""
    mapping = {"distinct_id": "anon-2", "resolved_distinct_id": "u9"}
    history.land("mixpanel", "map.jsonl", rows_of_json([mapping]))
    late, whole = built(history), from_nothing(history, folder)
    assert of_the_hub(late) == of_the_hub(whole)
    (moved,) = (row for row in late.rows("hub_events") if row["event_name"] == "e2")
    assert json.loads(moved["event_properties"])["k"] == 1
    late.close()
    whole.close()


def test_another_key_of_the_hash_asks_for_a_full_refresh() -> None:
    history = History(["amplitude"], {"hash_properties": ["phone"]})
    event = {
        "event_type": "x",
        "event_time": "2024-01-01 10:00:00",
        "user_id": "u",
        "event_properties": {"phone": "123"},
    }
    seeded(history)

    def phones(*flags: str) -> set[str]:
        result = built(history, *flags)
        found = {json.loads(row["event_properties"])["phone"] for row in result.rows("hub_events")}
        result.close()
        return found

    def key(text: str) -> None:
        with duckdb.connect(str(history.folder / f"{harness.DATABASE}.duckdb")) as connection:
            connection.execute("create or replace table crosswalk_keys (name varchar, value varchar)")
            connection.execute("insert into crosswalk_keys values ('hash', ?)", [text])

    key("the key of the first day")
    history.land("amplitude", "a.json", rows_of_json([{**event, "uuid": "u-1"}]))
    first = phones()
    history.land("amplitude", "b.json", rows_of_json([{**event, "uuid": "u-2"}]))
    assert phones() == first
    key("the key of another day")
    with pytest.raises(harness.DbtError, match=r"the key of the hash changed since.*--full-refresh"):
        built(history)
    (then,) = phones("--full-refresh")
    assert {then}.isdisjoint(first)
