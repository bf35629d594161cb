"""The plan: what a push would send, counted and checked offline, with an id that stands for the content."""

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from crosswalk.limits import BYTE_RATES, LIMITS, RATES, Limits, cut, endpoint_of
from crosswalk.live_people import LivePeople
from crosswalk.output import plural
from crosswalk.personal.result import Personal
from crosswalk.plan_notes import Note, data_notes, preconditions, ranked, young_records
from crosswalk.plan_scan import privacy_notes, scan
from crosswalk.sql_text import literal
from crosswalk.warehouse import KIND_COLUMN, Warehouse


@dataclass(frozen=True)
class Kind:
    """The records of one kind (`kind` "all" for the sum): sizes in bytes, times in UTC."""

    kind: str
    records: int
    bytes: int
    distinct_ids: int
    days: int
    first_event_at: dt.datetime | None
    last_event_at: dt.datetime | None


@dataclass(frozen=True)
class LimitBreach:
    """Records that break one of the vendor's limits, with the worst value and one example."""

    limit_name: str
    limit_value: str
    records: int
    worst: str
    example_record_id: str


@dataclass(frozen=True)
class LimitCheck:
    """A documented limit of the vendor that every payload was held against, and how many break it."""

    limit_name: str
    limit_value: int
    records: int


@dataclass(frozen=True)
class Trial:
    """A part of the people with whole histories: `share` of them (`sample_people`), and how many rows stay away."""

    share: float
    people: int
    rows_left_out: int
    text: str


@dataclass(frozen=True)
class Plan:
    """Everything that is known about a push before it starts; `duration_seconds` is at `rate` records a second.

    `configuration` is what the push is set to do besides the content; both are in the id. `billable` records are those that
    the vendor bills, by `billable_rule`.
    """

    plan_id: str
    destination: str
    content: str
    records: int
    to_send: int
    requests: int
    rate: int
    duration_seconds: float
    total: Kind
    kinds: list[Kind]
    rejected: list[LimitBreach]
    truncated: list[LimitBreach]
    noted: list[LimitBreach]
    quarantined: dict[str, int]
    filtered: dict[str, int]
    billable: int
    billable_rule: str
    duplicates: int
    personal: Personal
    checked: list[LimitCheck] = field(default_factory=list)
    trial: Trial | None = None
    live_people: LivePeople | None = None
    warnings: list[Note] = field(default_factory=list)
    preconditions: list[str] = field(default_factory=list)
    configuration: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The plan as plain values, for JSON; times as ISO text."""
        return asdict(self) | {"personal": self.personal.as_dict() | {"line": self.personal.line()}}

    def endpoints(self) -> set[str]:
        """The endpoints that the records go to."""
        return {endpoint_of(self.destination, kind.kind) for kind in self.kinds}


@dataclass(frozen=True)
class PlanOptions:
    """What a plan is made for. `state_dir`: where findings of the same content are kept, so that they are not looked for
    again; None to look. `configuration` is that of crosswalk.plan_config."""

    rate: int | None = None
    batch_size: int | None = None
    configuration: Mapping[str, str] = field(default_factory=dict)
    live_people: LivePeople | None = None
    state_dir: Path | None = None


def plan_id_of(
    destination: str, records: int, content: str, configuration: Mapping[str, str] | None = None
) -> str:
    """The id: a hash of the destination's kind, of the content and of the configuration, the same on every machine."""
    settings = json.dumps(dict(configuration or {}), sort_keys=True, ensure_ascii=False)
    text = f"crosswalk plan 2\n{destination}\n{records}\n{content}\n{settings}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def make_plan(warehouse: Warehouse, destination: str, options: PlanOptions | None = None) -> Plan:
    """Read and check everything offline. Raises ConfigError where a relation is missing, LocalError for the file."""
    with warehouse.held():
        return _made(warehouse, destination, options)


def _made(warehouse: Warehouse, destination: str, options: PlanOptions | None) -> Plan:
    wish, now = options or PlanOptions(), dt.datetime.now(dt.UTC).replace(tzinfo=None)
    content, personal = scan(warehouse, destination, wish.state_dir)
    total, kinds = _kinds(warehouse, destination)
    requests, to_send, bytes_to_send = _requests(warehouse, destination, wish.batch_size)
    pace = wish.rate or RATES[destination]
    rejected = _breaches(warehouse, destination, "rejected")
    filtered = _filtered(warehouse, destination)
    billable, rule = _billable(warehouse, destination, now)
    return Plan(
        plan_id=plan_id_of(destination, content.records, content.text(), wish.configuration),
        destination=destination,
        content=content.text(),
        records=content.records,
        to_send=to_send,
        requests=requests,
        rate=pace,
        duration_seconds=_seconds(destination, to_send, bytes_to_send, pace, wish.rate),
        total=total,
        kinds=kinds,
        rejected=rejected,
        truncated=_breaches(warehouse, destination, "truncated"),
        noted=_breaches(warehouse, destination, "warning"),
        quarantined=_quarantined(warehouse, destination),
        filtered=filtered,
        billable=billable,
        billable_rule=rule,
        duplicates=_duplicates(warehouse, destination),
        personal=personal,
        checked=_checked(warehouse, destination),
        trial=_trial(wish.configuration, total.distinct_ids, filtered.get("not_sampled", 0)),
        live_people=wish.live_people,
        warnings=ranked(
            [*data_notes(warehouse, destination, now), *privacy_notes(personal), *_over_limits(rejected)]
        ),
        preconditions=preconditions(destination, {kind.kind for kind in kinds}),
        configuration=dict(wish.configuration),
    )


def _over_limits(rejected: list[LimitBreach]) -> list[Note]:
    """One warning for each limit that records break."""
    return [
        Note(
            "loss",
            f"{plural(one.records, 'record')} over the limit {one.limit_name} ({one.limit_value}): not sent.",
            one.records,
            "shorten them at the source or in the crosswalk, then dbt build",
        )
        for one in rejected
    ]


def _billable(warehouse: Warehouse, destination: str, now: dt.datetime) -> tuple[int, str]:
    """Mixpanel docs, pricing: events count in the month in which they are sent. PostHog docs, migrate: historical data is
    free, records younger than 48 hours are not historical."""
    if destination == "posthog":
        return young_records(
            warehouse, now
        ), "records less than 48 hours old; older ones are free as a historical migration"
    rows = warehouse.query(
        f"""
        select count(*) as n from {warehouse.payloads(destination)} p
        left join (
            select distinct record_id from {warehouse.relation("audit_payload_violations")}
            where destination = {literal(destination)} and effect = 'rejected'
        ) r on r.record_id = p.record_id
        where p.endpoint = 'import' and r.record_id is null
        """
    )
    return int(
        rows[0]["n"]
    ), "events, in the month in which they are sent; profiles and groups are not billed"


def _duplicates(warehouse: Warehouse, destination: str) -> int:
    """Rows of the files that stand there twice; 0 where the audit was not built."""
    if not warehouse.has("audit_route_counts"):
        return 0
    relation = warehouse.relation("audit_route_counts")
    rows = warehouse.query(
        f"select sum(duplicate) as n from {relation} where destination = {literal(destination)}"
    )
    return int(rows[0]["n"] or 0)


def _checked(warehouse: Warehouse, destination: str) -> list[LimitCheck]:
    """Every limit that payloads are held against, also where none breaks it."""
    if not warehouse.has("audit_payload_limits"):
        return []
    rows = warehouse.query(
        f"select limit_name, limit_value, records from {warehouse.relation('audit_payload_limits')} "
        f"where destination = {literal(destination)}"
    )
    found = [LimitCheck(str(row["limit_name"]), int(row["limit_value"]), int(row["records"])) for row in rows]
    return sorted(found, key=lambda one: one.limit_name)


def _trial(configuration: Mapping[str, str], people: int, left_out: int) -> Trial | None:
    """What `sample_people` makes of the push; None where everybody goes."""
    try:
        share = float(configuration.get("variable sample_people", "1"))
    except ValueError:
        return None
    if not 0 < share < 1:
        return None
    text = (
        f"A trial: one person in {1 / share:,.0f}, whole histories: {people:,} distinct ids, and {left_out:,} rows of other "
        f"people stay away (sample_people: {share:g})."
    )
    return Trial(share, people, left_out, text)


def _seconds(destination: str, records: int, size: int, pace: int, asked: int | None) -> float:
    """A vendor's byte rate counts only where no rate was asked for: who asks for a rate, gets it."""
    by_records = records / pace
    byte_rate = BYTE_RATES[destination]
    return round(by_records if asked or not byte_rate else max(by_records, size / byte_rate), 1)


def _kinds(warehouse: Warehouse, destination: str) -> tuple[Kind, list[Kind]]:
    """The sum and the kinds, by name; two queries, since distinct ids of kinds do not add up."""
    column, payloads = KIND_COLUMN[destination], warehouse.payloads(destination)
    counts = """
        count(*) as records, sum(payload_bytes) as bytes, count(distinct distinct_id) as distinct_ids,
        count(distinct event_date) as days, min(event_at) as first_event_at, max(event_at) as last_event_at
    """
    kinds = warehouse.query(f"select {column} as kind, {counts} from {payloads} group by {column}")
    total = warehouse.query(f"select 'all' as kind, {counts} from {payloads}")
    return _kind(total[0]), sorted((_kind(row) for row in kinds), key=lambda kind: kind.kind)


def _kind(row: dict[str, Any]) -> Kind:
    return Kind(**row | {"bytes": int(row["bytes"] or 0)})


def _requests(warehouse: Warehouse, destination: str, batch_size: int | None) -> tuple[int, int, int]:
    """Requests, records and bytes that would go out, by the very rule of `push`; refused records are left out."""
    requests = records = size = 0
    for endpoint, vendor_limits in LIMITS[destination].items():
        limits = vendor_limits.lowered(batch_size)
        sendable = _sendable(warehouse, destination, endpoint)
        for row in warehouse.query(_groups_sql(sendable, limits)):
            requests += int(row["number"]) if row["fits"] else 0
            records += int(row["records"])
            size += int(row["bytes"])
        large = warehouse.stream(_large_sql(sendable, limits))
        for _, group in itertools.groupby(large, key=lambda row: (row[0], row[1])):
            requests += sum(1 for _ in cut((int(row[2]) for row in group), limits))
    return requests, records, size


def _sendable(warehouse: Warehouse, destination: str, endpoint: str) -> str:
    """SQL of the records of one endpoint that the vendor would take; `size` in bytes, a comma included."""
    here = f"p.endpoint = {literal(endpoint)} and" if destination == "mixpanel" else ""
    return f"""
        select p.event_date, p.bucket, p.send_order, p.payload_bytes + 1 as size
        from {warehouse.payloads(destination)} p
        left join (
            select distinct record_id from {warehouse.relation("audit_payload_violations")}
            where destination = {literal(destination)} and effect = 'rejected'
        ) r on r.record_id = p.record_id
        where {here} r.record_id is null
    """


def _groups_sql(sendable: str, limits: Limits) -> str:
    """The buckets of a day, counted by whether all of their records fit into one request."""
    return f"""
        select fits, count(*) as number, sum(records) as records, sum(bytes) as bytes from (
            select count(*) as records, sum(size) as bytes, {_fits(limits)} as fits
            from ({sendable}) s group by event_date, bucket
        ) g group by fits
    """


def _large_sql(sendable: str, limits: Limits) -> str:
    """Day, bucket and size of each record of the other buckets, in the order in which they are sent."""
    return f"""
        select s.event_date, s.bucket, s.size from ({sendable}) s
        join (
            select event_date, bucket from ({sendable}) t group by event_date, bucket having {_fits(limits)} = 0
        ) g on g.event_date = s.event_date and g.bucket = s.bucket
        order by s.event_date, s.bucket, s.send_order
    """


def _fits(limits: Limits) -> str:
    return f"case when count(*) <= {limits.records} and sum(size) <= {limits.bytes} then 1 else 0 end"


def _breaches(warehouse: Warehouse, destination: str, effect: str) -> list[LimitBreach]:
    """Most records first."""
    rows = warehouse.query(
        f"""
        select limit_name, max(limit_value) as limit_value, count(distinct record_id) as records, max(actual) as worst,
            min({warehouse.bytewise("record_id")}) as example_record_id
        from {warehouse.relation("audit_payload_violations")}
        where destination = {literal(destination)} and effect = {literal(effect)} group by limit_name
        """
    )
    texts = ("limit_value", "worst", "example_record_id")
    found = [LimitBreach(**row | {name: _text(row[name]) for name in texts}) for row in rows]
    return sorted(found, key=lambda one: (-one.records, one.limit_name))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _quarantined(warehouse: Warehouse, destination: str) -> dict[str, int]:
    """Rows per reason; rows that a source lost before any destination (no destination named) count too."""
    rows = warehouse.query(
        f"""
        select reason, count(*) as number from {warehouse.relation("audit_quarantined")}
        where coalesce(destination, '') in ({literal(destination)}, '') group by reason
        """
    )
    return _most_first({row["reason"]: int(row["number"]) for row in rows})


def _filtered(warehouse: Warehouse, destination: str) -> dict[str, int]:
    """Rows per reason; summed here, since `rows` is a word that some engines want quoted."""
    counted: dict[str, int] = {}
    for row in warehouse.query(f"select * from {warehouse.relation('audit_filtered')}"):
        if row["destination"] in (destination, "", None):
            counted[row["reason"]] = counted.get(row["reason"], 0) + int(row["rows"])
    return _most_first(counted)


def _most_first(counted: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda one: (-one[1], str(one[0]))))
