"""What the command asks of a warehouse; one implementation an adapter, so that a new engine is one new file."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosswalk.content import Content
from crosswalk.errors import ConfigError
from crosswalk.profile import Target, read_target

if TYPE_CHECKING:
    import pyarrow as pa

# The column of the payload relation that says what a record is.
KIND_COLUMN = {"mixpanel": "endpoint", "posthog": "kind"}


class Warehouse(ABC):
    """Read-only access to the relations that dbt built."""

    @abstractmethod
    def relation(self, name: str) -> str:
        """The quoted, qualified name of a relation of the target's schema."""

    @abstractmethod
    def query(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        """All rows of a small result, names in lower case; `?` or `$name` in the SQL stand for the parameters.

        Raises ConfigError where a relation is missing, and what the warehouse's own class says.
        """

    @abstractmethod
    def stream(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a large result, one after another, in memory that does not grow with their number."""

    def content_hash(
        self, destination: str, done: Callable[[int], None] = lambda records: None
    ) -> tuple[int, str]:
        """Records and a fingerprint of (kind, record id, payload) of all of them, whatever their order.

        `done` is told how many records more were read.
        """
        content = Content()
        for batch in self.stream_hashes(destination):
            content.add(batch.column("id_hash"), batch.column("payload_hash"))
            done(len(batch))
        return content.records, content.text()

    @abstractmethod
    def stream_hashes(self, destination: str) -> "Iterator[pa.RecordBatch]":
        """`send_order, id_hash, payload_hash` of all payloads, in no order.

        `id_hash` is of kind, a line feed and record id; both are the last 8 bytes of an md5, little-endian, as uint64.
        """

    @abstractmethod
    def stream_payloads(
        self, destination: str, wanted: Callable[[int, int], bool] = lambda first, last: True
    ) -> "Iterator[pa.RecordBatch]":
        """All payloads in `send_order`, some megabytes at a time.

        `wanted` is asked before a piece is read, with its first and last send order.

        Columns: send_order, event_date, event_at, bucket, kind, record_id, line (the payload and a comma), id_hash,
        payload_hash, refusal (why the vendor would refuse the record, else null).
        """

    def stream_texts(self, destination: str) -> "Iterator[pa.RecordBatch]":
        """All payloads, some megabytes at a time, for looking at: line (the payload, perhaps with a comma), id_hash and
        payload_hash, and whatever else is at hand."""
        return self.stream_payloads(destination)

    def has(self, name: str) -> bool:
        """Whether a relation was built; asked without an error where an error would end a snapshot."""
        try:
            self.query(f"select 1 as n from {self.relation(name)} where 1 = 0")
        except ConfigError:
            return False
        return True

    def bytewise(self, expression: str) -> str:
        """SQL of a text that sorts by its bytes, whatever the language of the database."""
        return expression

    def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Let go of connections; the warehouse can be used again."""

    def stream_raw_lines(self, source: str) -> "Iterator[pa.RecordBatch]":
        """The landed lines that staging kept, as staging read them, in the order in which they were landed.

        Columns: file, event_at (UTC, microseconds), source_project, event_key, line (without its end). Raises
        ConfigError where the warehouse holds no landed lines.
        """
        raise ConfigError(
            f"This warehouse holds no landed lines of {source}: export them from a DuckDB target, or choose "
            "--content posthog or mixpanel."
        )

    def held(self) -> AbstractContextManager[None]:
        """Keeps the warehouse open over several small queries, where opening it takes time."""
        return nullcontext()

    def payloads(self, destination: str) -> str:
        """The quoted name of the destination's payload relation."""
        return self.relation(f"{destination}_payloads")


def open_warehouse(
    project_dir: Path, profiles_dir: str | None, target: str | None, scratch: Path, kept: Path | None = None
) -> Warehouse:
    """The warehouse of the dbt target; `scratch` is a private folder for what does not fit in memory, `kept` one for hashes
    of records that need not be worked out twice.

    Raises ConfigError for a wrong profile, or an adapter that is not installed.
    """
    found = read_target(project_dir, profiles_dir, target)
    return warehouse_of(found, scratch, kept)


def warehouse_of(target: Target, scratch: Path, kept: Path | None = None) -> Warehouse:
    """The implementation for the target's adapter. Raises ConfigError where dbt's adapter is not installed."""
    if target.adapter == "duckdb":
        from crosswalk.duckdb_warehouse import DuckDBWarehouse

        return DuckDBWarehouse(target, scratch, kept)
    if target.adapter == "postgres":
        from crosswalk.postgres_warehouse import PostgresWarehouse

        return PostgresWarehouse(target)
    from crosswalk.adapter_warehouse import AdapterWarehouse

    return AdapterWarehouse(target)
