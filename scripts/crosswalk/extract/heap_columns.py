"""Avro fields as columns of Parquet, with nothing rounded: ids as text, whole numbers exact, times to the microsecond.

Source of the types: Apache Avro specification, "Logical Types"; Heap docs, Heap Connect for S3 (primitive types, each a
union with null).
"""

import base64
import datetime as dt
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

# Ids are numbers that nobody counts with, and a float somewhere on the way would round them (sources: Heap, data schema).
IDS = frozenset({"user_id", "event_id", "session_id", "from_user_id", "to_user_id"})
_DECIMAL_DIGITS = 38
_TIMES = {
    "timestamp-millis": "ms",
    "timestamp-micros": "us",
    "timestamp-nanos": "ns",
    "local-timestamp-millis": "ms",
    "local-timestamp-micros": "us",
    "local-timestamp-nanos": "ns",
}
_PLAIN = {
    "null": "text",
    "string": "text",
    "enum": "text",
    "boolean": "boolean",
    "int": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "bytes": "bytes",
    "fixed": "bytes",
}


@dataclass(frozen=True)
class Column:
    """A column: `kind` is text, id, integer, number, boolean, bytes, date, time_ms, time_us, decimal, json or timestamp_*."""

    name: str
    kind: str
    precision: int = 0
    scale: int = 0

    def type(self) -> Any:
        """Its type in Arrow, and so in Parquet."""
        if self.kind == "decimal":
            return pa.decimal128(self.precision, self.scale)
        if self.kind.startswith("timestamp_"):
            return pa.timestamp(self.kind.removeprefix("timestamp_"))
        if self.kind == "date":
            return pa.date32()
        types = {
            "integer": pa.int64(),
            "number": pa.float64(),
            "boolean": pa.bool_(),
            "json": pa.json_(pa.string()),
        }
        return types.get(self.kind, pa.string())

    def array(self, values: list[Any]) -> Any:
        """The values of this column, as Avro stores them, as an Arrow array."""
        if self.kind in _NUMBERED:
            return pa.array(values, _NUMBERED[self.kind]).view(self.type())
        turn = _TURNS.get(self.kind)
        if self.kind == "decimal":
            values = [None if value is None else _decimal(value, self.scale) for value in values]
        elif turn is not None:
            values = [None if value is None else turn(value) for value in values]
        return (
            pa.array(values, pa.string()).cast(self.type())
            if self.kind == "json"
            else pa.array(values, self.type())
        )


def columns_of(schema: Any) -> list[Column] | None:
    """The columns of a record schema, or None where the schema is no record."""
    if not isinstance(schema, dict) or schema.get("type") != "record":
        return None
    fields = schema.get("fields")
    if not isinstance(fields, list) or not all(
        isinstance(one, dict) and isinstance(one.get("name"), str) and "type" in one for one in fields
    ):
        return None
    return [column_of(one["name"], one["type"]) for one in fields]


def column_of(name: str, avro: Any) -> Column:
    """The column of a field. What has several types, or parts, becomes JSON, so that each value keeps its own."""
    branches = [one for one in (avro if isinstance(avro, list) else [avro]) if one != "null"]
    found = [_single(name, one) for one in branches]
    if not found:
        return Column(name, "text")
    kinds = {column.kind for column in found}
    if kinds <= {"id", "text"} and "id" in kinds:
        return Column(name, "id")
    if len(set(found)) > 1:
        return Column(name, "json")
    return found[0]


def _single(name: str, avro: Any) -> Column:
    logical, base = "", avro
    if isinstance(avro, dict):
        logical, base = str(avro.get("logicalType", "")), avro.get("type")
        if isinstance(base, dict | list):
            return column_of(name, base)
    if base in ("long", "int") and logical in _TIMES:
        return Column(name, f"timestamp_{_TIMES[logical]}")
    if base == "int" and logical == "date":
        return Column(name, "date")
    if base in ("long", "int") and logical in ("time-millis", "time-micros"):
        return Column(name, "time_ms" if logical == "time-millis" else "time_us")
    if base in ("bytes", "fixed") and logical == "decimal" and isinstance(avro, dict):
        precision, scale = avro.get("precision", 0), avro.get("scale", 0)
        if 0 < precision <= _DECIMAL_DIGITS and 0 <= scale <= precision:
            return Column(name, "decimal", precision, scale)
    kind = _PLAIN.get(base, "json") if isinstance(base, str) else "json"
    return Column(name, "id" if name in IDS and kind in ("integer", "number", "text") else kind)


def unified(tables: list[list[Column]]) -> list[Column]:
    """The columns of several files of one table: all of them, in the order in which they appear.

    Where two files disagree, whole and broken numbers stay JSON numbers, and so does everything else keep its kind.
    """
    found: dict[str, Column] = {}
    for columns in tables:
        for column in columns:
            known = found.setdefault(column.name, column)
            if known != column:
                found[column.name] = Column(column.name, "id" if column.name in IDS else "json")
    return list(found.values())


def _decimal(value: bytes, scale: int) -> Decimal:
    return Decimal(f"{int.from_bytes(value, 'big', signed=True)}E-{scale}")


def _id_text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _bytes_text(value: bytes) -> str:
    """Bytes as the text that they are, else as base64."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()


def _time_text(micros: int) -> str:
    return str((dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=micros)).time())


def _json_text(value: Any) -> str:
    return json.dumps(_jsonable(value), ensure_ascii=False, allow_nan=False)


def _jsonable(value: Any) -> Any:
    if isinstance(value, bytes):
        return _bytes_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {name: _jsonable(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_jsonable(part) for part in value]
    return value


_NUMBERED = {
    "date": pa.int32(),
    "timestamp_ms": pa.int64(),
    "timestamp_us": pa.int64(),
    "timestamp_ns": pa.int64(),
}
_TURNS: dict[str, Callable[[Any], Any]] = {
    "id": _id_text,
    "bytes": _bytes_text,
    "time_ms": lambda value: _time_text(value * 1000),
    "time_us": _time_text,
    "json": _json_text,
}
