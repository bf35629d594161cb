"""The ledger, read only, as far as a verification needs it: what was accepted, in which batch, and what is open."""

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crosswalk.errors import ConfigError, LocalError
from crosswalk.push.ledger_open import FILE_NAME, refuse_a_lost_ledger
from crosswalk.push.ledger_schema import VERSION
from crosswalk.push.rows import unpacked_hashes
from crosswalk.verify.scratch import Scratch

if TYPE_CHECKING:
    from crosswalk.push.vendor import Vendor


@dataclass(frozen=True)
class Books:
    """One destination project in the ledger: its row, the last run's plan, records accepted and refused."""

    destination_id: int
    project: str
    plan_id: str
    accepted: int
    rejected: int


@contextlib.contextmanager
def open_books(state_dir: Path) -> Iterator[sqlite3.Connection]:
    """The ledger, read only. Raises ConfigError where nothing was sent yet, LocalError where it cannot be read."""
    path = state_dir / FILE_NAME
    if not path.is_file() or not path.stat().st_size:
        refuse_a_lost_ledger(state_dir)
        raise ConfigError("nothing was sent from this state folder yet: run `crosswalk push` first.")
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            version = int(connection.execute("select value from meta where name = 'version'").fetchone()[0])
            if version != VERSION:
                raise LocalError(
                    f"The ledger has version {version} of its tables and this crosswalk version {VERSION}: the next "
                    "`crosswalk push` brings an older one up to date; a newer one needs the crosswalk that wrote it."
                )
            yield connection
    except sqlite3.Error as error:
        raise LocalError(f"The ledger {path} cannot be read ({error}): run `crosswalk doctor`.") from error


def find_books(connection: sqlite3.Connection, vendor: "Vendor") -> Books:
    """The project that the credentials name. Raises ConfigError where nothing was sent to it."""
    salt = bytes(connection.execute("select value from meta where name = 'salt'").fetchone()[0])
    text = "\n".join((vendor.name, vendor.url, vendor.identity())).encode()
    fingerprint = hashlib.sha256(salt + text).hexdigest()
    row = connection.execute(
        "select id, project from destinations where fingerprint = ?", (fingerprint,)
    ).fetchone()
    if row is None:
        raise ConfigError(
            f"nothing was sent to this project of {vendor.label} at {vendor.url} from this state folder yet: check the "
            "credentials and --region, or run `crosswalk push` first."
        )
    here = (row[0],)
    run = connection.execute(
        "select plan_id from runs where destination_id = ? order by id desc limit 1", here
    ).fetchone()
    accepted = connection.execute(
        "select coalesce(sum(accepted), 0) from batches where destination_id = ?", here
    ).fetchone()[0]
    rejected = connection.execute(
        "select count(distinct id_hash) from letters where destination_id = ? and id not in (select letter_id from marks)",
        here,
    ).fetchone()[0]
    return Books(int(row[0]), str(row[1] or ""), str(run[0]) if run else "", int(accepted), int(rejected))


def load_books(connection: sqlite3.Connection, books: Books, scratch: Scratch) -> None:
    """Fill `accepted`, `unsure`, `refused` and `batches` of the scratch database; profiles and groups are left out."""
    sql = "select id, day, bucket, endpoint, part, hashes, sent, state from batches where destination_id = ? order by id"
    with (
        scratch.writer("accepted") as accepted,
        scratch.writer("unsure") as unsure,
        scratch.writer("batches") as batches,
    ):
        for number, day, bucket, endpoint, part, hashes, sent, state in connection.execute(
            sql, (books.destination_id,)
        ):
            if endpoint in ("engage", "groups"):
                continue
            batches.add(number, f"{day} {endpoint} bucket {bucket} part {part} (batch {number})")
            for pair in _pairs(hashes):
                accepted.add(number, *pair)
            if state in ("unknown", "in_flight"):
                for id_hash, _ in _pairs(sent):
                    unsure.add(id_hash)
    letters = "select id_hash, payload_hash from letters where destination_id = ? and id not in (select letter_id from marks)"
    with scratch.writer("refused") as refused:
        for pair in connection.execute(letters, (books.destination_id,)):
            refused.add(*(int.from_bytes(one, "little") for one in pair))


def _pairs(packed: bytes | None) -> Iterator[tuple[int, int]]:
    if packed:
        ids, payloads = unpacked_hashes(packed)
        yield from zip(ids.to_pylist(), payloads.to_pylist(), strict=True)
