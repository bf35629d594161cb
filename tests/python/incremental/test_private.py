"""Private properties in builds that add: what is withheld once is not missed, and one value has one hash."""

import json
from typing import Any

import duckdb
import harness
import pytest

from incremental.history import History, differences, rows_of_json


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
    history.build().close()
    again = history.build()
    whole = history.from_nothing()
    assert {"u1", "u2", "u3"} <= {row["user_id"] for row in whole.rows("hub_users")}
    assert differences(again, whole) == {}
    again.close()
    whole.close()
    mapping = {"distinct_id": "anon-2", "resolved_distinct_id": "u9"}
    history.land("mixpanel", "map.jsonl", rows_of_json([mapping]))
    late = history.build()
    assert differences(late, history.from_nothing()) == {}
    (moved,) = (row for row in late.rows("hub_events") if row["event_name"] == "e2")
    assert json.loads(moved["event_properties"])["k"] == 1
    late.close()


def test_another_key_of_the_hash_asks_for_a_full_refresh() -> None:
    history = History(["amplitude"], {"hash_properties": ["phone"]})
    event = {
        "event_type": "x",
        "event_time": "2024-01-01 10:00:00",
        "user_id": "u",
        "event_properties": {"phone": "123"},
    }
    harness.on_duckdb(["seed"], history.folder, history.variables(materialize="incremental"))

    def phones(*flags: str) -> set[str]:
        result = history.build(*flags)
        found = {
            json.loads(payload.text)["properties"]["phone"]
            for payload in result.of_kind("mixpanel", "import")
        }
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
        history.build()
    (then,) = phones("--full-refresh")
    assert {then}.isdisjoint(first)
