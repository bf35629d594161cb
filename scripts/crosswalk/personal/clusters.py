"""Where digits stand close together: the only places in a text that can hold card and phone numbers.

Python's regular expressions are fast where a pattern begins with one set of characters, and slow where it begins with a look
back. So these places are found first, behind a character that is no part of a word, and the patterns are tried there only.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

# Gaps are as wide as those of any number, and a number begins where a word could, so each lies wholly in one cluster.
_CLUSTER = re.compile(r"\W\d(?:[ \u00a0\u202f\u2009./()\u2010-\u2013-]{0,5}+\d){6,}+")
_FEWEST = 7
_NO_DIGITS = bytes(code for code in range(256) if not 48 <= code <= 57)
_SEVEN_DIGITS = re.compile(r"\d(?:[^\dA-Za-z]{0,3}\d){6}")
# What a number may have in front of its first digit ("+ ("), and what decides behind its last one.
_BEFORE, _BEHIND = 3, 4


class Span(NamedTuple):
    """A stretch of a text, and whether its digits stand without any gap."""

    start: int
    end: int
    is_bare: bool

    def each(self, pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
        """The matches in it; the pattern sees what stands in front of it."""
        return pattern.finditer(text, self.start, self.end)


def clusters(text: str) -> list[Span]:
    """Stretches with at least seven digits, with what may belong to them."""
    if text.isascii() and len(text.encode().translate(None, _NO_DIGITS)) < _FEWEST:
        return []
    spans = [
        Span(max(0, found.start() - _BEFORE), found.end() - 1 + _BEHIND, found[0][1:].isdecimal())
        for found in _CLUSTER.finditer(" " + text)
    ]
    return spans if spans and _SEVEN_DIGITS.search(text) else []
