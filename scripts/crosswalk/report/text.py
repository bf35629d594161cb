"""Texts of the page: names from data made harmless and short, numbers made readable."""

import json
from typing import Any

from crosswalk.output import safe, size

_LONGEST = 110


def shown(value: object, longest: int = _LONGEST) -> str:
    """A text for people: control characters as pictures, direction marks as [U+202E], long ones cut with their length."""
    text = safe("" if value is None else value)
    return f"{text[:longest]}… ({len(text):,} characters)" if len(text) > longest else text


def script_json(value: Any) -> str:
    """JSON that can stand inside of a script element: no `<`, no `>`, no `&`, no line separators."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), default=str)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def percent(share: float | None) -> str:
    """A share as people read it: all is 100 %, almost all is not."""
    if share is None:
        return "–"
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1:
        return "> 99.9 %"
    return f"{share * 100:.1f}".removesuffix(".0") + " %"


def moment(text: object) -> str:
    """An ISO time to the second, without its T: "2024-03-01 10:00:00"."""
    return shown(str(text or "–")[:19].replace("T", " "))


def bytes_text(number: float | None) -> str:
    """A size in decimal units."""
    return size(number or 0)
