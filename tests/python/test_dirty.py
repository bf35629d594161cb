"""What becomes of every line of the sample exports, at both destinations. The numbers are those of the known quirks of
Amplitude exports (Q1 = quirk 1), so that each quirk is named by the line that shows it."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import harness
import pytest
from harness import Result, same, strict_json

DIRTY = "amplitude_export_dirty_synthetic.ndjson"
SHAPES = "amplitude_export_shapes.ndjson"
AIRBYTE = "amplitude_airbyte_events.jsonl"
ABSENT = object()
REPLACED = "\ufffd"

Wanted = Mapping[str, Any]


@dataclass(frozen=True)
class Fate:
    """A line and what it becomes: a record with these values, or the reason why there is none."""

    line: int
    case: str
    quirks: tuple[int, ...]
    posthog: Wanted | str
    mixpanel: Wanted | str
    person: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"L{self.line} {self.case}"


def ids_of(number: int) -> tuple[Wanted, Wanted]:
    """The ids of the ordinary lines of the dirty sample at PostHog and at Mixpanel."""
    user, device = f"user-{number:05}", f"dev-{number:05}"
    return (
        {
            "event": "Test Event",
            "distinct_id": user,
            "timestamp": "2024-03-01T10:00:00.000000Z",
            "$amplitude_user_id": user,
            "$amplitude_device_id": device,
            "$device_id": device,
            "$amplitude_session_id": 1709287200000,
        },
        {
            "event": "Test Event",
            "distinct_id": user,
            "time": 1709287200000,
            "$user_id": user,
            "$device_id": device,
            "session_id": 1709287200000,
        },
    )


def ordinary(
    line: int, case: str, quirks: tuple[int, ...], number: int, both: Wanted | None = None, **more: Wanted
) -> Fate:
    """A line of an ordinary person; `both` holds at either destination."""
    posthog, mixpanel = ids_of(number)
    both = both or {}
    return Fate(
        line,
        case,
        quirks,
        {**posthog, **both, **more.get("posthog", {})},
        {**mixpanel, **both, **more.get("mixpanel", {})},
        more.get("person", {}),
    )


NESTED = {
    "nested": {"l1": {"l2": {"l3": [1, [2, {"k": None}]]}}},
    "arr": ["a", 1, None, True],
    "empty_arr": [],
    "empty_obj": {},
    "nul": None,
    "nl": "line1\nline2\u2028sep",
    "tab": "\t",
    "nulchar": f"a{REPLACED}b",
    "lone": REPLACED,
}
ODD_KEYS = {
    "a.b": 1,
    "a": {"b": 2},
    "with space": "x",
    'with "quote"': "y",
    "with'apos": "z",
    "emoji 🚀": True,
    "": "empty key",
    "$price": harness.Number("9.99"),
    "Über": "ü",
    "back\\slash": "C:\\temp",
}
NUMBERS = {
    "big_int": harness.Number("9007199254740993"),
    "huge": harness.Number("123456789012345678901234567890"),
    "neg": harness.Number("-0.0"),
    "exp": harness.Number("1e21"),
    "float_int": harness.Number("5.0"),
}

DIRTY_LINES = [
    Fate(
        1,
        "an anonymous page view with EMPTY for every first touch",
        (40, 45),
        {
            "event": "$pageview",
            "distinct_id": "dev-00001",
            "$current_url": "https://www.example.com/p",
            "$host": "www.example.com",
            "$pathname": "/p",
            "title": "P — “quoted” 🎉",
            "[Amplitude] Page Title": "P — “quoted” 🎉",
            "[Amplitude] Page Counter": 1,
            "$os": "Windows",
            "$browser": "Chrome",
            "$browser_version": 122,
            "$device_type": "Desktop",
            "$set_once": ABSENT,
            "$amplitude_user_id": ABSENT,
        },
        {
            "event": "$mp_web_page_view",
            "distinct_id": "$device:dev-00001",
            "$device_id": "dev-00001",
            "$user_id": ABSENT,
            "$current_url": "https://www.example.com/p?utm_source=x#h",
            "current_page_title": "P — “quoted” 🎉",
            "$os": "Windows",
            "$browser": "Chrome",
            "$browser_version": "122",
            "$device": ABSENT,
            "amplitude_device_type": "Windows",
            "initial_referrer": ABSENT,
            "initial_utm_source": ABSENT,
        },
    ),
    Fate(
        2,
        "the first user of a device: an $identify row is an event, not a verb",
        (17,),
        {
            "event": "$identify",
            "distinct_id": "user-A",
            "$anon_distinct_id": ABSENT,
            "$set": ABSENT,
            "plan": ABSENT,
        },
        {
            "event": "amplitude_$identify",
            "distinct_id": "user-A",
            "$user_id": "user-A",
            "$device_id": "dev-00001",
            "plan": "pro",
        },
        {"distinct_id": "user-A", "plan": "pro"},
    ),
    Fate(
        3,
        "a second user on the same device, which stays with the first",
        (17,),
        {"event": "Login", "distinct_id": "user-B", "$device_id": "dev-00001"},
        {
            "event": "Login",
            "distinct_id": "user-B",
            "$user_id": "user-B",
            "$device_id": ABSENT,
            "device_id": "dev-00001",
        },
    ),
    Fate(
        4,
        "an anonymous row after the logins, with the last user's amplitude_id",
        (17,),
        {"event": "Logout Click", "distinct_id": "dev-00001", "amplitude_id": 900000000003},
        {
            "event": "Logout Click",
            "distinct_id": "$device:dev-00001",
            "$device_id": "dev-00001",
            "$user_id": ABSENT,
            "amplitude_id": 900000000003,
        },
    ),
    ordinary(
        5,
        "a time without fraction",
        (1,),
        5,
        {"amplitude_client_event_time": "2024-03-01 10:00:00", "amplitude_event_time": ABSENT},
    ),
    ordinary(
        6,
        "a time with T and Z",
        (2,),
        6,
        posthog={"timestamp": "2024-03-01T10:00:00.123000Z"},
        mixpanel={"time": 1709287200123},
    ),
    ordinary(
        7,
        "a clock at 1970: the server's time counts",
        (7,),
        7,
        {"amplitude_event_time": "1970-01-01 00:00:00.000000"},
        posthog={"timestamp": "2024-03-01T10:00:01.000000Z"},
        mixpanel={"time": 1709287201000},
    ),
    ordinary(
        8,
        "a time in the future: the server's time counts",
        (6, 7),
        8,
        {"amplitude_event_time": "2099-12-31 23:59:59.999000"},
        posthog={"timestamp": "2024-03-01T10:00:01.000000Z"},
        mixpanel={"time": 1709287201000},
    ),
    ordinary(
        9,
        "out of session, a random event_id",
        (38,),
        9,
        posthog={
            "$session_id": ABSENT,
            "$amplitude_session_id": -1,
            "$amplitude_event_id": 991179682,
        },
        mixpanel={"session_id": ABSENT, "amplitude_event_id": 991179682},
    ),
    ordinary(10, "keys with dots, quotes, spaces, emoji, $, and an empty one", (45, 47), 10, ODD_KEYS),
    ordinary(11, "integers past 2^53 and past a bigint, -0.0, 1e21, 5.0", (48,), 11, NUMBERS),
    ordinary(
        12, "nested and mixed arrays, breaks, U+2028, NUL, half a surrogate pair", (49, 50, 52), 12, NESTED
    ),
    ordinary(13, "a text of 70,000 characters", (51,), 13, {"long": "x" * 70000}),
    Fate(
        14,
        "empty ids: the vendor's own person id stands in",
        (21,),
        {
            "event": "Test Event",
            "distinct_id": "amplitude-900000000014",
            "$device_id": ABSENT,
            "$amplitude_user_id": ABSENT,
            "$amplitude_device_id": ABSENT,
        },
        {
            "event": "Test Event",
            "distinct_id": "$device:amplitude-900000000014",
            "$device_id": "amplitude-900000000014",
            "$user_id": ABSENT,
        },
    ),
    Fate(
        15,
        "the user id 'null' is nobody's, and stays as a property",
        (21,),
        {"event": "Test Event", "distinct_id": "dev-00015", "$amplitude_user_id": "null"},
        {
            "event": "Test Event",
            "distinct_id": "$device:dev-00015",
            "$device_id": "dev-00015",
            "$user_id": ABSENT,
            "amplitude_user_id": "null",
        },
    ),
    ordinary(16, "a user id between spaces", (22,), 16),
    ordinary(
        17,
        "a user id that is a number",
        (22,),
        17,
        posthog={"distinct_id": "12345", "$amplitude_user_id": "12345"},
        mixpanel={"distinct_id": "12345", "$user_id": "12345"},
    ),
    ordinary(
        18,
        "two keys of one group type",
        (58,),
        18,
        {"event": "Doc Saved"},
        posthog={"$groups": {"company": "acme", "team": "core"}, "company": ABSENT},
        mixpanel={"company": ["acme", "globex"], "team": ["core"]},
    ),
    Fate(
        19,
        "a group identify without user and device",
        (29,),
        {
            "event": "amplitude_$groupidentify",
            "distinct_id": "amplitude-900000000019",
            "$groups": {"company": "acme"},
        },
        {
            "event": "$groupidentify",
            "distinct_id": "$device:amplitude-900000000019",
            "company": ["acme"],
        },
    ),
    ordinary(20, "a raw $exposure", (), 20, {"event": "$exposure", "flag_key": "f", "variant": "treatment"}),
    ordinary(
        21,
        "an exposure as Amplitude rewrites it",
        (45,),
        21,
        {"event": "[Experiment] Exposure", "[Experiment] Flag Key": "f"},
        mixpanel={"[Experiment] f": "treatment"},
        person={"distinct_id": "user-00021", "[Experiment] f": "treatment"},
    ),
    ordinary(
        22,
        "a refund",
        (57,),
        22,
        {
            "event": "revenue_amount",
            "$revenue": -12.5,
            "$price": -12.5,
            "$quantity": 1,
            "$currency": "EUR",
            "amplitude_paying": True,
        },
    ),
    ordinary(
        23,
        "booleans that are text",
        (43,),
        23,
        {
            "amplitude_is_attribution_event": "false",
            "amplitude_paying": "true",
            "amplitude_data": {
                "path": "/batch",
                "user_properties_updated": "1",
                "group_first_event": {},
                "group_ids": {},
            },
        },
    ),
    ordinary(24, "attribution ids as text", (44,), 24, {"amplitude_attribution_ids": "abc123"}),
    ordinary(25, "attribution ids as a list", (44,), 25, {"amplitude_attribution_ids": ["abc", "def"]}),
    ordinary(26, "the first of two lines that are the same to the letter", (30,), 26),
    Fate(27, "the same line from an overlapping hour", (30,), "duplicate", "duplicate"),
    ordinary(
        28,
        "the same $insert_id and device under another uuid, uploaded later",
        (32, 33),
        26,
        {
            "amplitude_server_upload_time": "2024-03-01 10:30:00.003000",
            "amplitude_$insert_id": "syn-26",
        },
    ),
    ordinary(29, "no $insert_id", (32,), 27, {"amplitude_$insert_id": ABSENT}),
    ordinary(
        30,
        "one of two rows at a person's last moment, more than a day after its upload",
        (35,),
        28,
        {"amplitude_event_time": "2024-03-05 09:00:00.000000"},
        mixpanel={"tier": "gold"},
    ),
    ordinary(
        31,
        "the other of the two rows: one row a person, the larger key wins",
        (35,),
        28,
        {"amplitude_event_time": "2024-03-05 09:00:00.000000"},
        mixpanel={"tier": "silver"},
        posthog={"$amplitude_event_id": 29},
        person={"distinct_id": "user-00028", "tier": "silver"},
    ),
    Fate(32, "a null event type", (), "no_event_name", "no_event_name"),
    Fate(33, "an empty event type", (), "no_event_name", "no_event_name"),
    ordinary(34, "an event type of 1024 characters", (51,), 32, {"event": "X" * 1024}),
    ordinary(35, "event properties as an empty list", (53,), 33, {"event_properties": ABSENT}),
    ordinary(36, "event properties as the text of an object", (53,), 34, {"a": 1}),
    ordinary(37, "null in place of objects", (44,), 35),
    ordinary(
        38,
        "an IPv6 address",
        (55,),
        36,
        posthog={"$ip": "2001:db8::1", "$geoip_disable": True},
        mixpanel={"ip": "2001:db8::1"},
    ),
    ordinary(
        39,
        "the address $remote, which nobody resolved",
        (55,),
        37,
        posthog={"$geoip_disable": True},
        mixpanel={"ip": 0},
    ),
    ordinary(
        40,
        "a place that is (none)",
        (41,),
        38,
        posthog={"$geoip_city_name": "(none)", "$geoip_country_code": ABSENT},
        mixpanel={"mp_country_code": ABSENT, "amplitude_country": "(none)"},
    ),
    ordinary(
        41,
        "uploaded eight days late",
        (8,),
        39,
        {"amplitude_server_upload_time": "2024-03-09 00:00:00.000000"},
    ),
    ordinary(
        42,
        "properties with the destinations' own names",
        (47, 54),
        40,
        {
            "amplitude_$insert_id": "syn-40",
            "amplitude_amplitude_$insert_id": "zzz",
            "amplitude_distinct_id": "evil",
            "amplitude_token": "t",
            "token": ABSENT,
        },
        posthog={"$set": ABSENT, "amplitude_$set": {"x": 1}, "$insert_id": ABSENT},
        mixpanel={"$set": {"x": 1}, "$insert_id": "00000000-0000-4000-8000-000000000040"},
    ),
    ordinary(
        43,
        "keys that differ in case",
        (46,),
        41,
        mixpanel={"City": "London", "city": "test", "CITY": "x"},
        person={"distinct_id": "user-00041", "City": "London", "city": "test", "CITY": "x"},
    ),
    Fate(44, "a line that is cut off", (67,), "malformed_json", "malformed_json"),
    Fate(45, "a blank line", (67,), "no row", "no row"),
    Fate(
        46,
        "a key twice: the last one counts",
        (49,),
        {"event": "Dup Key", "distinct_id": "b", "$amplitude_user_id": "b"},
        {"event": "Dup Key", "distinct_id": "b", "$user_id": "b"},
    ),
    Fate(47, "NaN and Infinity", (49,), "malformed_json", "malformed_json"),
]

SHAPES_LINES = [
    Fate(
        1,
        "server side, a free $insert_id, no session",
        (32, 38, 45),
        {
            "event": "Ticket Order Placed",
            "distinct_id": "14d2b23f-75e4-4693-a160-b9840824cb1a",
            "timestamp": "2025-05-25T16:34:54.837000Z",
            "Price per Seat": harness.Number("250.0"),
            "Show Id": 2,
            "amplitude_$insert_id": "Ticket Order Placed:2",
            "$session_id": ABSENT,
            "$ip": ABSENT,
        },
        {
            "event": "Ticket Order Placed",
            "distinct_id": "14d2b23f-75e4-4693-a160-b9840824cb1a",
            "$insert_id": "b7a7810e-0b45-4c53-a8bd-ce97ae3bf3b3",
            "time": 1748190894837,
            "Price per Seat": harness.Number("250.0"),
            "ip": 0,
            "session_id": ABSENT,
        },
    ),
    Fate(
        2,
        "a session_start, which PostHog makes itself; 19 EMPTY values",
        (40, 56),
        "dropped_by_crosswalk",
        {
            "event": "session_start",
            "distinct_id": "person1@example.com",
            "$os": "Mac OS X",
            "$browser": "Chrome",
            "$browser_version": "137",
            "amplitude_device_type": "Mac",
            "$city": "Aarhus",
            "mp_country_code": "DK",
            "referring_domain": "www.google.com",
            "initial_referrer": ABSENT,
            "initial_rtd_cid": ABSENT,
            "ip": 0,
        },
        {
            "distinct_id": "person1@example.com",
            "referrer": "https://www.google.com/",
            "referring_domain": "www.google.com",
        },
    ),
    Fate(
        3,
        "fed by Segment, another address among the properties",
        (44, 55),
        {
            "event": "open_article",
            "ip": "198.51.100.45",
            "$ip": ABSENT,
            "amplitude_$schema": 13,
            "amplitude_$insert_key": "01c14a76c4b5f2c2bcd650b2ec9c167462#232",
        },
        {
            "event": "open_article",
            "amplitude_ip": "198.51.100.45",
            "ip": 0,
            "amplitude_$schema": 13,
            "originalURL": "https://www.example.com/articles",
        },
    ),
    Fate(
        4,
        "groups, keys with brackets, a list of objects, keys of 2025 missing",
        (44, 45, 52),
        {
            "event": "segment.segment.report.export_paywall.load",
            "split": [{"account": "f55eeed1-49a9-1340-ad66-856319eede5c"}],
            "$groups": {"[Segment] Group": "f55eeed1-49a9-1340-ad66-856319eede5c"},
            "$browser": "Chrome",
            "$browser_version": 86,
            "$os": ABSENT,
            "$geoip_city_name": "St. Peter's",
            "$geoip_country_code": "CA",
        },
        {
            "event": "segment.segment.report.export_paywall.load",
            "split": [{"account": "f55eeed1-49a9-1340-ad66-856319eede5c"}],
            "[Segment] Group": ["f55eeed1-49a9-1340-ad66-856319eede5c"],
            "amplitude_[Segment] Group": "f55eeed1-49a9-1340-ad66-856319eede5c",
            "$os": "Mac OS",
            "$city": "St. Peter's",
            "mp_country_code": "CA",
        },
        {
            "distinct_id": "c9aa8bab-9a5b-1792-a47d-fa48799e9270",
            "organizationPlanType": "FREE",
            "email": "person2@example.com",
            "name": "redacted",
        },
    ),
    Fate(
        5,
        "Android 2019: no property keys, event_time 3.2 s off, processed 30 h late",
        (8, 9),
        {
            "event": "APP_OPENED",
            "timestamp": "2019-10-06T14:43:52.137000Z",
            "$os": "android",
            "$os_version": "9",
            "$browser": ABSENT,
            "$device_type": "Mobile",
            "amplitude_device_type": "ExamplePhone 6",
            "$app_version": "3.4.1",
            "$network_carrier": "Example Mobile",
            "$session_id": re.compile("016da186-cc3c-7"),
            "amplitude_reference_time": "2019-10-06 14:43:48.924000",
        },
        {
            "event": "APP_OPENED",
            "time": 1570373032137,
            "$os": "android",
            "$os_version": "9",
            "$browser": ABSENT,
            "$device": "ExamplePhone 6",
            "$app_version_string": "3.4.1",
            "session_id": 1570373028924,
        },
    ),
    Fate(
        6,
        "custom properties named name, title, timestamp, user_id; times that are no times",
        (15, 54, 56),
        {
            "event": "Viewed /abc Page",
            "distinct_id": "104455",
            "name": "/abc",
            "title": "Dashboard - Example",
            "$browser": "Chrome Mobile",
            "$browser_version": 107,
            "$os": "Android",
            "$device_type": "Mobile",
            "$set_once": {
                "$initial_referrer": "https://example.com/",
                "$initial_referring_domain": "example.com",
            },
        },
        {
            "event": "Viewed /abc Page",
            "distinct_id": "104455",
            "user_id": "104455",
            "created_date": 1664334341,
            "timestamp": "2022-10-08T00:57:32.629Z",
            "$os": "Android",
            "initial_referrer": "https://example.com/",
        },
        {
            "distinct_id": "104455",
            "created_date": 1664334341,
            "timestamp": "2022-09-28T03:08:14.157608",
            "user_id": "104455",
            "email": "person3@example.com",
        },
    ),
    Fate(
        7,
        "no user_id, but one among the properties, which is only a property",
        (16, 54),
        {
            "event": "user_login",
            "distinct_id": "835f8c48-1bc0-4408-a285-34801d869738R",
            "user_id": "207788",
            "$amplitude_user_id": ABSENT,
        },
        {
            "event": "user_login",
            "distinct_id": "$device:835f8c48-1bc0-4408-a285-34801d869738R",
            "user_id": "207788",
            "$user_id": ABSENT,
        },
    ),
    Fate(
        8,
        "no uuid, only a client time, hardly a key filled",
        (32,),
        {
            "event": "started signup",
            "distinct_id": "426fb6c3-2c2a-4b8f-aeee-54854f792432",
            "timestamp": "2021-11-02T00:45:29.430000Z",
            "uuid": "666cc640-5858-5537-a769-639c2f8a6ce1",
            "$app_version": "0.0.1",
            "$session_id": re.compile("017cde1a-7916-7"),
        },
        {
            "event": "started signup",
            "distinct_id": "426fb6c3-2c2a-4b8f-aeee-54854f792432",
            "time": 1635813929430,
            "$insert_id": re.compile("[0-9a-f]{32}"),
        },
    ),
]

AIRBYTE_LINES = [
    Fate(
        line,
        "times with an offset, keys with dots, keys that differ in case",
        (2, 45, 46),
        {
            "event": "Daily Ad Metrics",
            "distinct_id": "google-ad-1234512345-543210987654",
            "timestamp": "2023-07-18T07:00:00.000000Z",
            "ad_metrics.cost": harness.Number(cost),
            "campaign_id": 19876543210,
            "ad_metrics.conversions": harness.Number("0.0"),
            "City": ABSENT,
        },
        {
            "event": "Daily Ad Metrics",
            "distinct_id": "$device:google-ad-1234512345-543210987654",
            "time": 1689663600000,
            "ad_metrics.cost": harness.Number(cost),
            "City": "London",
            "city": "test",
            "Region": "London",
            "region": "test",
        },
        {
            "distinct_id": "google-ad-1234512345-543210987654",
            "City": "London",
            "city": "test",
            "Country": "UK",
            "country": "test",
        },
    )
    for line, cost in ((1, "0.731204"), (2, "9.204417"))
]

FATES = [
    (file, fate)
    for file, fates in ((DIRTY, DIRTY_LINES), (SHAPES, SHAPES_LINES), (AIRBYTE, AIRBYTE_LINES))
    for fate in fates
]
EVENT_KINDS = {"posthog": "event", "mixpanel": "import"}
RECORD_IDS = {"posthog": "uuid", "mixpanel": "record_id"}


@pytest.fixture(scope="module")
def outcomes(samples: Result) -> dict[tuple[str, int], dict[str, Any]]:
    """What staging decided about each line."""
    rows = samples.sql(
        "select located.file, located.line_number, rows.outcome, rows.reason, rows.event_key"
        " from stg_amplitude__located as located left join stg_amplitude__rows as rows using (line_id)",
        "stg_amplitude__located",
        "stg_amplitude__rows",
    )
    return {(row["file"].rsplit("/")[-1], row["line_number"]): row for row in rows}


@pytest.fixture(scope="module")
def records(samples: Result) -> dict[tuple[str, str], dict[str, Any]]:
    """The payload of each delivered row, by destination and row key."""
    found = {}
    for destination, kind in EVENT_KINDS.items():
        payloads = {payload.record_id: payload.json for payload in samples.of_kind(destination, kind)}
        for row in samples.rows(f"{destination}_event_records"):
            found[destination, row["event_key"]] = payloads.pop(row[RECORD_IDS[destination]])
        assert payloads == {}
    return found


@pytest.fixture(scope="module")
def filtered(samples: Result) -> dict[tuple[str, str], str]:
    return {
        (destination, row["event_key"]): row["reason"]
        for destination in EVENT_KINDS
        for row in samples.rows(f"{destination}_routed_events", "outcome = 'filtered'")
    }


def problems(wanted: Wanted, record: Mapping[str, Any]) -> list[str]:
    """What of the wanted values a record does not hold, among its properties or beside them."""
    envelope = {name: record[name] for name in record if name != "properties"}
    values = {**record["properties"], **envelope}
    found = []
    for name, value in wanted.items():
        if value is ABSENT:
            if name in values:
                found.append(f"{name} is {values[name]!r}")
        elif isinstance(value, re.Pattern):
            if not value.match(str(values.get(name))):
                found.append(f"{name} is {values.get(name)!r}")
        elif name not in values or not same(value, values[name]):
            found.append(f"{name} is {values.get(name)!r}, not {value!r}")
    return found


@pytest.mark.parametrize("destination", ["posthog", "mixpanel"])
@pytest.mark.parametrize(("file", "fate"), FATES, ids=[f"{file[10:16]}_{fate}" for file, fate in FATES])
def test_line(
    file: str,
    fate: Fate,
    destination: str,
    outcomes: dict[tuple[str, int], dict[str, Any]],
    records: dict[tuple[str, str], dict[str, Any]],
    filtered: dict[tuple[str, str], str],
) -> None:
    wanted = fate.posthog if destination == "posthog" else fate.mixpanel
    row = outcomes[file, fate.line]
    place = (destination, row["event_key"])
    copies = [one["outcome"] for one in outcomes.values() if one["event_key"] == row["event_key"]]
    if not isinstance(wanted, str):
        assert sorted(copies) in (
            ["kept"],
            ["duplicate", "kept"],
        )  # either of two equal lines stands for both
        assert problems(wanted, records[place]) == []
    elif wanted == "no row":
        assert row["outcome"] is None
    elif wanted == "duplicate":
        assert sorted(copies) == ["duplicate", "kept"]
    else:
        assert wanted in (row["reason"], filtered.get(place))
        assert place not in records


@pytest.mark.parametrize(
    ("file", "fate"),
    [(file, fate) for file, fate in FATES if fate.person],
    ids=[f"{file[10:16]}_{fate}" for file, fate in FATES if fate.person],
)
def test_person(file: str, fate: Fate, samples: Result) -> None:
    """The person whose latest properties the line shows gets them once; a device without user gets none at Mixpanel."""
    wanted = {name: value for name, value in fate.person.items() if name != "distinct_id"}
    who = fate.person["distinct_id"]
    updates = [one for one in samples.of_kind("posthog", "person_update") if one.distinct_id == who]
    assert [problems(wanted, {"properties": one.properties["$set"]}) for one in updates] == [[]]
    profiles = [one.json for one in samples.of_kind("mixpanel", "engage") if one.distinct_id == who]
    assert [problems(wanted, {"properties": one["$set"]}) for one in profiles] == (
        [] if file == AIRBYTE else [[]]
    )
    assert all(one["$set"].keys().isdisjoint({"$last_seen", "$ip"}) for one in profiles)


def test_every_line_has_a_fate() -> None:
    for file, fates in ((DIRTY, DIRTY_LINES), (SHAPES, SHAPES_LINES), (AIRBYTE, AIRBYTE_LINES)):
        count = len(harness.file_lines(harness.SAMPLES / file))
        assert [fate.line for fate in fates] == list(range(1, count + 1))


def plain_row(**columns: Any) -> dict[str, Any]:
    """A plain row; the columns given stand in place of its own."""
    return {
        "event_type": "e",
        "event_time": "2024-01-15 12:00:00.000000",
        "user_id": "u",
        "device_id": "d",
        **columns,
    }


UUID = "11111111-1111-4111-8111-111111111111"
# Quirks that no line of the samples shows: rows, and what the events of each destination hold.
OWN_CASES: dict[int, tuple[str, list[dict[str, Any]], list[Wanted], list[Wanted]]] = {
    3: (
        "an empty time",
        [plain_row(event_time="", client_event_time="2024-01-15 12:00:01")],
        [{"timestamp": "2024-01-15T12:00:01.000000Z", "amplitude_event_time": ""}],
        [{"time": 1705320001000, "amplitude_event_time": ""}],
    ),
    4: (
        "colons in the date",
        [plain_row(event_time="2022:05:27 05:59:45.471635")],
        [{"timestamp": "2022-05-27T05:59:45.471635Z"}],
        [{"time": 1653631185471}],
    ),
    5: (
        "a time in epoch milliseconds",
        [plain_row(event_time=1705320000123)],
        [{"timestamp": "2024-01-15T12:00:00.123000Z"}],
        [{"time": 1705320000123}],
    ),
    18: (
        "one user on two devices",
        [plain_row(), plain_row(device_id="d2", event_type="f")],
        [{"distinct_id": "u", "$device_id": "d"}, {"distinct_id": "u", "$device_id": "d2"}],
        [{"$user_id": "u", "$device_id": "d"}, {"$user_id": "u", "$device_id": "d2"}],
    ),
    31: (
        "a later copy of a row with other values",
        [
            plain_row(uuid=UUID, server_upload_time="2024-01-15 12:00:01", city="A"),
            plain_row(uuid=UUID, server_upload_time="2024-01-15 13:00:01", city="B"),
            plain_row(uuid=UUID.upper(), server_upload_time="2024-01-15 12:30:01", city="C"),
        ],
        [{"$geoip_city_name": "B"}],
        [{"$city": "B"}],
    ),
    42: (
        "the mark of an unset property is a value like others",
        [plain_row(event_properties={"plan": "-"})],
        [{"plan": "-"}],
        [{"plan": "-"}],
    ),
    62: (
        "a property whose type changes",
        [
            plain_row(event_type="a", event_properties={"p": "1"}),
            plain_row(event_type="b", event_properties={"p": 1}),
            plain_row(event_type="c", event_properties={"p": [1]}),
        ],
        [{"event": "a", "p": "1"}, {"event": "b", "p": 1}, {"event": "c", "p": [1]}],
        [{"event": "a", "p": "1"}, {"event": "b", "p": 1}, {"event": "c", "p": [1]}],
    ),
}


@pytest.fixture(scope="module")
def own_results() -> dict[str, Result]:
    return harness.run_cases({str(quirk): case[1] for quirk, case in OWN_CASES.items()})


@pytest.mark.parametrize("quirk", OWN_CASES, ids=[f"Q{quirk} {case[0]}" for quirk, case in OWN_CASES.items()])
def test_line_of_our_own(quirk: int, own_results: dict[str, Result]) -> None:
    for destination, wanted in zip(("posthog", "mixpanel"), OWN_CASES[quirk][2:], strict=True):
        events = own_results[str(quirk)].of_kind(destination, EVENT_KINDS[destination])
        assert len(events) == len(wanted)
        for one in wanted:
            assert [] in [problems(one, event.json) for event in events], (one, events)


# Of the known quirks those that a row of an Amplitude export can show, and those of its files.
QUIRKS_OF_ROWS = {*range(1, 10), 15, 16, 17, 18, 21, 22, 29, *range(30, 34), 35, 38, *range(40, 59), 62}
QUIRKS_OF_FILES = {65, 67, 68}


def test_every_quirk_is_shown() -> None:
    shown = {quirk for _, fate in FATES for quirk in fate.quirks} | OWN_CASES.keys()
    assert shown >= QUIRKS_OF_ROWS
    assert shown | {65, 68} >= QUIRKS_OF_FILES  # the files that overlap, below


# The audit


def totals(result: Result, destination: str) -> Counter[str]:
    names = ("rows_read", "malformed", "duplicate", "filtered", "quarantined", "delivered")
    count: Counter[str] = Counter()
    for row in result.rows("audit_route_counts", f"destination = '{destination}'"):
        parts = [row[name] for name in names]
        assert parts[0] == sum(parts[1:])
        count.update(dict(zip(names, parts, strict=True)))
    return count


@pytest.mark.parametrize(("destination", "filtered_rows"), [("posthog", 1), ("mixpanel", 0)])
def test_counts_add_up(destination: str, filtered_rows: int, samples: Result) -> None:
    assert totals(samples, destination) == {
        "rows_read": 56,
        "malformed": 2,
        "duplicate": 1,
        "filtered": filtered_rows,
        "quarantined": 2,
        "delivered": 51 - filtered_rows,
    }


@pytest.mark.parametrize("destination", ["posthog", "mixpanel"])
def test_counts_are_those_of_each_day_and_event(destination: str, samples: Result) -> None:
    rows = samples.rows("audit_route_counts", f"destination = '{destination}'")
    delivered = {
        (row["source_project"], str(row["event_date"]), row["event_name"]): row["delivered"]
        for row in rows
        if row["delivered"]
    }
    assert delivered["187520", "2024-03-01", "Test Event"] == 30
    assert delivered["380766", "2023-07-18", "Daily Ad Metrics"] == 2
    assert delivered["default", "2024-03-01", "Dup Key"] == 1
    malformed = [row for row in rows if row["malformed"]]
    assert [(row["event_date"], row["event_name"], row["malformed"]) for row in malformed] == [
        (None, None, 2)
    ]


def test_generated_records_are_counted(samples: Result) -> None:
    counted = {(row["destination"], row["kind"]): row["records"] for row in samples.rows("audit_generated")}
    made = Counter(
        (destination, payload.kind)
        for destination, kind in EVENT_KINDS.items()
        for payload in samples.payloads(destination)
        if payload.kind != kind
    )
    assert counted == made
    assert counted["posthog", "identify"] == 40


def test_quarantined_rows_are_found_by_file_line_and_text(samples: Result) -> None:
    rows = samples.rows("audit_quarantined")
    lines = harness.file_lines(harness.SAMPLES / DIRTY)
    assert [(row["reason"], row["stage"], row["destination"], row["line"]) for row in rows] == [
        ("malformed_json", "read", None, 44),
        ("malformed_json", "read", None, 47),
        ("no_event_name", "staging", None, 32),
        ("no_event_name", "staging", None, 33),
    ]
    for row in rows:
        assert row["file"] == str(harness.SAMPLES / DIRTY)
        assert row["record"].encode() == lines[row["line"] - 1]
    assert [row["event_key"] for row in rows] == [
        None,
        None,
        strict_json(lines[31].decode())["uuid"],
        strict_json(lines[32].decode())["uuid"],
    ]


def test_repairs_are_counted(samples: Result) -> None:
    assert {row["reason"]: row["rows"] for row in samples.rows("audit_repaired")} == {
        "blank_line": 1,
        "duplicate_keys": 1,
        "extra_group_keys": 1,
        "lone_surrogate": 1,
        "nul_character": 1,
        "property_renamed_for_mixpanel": 3,
        "property_renamed_for_posthog": 1,
        "suspected_duplicate": 1,
    }


def test_filtered_rows_are_counted(samples: Result) -> None:
    assert samples.rows("audit_filtered") == [
        {
            "source": "amplitude",
            "destination": "posthog",
            "event_name": "session_start",
            "reason": "dropped_by_crosswalk",
            "rows": 1,
        }
    ]


def test_shared_devices_are_reported(samples: Result) -> None:
    rows = {row["source_project"]: row for row in samples.rows("audit_identity")}
    assert rows["187520"]["shared_devices"] == 1
    assert rows["187520"]["blocked_ids"] == 1
    assert sum(row["shared_devices"] for row in rows.values()) == 1


# The same rows again: overlapping hours (quirk 30), Windows line ends and a byte order mark (68), members of a ZIP with
# odd names (65).


@pytest.mark.parametrize("destination", ["posthog", "mixpanel"])
def test_rows_that_come_again_change_nothing(
    destination: str, samples: Result, overlapping_samples: Result
) -> None:
    once = [(payload.send_order, payload.text) for payload in samples.payloads(destination)]
    again = [(payload.send_order, payload.text) for payload in overlapping_samples.payloads(destination)]
    assert once == again
    counts = totals(overlapping_samples, destination) - totals(samples, destination)
    assert counts == {"rows_read": 20, "duplicate": 20}


def test_each_file_that_overlaps_is_read_whole(overlapping_samples: Result) -> None:
    rows = overlapping_samples.sql(
        "select parse_filename(file) as name, count(*) as rows, count(event_key) as keys"
        " from stg_amplitude__rows group by all",
        "stg_amplitude__rows",
    )
    counts = {row["name"]: (row["rows"], row["keys"]) for row in rows}
    assert {name: count for name, count in counts.items() if name not in (DIRTY, SHAPES, AIRBYTE)} == {
        "amplitude_export_crlf_bom.ndjson": (4, 4),
        "187520_2024-03-01_9#627.json.gz": (4, 4),
        "187520_2024-03-01_10#70.json.gz": (8, 8),
        "187520_2024-03-01_10#627.json.gz": (4, 4),
    }
