"""Values of rows as JSON has them, for the runners of other environments."""

import decimal
from typing import Any


def plain(value: Any) -> Any:
    """A value as JSON has it: times as ISO texts, whole decimals as integers."""
    if hasattr(value, "isoformat"):
        return value.isoformat(sep=" ") if hasattr(value, "hour") else value.isoformat()
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
