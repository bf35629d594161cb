"""A whole verification: what was sent, what is there, what differs."""

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosswalk.errors import ConfigError
from crosswalk.output import plural
from crosswalk.progress import Progress
from crosswalk.push.stop import Stop
from crosswalk.push.vendor import Vendor
from crosswalk.settings import MixpanelExportSettings, PostHogQuerySettings
from crosswalk.verify.books import Books, find_books, load_books, open_books
from crosswalk.verify.fields import differences
from crosswalk.verify.findings import Wrong as _Wrong
from crosswalk.verify.findings import all_findings, value_findings
from crosswalk.verify.matching import make_expected, match
from crosswalk.verify.mixpanel_there import MixpanelThere
from crosswalk.verify.posthog_there import PostHogThere
from crosswalk.verify.result import (
    DayEvent,
    DayUsers,
    Finding,
    HourCount,
    Sample,
    VerifyResult,
    upper_bound,
)
from crosswalk.verify.rows import row_findings, source_rows
from crosswalk.verify.scratch import DAY_MS, Scratch, day_text, scratch
from crosswalk.verify.sent import Sent, load_sent
from crosswalk.warehouse import Warehouse

_PAYLOADS_A_QUERY = 400
_THERE = "state in ('accepted', 'changed')"


@dataclass(frozen=True)
class VerifyOptions:
    """`sample`: how many records are compared field by field, None for every one; `seed` chooses which."""

    state_dir: Path
    sample: int | None = None
    seed: int = 1
    stop: Stop = field(default_factory=Stop)


@dataclass
class _Outcome:
    """What was found out; sentences about what could not be compared, and about what is no difference."""

    findings: list[Finding] = field(default_factory=list)
    unverified: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sample: Sample | None = None


def verify(
    vendor: Vendor,
    settings: MixpanelExportSettings | PostHogQuerySettings,
    warehouse: Warehouse,
    options: VerifyOptions,
) -> VerifyResult:
    """Read the destination back and compare. Raises CrosswalkError where that cannot be done."""
    with open_books(options.state_dir) as connection, scratch(options.state_dir) as tables:
        books = find_books(connection, vendor)
        sent = _load(connection, books, tables, warehouse, vendor)
        result = _Outcome()
        _explain_others(sent, result)
        _check_records(sent, books, tables, warehouse, vendor, result)
        keys = _draw(tables, options)
        if isinstance(settings, MixpanelExportSettings):
            _read_mixpanel(settings, options, sent, tables, keys, result)
        else:
            _read_posthog(settings, options, sent, tables, keys, result)
        result.findings += all_findings(tables, vendor.name)
        _compare_fields(tables, warehouse, vendor.name, options, result)
        return _result(vendor, settings, books, sent, tables, source_rows(warehouse, vendor.name), result)


def _load(
    connection: sqlite3.Connection, books: Books, tables: Scratch, warehouse: Warehouse, vendor: Vendor
) -> Sent:
    load_books(connection, books, tables)
    rows = warehouse.query(f"select count(*) as n from {warehouse.payloads(vendor.name)}")
    sent = load_sent(warehouse, vendor.name, tables, int(rows[0]["n"]))
    make_expected(tables)
    if not sent.events or not tables.one(f"select count(*) from expected where {_THERE}"):
        raise ConfigError(
            f"no event that stands in the warehouse was accepted by {vendor.label} yet: run `crosswalk push` first."
        )
    return sent


def _explain_others(sent: Sent, result: _Outcome) -> None:
    for kind, number in sorted(sent.others.items()):
        result.unverified.append(
            f"{plural(number, 'record')} of kind {kind}: the raw export holds events only, profiles and groups are not in it"
        )
    if sent.unmarked:
        result.unverified.append(
            f"whether there are records too many: {plural(sent.unmarked, 'event')} carry no import mark, so that what is "
            "theirs cannot be told from other data"
        )


def _check_records(
    sent: Sent, books: Books, tables: Scratch, warehouse: Warehouse, vendor: Vendor, result: _Outcome
) -> None:
    """`rows read = parts`, `delivered + generated = payloads`, `payloads = accepted + rejected`."""
    findings, missing = row_findings(warehouse, vendor.name, sent.payloads)
    result.findings += findings
    result.unverified += missing
    states = dict(tables.rows("select state, count(*) from expected group by state"))
    if states.get("changed"):
        result.unverified.append(
            f"{plural(states['changed'], 'record')} changed since accepted: looked for by id, not by content"
        )
    for state, what in (("left", "have no answer yet"), ("open", "went out and were never answered")):
        if states.get(state):
            text = f"{plural(states[state], 'event')} of {sent.events:,} {what}: delivered is not accepted + rejected"
            result.findings.append(
                Finding("other", text, states[state], next=f"crosswalk push --to {vendor.name}")
            )
    others = sent.payloads - sent.events
    answered = books.accepted + books.rejected - (sent.events - states.get("left", 0) - states.get("open", 0))
    if others > max(answered, 0):
        text = f"{plural(others - max(answered, 0), 'profile or group record')} have no answer yet"
        result.findings.append(
            Finding("other", text, others - max(answered, 0), next=f"crosswalk push --to {vendor.name}")
        )


def _draw(tables: Scratch, options: VerifyOptions) -> list[tuple[str, int]] | None:
    """The sample: keys and times of accepted records, the same for the same seed; None where all are compared."""
    columns = "create table sample as select send_order, record_id, key, ms, day, batch from expected where state = 'accepted'"
    if options.sample is None:
        tables.execute(columns)
        return None
    tables.execute(
        f"{columns} order by md5(concat('{options.seed} ', key)), send_order limit {options.sample}"
    )
    return [(key, at) for key, at in tables.rows("select key, ms from sample order by ms, key")]


def _read_mixpanel(
    settings: MixpanelExportSettings,
    options: VerifyOptions,
    sent: Sent,
    tables: Scratch,
    keys: Sequence[tuple[str, int]] | None,
    result: _Outcome,
) -> None:
    marks = sent.marks if not sent.unmarked else set()
    there = MixpanelThere(settings, options.state_dir, options.stop, marks)
    try:
        result.unverified += there.load(tables, None if keys is None else {key for key, _ in keys})
    finally:
        there.close()
    if not marks:
        tables.execute("delete from found where key not in (select key from expected)")
    tables.execute("create table looked as select distinct day from expected")
    _match(tables, "mixpanel", bool(marks), result)
    copies = int(tables.one("select coalesce(sum(copies) - count(*), 0) from there"))
    if copies:
        result.notes.append(
            f"The raw export holds {plural(copies, 'copy')} of records that came more than once; Mixpanel counts them once "
            "(same event, distinct_id, time and $insert_id)."
        )


def _match(tables: Scratch, destination: str, is_marked: bool, result: _Outcome) -> None:
    older = match(tables, destination, is_marked)
    if older:
        result.notes.append(f"{plural(older, 'record')} of earlier builds are there too, as the ledger says.")


def _read_posthog(
    settings: PostHogQuerySettings,
    options: VerifyOptions,
    sent: Sent,
    tables: Scratch,
    keys: Sequence[tuple[str, int]] | None,
    result: _Outcome,
) -> None:
    marks = sent.marks if not sent.unmarked else set()
    there = PostHogThere(settings, options.state_dir, options.stop, marks)
    try:
        there.count(tables)
        tables.execute(_OFF if marks and keys is not None else _ALL_DAYS)
        days = [row[0] for row in tables.rows("select day from looked order by day")]
        there.list_days(tables, days, with_fields=keys is None)
        if keys is not None:
            there.read_fields(tables, keys)
    finally:
        there.close()
    if not marks:
        tables.execute("delete from found where key not in (select key from expected)")
    _match(tables, "posthog", bool(marks), result)
    copies = int(tables.one("select coalesce(sum(copies) - sum(records), 0) from cells"))
    if copies > 0:
        result.notes.append(
            f"{plural(copies, 'copy')} of records that came more than once are not merged yet; PostHog merges rows of one "
            "uuid, event, distinct id and day in time."
        )


# Days of which something was sent, or stands there.
_ALL_DAYS = (
    "create table looked as select day from expected union select day from cells where day is not null"
)
# The days on which a cell (a day and an event) differs in its count, its distinct ids or the sum of its times.
_OFF = f"""
create table looked as
select distinct day from (
    select coalesce(s.day, c.day) as day
    from (
        select day, event, count(*) as records, count(distinct person) as people, sum(ms // 1000) as seconds
        from expected where {_THERE} group by day, event
    ) as s
    full outer join cells as c on c.day = s.day and c.event = s.event
    where s.day is null or c.day is null or s.records <> c.records or s.people <> c.people or s.seconds <> c.seconds
)
"""


def _compare_fields(
    tables: Scratch, warehouse: Warehouse, destination: str, options: VerifyOptions, result: _Outcome
) -> None:
    """Records field by field, all or a sample, and the largest share of wrong ones that a sample still allows."""
    records = int(tables.one("select count(*) from sample"))
    equal = missing = 0
    wrong: dict[str, _Wrong] = {}
    pairs = _all_pairs if options.sample is None else _sampled_pairs
    with Progress(records, "records compared") as progress:
        for record_id, day, batch, payload, held in _settled(pairs(tables, warehouse, destination), tables):
            progress.add()
            if held is None:
                missing += 1
                continue
            found = differences(destination, payload, held)
            equal += not found
            for name in found:
                wrong.setdefault(name, _Wrong()).add(record_id, day, batch)
    kinds = {one.kind for one in result.findings}
    told = {"event": "event_renamed", "distinct_id": "people_merged", "time": "time_shifted"}
    untold = {name: one for name, one in wrong.items() if told.get(name) not in kinds}
    is_all = options.sample is None
    result.findings += value_findings(untold, records, is_all)
    share = (records - equal) / records if is_all and records else upper_bound(records, records - equal)
    result.sample = Sample(records, equal, missing, share, is_all=is_all)


# Id, day, batch, payload and what is held there (None: nothing) of a record.
_Pair = tuple[str, str, str, dict[str, Any], list[Any] | None]
# The row that was taken last counts.
_PAIRS = (
    "select s.send_order, s.record_id, s.day, coalesce(b.name, ''), f.held from sample as s "
    "left join batches as b on b.batch = s.batch "
    "left join (select key, arg_max(held, ingested) as held from fields group by key) as f on f.key = s.key "
    "order by s.send_order"
)


def _settled(pairs: Iterator[_Pair], tables: Scratch) -> Iterator[_Pair]:
    """The same, with the distinct id that was sent in place of one that links join with it."""
    people = set(tables.rows("select found, sent from same_person"))
    for record_id, day, batch, payload, there in pairs:
        sent_as = str(payload.get("distinct_id") or payload["properties"].get("distinct_id", ""))
        if there is not None and (there[1], sent_as) in people:
            there[1] = sent_as
        yield record_id, day, batch, payload, there


def _all_pairs(tables: Scratch, warehouse: Warehouse, destination: str) -> Iterator[_Pair]:
    """Every accepted record, in send order, as payloads are read."""
    rows = tables.stream(_PAIRS)
    row = next(rows, None)
    for batch in warehouse.stream_payloads(destination):
        for order, line in zip(
            batch.column("send_order").to_pylist(), batch.column("line").to_pylist(), strict=True
        ):
            if row is None:
                return
            if order == row[0]:
                yield _pair(row, json.loads(line[:-1]))
                row = next(rows, None)


def _sampled_pairs(tables: Scratch, warehouse: Warehouse, destination: str) -> Iterator[_Pair]:
    """The sampled records, some hundred payloads a query."""
    rows = tables.stream(_PAIRS)
    while some := [row for _, row in zip(range(_PAYLOADS_A_QUERY), rows, strict=False)]:
        orders = ", ".join(str(int(row[0])) for row in some)
        found = warehouse.query(
            f"select send_order, payload from {warehouse.payloads(destination)} where send_order in ({orders})"
        )
        payloads = {int(row["send_order"]): row["payload"] for row in found}
        for row in some:
            text = payloads[row[0]]
            yield _pair(row, json.loads(text) if isinstance(text, str) else text)


def _pair(row: Sequence[Any], payload: dict[str, Any]) -> _Pair:
    _, record_id, day, batch, held = row
    return record_id, day_text(day), batch, payload, json.loads(held) if held is not None else None


def _result(
    vendor: Vendor,
    settings: MixpanelExportSettings | PostHogQuerySettings,
    books: Books,
    sent: Sent,
    tables: Scratch,
    read: dict[tuple[str, str], int],
    outcome: _Outcome,
) -> VerifyResult:
    events, users, hours = _counts(tables, vendor.name, read)
    off = sum(abs(one.found - (one.accepted or 0)) for one in events)
    if off and not outcome.findings:
        outcome.findings.append(
            Finding("other", f"{plural(off, 'record')} differ in the counts by day and event", off)
        )
    return VerifyResult(
        destination=vendor.name,
        status="different" if outcome.findings else "verified",
        made_at=dt.datetime.now(dt.UTC).isoformat(timespec="microseconds"),
        host=vendor.url,
        project=books.project or settings.project_id,
        plan_id=books.plan_id,
        import_id=", ".join(sorted(sent.marks)),
        events=events,
        users=users,
        hours=hours,
        sample=outcome.sample,
        findings=outcome.findings,
        unverified=outcome.unverified,
        notes=outcome.notes,
    )


# Rows that stand for what the ledger holds as accepted, or for nothing: what an unanswered record left there is no count.
_FOUND = f"""
    select t.ms // {DAY_MS} as day, t.ms, t.event, t.person from there as t
    where not exists (select 1 from expected as e where e.key = t.key and e.state in ('open', 'left'))
        and not exists (select 1 from older as o where md5_number_lower(concat('import', chr(10), t.key)) = o.id_hash
            or md5_number_lower(concat('event', chr(10), t.key)) = o.id_hash)
"""


def _counts(
    tables: Scratch, destination: str, read: dict[tuple[str, str], int]
) -> tuple[list[DayEvent], list[DayUsers], list[HourCount]]:
    """By day and event, distinct ids by day, events by hour of the week; listed days by their rows, others as counted."""
    unlisted = "day not in (select day from looked)"
    found = f"select day, event, count(*) as found from ({_FOUND}) group by day, event"
    users = f"select day, count(distinct person) as found from ({_FOUND}) group by day"
    hours = f"select (ms // 3600000 + 72) % 168 as hour, count(*) as found from ({_FOUND}) group by hour"
    if destination == "posthog":
        found += f" union all select day, event, records from cells where {unlisted}"
        users += f" union all select day, people from users where {unlisted}"
        hours = "select hour, records as found from hours"
    events = tables.rows(
        f"""
        select coalesce(s.day, f.day), coalesce(s.event, f.event), coalesce(s.delivered, 0), coalesce(s.accepted, 0),
            coalesce(f.found, 0)
        from (
            select day, event, count(*) as delivered, count(*) filter ({_THERE}) as accepted from expected group by day, event
        ) as s
        full outer join (select day, event, sum(found)::bigint as found from ({found}) group by day, event) as f
            on f.day = s.day and f.event = s.event
        order by 1, 2
        """
    )
    people = tables.rows(
        f"""
        select coalesce(s.day, f.day), coalesce(s.sent, 0), coalesce(f.found, 0)
        from (select day, count(distinct person) as sent from expected where {_THERE} group by day) as s
        full outer join (select day, sum(found)::bigint as found from ({users}) group by day) as f on f.day = s.day
        order by 1
        """
    )
    return (
        [
            DayEvent(day_text(day), event, read.get((day_text(day), event)), *map(int, counts))
            for day, event, *counts in events
        ],
        [DayUsers(day_text(day), int(sent), int(found)) for day, sent, found in people],
        [
            HourCount(int(hour) // 24 + 1, int(hour) % 24, int(number))
            for hour, number in tables.rows(f"{hours} order by hour")
        ],
    )
