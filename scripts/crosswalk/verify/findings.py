"""Differences, each with a name: what was dropped, doubled, shifted, renamed or merged, on which day and in which batch.

A finding names records by their ids and never people: the report is passed around.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from crosswalk.output import duration, plural, safe
from crosswalk.verify.clusters import Clusters
from crosswalk.verify.result import Finding
from crosswalk.verify.scratch import DAY_MS, Scratch, day_text

MOST = 200


def all_findings(scratch: Scratch, destination: str) -> list[Finding]:
    """Every difference, those of most records first; beyond MOST the rest are counted in one."""
    again = f"crosswalk push --to {destination}"
    found = [
        *_dropped(scratch, again),
        *_renamed(scratch),
        *_shifted(scratch),
        *_moved_people(scratch),
        *_joined_people(scratch),
        *_doubled(scratch),
        *_extra(scratch),
    ]
    found.sort(key=lambda one: (-one.records, one.day, one.event))
    if len(found) <= MOST:
        return found
    rest = found[MOST - 1 :]
    text = f"{plural(len(rest), 'more difference')} of {plural(sum(one.records for one in rest), 'record')}"
    return [*found[: MOST - 1], Finding("other", text, sum(one.records for one in rest))]


def _name(scratch: Scratch, batch: int | None) -> str:
    rows = scratch.rows("select name from batches where batch = ?", (batch,)) if batch is not None else []
    return str(rows[0][0]) if rows else ""


def _names(scratch: Scratch, batches: Sequence[int | None]) -> str:
    """The names of the first three batches."""
    names = [_name(scratch, one) for one in batches[:3]]
    more = f" and {len(batches) - 3} more" if len(batches) > 3 else ""
    return ", ".join(name for name in names if name) + more


def _ids(ids: Sequence[str]) -> str:
    """Up to three record ids, in brackets."""
    shown = ", ".join(safe(one) for one in ids[:3])
    return f" (record{'s' if len(ids) > 1 else ''} {shown}{', …' if len(ids) > 3 else ''})"


_LOST = (
    "The ledger holds them as accepted, so a push leaves them out: ask the vendor, or push from a new --state-dir "
    "(the destination takes out what it has)"
)


def _dropped(scratch: Scratch, again: str) -> Iterator[Finding]:
    """Accepted records without any row: of whole days, and single ones by day, event and batch."""
    whole = {
        row[0]
        for row in scratch.rows(
            "select e.day from expected as e where e.state = 'accepted' and e.day in (select day from missing) group by e.day "
            "having count(*) = (select count(*) from missing as m where m.day = e.day)"
        )
    }
    sql = (
        "select day, count(*), list_sort(list_distinct(list(batch))), list_slice(list(record_id order by send_order), 1, 4) "
        "from missing group by day order by day"
    )
    for day, records, batches, ids in scratch.rows(sql):
        if day in whole:
            text = f"All of {day_text(day)} is missing: {plural(records, 'record')} accepted, none found{_ids(ids)}"
            yield Finding(
                "day_missing", text, records, day_text(day), "", _names(scratch, batches), f"{_LOST}: {again}"
            )
    sql = (
        "select day, event, batch, count(*), list_slice(list(record_id order by send_order), 1, 4) from missing "
        "group by day, event, batch order by count(*) desc, day, event limit 5000"
    )
    for day, event, batch, records, ids in scratch.rows(sql):
        if day not in whole:
            text = f"{plural(records, 'record')} of {safe(event)} accepted and not found{_ids(ids)}"
            yield Finding(
                "dropped", text, records, day_text(day), event, _name(scratch, batch), f"{_LOST}: {again}"
            )


def _renamed(scratch: Scratch) -> Iterator[Finding]:
    sql = (
        "select event, event_there, count(*), min(day), list_sort(list_distinct(list(batch))), "
        "list_slice(list(record_id order by send_order), 1, 4) from pairs where event <> event_there "
        "group by event, event_there order by count(*) desc, event limit 1000"
    )
    for event, there, records, day, batches, ids in scratch.rows(sql):
        text = f"{plural(records, 'record')} of {safe(event)} found under the name {safe(there)}{_ids(ids)}"
        yield Finding("event_renamed", text, records, day_text(day), event, _names(scratch, batches))


def _shifted(scratch: Scratch) -> Iterator[Finding]:
    sql = (
        "select ms_there - ms, count(*), min(day), case when count(distinct event) = 1 then min(event) else '' end, "
        "list_sort(list_distinct(list(batch))), list_slice(list(record_id order by send_order), 1, 4) from pairs "
        "where ms <> ms_there group by ms_there - ms order by count(*) desc limit 1000"
    )
    for delta, records, day, event, batches, ids in scratch.rows(sql):
        how = f"{_delta(delta)} {'later' if delta > 0 else 'earlier'}"
        text = f"{plural(records, 'record')} found {how} than sent{_ids(ids)}"
        yield Finding("time_shifted", text, records, day_text(day), event, _names(scratch, batches))


def _delta(milliseconds: int) -> str:
    size = abs(milliseconds)
    return duration(size / 1000) if size % 1000 == 0 else f"{size} ms"


def _moved_people(scratch: Scratch) -> Iterator[Finding]:
    """Records that stand under another distinct id, which nothing that was sent joins with theirs."""
    sql = (
        "select person, person_there, count(*), min(day), list_sort(list_distinct(list(batch))), "
        "list_slice(list(record_id order by send_order), 1, 4) from pairs where person <> person_there "
        "group by person, person_there order by count(*) desc limit 1000"
    )
    for _, there, records, day, batches, ids in scratch.rows(sql):
        known = scratch.rows("select record_id from expected where person = ? limit 1", (there,))
        whose = (
            f"the person of record {safe(known[0][0])}"
            if known
            else "somebody whom nothing that was sent names"
        )
        text = f"{plural(records, 'record')} of one person found under {whose}: two people are one there{_ids(ids)}"
        yield Finding("people_merged", text, records, day_text(day), "", _names(scratch, batches))


def _joined_people(scratch: Scratch) -> Iterator[Finding]:
    """Distinct ids that are one person at PostHog although no link joins them."""
    joined = (
        "select list_sort(list_distinct(list(distinct_id))) from people group by person "
        "having count(distinct distinct_id) > 1"
    )
    if not scratch.rows(f"select 1 from ({joined}) limit 1"):
        return
    clusters = Clusters(scratch.stream("select distinct first, second from links"))
    for (ids,) in scratch.stream(joined):
        parts = clusters.parts(ids)
        if len(parts) > 1:
            firsts = [_record_of(scratch, part[0]) for part in parts[:3]]
            persons = [one for part in parts for one in part]
            records = scratch.one(
                "select count(*) from expected where state = 'accepted' and list_contains(?, person)",
                (persons,),
            )
            text = (
                f"{len(parts)} people are one person there although nothing that was sent joins them: "
                f"those of records {', '.join(firsts)}"
            )
            yield Finding("people_merged", text, int(records))


def _record_of(scratch: Scratch, person: str) -> str:
    rows = scratch.rows(
        "select record_id from expected where person = ? order by send_order limit 1", (person,)
    )
    return safe(rows[0][0]) if rows else "?"


def _doubled(scratch: Scratch) -> Iterator[Finding]:
    """Rows too many that agree with a record in event, time and distinct id: whole batches, then single ones."""
    scratch.execute(
        """
        create table doubles as
        select x.key, x.event as event_there, x.person as person_there, x.ms as ms_there, e.record_id, e.event, e.day, e.batch
        from extra as x inner join expected as e on e.event = x.event and e.person = x.person and e.ms = x.ms
        where e.state = 'accepted'
        qualify row_number() over (partition by x.key, x.event, x.person, x.ms order by e.send_order) = 1
        """
    )
    sql = (
        "select d.batch, count(*), (select count(*) from expected as e where e.batch = d.batch and e.state = 'accepted'), "
        "min(d.day), case when count(distinct d.event) = 1 then min(d.event) else '' end, "
        "list_slice(list(d.record_id order by d.record_id), 1, 4), count(distinct d.record_id) "
        "from doubles as d group by d.batch order by count(*) desc limit 1000"
    )
    for batch, records, size, day, event, ids, different in scratch.rows(sql):
        name = _name(scratch, batch)
        if different >= size:
            text = f"Batch {name} stands there more than once: {plural(records, 'row')} too many, under other ids{_ids(ids)}"
            yield Finding("batch_doubled", text, records, day_text(day), event, name)
        else:
            text = f"{plural(records, 'row')} too many that repeat records of batch {name} under other ids{_ids(ids)}"
            yield Finding("extra", text, records, day_text(day), event, name)


def _extra(scratch: Scratch) -> Iterator[Finding]:
    """Rows with the import's mark that repeat nothing that was accepted."""
    scratch.execute(
        "delete from extra where exists (select 1 from doubles as d where d.key = extra.key "
        "and d.event_there = extra.event and d.person_there = extra.person and d.ms_there = extra.ms)"
    )
    sql = (
        "select ms // ?, event, count(*), list_slice(list(key order by key), 1, 4) from extra "
        "group by all order by count(*) desc limit 1000"
    )
    for day, event, records, keys in scratch.rows(sql, (DAY_MS,)):
        text = (
            f"{plural(records, 'row')} of {safe(event)} found that no accepted record stands for{_ids(keys)}"
        )
        yield Finding("extra", text, records, day_text(day), event)


@dataclass
class Wrong:
    """Records that differ in one field: how many, and the first ones with their day and batch."""

    records: int = 0
    first: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, record_id: str, day: str, batch: str) -> None:
        """One more."""
        self.records += 1
        if len(self.first) < 4:
            self.first.append((record_id, day, batch))


def value_findings(wrong: dict[str, Wrong], compared: int, is_all: bool) -> Iterator[Finding]:
    """One finding a field, of so many records that were compared, all or a sample."""
    kinds: dict[str, Any] = {"event": "event_renamed", "distinct_id": "people_merged", "time": "time_shifted"}
    of_what = plural(compared, "record" if is_all else "sampled record")
    for name, one in sorted(wrong.items(), key=lambda entry: (-entry[1].records, entry[0])):
        text = f"{one.records:,} of {of_what} arrived with another value of {safe(name)}{_ids([row[0] for row in one.first])}"
        yield Finding(
            kinds.get(name, "value_changed"), text, one.records, one.first[0][1], "", one.first[0][2]
        )
