"""A fingerprint of all payloads, whatever their order: the same on every machine and in every warehouse."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_MASK = (1 << 64) - 1


class Content:
    """Adds up a product of both hashes of each record, so that doubles count and no two records can swap payloads unseen."""

    def __init__(self) -> None:
        self.records = 0
        self._sums = [0, 0]

    def add(self, id_hash: "pa.Array", payload_hash: "pa.Array") -> None:
        """Some more records, by their hashes as Warehouse.stream_hashes has them."""
        import pyarrow as pa
        import pyarrow.compute as pc

        self.records += len(id_hash)
        for place, (one, other) in enumerate(((id_hash, payload_hash), (payload_hash, id_hash))):
            # An odd factor, so that any other payload gives another product; all modulo 2^64.
            odd = pc.add(pc.multiply(one, pa.scalar(2, pa.uint64())), pa.scalar(1, pa.uint64()))
            total = pc.sum(pc.multiply(odd, other)).as_py() or 0
            self._sums[place] = (self._sums[place] + int(total)) & _MASK

    def text(self) -> str:
        """The fingerprint, 32 hexadecimal digits."""
        return "".join(f"{one:016x}" for one in self._sums)
