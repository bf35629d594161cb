"""Cutting a payload relation into ranges of send order that fit into memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_BLOCK_ROWS = 512


@dataclass(frozen=True)
class Piece:
    """A range of send orders, both ends included; rows and bytes as counted, or None where a block was cut."""

    first: int
    last: int
    rows: int | None
    bytes: int | None

    @property
    def width(self) -> int:
        """How many rows the range can hold: send orders are unique."""
        return self.last - self.first + 1


def blocks_sql(payloads: str, rows: int = _BLOCK_ROWS) -> str:
    """The query that `pieces` reads: blocks of about so many records with their size, oldest first."""
    block = f"floor(send_order / {rows})"
    return f"""
        select min(send_order) as first_order, max(send_order) as last_order, count(*) as records,
            coalesce(sum(payload_bytes), 0) as bytes
        from {payloads} group by {block} order by first_order
    """


def pieces(blocks: Iterable[Mapping[str, Any]], limit: int) -> list[Piece]:
    """Ranges of about `limit` bytes of payload each, from the rows of `blocks_sql`."""
    found: list[Piece] = []
    filled = limit
    for block in blocks:
        one = Piece(*(int(block[name]) for name in ("first_order", "last_order", "records", "bytes")))
        size = one.bytes or 0
        if size > limit:
            found += _cut(one, size, limit)
            filled = limit
        elif filled + size > limit:
            found.append(one)
            filled = size
        else:
            found[-1] = _joined(found[-1], one)
            filled += size
    return found


def _joined(left: Piece, right: Piece) -> Piece:
    return Piece(
        left.first, right.last, (left.rows or 0) + (right.rows or 0), (left.bytes or 0) + (right.bytes or 0)
    )


def _cut(block: Piece, size: int, limit: int) -> list[Piece]:
    """A block of large records in ranges of about equal numbers of rows."""
    step = max(1, block.width * limit // size)
    return [
        Piece(start, min(start + step - 1, block.last), None, None)
        for start in range(block.first, block.last + 1, step)
    ]
