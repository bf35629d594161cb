"""The plan: what a push would send, counted and checked offline, with an id that stands for the content."""

import datetime as dt
import hashlib
import itertools
from dataclasses import asdict, dataclass, field
from typing import Any

from crosswalk.limits import BYTE_RATES, LIMITS, RATES, Limits, cut, endpoint_of
from crosswalk.plan_notes import mixpanel_warnings, posthog_warnings, preconditions
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
class Plan:
    """Everything that is known about a push before it starts; `duration_seconds` is at `rate` records a second."""

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
    warnings: list[str] = field(default_factory=list)
    preconditions: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The plan as plain values, for JSON; times as ISO text."""
        return asdict(self)

    def endpoints(self) -> set[str]:
        """The endpoints that the records go to."""
        return {endpoint_of(self.destination, kind.kind) for kind in self.kinds}


def plan_id_of(destination: str, records: int, content: str) -> str:
    """The id: a hash of the destination's kind and of the content, the same on every machine and in every run."""
    return hashlib.sha256(f"crosswalk plan 1\n{destination}\n{records}\n{content}".encode()).hexdigest()[:16]


def make_plan(
    warehouse: Warehouse, destination: str, rate: int | None = None, batch_size: int | None = None
) -> Plan:
    """Read and check everything offline. Raises ConfigError where a relation is missing, LocalError for the file."""
    records, content = warehouse.content_hash(destination)
    total, kinds = _kinds(warehouse, destination)
    requests, to_send, bytes_to_send = _requests(warehouse, destination, batch_size)
    truncated = _breaches(warehouse, destination, "truncated")
    warn = mixpanel_warnings if destination == "mixpanel" else posthog_warnings
    pace = rate or RATES[destination]
    return Plan(
        plan_id=plan_id_of(destination, records, content),
        destination=destination,
        content=content,
        records=records,
        to_send=to_send,
        requests=requests,
        rate=pace,
        duration_seconds=_seconds(destination, to_send, bytes_to_send, pace, rate),
        total=total,
        kinds=kinds,
        rejected=_breaches(warehouse, destination, "rejected"),
        truncated=truncated,
        noted=_breaches(warehouse, destination, "warning"),
        quarantined=_quarantined(warehouse, destination),
        filtered=_filtered(warehouse, destination),
        warnings=warn(warehouse, dt.datetime.now(dt.UTC).replace(tzinfo=None)),
        preconditions=preconditions(destination, {kind.kind for kind in kinds}),
    )


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
