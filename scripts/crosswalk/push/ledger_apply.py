"""How an entry gets into the ledger's tables: the same way when it is learned and when it is read from the journal.

Applying an entry a second time changes nothing.
"""

import sqlite3
import zlib
from collections.abc import Iterator, Sequence

from crosswalk.push.entry import Entry, Letter

_PARAMETERS = 500  # of one statement; SQLite's limit was 999 for long


def apply(connection: sqlite3.Connection, destination_id: int, run_id: int, entry: Entry) -> None:
    """Write an entry, within the caller's transaction. Raises sqlite3.Error."""
    if entry.batch:
        _apply_batch(connection, destination_id, run_id, entry)
    for letter in entry.letters:
        _apply_letter(connection, destination_id, run_id, entry.at, letter)
    if entry.hashes and _has_letters(connection, destination_id):
        _mark(connection, destination_id, run_id, entry)


def _apply_batch(connection: sqlite3.Connection, destination_id: int, run_id: int, entry: Entry) -> None:
    """Hashes of an earlier acceptance stay where this one has none: what was accepted stays accepted."""
    batch = entry.batch
    assert batch is not None  # noqa: S101 - for the type checker
    hashes = entry.hashes or None
    connection.execute(
        "insert into batches (destination_id, run_id, day, bucket, endpoint, part, records, bytes, sha256, resent, "
        "state, changed_at, accepted, accepted_at, hashes, crc) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "on conflict (destination_id, endpoint, sha256) do update set run_id = excluded.run_id, state = excluded.state, "
        "changed_at = excluded.changed_at, sent = case when excluded.state = 'unknown' then sent end, "
        "accepted = coalesce(nullif(excluded.accepted, 0), accepted), accepted_at = coalesce(excluded.accepted_at, accepted_at), "
        "crc = coalesce(excluded.crc, crc), hashes = coalesce(excluded.hashes, hashes)",
        (
            destination_id,
            run_id,
            *batch.row(),
            entry.state,
            entry.at,
            entry.accepted(),
            entry.at if hashes else None,
            hashes,
            zlib.crc32(entry.hashes) if hashes else None,
        ),
    )


def _apply_letter(
    connection: sqlite3.Connection, destination_id: int, run_id: int, at: str, letter: Letter
) -> None:
    """A newer letter about a record settles the older ones as refused again."""
    connection.execute(
        "insert or ignore into marks select id, 'refused', ?3, ?4 from letters "
        "where destination_id = ?1 and id_hash = ?2 and at < ?3",
        (destination_id, letter.id_hash, at, run_id),
    )
    connection.execute(
        "insert into letters (destination_id, id_hash, payload_hash, kind, record_id, reason, status, text, at, run_id) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
        (
            destination_id,
            letter.id_hash,
            letter.payload_hash,
            letter.kind,
            letter.record_id,
            letter.reason,
            letter.status,
            letter.text,
            at,
            run_id,
        ),
    )


def _has_letters(connection: sqlite3.Connection, destination_id: int) -> bool:
    return bool(
        connection.execute(
            "select 1 from letters where destination_id = ? limit 1", (destination_id,)
        ).fetchall()
    )


def _mark(connection: sqlite3.Connection, destination_id: int, run_id: int, entry: Entry) -> None:
    """A record that was accepted settles its older letters."""
    for ids in _portions(entry.id_hashes()):
        connection.execute(
            "insert or ignore into marks select id, 'accepted', ?, ? from letters where destination_id = ? and at < ? "
            f"and id_hash in ({', '.join('?' * len(ids))})",
            (entry.at, run_id, destination_id, entry.at, *ids),
        )


def _portions(ids: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(ids), _PARAMETERS):
        yield ids[start : start + _PARAMETERS]
