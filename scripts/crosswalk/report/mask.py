"""Values with their shape only: a report is passed around, and examples are people's data."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from crosswalk.redact import clean

_LONGEST = 48
_DIGIT = re.compile(r"\d")
_LOWER = re.compile(r"[^\W\d_]")
_IN_WORDS = re.compile(r"""[\w.+-]+@[\w.-]+|'[^']*'|"[^"]*"|\b[\w-]*\d[\w-]{5,}\b""")
# Names that a vendor quotes from its own rules and not from the record.
_OF_THE_RULES = re.compile(r"""['"](properties(\.\$?\w+)?|\$\w+|distinct_id|time|event)['"]""")


def masked(value: Any) -> Any:
    """The shape of a value: letters become `a` or `A`, digits `0`; true, false and null stay.

    "Anna.B@example.com" is "Aaaa.A@aaaaaaa.aaa", 12.5 is "00.0". Long texts are cut.
    """
    if value is None or isinstance(value, bool):
        return value
    text = str(value)
    if text in ("true", "false", "null"):
        return text
    shape = _DIGIT.sub("0", _LOWER.sub(_letter, text[:_LONGEST]))
    return f"{shape}…" if len(text) > _LONGEST else shape


def masked_object(text: Any) -> dict[str, Any]:
    """The keys of a JSON object with the shapes of their values; text that is no object gives an empty one."""
    try:
        found = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return {}
    return {str(key): _shape(value) for key, value in found.items()}


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_shape(one) for one in value[:3]]
    return masked(value)


def masked_words(text: Any) -> str:
    """A vendor's sentence with quoted values, addresses and ids masked; the words stay."""
    return _IN_WORDS.sub(_masked_word, clean(str(text or "")))


def _masked_word(found: "re.Match[str]") -> str:
    word = found.group()
    return word if _OF_THE_RULES.fullmatch(word) else str(masked(word))


def _letter(found: "re.Match[str]") -> str:
    return "A" if found.group().isupper() else "a"


MASKS: Mapping[str, Callable[[Any], Any]] = {"shape": masked, "object": masked_object, "words": masked_words}
