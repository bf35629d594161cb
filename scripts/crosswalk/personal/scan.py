"""Reads every payload and counts, by property and kind, the records that hold personal data.

Arrow cuts payloads in front of each name, so that a part is mostly a property with its value; parts that occur often are
looked at once, and one regular expression (RE2) leaves out what can be nothing. Only what is left is read in Python. Memory is
that of one batch and of bounded caches.
"""

import bisect
import functools
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from crosswalk.personal.assess import assess, assess_number
from crosswalk.personal.evidence import Certainty, Evidence, decided
from crosswalk.personal.look import ALL, may_hold
from crosswalk.personal.names import hints
from crosswalk.personal.result import Counted, Personal, Tally

# What a text needs to hold anything: an @, seven digits close together, four numbers with dots, two colons between
# hexadecimal digits, a run of sixteen letters and digits, a word that announces a secret, an escape.
_CANDIDATE = (
    r"@|%40|%3[Aa]|\d(?:(?:[\pZ\p{Pd}()./_]|%[2C][0-9A-F]){0,3}\d){6}|"
    r"[A-Za-z]{2}\d\d(?:[ -]|%20)?[A-Za-z0-9]{4}|\d\.\d{1,3}\.\d{1,3}\.\d|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:"
    r"|[A-Za-z0-9_=-]{16}|[A-Za-z0-9+/_=-]{32}|://[^/]*:|\\u00|-----BEGIN"
)
# Properties with plain names that are wholly a UUID, a time, a small number or fraction, a time in milliseconds, plain words.
_PLAIN = (
    r'^(?:\{")?[A-Za-z_$ ]{1,40}": ?(?:'
    r'"(?:[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}'
    r'|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?|[a-z_$ ]*)"'
    r"|(?:-?\d+\.\d+(?:[eE][+-]?\d+)?|-?\d{1,6}|"
)
_NOTHING = (
    _PLAIN + r"1\d{12}|1\d{15}|true|false|null))[\]},]*$"
    # What Mixpanel's events begin with: a number of its own in each of them.
    r'|^properties": ?\{"time": ?1\d{12}$'
)
# The same of a part with each digit as 0: `_MAY_BE` finds whatever _CANDIDATE would find with other digits, and what
# `_SURELY_NOTHING` finds is nothing whatever the digits are. Times and numbers are then a few parts and not one a record.
_DIGITS_ALIKE = bytes.maketrans(b"123456789", b"000000000")
_MAY_BE = _CANDIDATE + "|%"
_SURELY_NOTHING = _PLAIN + r"true|false|null))[\]},]*$"
# Payloads that are looked at together, and their bytes: texts that occur often are looked at once in all of them.
_TOGETHER, _TOGETHER_BYTES = 16_384, 2_000_000
_SHORTEST = 6
_CACHED = 30_000
_CACHED_LONG = 4_000  # of long ones
_LONG = 64
# Characters that no JSON text holds as they are stand for the usual escapes; the backslash comes first.
_ESCAPES = (("\\\\", "\x02", "\\"), ('\\"', "\x01", '"'), ("\\n", "\x04", "\n"), ("\\t", "\x05", "\t"))
_ESCAPED = ("\\", "\x01", "\x02", "\x04", "\x05")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*+"')
# A text that ends with a comma looks like the end of a value: such records are read as JSON.
_UNCLEAR = r', ?"[\s,:\]}]'


class _Finding(NamedTuple):
    """What one part holds: as Tally.count takes it."""

    name: str
    place: str
    kind: str
    text: str


# Code, text, and what it may hold.
_Candidate = tuple[int, str, int]
# None: the part alone does not say under which name it stands.
_Findings = tuple[_Finding, ...] | None


class Scanner:
    """Counts over the batches that it is given, in any order."""

    def __init__(self) -> None:
        self._tally = Tally()
        self._texts: dict[str, _Findings] = {}
        self._long: dict[str, _Findings] = {}

    def add(self, lines: pa.Array) -> None:
        """Look at payloads, one JSON text each (a comma behind it does no harm)."""
        self.add_all(_together(lines))

    def add_all(self, stretches: Iterable[pa.Array]) -> None:
        """Look at several stretches of payloads."""
        self.take(cut_apart(stretches))

    def take(self, cut: "Iterable[Cut]") -> None:
        """Look at what `cut_apart` made of stretches of payloads."""
        for lines, parts, candidates in cut:
            for number, line in enumerate(lines):
                self._read(line, len(parts.lines) + number)
            self._count(parts, candidates)
            self._tally.records += len(lines) + len(parts.lines)
            self._tally.end_batch()

    def taken(self) -> Counted:
        """What was found since it was taken last."""
        return self._tally.taken()

    def result(self) -> Personal:
        """What was found so far."""
        return self._tally.result()

    def _count(self, parts: "_Parts", candidates: "list[_Candidate]") -> None:
        holding = {
            code: findings
            for code, text, may in candidates
            if (findings := self._of(text, may)) is None or findings
        }
        read = -1
        for row, code in parts.places(list(holding)) if holding else ():
            findings = holding[code]
            if row == read:
                continue
            if findings is None:
                read = row
                self._read(parts.lines[row].as_py(), row)
            else:
                for one in findings:
                    self._tally.count(*one, row)

    def _of(self, part: str, may: int) -> _Findings:
        cache, most = (self._texts, _CACHED) if len(part) <= _LONG else (self._long, _CACHED_LONG)
        if part not in cache:
            if len(cache) >= most:
                cache.clear()
            cache[part] = _findings(part, may)
        return cache[part]

    def _read(self, line: str, row: int) -> None:
        """The slow way, for texts in lists of objects and the like: read the record itself."""
        try:
            found = list(_walk(json.loads(line.rstrip(",")), ""))
        except RecursionError:  # nested deeper than Python reads
            found = list(_texts_in(line))
        for one in found:
            self._tally.count(*one, row)


def _findings(part: str, may: int) -> _Findings:
    """What a part holds; it begins within a name or text, so that texts and what is between them alternate."""
    pieces = part.removeprefix('{"').split('"')
    found: list[_Finding] = []
    for at, piece in enumerate(pieces):
        if len(piece) < _SHORTEST:
            continue
        if at % 2:
            evidence = _of_number(piece) if len(piece) > _SHORTEST else ()
            name = _alone(piece, pieces[at - 1]) if evidence else None
        elif at + 1 < len(pieces) and pieces[at + 1][:1] == ":":
            found += _of_name(_restored(piece))
            continue
        else:
            evidence = (
                _of_text(_restored(piece))
                if may == ALL and len(piece) <= _LONG
                else assess(_restored(piece), may)
            )
            name = pieces[at - 2] if evidence and at and pieces[at - 1].strip() == ":" else None
        if evidence and name is None:
            return None
        if evidence and name is not None:
            found += _of_value(_restored(name), evidence)
    return tuple(found)


def _alone(between: str, name: str) -> str | None:
    """The name of the number or numbers that stand between two texts; None where they may belong to several."""
    inner = between.rstrip(", ").rstrip("}")
    return name if inner[:1] == ":" and "]" not in inner and "}" not in inner else None


@functools.lru_cache(maxsize=_CACHED_LONG)
def _of_text(text: str) -> tuple[Evidence, ...]:
    """Ids of people stand under several names."""
    return assess(text)


@functools.lru_cache(maxsize=_CACHED_LONG)
def _of_number(text: str) -> tuple[Evidence, ...]:
    """What stands between two texts is mostly a number, and often the same one."""
    return assess_number(text)


@functools.lru_cache(maxsize=20_000)
def _of_name(name: str) -> tuple[_Finding, ...]:
    """What a name holds itself, where that is sure."""
    sure = [one for one in assess(name) if one.certainty is Certainty.SURE]
    return tuple(_Finding(name, "name", kind, text) for kind, text in decided(sure, hints("")).items())


def _of_value(name: str, evidence: tuple[Evidence, ...]) -> list[_Finding]:
    """What counts in a value under this name."""
    return [_Finding(name, "value", kind, text) for kind, text in decided(evidence, hints(name)).items()]


def _walk(value: Any, name: str) -> Iterator[_Finding]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _of_name(str(key))
            yield from _walk(inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, name)
    elif isinstance(value, str):
        yield from _of_value(name, assess(value))
    elif isinstance(value, int) and not isinstance(value, bool):
        yield from _of_value(name, assess_number(str(value)))


def _texts_in(line: str) -> Iterator[_Finding]:
    """The texts of a record one after another, each under the last name in front of it."""
    name = ""
    for found in _TEXT.finditer(line):
        text = str(json.loads(found[0]))
        if line.startswith(":", found.end()):
            name = text
            yield from _of_name(name)
        else:
            yield from _of_value(name, assess(text))


class Cut(NamedTuple):
    """A stretch of payloads: those that are read as JSON, and the parts of the others with those that may hold something."""

    odd: list[str]
    parts: "_Parts"
    candidates: list[_Candidate]


def cut_apart(stretches: Iterable[pa.Array]) -> list[Cut]:
    """Cut stretches of payloads, of which one at a time is cut; what all of them are made of is looked at once, since
    Arrow builds the machine of an expression anew for each array that it is asked about. It is Arrow's work and no part
    of a Scanner, so another thread may do it meanwhile."""
    odd, cut = [], []
    for stretch in stretches:
        unclear = pc.match_substring_regex(stretch, _UNCLEAR)
        some = pc.any(unclear).as_py()
        odd.append(stretch.filter(unclear).to_pylist() if some else [])
        cut.append(_Parts(stretch.filter(pc.invert(unclear)) if some else stretch))
    found = _candidates([one.texts for one in cut])
    return [Cut(*each) for each in zip(odd, cut, found, strict=True)]


def _together(lines: pa.Array) -> Iterator[pa.Array]:
    """Stretches of some lines that fit into memory several times over."""
    rows = len(lines)
    most = max(1, min(_TOGETHER, rows * _TOGETHER_BYTES // max(1, lines.nbytes)))
    portion = -(-rows // max(1, -(-rows // most))) or 1  # all of about one size
    for start in range(0, rows, portion):
        yield lines.slice(start, portion)


class _Parts:
    """Payloads cut in front of names, and of the texts of a list."""

    def __init__(self, lines: pa.Array) -> None:
        self.lines = lines
        if _has_backslash(lines):
            for escape, place, _ in _ESCAPES:
                lines = pc.replace_substring(lines, escape, place)
        cut = pc.split_pattern(lines, ', "' if len(lines) and ', "' in lines[0].as_py() else ',"')
        self._rows = pc.list_parent_indices(cut)
        self._coded = cut.flatten().dictionary_encode()

    @property
    def texts(self) -> pa.Array:
        """The distinct parts; the place of each is its code."""
        return self._coded.dictionary

    def places(self, codes: list[int]) -> Iterator[tuple[int, int]]:
        """Row and code of every place of these parts, in order."""
        wanted = pc.is_in(self._coded.indices, value_set=pa.array(codes, pa.int32()))
        rows, found = self._rows.filter(wanted), self._coded.indices.filter(wanted)
        return zip(rows.to_pylist(), found.to_pylist(), strict=True)


def _candidates(texts: list[pa.Array]) -> list[list[_Candidate]]:
    """Of each array, the code and the text of every part that may hold something, and what, see `may_hold`."""
    found: list[list[_Candidate]] = [[] for _ in texts]
    if not texts:
        return found
    codes, some = _open(pa.concat_arrays(texts))
    starts = list(itertools.accumulate(map(len, texts), initial=0))
    is_long = pc.greater(pc.binary_length(some), _LONG)
    short = pc.invert(is_long)
    long = some.filter(is_long)
    each = itertools.chain(
        zip(
            codes.filter(short).to_pylist(),
            some.filter(short).to_pylist(),
            itertools.repeat(ALL),
            strict=False,
        ),
        zip(codes.filter(is_long).to_pylist(), long.to_pylist(), may_hold(long), strict=True),
    )
    for code, text, may in each:
        if may:
            of = bisect.bisect_right(starts, code) - 1
            found[of].append((code - starts[of], text, may))
    return found


def _open(texts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The places and the texts of those parts that may hold something; shapes are looked at first."""
    shapes = _digits_alike(texts).dictionary_encode()
    may_be = _is_left(shapes.dictionary, _MAY_BE, _SURELY_NOTHING).take(shapes.indices)
    codes = pc.indices_nonzero(may_be)
    some = texts.take(codes)
    left = _is_left(some, _CANDIDATE, _NOTHING)
    return codes.filter(left), some.filter(left)


def _is_left(texts: pa.Array, wanted: str, unwanted: str) -> pa.Array:
    return pc.and_not(pc.match_substring_regex(texts, wanted), pc.match_substring_regex(texts, unwanted))


def _digits_alike(texts: pa.Array) -> pa.Array:
    """The texts with 0 for each digit."""
    _, offsets, data = texts.buffers()
    alike = pa.py_buffer(data.to_pybytes().translate(_DIGITS_ALIKE) if data else b"")
    return pa.Array.from_buffers(pa.string(), len(texts), [None, offsets, alike], offset=texts.offset)


def _has_backslash(lines: pa.Array) -> bool:
    """Arrow and expressions look at each character, bytes look for the one; in the lines' own stretch of their buffer."""
    _, offsets, data = lines.buffers()
    if data is None:
        return False
    ends = memoryview(offsets).cast("B").cast("i")
    own = memoryview(data)[ends[lines.offset] : ends[lines.offset + len(lines)]]
    return b"\\" in bytes(own)


def _restored(text: str) -> str:
    """The text as JSON means it."""
    if not any(map(text.__contains__, _ESCAPED)):
        return text
    if "\\" not in text:
        for _, place, meant in _ESCAPES:
            text = text.replace(place, meant)
        return text
    escaped = text
    for escape, place, _ in _ESCAPES:
        escaped = escaped.replace(place, escape)
    try:
        return str(json.loads(f'"{escaped}"'))
    except ValueError:
        return text
