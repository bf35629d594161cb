"""The ledger: which batch is in which state, and which records a destination project has accepted.

SQLite with a write-ahead log and synchronous=FULL: a state that was written survives a power cut. A batch is written as
in flight before its first byte is sent, so that a crash leaves "unknown" behind and never a gap. What was learned goes
into the journal first (see journal.py), so that a ledger that is lost or behind is seen and mended.
"""

import contextlib
import hashlib
import json
import sqlite3
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from crosswalk import failpoints
from crosswalk.errors import ConfigError, LocalError
from crosswalk.files import private_folder
from crosswalk.push.entry import BatchCells, Entry, Letter, later_than, now
from crosswalk.push.journal import Journal, packed
from crosswalk.push.ledger_apply import apply
from crosswalk.push.ledger_open import FILE_NAME, open_ledger


class Ledger:
    """One connection for all threads of a run, used under a lock."""

    def __init__(self, state_dir: Path) -> None:
        self.path = private_folder(state_dir) / FILE_NAME
        self._lock = threading.Lock()
        self._journal: Journal | None = None
        self.accepted_now = self.refused_now = 0  # records written by this process
        try:
            self._connection = open_ledger(self.path)
        except (OSError, sqlite3.DatabaseError) as error:
            raise self._broken(error) from error
        self.salt = bytes(self._rows("select value from meta where name = 'salt'", ())[0][0])
        last = "select max(at) from (select max(accepted_at) as at from batches union all select max(at) from letters)"
        if moment := self._rows(last, ())[0][0]:
            later_than(moment)

    def close(self) -> None:
        """Close the files; what a late thread still wants to write is lost, and its batch stays unknown."""
        with self._lock:
            self._connection.close()
            if self._journal:
                self._journal.close()

    def destination(
        self, vendor: str, host: str, identity: str, project: str, by_project: bool = False
    ) -> tuple[int, str]:
        """The row id and the fingerprint of a destination project. Raises ConfigError where the ids contradict.

        `by_project`: what is sent goes to `project` whatever the token is, so that a project which was used without its
        token is the same one with it.
        """
        fingerprint = self._fingerprint(vendor, host, identity)
        if by_project:
            fingerprint = self._same_project(vendor, host, fingerprint, project)
        self._write(
            "insert into destinations (fingerprint, vendor, host, project, first_used_at) values (?, ?, ?, ?, ?) "
            "on conflict do nothing",
            (fingerprint, vendor, host, project, now()),
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

    def _fingerprint(self, vendor: str, host: str, identity: str) -> str:
        return hashlib.sha256(self.salt + "\n".join((vendor, host, identity)).encode()).hexdigest()

    def _same_project(self, vendor: str, host: str, fingerprint: str, project: str) -> str:
        """The fingerprint that the project was first used under, where one of the two was made without a token."""
        nameless = self._fingerprint(vendor, host, project)
        sql = "select fingerprint from destinations where vendor = ? and host = ? and project = ? order by id"
        used = [row[0] for row in self._rows(sql, (vendor, host, project))]
        if fingerprint in used or not used:
            return fingerprint
        return used[0] if fingerprint == nameless else nameless if nameless in used else fingerprint

    def about(self, destination_id: int) -> dict[str, str]:
        """What the journal's head says: enough to make the destination's row, and its fingerprint, anew."""
        row = self._rows(
            "select fingerprint, vendor, host, project, first_used_at from destinations where id = ?",
            (destination_id,),
        )[0]
        names = ("fingerprint", "vendor", "host", "project", "first_used_at")
        return dict(zip(names, row, strict=True)) | {"salt": self.salt.hex()}

    def start_run(self, destination_id: int, plan_id: str) -> int:
        """Open a run; batches that a dead run left in flight become unknown."""
        self._write(
            "update batches set state = 'unknown' where destination_id = ? and state = 'in_flight'",
            (destination_id,),
        )
        return self._write(
            "insert into runs (destination_id, plan_id, started_at) values (?, ?, ?)",
            (destination_id, plan_id, now()),
        )

    def finish_run(
        self,
        run_id: int,
        outcome: str,
        requests: int,
        accepted: int,
        rejected: int,
        settled: Mapping[str, int] | None = None,
    ) -> None:
        """Close a run; what it still has in flight is unknown. `settled`: counts by state, where all have a fate."""
        self._write(
            "update batches set state = 'unknown' where run_id = ? and state = 'in_flight'", (run_id,)
        )
        self._write(
            "update runs set finished_at = ?, outcome = ?, requests = ?, accepted = ?, rejected = ?, settled = ? "
            "where id = ?",
            (now(), outcome, requests, accepted, rejected, json.dumps(settled) if settled else None, run_id),
        )

    def settled_before(self, destination_id: int, run_id: int, plan_id: str) -> dict[str, int] | None:
        """The counts of the run before this one, where it was of this very plan and left nothing open."""
        rows = self._rows(
            "select plan_id, settled from runs where destination_id = ? and id < ? order by id desc limit 1",
            (destination_id, run_id),
        )
        if not rows or rows[0][0] != plan_id or not rows[0][1]:
            return None
        return dict(json.loads(rows[0][1]))

    def begin_batch(self, destination_id: int, run_id: int, batch: BatchCells, sent: bytes) -> None:
        """Write a batch as in flight, with the hashes of its records; the same bytes again are the same row again."""
        self._write(
            "insert into batches (destination_id, run_id, day, bucket, endpoint, part, records, bytes, sha256, resent, "
            "state, changed_at, sent) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'in_flight', ?, ?) "
            "on conflict (destination_id, endpoint, sha256) do update set state = 'in_flight', run_id = excluded.run_id, "
            "changed_at = excluded.changed_at, resent = max(resent, excluded.resent), sent = excluded.sent",
            (destination_id, run_id, *batch.row(), now(), sent),
        )

    def write(self, destination_id: int, run_id: int, entry: Entry) -> None:
        """What was learned: into the journal, synced, then into the tables in one transaction."""
        with self._transaction() as connection:
            if self._journal and (entry.hashes or entry.letters):
                size = self._journal.append(packed(entry.text(), entry.hashes))
                failpoints.hit("after-journal")
                connection.execute(
                    "update destinations set journal_bytes = ? where id = ?", (size, destination_id)
                )
            apply(connection, destination_id, run_id, entry)
            failpoints.hit("before-commit")
        self.accepted_now += entry.accepted() if entry.batch else 0
        self.refused_now += len(entry.letters)

    def attach(self, journal: Journal) -> None:
        """From now on, what is learned goes into this journal first."""
        self._journal = journal

    def catch_up(
        self, destination_id: int, run_id: int, entries: Sequence[Entry], journal_bytes: int
    ) -> None:
        """Fill the tables from entries of the journal that they lack."""
        with self._transaction() as connection:
            for entry in entries:
                apply(connection, destination_id, run_id, entry)
            connection.execute(
                "update destinations set journal_bytes = ? where id = ?", (journal_bytes, destination_id)
            )

    def journal_bytes(self, destination_id: int) -> int:
        """How much of the journal is in the tables."""
        return int(self._rows("select journal_bytes from destinations where id = ?", (destination_id,))[0][0])

    def entries(self, destination_id: int) -> Iterator[Entry]:
        """All that the tables know, as entries, oldest first."""
        sql = (
            "select accepted_at, day, bucket, endpoint, part, records, bytes, sha256, resent, state, hashes from batches "
            "where destination_id = ? and hashes is not null order by accepted_at, id"
        )
        for at, *cells, state, hashes in self._read(sql, destination_id):
            yield Entry(at, BatchCells(*cells), state, hashes)
        sql = (
            "select at, id_hash, payload_hash, kind, record_id, reason, status, text from letters "
            "where destination_id = ? order by id"
        )
        for at, *fields in self._read(sql, destination_id):
            yield Entry(at, letters=[Letter(*fields)])

    def close_superseded(self, destination_id: int, run_id: int) -> None:
        """After a run that left nothing over: older open batches were cut anew, all their records have a fate now."""
        older = "destination_id = ? and run_id <> ? and state in ('planned', 'unknown')"
        self._write(f"delete from batches where {older} and accepted = 0", (destination_id, run_id))
        self._write(
            f"update batches set state = 'partly_accepted', sent = null where {older}",
            (destination_id, run_id),
        )

    def accepted_hashes(self, destination_id: int) -> Iterator[bytes]:
        """The packed hashes of all accepted records, batch by batch, oldest first. Raises LocalError for garbled ones."""
        sql = "select hashes, crc from batches where destination_id = ? and hashes is not null order by accepted_at, id"
        for hashes, crc in self._read(sql, destination_id):
            if crc is not None and zlib.crc32(hashes) != crc:
                raise self._broken(sqlite3.DatabaseError("a batch's hashes are garbled"))
            yield hashes

    def open_hashes(self, destination_id: int) -> Iterator[bytes]:
        """The packed hashes of records that went out in a batch whose end is not known."""
        sql = "select sent from batches where destination_id = ? and state = 'unknown' and sent is not null"
        yield from (row[0] for row in self._read(sql, destination_id))

    def refused_hashes(self, destination_id: int) -> Iterator[tuple[bytes, bytes]]:
        """Id hash and payload hash of each record that was ever refused."""
        yield from self._read(
            "select id_hash, payload_hash from letters where destination_id = ?", destination_id
        )

    def open_letters(self, destination_id: int, reason: str | None) -> Iterator[tuple[bytes, str, str]]:
        """Id hash, kind and record id of each refused record that nothing has settled since, oldest first."""
        where = "" if reason is None else "and reason = ?"
        sql = (
            "select id_hash, kind, record_id from letters where destination_id = ? "
            f"and id not in (select letter_id from marks) {where} order by id"
        )
        yield from self._read(sql, destination_id, *(() if reason is None else (reason,)))

    def knows_records(self, destination_id: int) -> bool:
        """Whether any record of this destination was accepted or refused yet, or has an open end."""
        sql = (
            "select exists (select 1 from batches where destination_id = ?1 and (hashes is not null or sent is not null)) "
            "or exists (select 1 from letters where destination_id = ?1)"
        )
        return bool(self._rows(sql, (destination_id,))[0][0])

    def has_accepted(self, destination_id: int) -> bool:
        """Whether any record of this destination was accepted yet."""
        sql = "select exists (select 1 from batches where destination_id = ? and hashes is not null)"
        return bool(self._rows(sql, (destination_id,))[0][0])

    def has_resent(self, destination_id: int) -> bool:
        """Whether some record was accepted with more than one payload."""
        return bool(
            self._rows(
                "select 1 from batches where destination_id = ? and resent = 1 limit 1", (destination_id,)
            )
        )

    def _rows(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        with self._lock:
            try:
                return self._connection.execute(sql, parameters).fetchall()
            except sqlite3.Error as error:
                raise self._broken(error) from error

    def _read(self, sql: str, *parameters: Any) -> Iterator[Any]:
        """Rows one by one, for reads that no other thread writes beside."""
        try:
            yield from self._connection.execute(sql, parameters)
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
            f"The ledger {self.path} cannot be used ({error}): free space and run the same command again; if the file is "
            "damaged, run `crosswalk doctor --rebuild-ledger`."
        )
