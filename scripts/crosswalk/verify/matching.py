"""Each accepted record and its row at the destination, paired in the scratch database.

Tables made here: `expected` (sent, with its state: accepted, changed, rejected, open, left), `there` (rows of the
destination, each once), `missing` and `extra` (what has no exact partner), `pairs` (one record of both, with a difference).
"""

from crosswalk.verify.clusters import Clusters
from crosswalk.verify.scratch import DAY_MS, Scratch

_EXPECTED = f"""
create table expected as
select s.send_order, s.record_id, s.key, s.event, s.person, s.ms, s.ms // {DAY_MS} as day, s.id_hash,
    coalesce(same.batch, other.batch) as batch,
    case
        when same.batch is not null then 'accepted'
        when other.batch is not null then 'changed'
        when refused.id_hash is not null then 'rejected'
        when unsure.id_hash is not null then 'open'
        else 'left'
    end as state
from sent as s
left join (select id_hash, payload_hash, max(batch) as batch from accepted group by all) as same
    on same.id_hash = s.id_hash and same.payload_hash = s.payload_hash
left join (select id_hash, max(batch) as batch from accepted group by all) as other on other.id_hash = s.id_hash
left join (select distinct id_hash, payload_hash from refused) as refused
    on refused.id_hash = s.id_hash and refused.payload_hash = s.payload_hash
left join (select distinct id_hash from unsure) as unsure on unsure.id_hash = s.id_hash
"""
_WHOLE = "e.key = t.key and e.event = t.event and e.person = t.person and e.ms = t.ms"
_MISSING = f"""
create table missing as
select e.* from expected as e
where e.state = 'accepted' and e.day in (select day from looked) and not exists (select 1 from there as t where {_WHOLE})
"""
_EXTRA = f"""
create table extra as
select t.*, t.ms // {DAY_MS} as day from there as t
where not exists (select 1 from expected as e where {_WHOLE} and e.state <> 'rejected')
    and not exists (select 1 from expected as e where e.key = t.key and e.state = 'changed')
"""
_PAIRS = """
create table pairs as
select m.send_order, m.record_id, m.key, m.day, m.batch, m.event, m.person, m.ms, x.event as event_there,
    x.person as person_there, x.ms as ms_there
from missing as m inner join extra as x on x.key = m.key
qualify row_number() over (
    partition by m.send_order
    order by (m.event <> x.event)::integer + (m.person <> x.person)::integer + (m.ms <> x.ms)::integer, x.ms, x.event, x.person
) = 1
"""
# How the ledger knows a record: a hash of its kind and id.
_KINDS = {"mixpanel": ("import",), "posthog": ("event", "identify", "group_identify", "person_update")}


def make_expected(scratch: Scratch) -> None:
    """What was sent, with the state that the ledger gives each record."""
    scratch.execute(_EXPECTED)


def match(scratch: Scratch, destination: str, is_marked: bool) -> int:
    """Pair what was sent with what is there; returns how many rows are of an earlier build.

    `looked` holds the days of which all rows were read. Rows that carry no mark of the import are left out.
    """
    _settle_people(scratch)
    scratch.execute(_MISSING)
    scratch.execute(_EXTRA)
    if not is_marked:
        scratch.execute("delete from extra where key not in (select key from expected)")
    superseded = _drop_superseded(scratch, destination)
    scratch.execute(_PAIRS)
    scratch.execute("delete from missing where send_order in (select send_order from pairs)")
    scratch.execute(
        "delete from extra where exists (select 1 from pairs as p where p.key = extra.key and p.event_there = extra.event "
        "and p.person_there = extra.person and p.ms_there = extra.ms)"
    )
    return superseded


def _settle_people(scratch: Scratch) -> None:
    """Each row there once, under the distinct id that was sent where links join the two.

    A destination counts a device's rows under its user later on (Mixpanel docs, tracking-methods/id-management).
    """
    odd = scratch.rows(
        "select distinct f.person, e.person from found as f inner join expected as e on e.key = f.key and e.person <> f.person"
    )
    if odd:
        clusters = Clusters(scratch.stream("select distinct first, second from links"))
        with scratch.writer("same_person") as writer:
            for there, sent in odd:
                if clusters.together(there, sent):
                    writer.add(there, sent)
    scratch.execute(
        """
        create table there as
        select f.key, f.event, coalesce(s.sent, f.person) as person, f.ms, sum(f.copies)::bigint as copies
        from found as f
        left join (
            select p.found, p.sent, e.key from same_person as p inner join expected as e on e.person = p.sent
            group by all
        ) as s on s.found = f.person and s.key = f.key
        group by all
        """
    )


def _drop_superseded(scratch: Scratch, destination: str) -> int:
    """Rows that an earlier build sent, by the ledger, are neither missing nor too many."""
    scratch.execute(
        "create table older as select distinct id_hash from accepted where id_hash not in (select id_hash from sent)"
    )
    known = " or ".join(
        f"md5_number_lower(concat('{kind}', chr(10), key)) in (select id_hash from older)"
        for kind in _KINDS[destination]
    )
    number = int(scratch.one(f"select count(*) from extra where {known}"))
    if number:
        scratch.execute(f"delete from extra where {known}")
    return number
