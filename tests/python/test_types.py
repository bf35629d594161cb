"""From the text of an export line to the text of a payload: every kind of value and of name, and lines that are no JSON."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import harness
import pytest
from harness import Number, Result, same, strict_json

HEAD = '"event_time":"2024-01-15 12:00:00.000000","user_id":"u","device_id":"d"'
REPLACED = "\ufffd"


def line(properties: str = "{}", event: str = '"e"', more: str = "") -> str:
    """An export line whose properties are given as JSON text."""
    return f'{{"event_type":{event},{HEAD},"event_properties":{properties}{more}}}'


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def same_to_the_sign(expected: Any, actual: Any) -> bool:
    """Equal, and -0.0 is not 0.0; the integer -0 is 0."""
    if isinstance(expected, Number) and isinstance(actual, Number) and "." in expected.text:
        return expected == actual and expected.is_signed() == actual.is_signed()
    return same(expected, actual)


def sent(result: Result, place: str) -> dict[str, Any]:
    """The properties in one place of what goes out: of the only event, of the person's record or of the group's."""
    destination, _, where = place.partition(" ")
    kind, key = {
        "posthog event": ("event", "properties"),
        "posthog person": ("person_update", "properties.$set"),
        "posthog group": ("group_identify", "properties.$group_set"),
        "mixpanel event": ("import", "properties"),
        "mixpanel person": ("engage", "$set"),
        "mixpanel group": ("groups", "$set"),
    }[f"{destination} {where}"]
    found = [payload.json for payload in result.of_kind(destination, kind)]
    assert len(found) == 1, found
    value: Any = found[0]
    for part in key.split("."):
        value = value[part]
    assert isinstance(value, dict)
    return value


EVENTS = ("posthog event", "mixpanel event")
PEOPLE = ("posthog person", "mixpanel person")
GROUPS = ("posthog group", "mixpanel group")
PLACES = EVENTS + PEOPLE + GROUPS

# Values, as they stand in the line

VALUES = [
    *"0 -0 5 -5 5.0 1.10 0.1 -0.0 1e5 1E-7 1e21 1E+21 5e-324 1e307".split(),
    *"1e308 1.7976931348623157e308 -1.7976931348623157e308".split(),
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "9223372036854775809",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "123456789012345678901234567890",
    "-123456789012345678901234567890",
    *("null", "true", "false", "[]", "{}", "[[]]", "[{}]", "[null]"),
    '[1,"1",1.0,true,null,{"a":[{"b":null}]}]',
    '{"l1":{"l2":{"l3":{"l4":[1,[2,{"k":null}]]}}}}',
    '{"":{"":""}}',
    '{"a":{"a":{"a":9007199254740993}}}',
    "[" * 40 + "]" * 40,
    *('""', '" "', '"5"', '"5.0"', '"null"', '"true"', '"1e999"', '"NaN"', '"[1,]"', '"{}"'),
    r'"a\nb\tc\\d\"e\/f"',
    r'"\u00e9 \u0065\u0301 \ud83d\ude00 \uD83D\uDE00"',
    '"é e\u0301 😀 👩‍👩‍👧 नमस्ते עברית"',
    '"\u2028 \u2029 \u0085 \ufeff \u200b \u007f \ufffe"',
    '"<script> \'; drop table x; -- ${a} {{ b }} %s"',
    r'"C:\\temp\\new \\u0000 \\ud83d"',
]

# Keys, all of one object

KEYS = [
    "",
    " ",
    "a",
    "A",
    "a.b",
    "a.b.c",
    "a/b",
    "a~b",
    "~0",
    "~1",
    "/",
    "$",
    "$.a",
    "$x",
    "$[*]",
    "*",
    "[0]",
    "0",
    "-1",
    "with space",
    'q"uote',
    '"',
    "'",
    "''",
    "`",
    "back\\slash",
    "\\",
    "\\n",
    "\n",
    "\t",
    "\r\n",
    "\u2028",
    "é",
    "e\u0301",
    "ß",
    "ss",
    "İ",
    "i",
    "\u0131",
    "😀",
    "👩‍👩‍👧",
    "name",
    "properties",
    "value",
    "key",
    "null",
    "true",
    "__proto__",
    "x" * 300,
    "{}",
    "[]",
    ":",
    ",",
    "%",
    "%s",
    "?",
    "--",
    "/*",
]

HOSTILE = [
    '"; drop table x; --',
    "'; drop table x; --",
    "{{ run_query('x') }}",
    "{% raw %}",
    "{# x #}",
    "${a}",
    "`id`",
    "two\nlines",
    "back\\",
    "$1 \\1 \\0",
    "%(x)s",
    "a' || 'b",
]

ODD_OBJECT = "{" + ",".join(f"{quoted(key)}:{index}" for index, key in enumerate(KEYS)) + "}"
HOSTILE_OBJECT = "{" + ",".join(f"{quoted(name)}:{quoted(name)}" for name in HOSTILE) + "}"


def everywhere(value: str) -> str:
    """A line that holds a value as a property of the event, of the person and of a group."""
    return line(
        f'{{"v":{value}}}',
        more=f',"user_properties":{{"w":{value}}},"group_properties":{{"t":{{"k":{{"v":{value}}}}}}}',
    )


def objects_everywhere(value: str) -> str:
    return line(value, more=f',"user_properties":{value},"group_properties":{{"t":{{"k":{value}}}}}')


def hostile_line(name: str) -> str:
    """A line with a name in every place that takes one."""
    text = quoted(name)
    return (
        f'{{"event_type":{text},"event_time":"2024-01-15 12:00:00","user_id":{text},"device_id":{quoted(name + "2")},'
        f'"event_properties":{{{text}:{text}}},"user_properties":{{{quoted(name + "3")}:{text}}},'
        f'"groups":{{{text}:[{text}]}},"group_properties":{{{text}:{{{text}:{{{text}:{text}}}}}}},{quoted(name + "4")}:{text}}}'
    )


# Names that meet: the properties (as text), what else stands in the line, and what the event then holds at each destination

Expected = Mapping[str, Any]
ABSENT = object()
COLLISIONS: dict[str, tuple[str, str, Expected, Expected]] = {
    "a reserved name": (
        '{"distinct_id":"x","token":"y"}',
        "",
        {"amplitude_distinct_id": "x", "amplitude_token": "y", "distinct_id": ABSENT, "token": ABSENT},
        {"amplitude_distinct_id": "x", "amplitude_token": "y", "distinct_id": "u", "token": ABSENT},
    ),
    "a name that only one destination reserves": (
        '{"time":1,"$set":{"a":1},"mp_lib":"x","$group_0":"g"}',
        "",
        {"time": 1, "amplitude_$set": {"a": 1}, "mp_lib": "x", "amplitude_$group_0": "g", "$set": ABSENT},
        {"amplitude_time": 1, "$set": {"a": 1}, "amplitude_mp_lib": "x", "$group_0": "g"},
    ),
    "a mapped name with another value": (
        '{"$os":"BeOS","$city":"Rome"}',
        ',"platform":"iOS","os_name":"ios","city":"Oslo"',
        {"$os": "ios", "amplitude_$os": "BeOS", "$city": "Rome", "$geoip_city_name": "Oslo"},
        {"$os": "ios", "amplitude_$os": "BeOS", "$city": "Oslo", "amplitude_$city": "Rome"},
    ),
    "a mapped name with the same value": (
        '{"$os":"ios","$city":"Oslo"}',
        ',"platform":"iOS","os_name":"ios","city":"Oslo"',
        {"$os": "ios", "amplitude_$os": ABSENT, "amplitude_$city": ABSENT},
        {"$os": "ios", "amplitude_$os": ABSENT, "$city": "Oslo", "amplitude_$city": ABSENT},
    ),
    "a mapped name that has no value": (
        '{"$os":"BeOS","$browser":"Netscape"}',
        "",
        {"$os": "BeOS", "$browser": "Netscape", "amplitude_$os": ABSENT},
        {"$os": "BeOS", "$browser": "Netscape", "amplitude_$os": ABSENT},
    ),
    "the new name is taken": (
        '{"distinct_id":"x","amplitude_distinct_id":"y"}',
        "",
        {"amplitude_amplitude_distinct_id": "x", "amplitude_distinct_id": "y"},
        {"amplitude_amplitude_distinct_id": "x", "amplitude_distinct_id": "y"},
    ),
    "the new names are taken": (
        '{"distinct_id":"x","amplitude_distinct_id":"y","amplitude_amplitude_distinct_id":"z"}',
        "",
        {
            "amplitude_amplitude_amplitude_distinct_id": "x",
            "amplitude_distinct_id": "y",
            "amplitude_amplitude_distinct_id": "z",
        },
        {
            "amplitude_amplitude_amplitude_distinct_id": "x",
            "amplitude_distinct_id": "y",
            "amplitude_amplitude_distinct_id": "z",
        },
    ),
    "a column's name": (
        '{"amplitude_library":"mine","amplitude_$insert_id":"i","amplitude_shoe":1}',
        ',"library":"theirs","$insert_id":"j","shoe":2',
        {
            "amplitude_library": "theirs",
            "amplitude_amplitude_library": "mine",
            "amplitude_$insert_id": "j",
            "amplitude_amplitude_$insert_id": "i",
            "amplitude_shoe": 2,
            "amplitude_amplitude_shoe": 1,
        },
        {
            "amplitude_library": "theirs",
            "amplitude_amplitude_library": "mine",
            "amplitude_$insert_id": "j",
            "amplitude_amplitude_$insert_id": "i",
            "amplitude_shoe": 2,
            "amplitude_amplitude_shoe": 1,
        },
    ),
    "an unknown column named like a documented one": (
        "{}",
        ',"library":"theirs","amplitude_library":"other"',
        {"amplitude_library": "theirs", "amplitude_amplitude_library": "other"},
        {"amplitude_library": "theirs", "amplitude_amplitude_library": "other"},
    ),
    "the names of our marks": (
        '{"import_id":"mine","$import_job_id":"mine","historical_migration":false,"analytics_source":"x"}',
        "",
        {
            "$import_job_id": "crosswalk",
            "amplitude_$import_job_id": "mine",
            "historical_migration": True,
            "amplitude_historical_migration": False,
            "analytics_source": "amplitude",
            "amplitude_analytics_source": "x",
        },
        {"import_id": "crosswalk", "amplitude_import_id": "mine", "$import_job_id": "mine"},
    ),
    "ids as properties": (
        '{"$user_id":"x","$device_id":"y","$amplitude_user_id":"z","device_id":"w","user_id":"v"}',
        "",
        {
            "$amplitude_user_id": "u",
            "amplitude_$amplitude_user_id": "z",
            "$device_id": "d",
            "amplitude_$device_id": "y",
            "amplitude_$user_id": "x",
            "device_id": "w",
            "user_id": "v",
        },
        {
            "$user_id": "u",
            "amplitude_$user_id": "x",
            "$device_id": "d",
            "amplitude_$device_id": "y",
            "user_id": "v",
            "device_id": "w",
        },
    ),
    "a property named like a group type": (
        '{"company":"mine"}',
        ',"groups":{"company":["acme","globex"]}',
        {"company": "mine", "$groups": {"company": "acme"}},
        {"company": ["acme", "globex"], "amplitude_company": "mine"},
    ),
    "a group type named like a reserved name": (
        "{}",
        ',"groups":{"time":["k"],"$os":["x"]},"platform":"iOS","os_name":"ios"',
        {"$groups": {"time": "k", "$os": "x"}, "$os": "ios"},
        {"time": 1705320000000, "amplitude_time": ["k"], "$os": "ios", "amplitude_$os": ["x"]},
    ),
    "a person's property named like the event's": (
        '{"plan":"event"}',
        ',"user_properties":{"plan":"person","other":1}',
        {"plan": "event", "other": ABSENT},
        {"plan": "event", "other": 1, "amplitude_plan": ABSENT},
    ),
    "a person's property with a reserved name": (
        "{}",
        ',"user_properties":{"time":5,"$user_id":"x"}',
        {"time": ABSENT},
        {"amplitude_time": 5, "amplitude_$user_id": "x", "$user_id": "u"},
    ),
}

# Duplicate keys: the line and what the event's properties have to hold

DUPLICATES: dict[str, tuple[str, Expected]] = {
    "at the top": (f'{{"event_type":"first","event_type":"e",{HEAD}}}', {}),
    "in the properties": (line('{"a":1,"b":2,"a":3}'), {"a": 3, "b": 2}),
    "three times, of several types": (line('{"a":{"x":1},"a":[1],"a":"t"}'), {"a": "t"}),
    "the last one is an object": (line('{"a":1,"a":{"x":{"y":[1]}}}'), {"a": {"x": {"y": [1]}}}),
    "deeper": (line('{"o":{"p":{"q":1,"r":2,"q":3}}}'), {"o": {"p": {"q": 3, "r": 2}}}),
    "in a list": (line('{"l":[{"a":1,"a":2},[{"b":1,"b":2}],3]}'), {"l": [{"a": 2}, [{"b": 2}], 3]}),
    "in what is hidden and in what hides": (
        line('{"a":{"x":1,"x":2},"a":{"y":1,"y":2}}'),
        {"a": {"y": 2}},
    ),
    "the whole object": (line('{"a":1}', more=',"event_properties":{"b":2}'), {"b": 2, "a": ABSENT}),
    "written in two ways": (line(r'{"a":1,"\u0061":2}'), {"a": 2}),
    "the empty key": (line('{"":1,"":2}'), {"": 2}),
    "after a repair": (line(r'{"a\u0000":1,"a\ufffd":2}'), {f"a{REPLACED}": 2}),
    "with large numbers": (
        line('{"a":1,"a":9223372036854775809,"n":123456789012345678901234567890,"z":-0.0}'),
        {
            "a": Number("9223372036854775809"),
            "n": Number("123456789012345678901234567890"),
            "z": Number("-0.0"),
        },
    ),
    "with odd text": (
        line(r'{"k":1,"k":"\ud83d\ude00 \u2028 \\ \" \n","q\"k":[],"o":{}}'),
        {"k": '😀 \u2028 \\ " \n', 'q"k': [], "o": {}},
    ),
}

# Escapes that no text can hold: the JSON text of a value, and what it becomes

ESCAPES = {
    r'"a\u0000b"': f"a{REPLACED}b",
    r'"\u0000\u0000"': REPLACED * 2,
    r'"a\\u0000b"': r"a\u0000b",
    r'"a\\\u0000b"': "a\\" + REPLACED + "b",
    r'"a\\\\u0000b"': r"a\\u0000b",
    r'"\ud83d"': REPLACED,
    r'"\ude00"': REPLACED,
    r'"\ude00\ud83d"': REPLACED * 2,
    r'"\ud83d\ud83d\ude00"': REPLACED + "😀",
    r'"\ud83d\ude00\ude00"': "😀" + REPLACED,
    r'"\uD83D x"': REPLACED + " x",
    r'"\ud83dx\ude00"': f"{REPLACED}x{REPLACED}",
    r'"\\ud83d"': r"\ud83d",
    r'"\\\ud83d"': "\\" + REPLACED,
    r'"\ud83d\\ude00"': REPLACED + r"\ude00",
    r'"\ud83d\ude00"': "😀",
    r'"\uD83D\uDE00"': "😀",
    r'"\u0001\u001f"': "\x01\x1f",
}

# Lines that cannot be used, each between lines that can

BROKEN: dict[str, bytes] = {
    "NaN": line('{"v":NaN}').encode(),
    "nan in a list": line('{"v":[1,nan]}').encode(),
    "Infinity": line('{"v":Infinity}').encode(),
    "-Infinity": line('{"v":-Infinity}').encode(),
    "inf": line('{"v":inf}').encode(),
    "a number beyond a double": line('{"v":1e999}').encode(),
    "a negative number beyond a double": line('{"v":[-1.5E+400]}').encode(),
    "a number beyond a double whose exponent is not": line('{"v":123456e304}').encode(),
    "an integer beyond a double": line('{"v":' + "9" * 309 + "}").encode(),
    "a comma at the end of an object": line('{"v":1,}').encode(),
    "a comma at the end of a list": line('{"v":[1, ]}').encode(),
    "a leading zero": line('{"v":01}').encode(),
    "a plus sign": line('{"v":+1}').encode(),
    "no digit before the point": line('{"v":.5}').encode(),
    "no digit after the point": line('{"v":5.}').encode(),
    "hexadecimal": line('{"v":0x10}').encode(),
    "single quotes": line("{'v':1}").encode(),
    "a key without quotes": line("{v:1}").encode(),
    "a comment": line('{"v":1/* x */}').encode(),
    "an unknown escape": line(r'{"v":"\x41"}').encode(),
    "half an escape": line(r'{"v":"\u12"}').encode(),
    "a tab in a text": line('{"v":"a\tb"}').encode(),
    "a control character in a text": line('{"v":"a\x01b"}').encode(),
    "no colon": line('{"v" 1}').encode(),
    "cut off": line('{"v":1}').encode()[:-9],
    "two objects": line().encode() + b"{}",
    "text behind the object": line().encode() + b" x",
    "a list": b"[" + line().encode() + b"]",
    "a text": b'"event_type"',
    "a number": b"5",
    "null": b"null",
    "true": b"true",
    "no JSON at all": b"terminated early",
    "a byte order mark within the file": b"\xef\xbb\xbf" + line().encode(),
}
NOT_UTF8: dict[str, bytes] = {
    "a lone byte": line('{"v":"a@"}').encode().replace(b"@", b"\xff"),
    "a cut character": line('{"v":"a@"}').encode().replace(b"@", b"\xe2\x82"),
    "an overlong form": line('{"v":"a@"}').encode().replace(b"@", b"\xc0\xaf"),
    "half a surrogate pair": line('{"v":"a@"}').encode().replace(b"@", b"\xed\xa0\x80"),
    "Latin 1": line('{"v":"a@"}').encode().replace(b"@", b"\xe9"),
}
# Lines that look broken and are not, and what their property v is.
WHOLE: dict[str, tuple[bytes, Any]] = {
    "a literal in a text": (
        line('{"v":"NaN, Infinity, 1e999, [1,] {,}"}').encode(),
        "NaN, Infinity, 1e999, [1,] {,}",
    ),
    "a literal in a key": (line('{"NaN":1,"v":2}').encode(), 2),
    "the largest numbers": (line('{"v":[1e308,-1.7E+308,1e-400]}').encode(), None),
    "U+2028 and U+2029 as they are": (line('{"v":"a\u2028b\u2029c"}').encode(), "a\u2028b\u2029c"),
    "U+0085 as it is": (line('{"v":"a\u0085b"}').encode(), "a\u0085b"),
    "white space around": (b" \t" + line('{ "v" :\t1 }').encode() + b" \t", 1),
    "Windows line end": (line('{"v":1}').encode() + b"\r", 1),
    "a quote escaped before a literal": (line(r'{"v":"\",NaN,"}').encode(), '",NaN,'),
}


def good(number: int) -> str:
    return line(event=quoted(f"good {number:02}"))


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    cases: dict[str, Sequence[harness.Line]] = {}
    cases |= {f"value {value}": [everywhere(value)] for value in VALUES}
    cases |= {f"escape {value}": [everywhere(value)] for value in ESCAPES}
    cases |= {"keys": [objects_everywhere(ODD_OBJECT)], "hostile keys": [objects_everywhere(HOSTILE_OBJECT)]}
    cases |= {f"hostile {name}": [hostile_line(name)] for name in HOSTILE}
    cases |= {f"collision {name}": [line(case[0], more=case[1])] for name, case in COLLISIONS.items()}
    cases |= {f"duplicate {name}": [case[0]] for name, case in DUPLICATES.items()}
    cases |= {f"whole {name}": [case[0]] for name, case in WHOLE.items()}
    for kind, lines in (("broken", BROKEN), ("not utf8", NOT_UTF8)):
        mixed: list[harness.Line] = [good(0)]
        for number, text in enumerate(lines.values(), start=1):
            mixed += [text, good(number)]
        cases[kind] = mixed
    return harness.run_cases(cases)


@pytest.mark.parametrize("value", VALUES)
def test_value(value: str, results: dict[str, Result]) -> None:
    result = results[f"value {value}"]
    wanted = strict_json(value)
    for place in PLACES:
        key = "w" if place in PEOPLE else "v"
        assert same_to_the_sign(wanted, sent(result, place).get(key, ABSENT)), place
    assert sent(result, "posthog event").get("w", ABSENT) is ABSENT
    assert same_to_the_sign(wanted, sent(result, "mixpanel event")["w"])


@pytest.mark.parametrize("value", ESCAPES)
def test_escape(value: str, results: dict[str, Result]) -> None:
    for place in PLACES:
        assert sent(results[f"escape {value}"], place)["w" if place in PEOPLE else "v"] == ESCAPES[value]


def test_repaired_escapes_are_counted(results: dict[str, Result]) -> None:
    for value, text in ESCAPES.items():
        row = results[f"escape {value}"].rows("stg_amplitude__rows")[0]
        assert (row["has_nul"] or row["has_lone_surrogate"]) == (REPLACED in text)


@pytest.mark.parametrize("place", PLACES)
def test_keys(place: str, results: dict[str, Result]) -> None:
    found = sent(results["keys"], place)
    wanted = {key: index for index, key in enumerate(KEYS)}
    assert {key: found.get(key, ABSENT) for key in KEYS} == wanted


@pytest.mark.parametrize("place", PLACES)
def test_hostile_keys(place: str, results: dict[str, Result]) -> None:
    found = sent(results["hostile keys"], place)
    assert {key: found.get(key) for key in HOSTILE} == {name: name for name in HOSTILE}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names(name: str, results: dict[str, Result]) -> None:
    result = results[f"hostile {name}"]
    event = result.of_kind("posthog", "event")[0].json
    assert (event["event"], event["distinct_id"]) == (name, name)
    assert event["properties"][name] == name
    assert event["properties"]["$groups"] == {name: name}
    assert event["properties"]["$device_id"] == name + "2"
    assert event["properties"][f"amplitude_{name}4"] == name
    identify = result.of_kind("posthog", "identify")[0].json
    assert (identify["distinct_id"], identify["properties"]["$anon_distinct_id"]) == (name, name + "2")
    group = result.of_kind("posthog", "group_identify")[0].json
    assert group["distinct_id"] == f"${name}_{name}"
    assert (group["properties"]["$group_type"], group["properties"]["$group_key"]) == (name, name)
    assert group["properties"]["$group_set"] == {name: name}
    assert sent(result, "posthog person") == {f"{name}3": name}
    record = result.of_kind("mixpanel", "import")[0].json
    assert record["event"] == name
    assert record["properties"]["$user_id"] == record["properties"]["distinct_id"] == name
    assert record["properties"]["$device_id"] == name + "2"
    assert (record["properties"][name], record["properties"][f"amplitude_{name}"]) == ([name], name)
    assert record["properties"][f"{name}3"] == record["properties"][f"amplitude_{name}4"] == name
    profile = result.of_kind("mixpanel", "engage")[0].json
    assert (profile["$distinct_id"], profile["$set"][f"{name}3"]) == (name, name)
    assert result.of_kind("mixpanel", "groups")[0].json == {
        "$group_key": name,
        "$group_id": name,
        "$set": {name: name, "import_id": "crosswalk"},
    }


@pytest.mark.parametrize("name", COLLISIONS)
@pytest.mark.parametrize("place", EVENTS)
def test_collision(name: str, place: str, results: dict[str, Result]) -> None:
    found = sent(results[f"collision {name}"], place)
    wanted = COLLISIONS[name][2 if place == "posthog event" else 3]
    assert {key: found.get(key, ABSENT) for key in wanted} == wanted


def test_collisions_are_counted(results: dict[str, Result]) -> None:
    """A row is renamed where a name of its own has a prefix more than in the line."""
    for name, (properties, _, posthog, mixpanel) in COLLISIONS.items():
        own = strict_json(properties).keys()
        for destination, wanted in (("posthog", posthog), ("mixpanel", mixpanel)):
            row = results[f"collision {name}"].rows(f"{destination}_event_records")[0]
            is_expected = any(
                (key not in own and wanted[key] is not ABSENT and key.removeprefix("amplitude_") in own)
                or (
                    key.removeprefix("amplitude_amplitude_") in own and key.startswith("amplitude_amplitude_")
                )
                for key in wanted
            )
            if own:
                assert row["is_renamed"] == is_expected, (name, destination)


@pytest.mark.parametrize("name", DUPLICATES)
def test_duplicate_keys(name: str, results: dict[str, Result]) -> None:
    result = results[f"duplicate {name}"]
    assert [row["has_duplicate_keys"] for row in result.rows("stg_amplitude__rows")] == [True]
    for place in EVENTS:
        found = sent(result, place)
        for key, value in DUPLICATES[name][1].items():
            if value is ABSENT:
                assert key not in found
            else:
                assert same_to_the_sign(value, found[key]), place
    assert [payload.json["event"] for payload in result.of_kind("posthog", "event")] == ["e"]


def test_same_keys_in_other_places_are_no_duplicates(results: dict[str, Result]) -> None:
    for name in ("keys", "hostile keys"):
        assert [row["has_duplicate_keys"] for row in results[name].rows("stg_amplitude__rows")] == [False]


@pytest.mark.parametrize(("kind", "reason"), [("broken", "malformed_json"), ("not utf8", "invalid_utf8")])
def test_broken_lines_are_set_aside(kind: str, reason: str, results: dict[str, Result]) -> None:
    lines = BROKEN if kind == "broken" else NOT_UTF8
    rows = {row["line"]: row for row in results[kind].rows("audit_quarantined")}
    found = {
        name: rows.get(number, {}).get("reason")
        for number, name in zip(range(2, 999, 2), lines, strict=False)
    }
    assert found == dict.fromkeys(lines, reason)
    assert len(rows) == len(lines)
    for number, (name, text) in zip(range(2, 999, 2), lines.items(), strict=False):
        row = rows[number]
        assert (row["stage"], row["destination"], row["event_key"]) == ("read", None, None)
        assert row["file"].endswith(".ndjson")
        if kind == "broken":
            assert row["record"].encode().removeprefix(b"\xef\xbb\xbf") == text.removeprefix(
                b"\xef\xbb\xbf"
            ), name
        else:
            assert row["record"].startswith('{"event_type":"e",'), name


@pytest.mark.parametrize("kind", ["broken", "not utf8"])
@pytest.mark.parametrize("destination", ["posthog", "mixpanel"])
def test_the_lines_between_go_on(kind: str, destination: str, results: dict[str, Result]) -> None:
    lines = BROKEN if kind == "broken" else NOT_UTF8
    events = results[kind].of_kind(destination, "event" if destination == "posthog" else "import")
    assert sorted(event.json["event"] for event in events) == [
        f"good {number:02}" for number in range(len(lines) + 1)
    ]


@pytest.mark.parametrize("name", WHOLE)
def test_lines_that_only_look_broken(name: str, results: dict[str, Result]) -> None:
    result = results[f"whole {name}"]
    assert result.rows("audit_quarantined") == []
    for place in EVENTS:
        value = sent(result, place)["v"]
        if WHOLE[name][1] is not None:
            assert same(WHOLE[name][1], value)
        else:
            assert same(strict_json(WHOLE[name][0].decode())["event_properties"]["v"][:2], value[:2])


def test_a_line_that_is_too_long() -> None:
    long = line('{"v":"' + "x" * 21_000_000 + '"}')
    lines: list[harness.Line] = [good(1), long, good(2), b"\xff", good(3)]
    result = harness.run(lines)
    rows = result.rows("audit_quarantined")
    assert [(row["reason"], row["line"]) for row in rows] == [("line_too_long", 2), ("invalid_utf8", 4)]
    assert long.startswith(rows[0]["record"][:1000]) and len(rows[0]["record"]) >= 1000
    assert [event.json["event"] for event in result.of_kind("posthog", "event")] != []
    assert {event.json["event"] for event in result.of_kind("mixpanel", "import")} == {
        "good 01",
        "good 02",
        "good 03",
    }


# Names in the settings

COLUMNS = [*HOSTILE, "v", "a.b", "$x", "select", "é"]
SETTINGS = {
    "mixpanel_event_columns": COLUMNS,
    "mixpanel_profile_columns": COLUMNS,
    "user_properties_on_events": {"mixpanel": "nested", "posthog": "nested"},
}


@pytest.fixture(scope="module")
def configured() -> dict[str, Result]:
    properties = "{" + ",".join(f"{quoted(name)}:{quoted('v:' + name)}" for name in COLUMNS) + "}"
    return harness.run_cases(
        {
            "columns": [line(properties, more=f',"user_properties":{properties}')],
            "nested": [line('{"a":1}', more=',"user_properties":{"a":2,"b":{"c":[9007199254740993]}}')],
            "nested, name taken": [line('{"user_properties":"mine"}', more=',"user_properties":{"a":2}')],
            "nested, nothing there": [line('{"user_properties":"mine"}')],
        },
        SETTINGS,
    )


@pytest.mark.parametrize("relation", ["mixpanel_events", "mixpanel_user_profiles"])
def test_columns_of_any_name(relation: str, configured: dict[str, Result]) -> None:
    who = "event_name = 'e'" if relation == "mixpanel_events" else "true"
    rows = configured["columns"].sql(
        f"select * from {relation} where {who} and properties like '%v:select%'", relation
    )
    assert len(rows) == 1
    folded = {name.lower() for name in rows[0]}
    assert {name.lower() for name in COLUMNS} <= folded
    for name in HOSTILE:
        assert rows[0][name] == "v:" + name


def test_nested_user_properties(configured: dict[str, Result]) -> None:
    for place in EVENTS:
        found = sent(configured["nested"], place)
        assert (found["a"], "b" in found) == (1, False)
        assert same({"a": 2, "b": {"c": [9007199254740993]}}, found["user_properties"])
        found = sent(configured["nested, name taken"], place)
        assert (found["amplitude_user_properties"], found["user_properties"]) == ("mine", {"a": 2})
        found = sent(configured["nested, nothing there"], place)
        assert found["user_properties"] == "mine"
        assert not [name for name in found if re.fullmatch("amplitude_user_properties", name)]
