"""Payloads are read as they stand: each property with its own values, whatever is around them."""

import json
from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from crosswalk.personal import scan as scan_module
from crosswalk.personal.assess import assess
from crosswalk.personal.evidence import decided
from crosswalk.personal.look import may_hold
from crosswalk.personal.names import hints
from crosswalk.personal.scan import Scanner

from personal.corpus import corpus
from personal.test_corpus import kinds_of


def scan(*payloads: Any) -> dict[tuple[str, str], int]:
    """Property and kind with the records that hold it."""
    scanner = Scanner()
    scanner.add(
        pa.array([json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "," for one in payloads])
    )
    return {(one.name, one.kind): one.records for one in scanner.result().findings}


def test_every_place_of_a_record_is_read() -> None:
    card, mail = "4111 1111 1111 1111", "anna@example.com"
    payload = {
        "event": f"Mail to {mail}",
        "distinct_id": mail,
        "properties": {
            "flat": mail,
            "list": [1, {"a": "b"}, mail],
            "mails": ["ben@example.com", mail],
            "deep": {"er": {"est": {"inner": mail}}},
            "objects": [{"card": card, "x": 1}, {"card": card}],
            "json": json.dumps({"note": f"say \"{mail}\"", "path": "C:\\"}),
            "escaped": "\u0061nna@example.com\\",
            "quoted": f'"{mail}"',
            "phone": 491512345678,
            "pans": [4111111111111111, 2],
            "order_id": 4111111111111111,
            "nothing": "plain words, 12.50 EUR on 2024-01-31 10:00:00",
            "uuid": "C8F9E604-F01A-4BD9-95C6-8E5357DF265D",
            "carla@example.com": True,
        },
    }  # fmt: skip
    found = scan(payload, payload)
    assert {name for name, kind in found if kind == "email"} == {
        "event", "distinct_id", "flat", "list", "mails", "inner", "json", "escaped", "quoted", "aaaaa@aaaaaaa.aaa",
    }  # fmt: skip
    assert {name for name, kind in found if kind == "card"} == {"card", "pans"}
    assert {name for name, kind in found if kind == "phone"} == {"phone"}
    assert set(found.values()) == {2}, "several places of one record count once"


def test_counts_are_those_of_the_values() -> None:
    expected = Counter[tuple[str, str]]()
    items = list(corpus(7, 6000))
    for item in items:
        expected.update((item.name, kind) for kind in kinds_of(item))
    scanner = Scanner()
    lines = [json.dumps({"properties": {item.name: item.value}}, ensure_ascii=False) + "," for item in items]
    for start in range(0, len(lines), 1000):
        scanner.add(pa.array(lines[start : start + 1000]))
    found = {(one.name, one.kind): one.records for one in scanner.result().findings if one.place == "value"}
    assert found == dict(expected)
    assert scanner.result().records == len(items)


def test_no_example_and_no_name_shows_what_it_stands_for() -> None:
    items = [item for item in corpus(11, 3000) if item.kind]
    scanner = Scanner()
    scanner.add(pa.array([json.dumps({item.name: item.value, str(item.value): 1}) for item in items]))
    text = json.dumps(scanner.result().as_dict(), ensure_ascii=False)
    for item in items:
        assert str(item.value) not in text
    assert not any(
        char.isdigit() and char != "0" for one in scanner.result().findings for char in one.example
    )


def test_rows_of_two_batches_are_two_records() -> None:
    scanner = Scanner()
    for _ in range(2):
        scanner.add(pa.array(['{"email":"anna@example.com"}']))
    assert [one.records for one in scanner.result().findings] == [2]


def test_memory_of_texts_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crosswalk.personal.scan._CACHED", 100)
    scanner = Scanner()
    lines = [json.dumps({"email": f"person{number}@example.com"}) for number in range(1000)]
    scanner.add(pa.array(lines))
    assert len(scanner._texts) <= 100
    assert scanner.result().findings[0].records == 1000


# Texts that look like the end of a value, a name or an escape where a payload is cut.
ODD = (",", "x,", ',"', '","', '{"', '":"', "\\", '\\"', "],", "}", ":", "\n", "\t,", "a\nb", "\x01", "é,")


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_odd_texts_hide_nothing(separators: tuple[str, str]) -> None:
    """Each beside, in front of and behind an address and a number, as values, in lists and as names."""
    mail = "anna@example.com"
    payloads: list[dict[str, Any]] = []
    for odd in ODD:
        payloads += [
            {"a": odd, "mail": mail, "b": odd},
            {"in": {odd: mail}},
            {"a": {"deep": odd, odd: 1}, "mail": f"{odd} {mail} {odd}"},
            {odd: [odd, "b"], "mail": [odd, f"<{mail}>", odd], "c": [1, {"d": odd}]},
            {"mail": {"note": odd, "x": [{odd: mail}]}, "phone": [491512345678, 2], "z": odd},
        ]
    scanner = Scanner()
    scanner.add(pa.array([json.dumps(one, ensure_ascii=False, separators=separators) for one in payloads]))
    found = Counter[str]()
    for one in scanner.result().findings:
        found[one.kind] += one.records
    assert found == {"email": len(payloads), "phone": len(ODD)}


def test_a_record_that_is_nested_too_deep_for_python() -> None:
    deep = '{"mail":' + "[" * 5000 + '"anna@example.com"' + "]" * 5000 + "}"
    scanner = Scanner()
    scanner.add(pa.array([deep, '{"mail":"ben@example.com"}']))
    assert [(one.name, one.kind, one.records) for one in scanner.result().findings] == [("mail", "email", 2)]


def test_the_first_look_at_long_texts_misses_nothing() -> None:
    """RE2's expressions find at least what Python's do: alone, between other words, and joined to one another."""
    values = [item.value for item in corpus(5, 4000) if isinstance(item.value, str)]
    plain = "yellow garden table, "
    texts = [text for value in values for text in (value, plain * 4 + value, value + " " + plain * 4)]
    texts += [" / ".join(values[at : at + 5]) for at in range(0, len(values), 5)]
    texts += [f"{plain} aB3xZ9qR7tY2kL5mN8pQ4sV6wJ1c== {plain}"]  # a run of 30 with what pads it
    for text, may in zip(texts, may_hold(pa.array(texts)), strict=True):
        if "\\" not in text:
            assert assess(text, may) == assess(text), (text, may)


def test_a_long_text_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few are kept: texts that differ in all records are many more."""
    monkeypatch.setattr("crosswalk.personal.scan._CACHED_LONG", 10)
    looked: list[str] = []

    def counted(text: str, *rest: Any) -> Any:
        looked.append(text)
        return assess(text, *rest)

    monkeypatch.setattr("crosswalk.personal.scan.assess", counted)
    scanner = Scanner()
    pads = [
        "".join(chr(97 + (number * 7 + at * at) % 26) for at in range(200)) + str(number)
        for number in range(500)
    ]
    scanner.add(pa.array([json.dumps({"mail": f"{pad} anna@example.com"}) for pad in pads]))
    assert scanner.result().findings[0].records == 500
    assert sum(len(text) > 64 for text in looked) == 500
    assert len(scanner._long) <= 10


@pytest.mark.parametrize(
    ("name", "text", "kinds"),
    [
        ("version", "10.1.2.3", set()),
        ("value", "10.1.2.3", {"ip"}),
        ("value", "0.0.0.0", set()),  # noqa: S104 - no address is bound
        ("value", "https://user:secret1@example.com/", {"token"}),
        ("order_id", "415-555-1234", set()),
        ("value", "415-555-1234", {"phone"}),
        ("value", "order number 415-555-1234", set()),
        ("api_key", "d41d8cd98f00b204e9800998ecf8427e", {"token"}),
        ("value", "d41d8cd98f00b204e9800998ecf8427e", set()),
        ("value", "DE89 3704 0044 0532 0130 00 thanks", {"iban"}),
        ("value", "DE88 3704 0044 0532 0130 00", set()),
        ("value", "4111 1111 1111 1112", set()),
        ("phone", "4929123123123", {"phone"}),
        ("value", "icon@2x.png", set()),
        ("url", "https://example.com/?q=anna%40example.com&page=2", {"email"}),
        ("context", '{"device":{"phone":"5551234567"}}', {"phone"}),
        ("context", '{"device":{"order_id":"5551234567"}}', set()),
    ],
)
def test_names_and_words_decide(name: str, text: str, kinds: set[str]) -> None:
    assert set(decided(assess(text), hints(name))) == kinds


def test_only_the_time_is_passed_over_in_front_of_an_event() -> None:
    """Thirteen digits are a time under `time`, and may be a phone number under another name."""
    digits = 1704067200123
    assert scan({"event": "x", "properties": {"time": digits, "z": "y"}}) == {}
    assert scan({"event": "x", "properties": {"phone": digits, "z": "y"}}) == {("phone", "phone"): 1}


def test_a_backslash_in_the_lines_beside_changes_nothing() -> None:
    """Lines are a stretch of a longer buffer; only their own characters count."""
    lines = [
        json.dumps(one) + "," for one in ({"a": "\\"}, {"mail": "anna@example.com"}, {"b": 'say "x@y.de"'})
    ]
    for start, wanted in ((0, {}), (1, {("mail", "email"): 1}), (2, {("b", "email"): 1})):
        scanner = Scanner()
        scanner.add(pa.array(lines).slice(start, 1))
        assert {(one.name, one.kind): one.records for one in scanner.result().findings} == wanted


def test_a_look_at_shapes_hides_no_part() -> None:
    """Parts are first looked at with each digit as 0: what is left must be what the expressions leave of the parts."""
    values = [item.value for item in corpus(13, 4000)]
    values += [
        "a%40b.de",
        "%3Atoken",
        "0049%2015112345678",
        1704083400000,
        2704083400000,
        1704083400000123,
        12345678,
    ]
    values += [
        "C8F9E604-F01A-4BD9-95C6-8E5357DF265D",
        "2024-01-31 10:00:00.123456",
        12.5,
        -3,
        True,
        None,
        "plain",
    ]
    names = ("a", "name_of", "card2", "4111111111111111", "in the year 2024", "$x")
    parts = [f'{name}":{json.dumps(value, ensure_ascii=False)}' for value in values for name in names]
    parts += [f'properties":{{"time":{number}704083400000' for number in (1, 2)]
    texts = pa.array(dict.fromkeys(parts))
    found = pc.match_substring_regex(texts, scan_module._CANDIDATE)
    nothing = pc.match_substring_regex(texts, scan_module._NOTHING)
    codes, some = scan_module._open(texts)
    assert codes.to_pylist() == pc.indices_nonzero(pc.and_not(found, nothing)).to_pylist()
    assert some.to_pylist() == texts.take(codes).to_pylist()
    assert 0 < len(codes) < len(texts)


def test_several_stretches_give_what_each_gives() -> None:
    """What is looked at once for all of them is counted where it stands; a record that has to be read is no other's."""
    records = [
        {"properties": {item.name: item.value, "odd": ",x" if at % 7 == 0 else "x"}}
        for at, item in enumerate(corpus(3, 900))
    ]
    lines = pa.array([json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "," for one in records])
    each, together = Scanner(), Scanner()
    stretches = [lines.slice(0, 0), *(lines.slice(start, 250) for start in range(0, 900, 250))]
    for stretch in stretches:
        each.add(stretch)
    together.add_all(stretches)
    assert together.result().as_dict() == each.result().as_dict()
    assert together.result().records == 900
    together.add_all([])
    assert together.result().records == 900
