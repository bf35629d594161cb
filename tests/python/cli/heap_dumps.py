"""Made-up dumps of Heap Connect for S3, as its page describes them: Avro files, and a manifest a dump."""

import io
import json
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa

Row = Mapping[str, Any]
BUCKET = "heap-rs3-example"


def nullable(avro: Any) -> list[Any]:
    """A field's type as Heap writes it: a union with null."""
    return ["null", *(avro if isinstance(avro, list) else [avro])]


def schema_of(**fields: Any) -> dict[str, Any]:
    """A record schema with these fields."""
    return {
        "type": "record",
        "name": "topLevelRecord",
        "fields": [{"name": name, "type": avro} for name, avro in fields.items()],
    }


def avro_bytes(
    schema: dict[str, Any], rows: Iterable[Row], codec: str = "snappy", block_rows: int = 100
) -> bytes:
    """An Avro container file with `block_rows` rows a block."""
    parsed = fastavro.parse_schema(schema)
    sync = b"0123456789abcdef"
    header = io.BytesIO()
    header.write(b"Obj\x01" + _long(2))
    for name, value in (("avro.codec", codec.encode()), ("avro.schema", json.dumps(schema).encode())):
        header.write(_long(len(name)) + name.encode() + _long(len(value)) + value)
    parts = [header.getvalue() + _long(0) + sync]
    listed = list(rows)
    for start in range(0, len(listed), block_rows):
        body = io.BytesIO()
        block = listed[start : start + block_rows]
        for row in block:
            fastavro.schemaless_writer(body, parsed, dict(row))
        packed = _packed(codec, body.getvalue())
        parts += [_long(len(block)), _long(len(packed)), packed, sync]
    return b"".join(parts)


def _packed(codec: str, data: bytes) -> bytes:
    if codec == "snappy":
        packed: bytes = pa.compress(data, codec="snappy", asbytes=True)
        return packed + struct.pack(">I", zlib.crc32(data))
    if codec == "deflate":
        return zlib.compress(data, wbits=-15)
    if codec == "zstandard":
        squeezed: bytes = pa.compress(data, codec="zstd", asbytes=True)
        return squeezed
    return data


def _long(number: int) -> bytes:
    coded = (number << 1) ^ (number >> 63)
    made = bytearray()
    while coded > 0x7F:
        made.append(coded & 0x7F | 0x80)
        coded >>= 7
    return bytes([*made, coded])


@dataclass
class Bucket:
    """A folder that looks like the bucket that Heap writes to."""

    root: Path
    prefix: str = ""
    manifests: dict[int, dict[str, Any]] = field(default_factory=dict)

    def add(
        self,
        dump_id: int,
        table: str,
        schema: dict[str, Any],
        files: Sequence[Iterable[Row]],
        incremental: bool = True,
        codec: str = "snappy",
    ) -> list[Path]:
        """A table of a dump, one Avro file for each list of rows; the manifest names them."""
        paths = []
        for number, rows in enumerate(files):
            name = f"sync_{dump_id}/{table}/part-{number:05}-4a06bab5-0ef3-4b21-b9af-e772fbb37b0e-c000.avro"
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(avro_bytes(schema, rows, codec))
            paths.append(path)
        manifest = self.manifests.setdefault(
            dump_id,
            {"dump_id": dump_id, "tables": [], "property_definitions": f"s3://{BUCKET}/definitions.json"},
        )
        manifest["tables"].append(
            {
                "name": table,
                "columns": [one["name"] for one in schema["fields"]],
                "files": [
                    f"s3://{BUCKET}/{self.prefix}{path.relative_to(self.root).as_posix()}" for path in paths
                ],
                "incremental": incremental,
            }
        )
        self.write_manifest(dump_id)
        return paths

    def write_manifest(self, dump_id: int) -> Path:
        """Write the manifest of a dump as it is now."""
        path = self.root / "manifests" / f"sync_{dump_id}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.manifests[dump_id]), encoding="utf-8")
        return path


USERS = schema_of(
    user_id=nullable("long"),
    identity=nullable("string"),
    email=nullable("string"),
    joindate=nullable("long"),
    last_modified=nullable("long"),
    plan=nullable("string"),
)
EVENTS = schema_of(
    user_id=nullable("long"),
    event_id=nullable("long"),
    session_id=nullable("long"),
    time=nullable("string"),
    library=nullable("string"),
    platform=nullable("string"),
    domain=nullable("string"),
    path=nullable("string"),
    price=nullable("double"),
    seats=nullable("long"),
    is_trial=nullable("boolean"),
)
MIGRATIONS = schema_of(from_user_id=nullable("long"), to_user_id=nullable("long"), time=nullable("string"))


def user(number: int, dump_id: int = 0, **fields: Any) -> dict[str, Any]:
    """A person; `dump_id` makes a later version of the same one."""
    base = {
        "user_id": 4815162342000000 + number,
        "identity": f"cust-{number}",
        "email": f"user{number}@example.com",
        "joindate": 1704164645678000,
        "last_modified": 1706745600000000 + dump_id * 1_000_000,
        "plan": f"plan-{dump_id}",
    }
    return base | fields


def event(number: int, **fields: Any) -> dict[str, Any]:
    """An event of one of ten people."""
    base = {
        "user_id": 4815162342000000 + number % 10,
        "event_id": 8800000000000000 + number,
        "session_id": 7700000000000000 + number % 10,
        "time": f"2024-01-{1 + number % 28:02} 10:{number // 60 % 60:02}:{number % 60:02}.{number % 1_000_000:06}",
        "library": "web",
        "platform": "Mac OS X 10.15.7",
        "domain": "www.example.com",
        "path": f"/p/{number}",
        "price": number / 7,
        "seats": 9007199254740993 + number,
        "is_trial": number % 2 == 0,
    }
    return base | fields
