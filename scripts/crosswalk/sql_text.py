"""Values in SQL text, and SQL's values in Python, the same for every warehouse.

Drivers differ in how they take parameters, so the few values that a query needs (names of ours, numbers, times) are
written into the text as literals that every engine reads alike. Anything else is refused.
"""

import datetime as dt
import decimal
import re
from collections.abc import Mapping, Sequence
from typing import Any

_PLAIN = re.compile(r"[\w .:@+-]*", re.ASCII)
_PLACE = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\?|\$([a-z_]+)")


def literal(value: str | int | dt.datetime) -> str:
    """The value as SQL; times are taken as UTC without a zone. Raises ValueError for text with unusual characters."""
    if isinstance(value, bool) or not isinstance(value, str | int | dt.datetime):
        raise ValueError(f"{type(value).__name__} has no literal")
    if isinstance(value, dt.datetime):
        return f"timestamp '{value:%Y-%m-%d %H:%M:%S.%f}'"
    if isinstance(value, int):
        return str(value)
    if not _PLAIN.fullmatch(value):
        raise ValueError("this text has no literal that is the same in every warehouse")
    return f"'{value}'"


def bound(sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> str:
    """The text with `?` or `$name` replaced by literals, quoted parts left alone. Raises ValueError (see `literal`)."""
    if not parameters:
        return sql
    named = parameters if isinstance(parameters, Mapping) else {}
    positional = iter(() if named else parameters)

    def filled(found: re.Match[str]) -> str:
        if found[0] == "?":
            return literal(next(positional))
        return literal(named[found[1]]) if found[1] else found[0]

    return _PLACE.sub(filled, sql)


def plain(value: Any) -> Any:
    """A value of any driver as DuckDB would give it: whole decimals as int, times in UTC without a zone."""
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    return value
