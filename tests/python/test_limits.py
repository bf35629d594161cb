"""What the project says of a record's limits against the rules of a strict stand-in for the vendors: what is called `rejected` is
refused, all else is taken."""

import copy
from collections.abc import Iterable
from typing import Any

import harness
import pytest
from harness import Payload, Result
from standin import mixpanel_rules, posthog
from standin.strict_json import loads

TOKEN = "0123456789abcdef0123456789abcdef"


def row(**columns: Any) -> dict[str, Any]:
    return {"event_type": "e", "event_time": "2024-01-15 12:00:00", "user_id": "u", **columns}


def nested(depth: int, through: str) -> Any:
    """A value of objects within objects; with lists between them, which are no level of their own."""
    value: Any = 1
    for _ in range(depth):
        value = {"k": [value] if through == "lists" else value}
    return [value] if through == "lists" else value


def properties(count: int) -> dict[str, int]:
    return {f"p{number}": number for number in range(count)}


def sized(count: int) -> list[harness.Line]:
    return [row(event_properties={"long": "x" * count})]


# What an event of `row` has at Mixpanel besides the properties given: time, distinct_id, $insert_id, $user_id, ip, import_id.
OWN_PROPERTIES = 6

CASES: dict[str, list[harness.Line]] = {
    **{
        f"{count} properties": [row(event_properties=properties(count - OWN_PROPERTIES))]
        for count in (253, 254, 255, 300)
    },
    **{
        f"a list of {count}": [row(event_properties={"v": list(range(count))})]
        for count in (253, 254, 255, 256)
    },
    **{
        f"a list of {count} within a list": [row(event_properties={"v": [[0] * count]})]
        for count in (254, 255)
    },
    **{
        f"a list of {count} within an object": [row(event_properties={"v": {"w": {"x": [0] * count}}})]
        for count in (254, 255)
    },
    **{
        f"an object of {count} keys": [row(event_properties={"v": properties(count)})] for count in (254, 255)
    },
    **{
        f"an object of {count} keys in a list": [row(event_properties={"v": [properties(count)]})]
        for count in (254, 255)
    },
    **{
        f"depth {depth} through {through}": [row(event_properties={"v": nested(depth, through)})]
        for depth in range(1, 7)
        for through in ("objects", "lists")
    },
    "depth 3 with braces in a text": [row(event_properties={"v": {"a": {"b": {"c": '{"{{{[\\"'}}}})],
    "depth 4 behind braces in a text": [row(event_properties={"t": '}}}"', "v": nested(4, "objects")})],
    **{
        f"an event name of {count} bytes": [row(event_type="n" * count)]
        for count in (199, 200, 201, 255, 256)
    },
    "an event name of 200 bytes in 100 characters": [row(event_type="é" * 100)],
    "an event name of 202 bytes in 101 characters": [row(event_type="é" * 101)],
    "an event name of 200 bytes in 50 characters": [row(event_type="😀" * 50)],
    "an event name of 204 bytes in 51 characters": [row(event_type="😀" * 51)],
    "an event name of 256 characters of four bytes": [row(event_type="😀" * 256)],
    **{f"a distinct id of {count} bytes": [row(user_id="i" * count)] for count in (199, 200, 201)},
    "a distinct id of 200 bytes in 50 characters": [row(user_id="😀" * 50)],
    "a distinct id of 204 bytes in 51 characters": [row(user_id="😀" * 51)],
    **{f"a device id of {count} bytes": [row(device_id="i" * count, user_id=None)] for count in (200, 201)},
    **{
        f"a text of {count} characters": [row(event_properties={"v": "é" * count})]
        for count in (127, 128, 255, 256)
    },
    **{
        f"a property name of {count} characters": [row(event_properties={"é" * count: 1})]
        for count in (255, 256)
    },
    **{f"a group key of {count} characters": [row(groups={"g": ["k" * count]})] for count in (199, 400, 401)},
    **{
        f"{count} group types": [row(groups={f"g{number}": ["k"] for number in range(count)})]
        for count in (5, 6)
    },
    "a group key of 400 characters of four bytes": [row(groups={"g": ["😀" * 400]})],
    "no id at all": [row(user_id=None)],
    "a blocked id": [
        row(user_id="null"),
        row(user_id="[object Object]", event_type="f"),
        row(user_id="0", event_type="g"),
    ],
    "a person with a long text": [row(user_properties={"v": "x" * 999_000})],
    "a group with a long text": [
        row(groups={"g": ["k"]}, group_properties={"g": {"k": {"v": "x" * 1_000_100}}})
    ],
}


@pytest.fixture(scope="module")
def extreme() -> dict[str, Result]:
    return harness.run_cases(CASES)


@pytest.fixture(scope="module")
def sizes(extreme: dict[str, Result]) -> dict[str, Result]:
    """Events of about 1 MB, to the byte: the length of the text is worked out from a small event."""
    cases = {}
    for destination, limit in (("posthog", 1_000_000), ("mixpanel", 1_000_000)):
        small = extreme["a text of 127 characters"].payloads(destination)
        event = next(one for one in small if one.kind in ("event", "import"))
        rest = event.payload_bytes - 2 * 127 - len('"v"') + len('"long"')
        for difference in (-2, -1, 0, 1, 2):
            cases[f"{destination} {limit + difference}"] = sized(limit + difference - rest)
    return harness.run_cases(cases)


def mixpanel_fault(payload: Payload) -> str | None:
    record = loads(payload.text.encode())
    if payload.kind == "import":
        fault = mixpanel_rules.event_fault(record, len(payload.text.encode()), "simplified")
        return None if fault is None else ": ".join(fault)
    record = {"$token": TOKEN, **copy.deepcopy(record)}
    return mixpanel_rules.profile_fault(record, payload.kind, len(payload.text.encode()), TOKEN)


def posthog_fault(payload: Payload) -> str | None:
    return posthog.event_fault(loads(payload.text.encode()))


FAULTS = {"mixpanel": mixpanel_fault, "posthog": posthog_fault}


def disagreements(result: Result, destination: str, payloads: Iterable[Payload]) -> list[str]:
    """Records that the audit calls rejected and the stand-in takes, or the other way round."""
    rejected: dict[str, list[str]] = {}
    for row in result.sql(
        f"select record_id, limit_name from audit_payload_violations where destination = '{destination}' and effect = 'rejected'",
        "audit_payload_violations",
    ):
        rejected.setdefault(row["record_id"], []).append(row["limit_name"])
    found = []
    for payload in payloads:
        fault = FAULTS[destination](payload)
        named = rejected.get(payload.record_id)
        if (fault is None) != (named is None):
            found.append(f"{payload.kind} {payload.text[:120]}: audit {named}, stand-in {fault}")
    return found


@pytest.mark.parametrize("destination", ["posthog", "mixpanel"])
@pytest.mark.parametrize("name", CASES)
def test_limit(name: str, destination: str, extreme: dict[str, Result]) -> None:
    result = extreme[name]
    assert disagreements(result, destination, result.payloads(destination)) == []


@pytest.mark.parametrize("destination", ["posthog", "mixpanel"])
def test_limit_of_size(destination: str, sizes: dict[str, Result]) -> None:
    seen = set()
    for name, result in sizes.items():
        if name.startswith(destination):
            payloads = result.payloads(destination)
            seen |= {payload.payload_bytes for payload in payloads}
            assert disagreements(result, destination, payloads) == [], name
    assert set(range(999_998, 1_000_003)) <= seen


@pytest.mark.parametrize("destination", ["posthog", "mixpanel"])
def test_samples(destination: str, samples: Result) -> None:
    payloads = samples.payloads(destination)
    assert disagreements(samples, destination, payloads) == []
    refused = [payload for payload in payloads if FAULTS[destination](payload)]
    assert len(refused) == 1  # the event name of 1024 characters, and the object at depth 4


REJECTED = {
    "posthog": {
        "an event name of 201 bytes",
        "an event name of 255 bytes",
        "an event name of 256 bytes",
        "an event name of 202 bytes in 101 characters",
        "an event name of 204 bytes in 51 characters",
        "an event name of 256 characters of four bytes",
        "a group key of 401 characters",
        "a group with a long text",
    },
    "mixpanel": {
        "255 properties",
        "300 properties",
        "a list of 255",
        "a list of 256",
        "a list of 255 within a list",
        "a list of 255 within an object",
        "an object of 255 keys",
        "an object of 255 keys in a list",
        *(f"depth {depth} through {through}" for depth in (4, 5, 6) for through in ("objects", "lists")),
        "depth 4 behind braces in a text",
        "a group with a long text",
    },
}


@pytest.mark.parametrize("destination", ["posthog", "mixpanel"])
def test_the_right_records_are_refused(destination: str, extreme: dict[str, Result]) -> None:
    refused = {
        name
        for name, result in extreme.items()
        if any(FAULTS[destination](payload) for payload in result.payloads(destination))
    }
    assert refused == REJECTED[destination]
