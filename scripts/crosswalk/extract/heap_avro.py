"""Reading an Avro object container file block by block, in bounded memory, checked to its last byte.

The container is read here (Apache Avro specification, "Object Container Files") and the records by fastavro: so the
checksum of a Snappy block is looked at, which fastavro does not do, no block can grow past a cap, and a file that ends
between two records is no whole file. Heap writes Snappy (Heap docs, Heap Connect for S3); the other codecs cost little.
"""

import bz2
import io
import json
import lzma
import zlib
from collections.abc import Iterator
from typing import IO, Any

_MAGIC = b"Obj\x01"
_SYNC_BYTES = 16
# Spark writes blocks of 64 kB; one of more than this, packed or unpacked, is no block of Heap's.
BLOCK_CAP = 32 << 20
_HEADER_CAP = 16 << 20
# How many bytes of unpacked blocks are given to fastavro at once.
_GROUP_BYTES = 1 << 20
_CRC_BYTES = 4


class BadAvroError(Exception):
    """The file is no Avro file, or not a whole one; the message completes "the file cannot be read: …"."""


class AvroFile:
    """An Avro file that is being read from a stream of bytes; `schema` is the writer's, as JSON gives it.

    Raises BadAvroError, and OSError or what the stream raises where it cannot be read.
    """

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        if self._exactly(len(_MAGIC)) != _MAGIC:
            raise BadAvroError("it does not begin like an Avro file")
        meta = self._metadata()
        self._sync = self._exactly(_SYNC_BYTES)
        self.codec = meta.get("avro.codec", b"null").decode("utf-8", "replace")
        try:
            self.schema: Any = json.loads(meta["avro.schema"])
        except (KeyError, ValueError) as error:
            raise BadAvroError("it has no readable schema") from error
        if self.codec not in _UNPACK:
            raise BadAvroError(f"it is packed as {self.codec!r}, which is not known here")

    def blocks(self) -> Iterator[tuple[int, bytes]]:
        """Each block as the number of its records and its unpacked bytes."""
        while (first := self._source.read(1)) != b"":
            records, packed = self._long(first), self._long()
            if records < 0 or not 0 <= packed <= BLOCK_CAP:
                raise BadAvroError("a block of it says a size that cannot be")
            data = self._exactly(packed)
            if self._exactly(_SYNC_BYTES) != self._sync:
                raise BadAvroError("a block of it does not end where it says")
            made = _unpacked(self.codec, data)
            if records > len(made):  # every value takes a byte; a number alone would fill the memory
                raise BadAvroError("a block of it says more records than it has bytes")
            yield records, made

    def groups(self) -> Iterator[list[dict[str, Any]]]:
        """The records, about a megabyte of blocks at a time; times, dates and decimals as Avro stores them."""
        bare = without_logical_types(self.schema)
        header = _container_header(bare)
        waiting: list[tuple[int, bytes]] = []
        for records, data in self.blocks():
            if records or data:
                waiting.append((records, data))
            if sum(len(block) for _, block in waiting) >= _GROUP_BYTES:
                yield _decoded(header, waiting)
                waiting = []
        if waiting:
            yield _decoded(header, waiting)

    def _metadata(self) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        while count := self._long():
            if count < 0:
                count = -count
                self._long()
            for _ in range(count):
                name = self._sized().decode("utf-8", "replace")
                found[name] = self._sized()
        return found

    def _sized(self) -> bytes:
        size = self._long()
        if not 0 <= size <= _HEADER_CAP:
            raise BadAvroError("its header says a size that cannot be")
        return self._exactly(size)

    def _long(self, first: bytes = b"") -> int:
        """A zigzag number of at most ten bytes."""
        number = shift = 0
        byte = first or self._exactly(1)
        while True:
            number |= (byte[0] & 0x7F) << shift
            if not byte[0] & 0x80:
                return (number >> 1) ^ -(number & 1)
            shift += 7
            if shift > 63:
                raise BadAvroError("a number in it is too long")
            byte = self._exactly(1)

    def _exactly(self, size: int) -> bytes:
        parts = []
        while size and (data := self._source.read(size)):
            parts.append(data)
            size -= len(data)
        if size:
            raise BadAvroError("it ends too early")
        return b"".join(parts)


def count_records(file: AvroFile) -> int:
    """How many records the file holds, by what its blocks say; they are unpacked, so that their checksums count."""
    return sum(records for records, _ in file.blocks())


def without_logical_types(schema: Any) -> Any:
    """The schema with plain numbers and bytes for times, dates and decimals, which fastavro would round or refuse."""
    if isinstance(schema, list):
        return [without_logical_types(part) for part in schema]
    if isinstance(schema, dict):
        kept = {name: without_logical_types(part) for name, part in schema.items() if name != "logicalType"}
        return kept["type"] if set(kept) == {"type"} and isinstance(kept["type"], str) else kept
    return schema


def _decoded(header: bytes, blocks: list[tuple[int, bytes]]) -> list[dict[str, Any]]:
    """The records of some blocks, through fastavro's reader of whole files. Raises BadAvroError."""
    import fastavro

    sync = bytes(_SYNC_BYTES)
    parts = [header]
    for records, data in blocks:
        parts += [_zigzag(records), _zigzag(len(data)), data, sync]
    try:
        found = list(fastavro.reader(io.BytesIO(b"".join(parts))))
    except Exception as error:  # fastavro raises whatever a damaged value leads to
        raise BadAvroError(f"its records do not fit its schema ({type(error).__name__})") from error
    if len(found) != sum(records for records, _ in blocks) or not all(isinstance(one, dict) for one in found):
        raise BadAvroError("its records are not what its schema says")
    return found


def _container_header(schema: Any) -> bytes:
    entries = {"avro.codec": b"null", "avro.schema": json.dumps(schema).encode()}
    parts = [_MAGIC, _zigzag(len(entries))]
    for name, value in entries.items():
        parts += [_zigzag(len(name)), name.encode(), _zigzag(len(value)), value]
    return b"".join([*parts, _zigzag(0), bytes(_SYNC_BYTES)])


def _zigzag(number: int) -> bytes:
    coded = number << 1
    made = bytearray()
    while coded > 0x7F:
        made.append(coded & 0x7F | 0x80)
        coded >>= 7
    made.append(coded)
    return bytes(made)


def _unpacked(codec: str, data: bytes) -> bytes:
    try:
        made: bytes = _UNPACK[codec](data)
    except BadAvroError:
        raise
    except Exception as error:
        raise BadAvroError(f"a block of it cannot be unpacked ({codec})") from error
    return made


def _deflate(data: bytes) -> bytes:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    return _capped(inflate.decompress(data, BLOCK_CAP), inflate.eof)


def _bzip2(data: bytes) -> bytes:
    opened = bz2.BZ2Decompressor()
    return _capped(opened.decompress(data, BLOCK_CAP), opened.eof)


def _xz(data: bytes) -> bytes:
    opened = lzma.LZMADecompressor(lzma.FORMAT_XZ)
    return _capped(opened.decompress(data, BLOCK_CAP), opened.eof)


def _capped(made: bytes, is_whole: bool) -> bytes:
    if not is_whole:
        raise BadAvroError("a block of it is cut, or grows to more than any block of Heap's")
    return made


def _zstandard(data: bytes) -> bytes:
    import pyarrow as pa

    with pa.input_stream(io.BytesIO(data), compression="zstd") as stream:
        made: bytes = stream.read(BLOCK_CAP + 1)
    return _capped(made, len(made) <= BLOCK_CAP)


def _snappy(data: bytes) -> bytes:
    """A Snappy block begins with its unpacked size and, in Avro, ends with the CRC-32 of the unpacked bytes."""
    import pyarrow as pa

    body, checksum = data[:-_CRC_BYTES], data[-_CRC_BYTES:]
    size = shift = 0
    for byte in body[:5]:
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            break
    if size > BLOCK_CAP:
        raise BadAvroError("a block of it grows to more than any block of Heap's")
    made: bytes = pa.decompress(body, decompressed_size=size, codec="snappy", asbytes=True) if size else b""
    if zlib.crc32(made) != int.from_bytes(checksum, "big"):
        raise BadAvroError("a block of it has a wrong checksum")
    return made


_UNPACK = {
    "null": lambda data: data,
    "deflate": _deflate,
    "snappy": _snappy,
    "bzip2": _bzip2,
    "xz": _xz,
    "zstandard": _zstandard,
}
