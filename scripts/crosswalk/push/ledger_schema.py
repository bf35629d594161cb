"""The ledger's tables. Raw credentials and payloads are never in it: hashes, counts and record ids are."""

VERSION = 1

SCHEMA = """
create table if not exists meta (name text primary key, value blob not null) without rowid;

create table if not exists destinations (
    id integer primary key,
    fingerprint text not null unique,    -- salted hash of vendor, host and project credential
    vendor text not null,
    host text not null,
    project text not null,               -- the project id, where it is known
    first_used_at text not null
);

create table if not exists runs (
    id integer primary key,
    destination_id integer not null references destinations (id),
    plan_id text not null,
    started_at text not null,
    finished_at text,
    outcome text,                        -- done | rejected | interrupted | failed
    requests integer not null default 0,
    accepted integer not null default 0,
    rejected integer not null default 0
);

-- One row a batch, however often it is sent; sha256 is of its payload text, credentials apart.
create table if not exists batches (
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
    hashes blob,                         -- accepted records: their id hashes, then their payload hashes, 8 bytes each
    unique (destination_id, endpoint, sha256)
);

-- Records that were refused, here or by the vendor; the text and the payload are in the dead letters.
create table if not exists rejected (
    destination_id integer not null references destinations (id),
    id_hash blob not null,
    payload_hash blob not null,
    kind text not null,
    record_id text not null,
    reason text not null,
    status integer not null,
    run_id integer not null references runs (id),
    primary key (destination_id, id_hash, payload_hash)
) without rowid;
"""
