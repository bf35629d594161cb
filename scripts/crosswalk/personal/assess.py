"""One text: what it may hold. The name of its property decides later, see `decided`."""

import functools
import json
import re
from typing import Any
from urllib.parse import unquote_plus

from crosswalk.personal.addresses import emails, ips, is_v4
from crosswalk.personal.clusters import clusters
from crosswalk.personal.evidence import Certainty, Evidence, decided
from crosswalk.personal.look import ADDRESS, ALL, DIGITS, IBAN, KNOWN, MAIL, NAMED, PARAMETER, RUN
from crosswalk.personal.names import hints
from crosswalk.personal.numbers import cards, ibans
from crosswalk.personal.phone import phones
from crosswalk.personal.tokens import tokens

_LONGEST = 20_000  # characters of one value that are looked at at once
_NUMBER = re.compile(r"(?<![\w.])\d{7,19}(?![\w.])")
# The two that are most frequent, alone in their text.
_MAILBOX = re.compile(
    r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,60}\.(?:com|net|org|edu|io|de|fr|uk|co\.uk|nl|es|it|pl|br|in)"
)
_PARAMETER = re.compile(r"[?&;#]([^=?&;#\s]{1,80})=([^&#\s]{6,4000})")
_FEW_DIGITS = re.compile(r"[^\d@:%.]*+(?:[\d.][^\d@:%.]*+){0,6}")
_HARMLESS = re.compile(  # a time, a UUID
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
)
_ONE_RUN = re.compile(r"[A-Za-z0-9+/_-]{15,}={0,2}")
_TELLING = re.compile(r"[\d@:%]")
_SMALLEST = 1_000_000  # of numbers that are looked at: seven digits
_OFTEN = 100  # characters of a parameter at most, to be remembered
_SHORT = 15  # no IBAN and no token has fewer characters
_CUT = "\x03"  # stands for a parameter: no number, word or address goes on over it
_V4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")


def assess(text: str, may: int = ALL) -> tuple[Evidence, ...]:
    """What a text of a record may hold; a text that is JSON itself is looked into, with the names that it has.

    `may` says what is to be looked for at all, see crosswalk.personal.look.
    """
    if "@" in text and _MAILBOX.fullmatch(text) and not text.startswith(("git@", "hg@", "svn@")):
        return (Evidence("email", Certainty.SURE, text),)
    if len(text) < 16 and text[:1].isdigit() and _V4.fullmatch(text):
        return (Evidence("ip", Certainty.LIKELY, text),) if is_v4(text) else ()
    if not may or (may == ALL and is_plain(text)):
        return ()
    if may == ALL and _ONE_RUN.fullmatch(text):
        may = DIGITS | IBAN | KNOWN | RUN
    if text[:1] in ("{", "[") and text[-1:] in ("}", "]"):
        try:
            return tuple(_inside(json.loads(text), ""))
        except (ValueError, RecursionError):
            pass
    if len(text) <= _LONGEST:
        if may & PARAMETER and "=" in text and _PARAMETER.search(text):
            left = _assess_part(_PARAMETER.sub(_CUT, text), may)
            return tuple(dict.fromkeys([*_pairs(text), *left]))
        return tuple(_assess_part(text, may))
    found: list[Evidence] = []
    for start in range(0, len(text), _LONGEST):
        found += _assess_part(text[max(0, start - 200) : start + _LONGEST], ALL)
    return tuple(dict.fromkeys(found))


def is_plain(text: str) -> bool:
    """Whether a text holds nothing, seen at little cost: a time, few digits or none, words with blanks between them."""
    if len(text) < _SHORT:
        return _FEW_DIGITS.fullmatch(text) is not None
    if _HARMLESS.fullmatch(text):
        return True
    if _TELLING.search(text) or "-----BEGIN" in text:
        return False
    return max(map(len, text.split()), default=0) <= _SHORT


def assess_number(text: str) -> tuple[Evidence, ...]:
    """What numbers of a record may hold, which stand without quotes."""
    found: list[Evidence] = []
    for number in _NUMBER.findall(text):
        spans = clusters(number)
        found += [*cards(number, spans), *phones(number, spans)]
    return tuple(dict.fromkeys(found))


def _assess_part(text: str, may: int) -> list[Evidence]:
    found: list[Evidence] = []
    if may & MAIL and ("@" in text or "%40" in text):
        found += emails(text)
    if may & ADDRESS and (text.count(".") >= 3 or text.count(":") >= 2):
        found += ips(text)
    spans = clusters(text) if may & DIGITS else []
    if spans:
        found += cards(text, spans)
    if may & IBAN:
        found += ibans(text)
    if may & (KNOWN | NAMED | RUN):
        found += _beside(found, list(tokens(text, may)))
    if spans:
        found += _beside(found, list(phones(text, spans)))
    return list(dict.fromkeys(found)) if len(found) > 1 else found


def _beside(found: list[Evidence], more: list[Evidence]) -> list[Evidence]:
    """Of `more` what stands elsewhere in the text: what is an IBAN or an address is no phone number or token as well.

    What only a name can tell stays, since the name may speak for it and against the other; so does what is sure beside
    what is likely.
    """
    return [
        one
        for one in more
        if not any(
            (one.text in other.text or other.text in one.text)
            and (one.certainty is Certainty.LIKELY or other.certainty is Certainty.SURE)
            for other in found
        )
    ]


def _pairs(text: str) -> list[Evidence]:
    """What the parameters of an address hold, by their own names."""
    pairs: list[Evidence] = []
    for name, given in _PARAMETER.findall(text):
        if is_plain(given):
            continue
        if found := (_of_parameter if len(given) <= _OFTEN else assess)(unquote_plus(given)):
            pairs += _sure(found, unquote_plus(name))
    return pairs


@functools.lru_cache(maxsize=4096)
def _of_parameter(text: str) -> tuple[Evidence, ...]:
    """Ids of sessions and clicks stand in many addresses."""
    return assess(text)


def _sure(found: tuple[Evidence, ...], name: str) -> list[Evidence]:
    """What a text holds under a name of its own: sure, whatever the property around is called."""
    return [Evidence(kind, Certainty.SURE, text) for kind, text in decided(found, hints(name)).items()]


def _inside(value: Any, name: str) -> list[Evidence]:
    """What the values of an object hold, decided by its own names."""
    if isinstance(value, dict):
        return [one for key, inner in value.items() for one in _inside(inner, str(key))]
    if isinstance(value, list):
        return [one for inner in value for one in _inside(inner, name)]
    if isinstance(value, str):
        found = assess(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        found = assess_number(str(value)) if abs(value) >= _SMALLEST else ()
    else:
        return []
    return _sure(found, name) if found else []
