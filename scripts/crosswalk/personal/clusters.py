"""Where digits stand close together: the only places in a text that can hold card and phone numbers.

Python's regular expressions are fast where a pattern begins with one set of characters, and slow where it begins with a look
back. So these places are found first, behind a character that is no part of a word, and the patterns are tried there only.
"""

import re
from typing import NamedTuple

# Gaps are wider than those of any number, and a number begins where a word could, so each lies wholly in one cluster.
_CLUSTER = re.compile(r"\W\d(?:[^\dA-Za-z]{0,5}+\d){6,}+")
_SEVEN_DIGITS = re.compile(r"\d(?:[^\dA-Za-z]{0,3}\d){6}")
# What a number may have in front of its first digit ("+ ("), and what decides behind its last one.
_BEFORE, _BEHIND = 3, 4


class Span(NamedTuple):
    """A stretch of a text: for `pattern.finditer(text, *span)`, which sees what stands in front of it."""

    start: int
    end: int


def clusters(text: str) -> list[Span]:
    """Stretches with at least seven digits, with what may belong to them."""
    spans = [
        Span(max(0, found.start() - _BEFORE), found.end() - 1 + _BEHIND)
        for found in _CLUSTER.finditer(" " + text)
    ]
    return spans if spans and _SEVEN_DIGITS.search(text) else []
