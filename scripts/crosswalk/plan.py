"""The plan: what a push would send, counted and checked offline, with an id that stands for the content."""

import datetime as dt
import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any

from crosswalk.limits import BYTE_RATES, LIMITS, RATES, Limits, cut, endpoint_of
from crosswalk.plan_notes import mixpanel_warnings, posthog_warnings, preconditions
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
    column = KIND_COLUMN[destination]
    rows = warehouse.query(
        f"""
        select coalesce({column}, 'all') as kind, count(*) as records, coalesce(sum(payload_bytes), 0)::bigint as bytes,
            count(distinct distinct_id) as distinct_ids, count(distinct event_date) as days,
            min(event_at) as first_event_at, max(event_at) as last_event_at
        from {warehouse.payloads(destination)}
        group by grouping sets ({column}, ())
        order by grouping({column}), kind
        """
    )
    kinds = [Kind(**row) for row in rows]
    return kinds[-1], kinds[:-1]


def _requests(warehouse: Warehouse, destination: str, batch_size: int | None) -> tuple[int, int, int]:
    """Requests, records and bytes that would go out, by the very rule of `push`; refused records are left out."""
    requests = records = size = 0
    for endpoint, vendor_limits in LIMITS[destination].items():
        limits = vendor_limits.lowered(batch_size)
        counted = _groups(warehouse, destination, endpoint, limits)
        requests += counted["small"]
        requests += sum(sum(1 for _ in cut(sizes, limits)) for sizes in counted["large"] or [])
        records += counted["records"]
        size += counted["bytes"]
    return requests, records, size


def _groups(warehouse: Warehouse, destination: str, endpoint: str, limits: Limits) -> dict[str, Any]:
    """The groups of one endpoint: how many fit into one request, and the sizes of the records of the others."""
    here = "endpoint = $endpoint and" if destination == "mixpanel" else ""
    return warehouse.query(
        f"""
        with sendable as (
            select event_date, bucket, send_order, payload_bytes + 1 as size from {warehouse.payloads(destination)}
            where {here} record_id not in (
                select record_id from {warehouse.relation("audit_payload_violations")}
                where destination = $destination and effect = 'rejected' and record_id is not null
            )
        ),

        groups as (
            select event_date, bucket, count(*) as records, sum(size) as bytes,
                count(*) <= {limits.records} and sum(size) <= {limits.bytes} as fits
            from sendable group by event_date, bucket
        ),

        large as (
            select list(size order by send_order) as sizes
            from sendable semi join (from groups where not fits) using (event_date, bucket) group by event_date, bucket
        )

        select count(*) filter (fits) as small, (select list(sizes) from large) as large,
            coalesce(sum(records), 0)::bigint as records, coalesce(sum(bytes), 0)::bigint as bytes
        from groups
        """,
        {"destination": destination} | ({"endpoint": endpoint} if here else {}),
    )[0]


def _breaches(warehouse: Warehouse, destination: str, effect: str) -> list[LimitBreach]:
    rows = warehouse.query(
        f"""
        select limit_name, coalesce(max(limit_value)::varchar, '') as limit_value, count(distinct record_id) as records,
            coalesce(max(actual)::varchar, '') as worst, coalesce(min(record_id), '') as example_record_id
        from {warehouse.relation("audit_payload_violations")}
        where destination = ? and effect = ?
        group by limit_name order by records desc, limit_name
        """,
        [destination, effect],
    )
    return [LimitBreach(**row) for row in rows]


def _quarantined(warehouse: Warehouse, destination: str) -> dict[str, int]:
    """Rows per reason; rows that a source lost before any destination (no destination named) count too."""
    rows = warehouse.query(
        f"""
        select reason, count(*) as rows from {warehouse.relation("audit_quarantined")}
        where destination = ? or coalesce(destination, '') = '' group by reason order by rows desc, reason
        """,
        [destination],
    )
    return {row["reason"]: row["rows"] for row in rows}


def _filtered(warehouse: Warehouse, destination: str) -> dict[str, int]:
    rows = warehouse.query(
        f"""
        select reason, sum(rows)::bigint as rows from {warehouse.relation("audit_filtered")}
        where destination = ? or coalesce(destination, '') = '' group by reason order by rows desc, reason
        """,
        [destination],
    )
    return {row["reason"]: row["rows"] for row in rows}
