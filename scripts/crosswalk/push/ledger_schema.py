"""The ledger's tables and their versions. Raw credentials and payloads are never in it: hashes, counts and record ids are."""

import sqlite3
from collections.abc import Callable

from crosswalk.errors import ConfigError

VERSION = 2

_LETTERS = """
-- Records that were refused, here or by the vendor; their payloads are in the file of dead letters. Rows are only added.
create table letters (
    id integer primary key,
    destination_id integer not null references destinations (id),
    id_hash blob not null,
    payload_hash blob not null,
    kind text not null,
    record_id text not null,
    reason text not null,
    status integer not null,
    text text not null,                  -- the vendor's words
    at text not null,
    run_id integer not null references runs (id),
    unique (destination_id, id_hash, payload_hash, at)
);

-- How a letter was settled: 'accepted' (the record went out later) or 'refused' (again; then there is a newer letter).
create table marks (
    letter_id integer primary key references letters (id),
    outcome text not null,
    at text not null,
    run_id integer not null references runs (id)
);
"""

_TABLES = """
create table meta (name text primary key, value blob not null) without rowid;

create table destinations (
    id integer primary key,
    fingerprint text not null unique,    -- salted hash of vendor, host and project credential
    vendor text not null,
    host text not null,
    project text not null,               -- the project id, where it is known
    first_used_at text not null,
    journal_bytes integer not null default 0  -- how much of the journal is in these tables
);

create table runs (
    id integer primary key,
    destination_id integer not null references destinations (id),
    plan_id text not null,
    started_at text not null,
    finished_at text,
    outcome text,                        -- done | rejected | interrupted | failed
    requests integer not null default 0,
    accepted integer not null default 0,
    rejected integer not null default 0,
    settled text                         -- JSON: how many records of the plan are in which state, where all have a fate
);

-- One row a batch, however often it is sent; sha256 is of the hashes of its records.
-- Hashes: id hashes of records, then their payload hashes, 8 bytes each.
create table batches (
    id integer primary key,
    destination_id integer not null references destinations (id),
    run_id integer not null references runs (id),
    day text not null,
    bucket integer not null,
    endpoint text not null,
    part integer not null,
    records integer not null,
    bytes integer not null,
    sha256 text not null,
    state text not null check (state in ('planned', 'in_flight', 'accepted', 'partly_accepted', 'rejected', 'unknown')),
    resent integer not null default 0,   -- holds records that were accepted before with another payload
    changed_at text not null,
    accepted integer not null default 0,
    accepted_at text,
    hashes blob,                         -- of the accepted records
    crc integer,                         -- of `hashes`, so that a garbled page is seen
    sent blob,                           -- hashes of all records, while their fate is open
    unique (destination_id, endpoint, sha256)
);
"""

# From the version before to the one that is the key.
_MIGRATIONS = {
    2: """
alter table destinations add column journal_bytes integer not null default 0;
alter table runs add column settled text;
alter table batches add column accepted_at text;
alter table batches add column crc integer;
alter table batches add column sent blob;
update batches set accepted_at = changed_at where hashes is not null;
"""
    + _LETTERS
    + """
insert into letters (destination_id, id_hash, payload_hash, kind, record_id, reason, status, text, at, run_id)
select r.destination_id, id_hash, payload_hash, kind, record_id, reason, status, '', started_at, run_id
from rejected as r inner join runs on runs.id = r.run_id order by run_id;
drop table rejected
"""
}


def bring_up_to_date(
    connection: sqlite3.Connection, salt: bytes, may_begin: Callable[[], None] = lambda: None
) -> None:
    """Make the tables, or bring those of an older version to this one, in one transaction.

    `may_begin` is asked before the first tables are made, and raises where there should be some.

    Raises ConfigError where a newer version wrote them, sqlite3.Error where they cannot be written.
    """
    found = _version(connection)
    if found == VERSION:
        return
    connection.execute("begin immediate")
    try:
        found = _version(connection)
        if found > VERSION:
            raise ConfigError(
                "The ledger was written by a newer version of crosswalk: use that one, or another --state-dir."
            )
        if not found:
            may_begin()
            _execute_all(connection, _TABLES + _LETTERS)
            connection.execute("insert into meta values ('salt', ?)", (salt,))
        for version in range(max(found, 1) + 1, VERSION + 1):
            if found:
                _execute_all(connection, _MIGRATIONS[version])
        connection.execute("insert or replace into meta values ('version', ?)", (str(VERSION).encode(),))
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _version(connection: sqlite3.Connection) -> int:
    """0 where there are no tables yet."""
    if not connection.execute("select 1 from sqlite_master where name = 'meta'").fetchall():
        return 0
    rows = connection.execute("select value from meta where name = 'version'").fetchall()
    return int(rows[0][0]) if rows else 0


def _execute_all(connection: sqlite3.Connection, script: str) -> None:
    """Statement by statement: `executescript` would commit in between."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
    if statement.strip():
        connection.execute(statement)
