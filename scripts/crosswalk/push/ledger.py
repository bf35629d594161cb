"""The ledger: which batch is in which state, and which records a destination project has accepted.

SQLite with a write-ahead log and synchronous=FULL: a state that was written survives a power cut. A batch is written as
in flight before its first byte is sent, so that a crash leaves "unknown" behind and never a gap.
"""

import contextlib
import datetime as dt
import hashlib
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosswalk.errors import ConfigError, LocalError
from crosswalk.files import open_private, private_folder
from crosswalk.push.ledger_schema import SCHEMA, VERSION

if TYPE_CHECKING:
    from crosswalk.push.batches import Batch

FILE_NAME = "ledger.sqlite"
_INSERT_REJECTED = "insert or replace into rejected values (?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class Rejected:
    """A refused record as the ledger keeps it; hashes are 8 bytes."""

    id_hash: bytes
    payload_hash: bytes
    kind: str
    record_id: str
    reason: str
    status: int


@dataclass(frozen=True)
class Outcome:
    """How a batch ended: its state, the packed hashes of the accepted records, the refused records."""

    state: str
    accepted: int
    hashes: bytes
    rejected: Sequence[Rejected] = ()


class Ledger:
    """One connection for all threads of a run, used under a lock."""

    def __init__(self, state_dir: Path) -> None:
        self.path = private_folder(state_dir) / FILE_NAME
        self._lock = threading.Lock()
        try:
            os.close(open_private(self.path, os.O_RDWR))
            self._connection = sqlite3.connect(
                self.path, check_same_thread=False, isolation_level=None, timeout=30
            )
            self._connection.execute("pragma journal_mode = wal")
            self._connection.execute("pragma synchronous = full")
            self._connection.executescript(SCHEMA)
        except (OSError, sqlite3.DatabaseError) as error:
            raise self._broken(error) from error
        self._salt = self._meta("salt", secrets.token_bytes(32))
        version = int(self._meta("version", str(VERSION).encode()))
        if version != VERSION:
            raise ConfigError(
                f"{self.path.name} was written by another version of crosswalk: use that one, or another --state-dir."
            )

    def close(self) -> None:
        """Close the file; what a late thread still wants to write is lost, and its batch stays unknown."""
        with self._lock:
            self._connection.close()

    def destination(self, vendor: str, host: str, identity: str, project: str) -> tuple[int, str]:
        """The row id and the fingerprint of a destination project. Raises ConfigError where the ids contradict."""
        text = "\n".join((vendor, host, identity)).encode()
        fingerprint = hashlib.sha256(self._salt + text).hexdigest()
        self._write(
            "insert into destinations (fingerprint, vendor, host, project, first_used_at) values (?, ?, ?, ?, ?) "
            "on conflict do nothing",
            (fingerprint, vendor, host, project, _now()),
        )
        row = self._rows("select id, project from destinations where fingerprint = ?", (fingerprint,))[0]
        if project and row[1] and row[1] != project:
            raise ConfigError(
                f"This token was used with project {row[1]} before and now comes with project {project}: "
                "make the token and the project id belong together, then run the same command again."
            )
        if project and not row[1]:
            self._write("update destinations set project = ? where id = ?", (project, row[0]))
        return int(row[0]), fingerprint

    def start_run(self, destination_id: int, plan_id: str) -> int:
        """Open a run; batches that a dead run left in flight become unknown."""
        self._write(
            "update batches set state = 'unknown' where destination_id = ? and state = 'in_flight'",
            (destination_id,),
        )
        return self._write(
            "insert into runs (destination_id, plan_id, started_at) values (?, ?, ?)",
            (destination_id, plan_id, _now()),
        )

    def finish_run(self, run_id: int, outcome: str, requests: int, accepted: int, rejected: int) -> None:
        """Close a run; what it still has in flight is unknown."""
        self._write(
            "update batches set state = 'unknown' where run_id = ? and state = 'in_flight'", (run_id,)
        )
        self._write(
            "update runs set finished_at = ?, outcome = ?, requests = ?, accepted = ?, rejected = ? where id = ?",
            (_now(), outcome, requests, accepted, rejected, run_id),
        )

    def begin_batch(self, destination_id: int, run_id: int, batch: "Batch", sha256: str, resent: bool) -> int:
        """Write a batch as in flight, before it is sent; the same bytes again are the same row again."""
        cells = (
            batch.day.isoformat(),
            batch.bucket,
            batch.endpoint,
            batch.part,
            batch.rows.num_rows,
            batch.bytes,
        )
        rows = self._rows(
            "insert into batches (destination_id, run_id, day, bucket, endpoint, part, records, bytes, sha256, "
            "state, resent, changed_at) "
            "values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'in_flight', ?, ?) "
            "on conflict (destination_id, endpoint, sha256) do update set "
            "state = 'in_flight', run_id = excluded.run_id, changed_at = excluded.changed_at, "
            "resent = max(resent, excluded.resent) "
            "returning id",
            (destination_id, run_id, *cells, sha256, int(resent), _now()),
        )
        return int(rows[0][0])

    def finish_batch(self, destination_id: int, run_id: int, batch_id: int, outcome: Outcome) -> None:
        """Write the batch's state and its records' fates in one transaction."""
        with self._transaction() as connection:
            connection.executemany(
                _INSERT_REJECTED, _rejected_cells(destination_id, run_id, outcome.rejected)
            )
            connection.execute(
                "update batches set state = ?, accepted = ?, hashes = ?, changed_at = ? where id = ?",
                (outcome.state, outcome.accepted, outcome.hashes or None, _now(), batch_id),
            )

    def reject(self, destination_id: int, run_id: int, rejected: Sequence[Rejected]) -> None:
        """Write records that were refused before sending."""
        with self._transaction() as connection:
            connection.executemany(_INSERT_REJECTED, _rejected_cells(destination_id, run_id, rejected))

    def forget_superseded(self, destination_id: int, run_id: int) -> None:
        """After a run that left nothing over: older open batches were cut anew, all their records have a fate now."""
        self._write(
            "delete from batches where destination_id = ? and run_id <> ? and state in ('planned', 'unknown') and accepted = 0",
            (destination_id, run_id),
        )

    def accepted_hashes(self, destination_id: int) -> Iterator[bytes]:
        """The packed hashes of all accepted records, batch by batch, oldest change first."""
        sql = "select hashes from batches where destination_id = ? and hashes is not null order by changed_at, id"
        for row in self._connection.execute(sql, (destination_id,)):
            yield row[0]

    def rejected_hashes(self, destination_id: int) -> Iterator[tuple[bytes, bytes]]:
        """Id hash and payload hash of each refused record."""
        yield from self._connection.execute(
            "select id_hash, payload_hash from rejected where destination_id = ?", (destination_id,)
        )

    def knows_records(self, destination_id: int) -> bool:
        """Whether any record of this destination was accepted or refused yet."""
        sql = (
            "select exists (select 1 from batches where destination_id = ?1 and hashes is not null) "
            "or exists (select 1 from rejected where destination_id = ?1)"
        )
        return bool(self._rows(sql, (destination_id,))[0][0])

    def has_resent(self, destination_id: int) -> bool:
        """Whether some record was accepted with more than one payload."""
        return bool(
            self._rows(
                "select 1 from batches where destination_id = ? and resent = 1 limit 1", (destination_id,)
            )
        )

    def _meta(self, name: str, default: bytes) -> bytes:
        self._write("insert into meta values (?, ?) on conflict do nothing", (name, default))
        return bytes(self._rows("select value from meta where name = ?", (name,))[0][0])

    def _rows(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        with self._lock:
            try:
                return self._connection.execute(sql, parameters).fetchall()
            except sqlite3.Error as error:
                raise self._broken(error) from error

    def _write(self, sql: str, parameters: Sequence[Any]) -> int:
        with self._lock:
            try:
                return self._connection.execute(sql, parameters).lastrowid or 0
            except sqlite3.Error as error:
                raise self._broken(error) from error

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._connection.execute("begin immediate")
                try:
                    yield self._connection
                except BaseException:
                    self._connection.execute("rollback")
                    raise
                self._connection.execute("commit")
            except sqlite3.Error as error:
                raise self._broken(error) from error

    def _broken(self, error: Exception) -> LocalError:
        return LocalError(
            f"The ledger {self.path} cannot be used ({error}): free space or restore the file, then run the same command again."
        )


def _rejected_cells(destination_id: int, run_id: int, rejected: Sequence[Rejected]) -> list[tuple[Any, ...]]:
    return [
        (
            destination_id,
            one.id_hash,
            one.payload_hash,
            one.kind,
            one.record_id,
            one.reason,
            one.status,
            run_id,
        )
        for one in rejected
    ]


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")
