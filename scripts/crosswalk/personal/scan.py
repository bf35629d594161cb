"""Reads every payload and counts, by property and kind, the records that hold personal data.

A payload is cut at its quotes by Arrow, so that names and texts alternate; texts that occur often are looked at once, and
one regular expression (RE2) leaves out what can be nothing. Only what is left is read in Python, with the name in front of
it. Memory is that of one batch and of a bounded cache.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from crosswalk.personal.assess import assess, assess_number
from crosswalk.personal.evidence import Certainty, Evidence, decided
from crosswalk.personal.look import ALL, may_hold
from crosswalk.personal.names import hints
from crosswalk.personal.result import Personal, Tally

# What a text needs to hold anything: an @, seven digits close together, four numbers with dots, two colons between
# hexadecimal digits, a run of sixteen letters and digits, a word that announces a secret, an escape.
_CANDIDATE = (
    r"@|%40|%3[Aa]|\d(?:(?:[\pZ\p{Pd}()./_]|%[2C][0-9A-F]){0,3}\d){6}|"
    r"[A-Za-z]{2}\d\d(?:[ -]|%20)?[A-Za-z0-9]{4}|\d\.\d{1,3}\.\d{1,3}\.\d|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:"
    r"|[A-Za-z0-9_=-]{16}|[A-Za-z0-9+/_=-]{32}|://[^/]*:|\\u00|-----BEGIN"
)
# Texts that are wholly a UUID, an ISO time, a fraction or a time in milliseconds, and short plain words.
_NOTHING = (
    r"^(?:[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
    r"|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|[:,\[\]{} ]*(?:-?\d+\.\d+(?:[eE][+-]?\d+)?|1\d{12}|1\d{15})[\]},\[{ ]*|[a-z_$ ]*)$"
)
_SHORTEST = 6
_CACHED = 100_000
_CACHED_LONG = 4_000  # of long ones
_LONG = 64
# Characters that no JSON text holds as they are; they stand for an escaped quote and an escaped backslash.
_QUOTE, _BACKSLASH = "\x01", "\x02"


class Scanner:
    """Counts over the batches that it is given, in any order."""

    def __init__(self) -> None:
        self._tally = Tally()
        self._texts: dict[str, tuple[Evidence, ...]] = {}
        self._long: dict[str, tuple[Evidence, ...]] = {}
        self._numbers: dict[str, tuple[Evidence, ...]] = {}

    def add(self, lines: pa.Array) -> None:
        """Look at payloads, one JSON text each (a comma behind it does no harm)."""
        self._tally.records += len(lines)
        parts = _Parts(lines)
        for row, name, role, evidence in self._candidates(parts):
            if name is None:
                self._walk(json.loads(str(lines[row].as_py()).rstrip(",")), "", row)
            else:
                self._count(_restored(name), role, evidence, row)
        self._tally.end_batch()

    def result(self) -> Personal:
        """What was found so far."""
        return self._tally.result()

    def _candidates(self, parts: "_Parts") -> Iterator["_Place"]:
        """The places of what holds something."""
        texts: dict[int, tuple[Evidence, ...]] = {}
        numbers: dict[int, tuple[Evidence, ...]] = {}
        for code, text, may in parts.candidates():
            if evidence := self._of(text, may):
                texts[code] = evidence
            if text[0] in ":,[" and (evidence := self._of_number(text)):
                numbers[code] = evidence
        if not texts and not numbers:
            return
        seen: set[int] = set()
        for place in parts.places(texts, numbers):
            if place.name is None:
                if place.row in seen:
                    continue
                seen.add(place.row)
            yield place

    def _of(self, text: str, may: int = ALL) -> tuple[Evidence, ...]:
        cache, most = (self._texts, _CACHED) if len(text) <= _LONG else (self._long, _CACHED_LONG)
        found = cache.get(text)
        if found is None:
            if len(cache) >= most:
                cache.clear()
            found = cache[text] = assess(_restored(text), may)
        return found

    def _of_number(self, text: str) -> tuple[Evidence, ...]:
        found = self._numbers.get(text)
        if found is None:
            if len(self._numbers) >= _CACHED:
                self._numbers.clear()
            found = self._numbers[text] = assess_number(text)
        return found

    def _count(self, name: str, place: str, evidence: tuple[Evidence, ...], row: int) -> None:
        if place == "name":
            evidence = tuple(one for one in evidence if one.certainty is Certainty.SURE)
        for kind, text in decided(evidence, hints(name if place == "value" else "")).items():
            self._tally.count(name, place, kind, text, row)

    def _walk(self, value: Any, name: str, row: int) -> None:
        """The slow way, for texts in lists of objects and the like: read the record itself."""
        if isinstance(value, dict):
            for key, inner in value.items():
                self._count(str(key), "name", self._of(str(key)), row)
                self._walk(inner, str(key), row)
        elif isinstance(value, list):
            for inner in value:
                self._walk(inner, name, row)
        elif isinstance(value, str):
            self._count(name, "value", assess(value), row)
        elif isinstance(value, int) and not isinstance(value, bool):
            self._count(name, "value", assess_number(str(value)), row)


class _Place(NamedTuple):
    """One place of a text that holds something: its row, the property that it stands under (None: not known without reading
    the record), whether it is the `value` or the `name` itself, and what it holds."""

    row: int
    name: str | None
    role: str
    evidence: tuple[Evidence, ...]


class _Parts:
    """Payloads cut at their quotes: in each row the parts alternate between what stands outside and inside of quotes."""

    def __init__(self, lines: pa.Array) -> None:
        if pc.any(pc.match_substring(lines, "\\")).as_py():
            lines = pc.replace_substring(lines, "\\\\", _BACKSLASH)
            lines = pc.replace_substring(lines, '\\"', _QUOTE)
        cut = pc.split_pattern(lines, '"')
        self._offsets = pc.subtract(cut.offsets, cut.offsets[0]).cast(pa.int64())
        self._rows = pc.list_parent_indices(cut)
        self._flat = cut.flatten()
        self._long = pc.indices_nonzero(pc.greater_equal(pc.binary_length(self._flat), _SHORTEST))
        self._coded = self._flat.take(self._long).dictionary_encode()

    def candidates(self) -> Iterator[tuple[int, str, int]]:
        """Code and text of each distinct text that may hold something, and what, see `may_hold`."""
        texts = self._coded.dictionary
        codes = pc.indices_nonzero(pc.match_substring_regex(texts, _CANDIDATE))
        some = texts.take(codes)
        left = pc.invert(pc.match_substring_regex(some, _NOTHING))
        codes, some = codes.filter(left), some.filter(left)
        is_long = pc.greater(pc.binary_length(some), _LONG)
        short = pc.invert(is_long)
        for code, text in zip(codes.filter(short).to_pylist(), some.filter(short).to_pylist(), strict=True):
            yield code, text, ALL
        long = some.filter(is_long)
        for code, text, may in zip(codes.filter(is_long).to_pylist(), long, may_hold(long), strict=True):
            if may:
                yield code, text.as_py(), may

    def places(
        self, texts: Mapping[int, tuple[Evidence, ...]], numbers: Mapping[int, tuple[Evidence, ...]]
    ) -> Iterator[_Place]:
        """Every place of the texts with these codes, in order; what stands outside of quotes is a number."""
        wanted = pc.is_in(
            self._coded.indices, value_set=pa.array([*texts.keys() | numbers.keys()], pa.int32())
        )
        at = self._long.filter(wanted).cast(pa.int64())
        in_row = pc.subtract(at, self._offsets.take(self._rows.take(at)))
        around = [
            self._flat.take(
                pc.min_element_wise(pc.max_element_wise(pc.add(at, by), 0), len(self._flat) - 1)
            ).to_pylist()
            for by in (-2, -1, 0, 1)
        ]
        columns = (self._rows.take(at), in_row, self._coded.indices.filter(wanted))
        for row, place, code, before_last, before, text, after in zip(
            *(column.to_pylist() for column in columns), *around, strict=True
        ):
            if place % 2 == 0:
                is_alone = text[:1] == ":" and "]" not in text and "}" not in text[:-1].rstrip("}")
                if code in numbers:
                    yield _Place(row, before if is_alone else None, "value", numbers[code])
            elif code in texts:
                if after[:1] == ":":
                    yield _Place(row, text, "name", texts[code])
                else:
                    yield _Place(row, before_last if before == ":" else None, "value", texts[code])


def _restored(text: str) -> str:
    """The text as JSON means it."""
    if _QUOTE not in text and _BACKSLASH not in text and "\\" not in text:
        return text
    escaped = text.replace(_QUOTE, '\\"').replace(_BACKSLASH, "\\\\")
    try:
        return str(json.loads(f'"{escaped}"'))
    except ValueError:
        return text
