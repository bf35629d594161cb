"""Reads every payload and counts, by property and kind, the records that hold personal data.

A payload is cut at its quotes by Arrow, so that names and texts alternate; texts that occur often are looked at once, and
one regular expression (RE2) leaves out what can be nothing. Only what is left is read in Python, with the name in front of
it. Memory is that of one batch and of a bounded cache.
"""

import bisect
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from crosswalk.personal.assess import assess, assess_number
from crosswalk.personal.evidence import Certainty, Evidence, decided
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
_CACHED_LONG = 4_000  # of those above 64 characters
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
        for row, name, role, text in self._candidates(parts):
            if name is None:
                self._walk(json.loads(str(lines[row].as_py()).rstrip(",")), "", row)
            elif role == "name":
                self._count(_restored(text), "name", self._of(text), row)
            else:
                self._count(_restored(name), "value", self._of(text, is_number=role == "number"), row)
        self._tally.end_batch()

    def result(self) -> Personal:
        """What was found so far."""
        return self._tally.result()

    def _candidates(self, parts: "_Parts") -> Iterator["_Place"]:
        """Row, property (None: not known without reading the record), role and text of what holds something."""
        found = parts.candidates()
        holding = [
            at
            for at, text in zip(found.codes, found.texts, strict=True)
            if self._of(text) or (text[0] in ":,[" and self._of(text, True))
        ]
        if not holding:
            return
        seen: set[int] = set()
        for place in parts.places(holding):
            if place.name is None:
                if place.row in seen:
                    continue
                seen.add(place.row)
            yield place

    def _of(self, text: str, is_number: bool = False) -> tuple[Evidence, ...]:
        cache, most = self._numbers if is_number else self._texts, _CACHED
        if len(text) > 64 and not is_number:
            cache, most = self._long, _CACHED_LONG
        if text not in cache:
            if len(cache) >= most:
                cache.clear()
            if is_number:
                cache[text] = assess_number(text)
            else:
                cache[text] = assess(_restored(text))
        return cache[text]

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


class _Found:
    """Distinct texts that may hold something, with their codes."""

    def __init__(self, codes: list[int], texts: list[str]) -> None:
        self.codes, self.texts = codes, texts


class _Place(NamedTuple):
    """One place of such a text: its row, the property that it stands under, what it is (`name`, `text`, `number`)."""

    row: int
    name: str | None
    role: str
    text: str


class _Parts:
    """Payloads cut at their quotes: in each row the parts alternate between what stands outside and inside of quotes."""

    def __init__(self, lines: pa.Array) -> None:
        if pc.any(pc.match_substring(lines, "\\")).as_py():
            lines = pc.replace_substring(lines, "\\\\", _BACKSLASH)
            lines = pc.replace_substring(lines, '\\"', _QUOTE)
        cut = pc.split_pattern(lines, '"')
        self._starts = [start - cut.offsets[0].as_py() for start in cut.offsets.to_pylist()]
        self._flat = cut.flatten()
        self._long = pc.indices_nonzero(pc.greater_equal(pc.binary_length(self._flat), _SHORTEST))
        self._coded = self._flat.take(self._long).dictionary_encode()

    def candidates(self) -> _Found:
        texts = self._coded.dictionary
        codes = pc.indices_nonzero(pc.match_substring_regex(texts, _CANDIDATE))
        some = texts.take(codes)
        left = pc.invert(pc.match_substring_regex(some, _NOTHING))
        return _Found(codes.filter(left).to_pylist(), some.filter(left).to_pylist())

    def places(self, codes: list[int]) -> Iterator[_Place]:
        """Every place of these texts, in order."""
        wanted = pc.is_in(self._coded.indices, value_set=pa.array(codes, pa.int32()))
        positions = self._long.filter(wanted)
        numbers = positions.cast(pa.int64())
        around = [
            self._flat.take(
                pc.min_element_wise(pc.max_element_wise(pc.add(numbers, by), 0), len(self._flat) - 1)
            ).to_pylist()
            for by in (-2, -1, 0, 1)
        ]
        for at, before_last, before, text, after in zip(numbers.to_pylist(), *around, strict=True):
            row = bisect.bisect_right(self._starts, at) - 1
            if (at - self._starts[row]) % 2 == 0:
                name = (
                    before
                    if text[:1] == ":" and "]" not in text and "}" not in text[:-1].rstrip("}")
                    else None
                )
                yield _Place(row, name, "number", text)
            elif after[:1] == ":":
                yield _Place(row, text, "name", text)
            else:
                yield _Place(row, before_last if before == ":" else None, "text", text)


def _restored(text: str) -> str:
    """The text as JSON means it."""
    if _QUOTE not in text and _BACKSLASH not in text and "\\" not in text:
        return text
    escaped = text.replace(_QUOTE, '\\"').replace(_BACKSLASH, "\\\\")
    try:
        return str(json.loads(f'"{escaped}"'))
    except ValueError:
        return text
