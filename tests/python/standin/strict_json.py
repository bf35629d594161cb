"""JSON as strict receivers read it: UTF-8, no NaN, no doubled key, no lone surrogate."""

import json
from typing import Any


class NotStrictError(ValueError):
    """The text is not strict JSON."""


def loads(data: bytes) -> Any:
    """Parse strictly. Raises NotStrictError."""
    try:
        text = data.decode("utf-8", "strict")
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8", "strict")
    except NotStrictError:
        raise
    except (UnicodeError, ValueError, RecursionError) as error:
        raise NotStrictError(str(error)) from error
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotStrictError("an object has a key twice")
    return found


def _no_constant(name: str) -> Any:
    raise NotStrictError(f"{name} is not JSON")
