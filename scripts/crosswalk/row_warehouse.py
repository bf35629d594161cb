"""What warehouses behind a row-wise driver share: portable SQL, hashes, and payloads piece by piece."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from crosswalk.pieces import Piece, blocks_sql, pieces
from crosswalk.record_batches import halves, hash_batch, payload_batch
from crosswalk.sql_text import bound, literal, plain
from crosswalk.warehouse import KIND_COLUMN, Warehouse

_HASH_ROWS = 20_000
_QUERY_ROWS = 2_000

Page = list[Sequence[Any]]


@dataclass(frozen=True)
class Dialect:
    """The three places where the SQL differs; `md5` "" has the hashes worked out here, from the texts themselves."""

    md5: str = ""  # the hexadecimal md5 of a text
    text: str = "{0}"  # a payload as text
    bytewise: str = "{0}"  # a text that is compared byte by byte


# BigQuery's md5 gives bytes; PostgreSQL compares text by the rules of the database's language.
_MD5 = Dialect(md5="md5({0})")
DIALECTS = {
    "postgres": Dialect("md5(convert_to({0}, 'UTF8'))", "cast({0} as text)", '{0} collate "C"'),
    "bigquery": Dialect(md5="to_hex(md5({0}))"),
    **dict.fromkeys(("duckdb", "snowflake", "redshift", "databricks", "spark"), _MD5),
}


class RowWarehouse(Warehouse):
    """A warehouse that answers with rows; subclasses say how a query is run."""

    # Bytes of payload a piece: the driver, Python and Arrow hold a copy each.
    piece_bytes = 8_000_000
    dialect = Dialect()

    @abstractmethod
    def pages(self, sql: str, rows: int, columns: list[str] | None = None) -> Iterator[Page]:
        """The rows of a result, at most `rows` at a time; the lower-case names of its columns go into `columns`."""

    def query(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        """See Warehouse.query; raises what the subclass says of its connection, too."""
        names: list[str] = []
        found = [row for page in self.pages(bound(sql, parameters), _QUERY_ROWS, names) for row in page]
        return [dict(zip(names, map(plain, row), strict=True)) for row in found]

    def stream(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """See Warehouse.stream."""
        for page in self.pages(sql, _HASH_ROWS):
            yield from (tuple(map(plain, row)) for row in page)

    def bytewise(self, expression: str) -> str:
        """See Warehouse.bytewise."""
        return self.dialect.bytewise.format(expression)

    def stream_hashes(self, destination: str) -> Iterator[pa.RecordBatch]:
        """See Warehouse.stream_hashes."""
        for where in self.slices(destination):
            sql = f"""
                select send_order, {self._half(_id_text(destination))} as id_half,
                    {self._half(self._payload())} as payload_half
                from {self.payloads(destination)} where {where}
            """
            for page in self.pages(sql, _HASH_ROWS):
                orders, ids, payloads = zip(*page, strict=True)
                yield hash_batch(orders, self._packed(ids), self._packed(payloads))

    def slices(self, destination: str) -> list[str]:
        """Conditions that part the payloads where a driver would hold a whole result; one that is true where none does."""
        return ["1 = 1"]

    def stream_payloads(
        self, destination: str, wanted: Callable[[int, int], bool] = lambda first, last: True
    ) -> Iterator[pa.RecordBatch]:
        """See Warehouse.stream_payloads."""
        found = pieces(self.query(blocks_sql(self.payloads(destination))), self.piece_bytes)
        yield from self.read_pieces(destination, found, wanted, self._any_refused(destination))

    def read_pieces(
        self, destination: str, found: list[Piece], wanted: Callable[[int, int], bool], refused: bool
    ) -> Iterator[pa.RecordBatch]:
        """A query for each wanted piece, and one for its refusals where there are any at all."""
        for piece in found:
            if wanted(piece.first, piece.last):
                between = f"send_order between {piece.first} and {piece.last}"
                rows = [
                    row
                    for page in self.pages(self.payload_sql(destination, between), _QUERY_ROWS)
                    for row in page
                ]
                self.check_piece(destination, piece, rows)
                reasons = self.stream(self.refusal_sql(destination, f"p.{between}")) if refused else iter(())
                yield payload_batch(rows, dict(grouped_refusals(reasons)))

    def check_piece(self, destination: str, piece: Piece, rows: Sequence[Sequence[Any]]) -> None:
        """Raises PlanError where the rows are not those that were counted; a snapshot needs no such check."""

    def payload_sql(self, destination: str, where: str) -> str:
        """The rows that `payload_batch` takes."""
        return f"""
            select send_order, event_date, event_at, bucket, {KIND_COLUMN[destination]} as kind, record_id,
                {self._payload()} as payload
            from {self.payloads(destination)} where {where} order by send_order
        """

    def refusal_sql(self, destination: str, where: str) -> str:
        """The rows that `grouped_refusals` takes."""
        return f"""
            select p.send_order, v.limit_name, v.actual, v.limit_value
            from {self.relation("audit_payload_violations")} v
            join {self.payloads(destination)} p on p.record_id = v.record_id
            where v.destination = {literal(destination)} and v.effect = 'rejected' and {where} order by p.send_order
        """

    def _any_refused(self, destination: str) -> bool:
        found = self.query(
            f"""
            select count(*) as n from {self.relation("audit_payload_violations")}
            where destination = {literal(destination)} and effect = 'rejected' and record_id is not null
            """
        )
        return bool(found[0]["n"])

    def _payload(self) -> str:
        return self.dialect.text.format("payload")

    def _half(self, text: str) -> str:
        """SQL for 16 hexadecimal digits, the second half of an md5, or for the text where the engine has none."""
        return f"substr({self.dialect.md5.format(text)}, 17, 16)" if self.dialect.md5 else text

    def _packed(self, values: Any) -> bytes:
        return bytes.fromhex("".join(values)) if self.dialect.md5 else halves(values)


def grouped_refusals(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[int, str]]:
    """Send order and why the vendor would refuse the record, from rows in send order; limits by name."""
    order: int | None = None
    reasons: list[tuple[str, str]] = []
    for at, name, actual, limit in rows:
        if at != order:
            if order is not None:
                yield order, "; ".join(text for _, text in sorted(reasons))
            order, reasons = at, []
        reasons.append((name, f"{name} {actual} (limit {limit})"))
    if order is not None:
        yield order, "; ".join(text for _, text in sorted(reasons))


def _id_text(destination: str) -> str:
    return f"{KIND_COLUMN[destination]} || chr(10) || record_id"
