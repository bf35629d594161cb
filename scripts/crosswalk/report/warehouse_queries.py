"""The questions to the warehouse: plain aggregates over the audit and payload relations, in SQL that most engines take."""

from dataclasses import dataclass

from crosswalk.report.book import Book
from crosswalk.warehouse import KIND_COLUMN

# What a record is called that stands for one row of the source.
EVENT_KIND = {"mixpanel": "import", "posthog": "event"}
PARTS = ("malformed", "duplicate", "filtered", "quarantined", "delivered")
TOP_EVENTS = 7
# Rows on both sides of the middle among which examples are looked for.
EXAMPLE_ROWS = 200
EXAMPLES = 4
# An event of such a name would merge people or groups, so it goes out under another: `*_routed_events` in models/destinations.
_VERBS = {
    "mixpanel": "('$identify', '$create_alias', '$merge')",
    "posthog": "('$create_alias', '$merge_dangerously', '$groupidentify')",
}
_SUMS = ",\n    ".join(f"cast(sum({name}) as bigint) as {name}" for name in ("rows_read", *PARTS))


def ask_core(book: Book, destination: str) -> None:
    """What the verdict rests on."""
    counts, payloads = book.relation("audit_route_counts"), book.relation(f"{destination}_payloads")
    book.warehouse(
        "payloads",
        "Payloads that stand ready",
        f"""
select count(*) as records, cast(sum(payload_bytes) as bigint) as bytes, count(distinct event_date) as days,
    count(distinct distinct_id) as distinct_ids, min(event_at) as first_at, max(event_at) as last_at
from {payloads}""",
    )
    book.warehouse(
        "rows",
        "What became of the rows of the files",
        f"""
select
    {_SUMS},
    cast(sum(case when rows_read <> {" + ".join(PARTS)} then 1 else 0 end) as bigint) as lines_off
from {counts}
where destination = '{destination}'""",
    )
    book.warehouse(
        "generated",
        "Records that stand for no single row",
        f"""
select kind, records from {book.relation("audit_generated")}
where destination = '{destination}'
order by kind""",
    )
    book.warehouse(
        "over_limits",
        "Payloads over a limit, which are not sent",
        f"""
select count(distinct record_id) as records from {book.relation("audit_payload_violations")}
where destination = '{destination}' and effect = 'rejected'""",
    )


def ask_all(book: Book, destination: str) -> None:
    """Everything else."""
    _ask_flow(book, destination)
    _ask_days(book, destination)
    _ask_events(book, destination)
    _ask_examples(book, destination)
    _ask_hours(book, destination)
    _ask_properties(book, destination)
    _ask_people(book)
    _ask_reasons(book, destination)


def ask_keys(book: Book) -> None:
    """Which keys for hashing there are; never their values."""
    book.warehouse(
        "keys",
        "Keys that properties are hashed with, by name",
        f"select name from {book.relation('crosswalk_keys')} order by name",
    )


def _ask_flow(book: Book, destination: str) -> None:
    book.warehouse(
        "sources",
        "What became of the rows of each source",
        f"""
select source,
    {_SUMS}
from {book.relation("audit_route_counts")}
where destination = '{destination}'
group by source
order by source""",
    )
    book.warehouse(
        "kinds",
        "Payloads by kind",
        f"""
select {KIND_COLUMN[destination]} as kind, count(*) as records, cast(sum(payload_bytes) as bigint) as bytes,
    count(distinct distinct_id) as distinct_ids, min(event_at) as first_at, max(event_at) as last_at
from {book.relation(f"{destination}_payloads")}
group by {KIND_COLUMN[destination]}
order by records desc, kind""",
    )


def _ask_days(book: Book, destination: str) -> None:
    counts, payloads = book.relation("audit_route_counts"), book.relation(f"{destination}_payloads")
    is_event = f"{KIND_COLUMN[destination]} = '{EVENT_KIND[destination]}'"
    book.warehouse(
        "days",
        "Payloads by day",
        f"""
select event_date as day, count(*) as records, cast(sum(case when {is_event} then 1 else 0 end) as bigint) as events,
    count(distinct case when {is_event} then distinct_id end) as distinct_ids
from {payloads}
group by event_date
order by event_date""",
    )
    book.warehouse(
        "over_limits_days",
        "Payloads over a limit by day",
        f"""
select p.event_date as day, count(distinct p.record_id) as records
from {payloads} as p
inner join {book.relation("audit_payload_violations")} as v on v.record_id = p.record_id
where v.destination = '{destination}' and v.effect = 'rejected'
group by p.event_date
order by p.event_date""",
    )
    book.warehouse(
        "source_days",
        "What became of the rows of each day",
        f"""
select event_date as day,
    {_SUMS}
from {counts}
where destination = '{destination}' and event_date is not null
group by event_date
order by event_date""",
    )
    book.warehouse(
        "top_days",
        f"Rows delivered by day: the {TOP_EVENTS} largest events and the others",
        f"""
with top as (
    select event_name, row_number() over (order by sum(delivered) desc, event_name) as place
    from {counts}
    where destination = '{destination}'
    group by event_name
)

select c.event_date as day, case when t.place <= {TOP_EVENTS} then t.event_name end as event_name,
    min(case when t.place <= {TOP_EVENTS} then t.place end) as place, cast(sum(c.delivered) as bigint) as delivered
from {counts} as c
inner join top as t on t.event_name = c.event_name
where c.destination = '{destination}' and c.event_date is not null
group by c.event_date, case when t.place <= {TOP_EVENTS} then t.event_name end
having sum(c.delivered) > 0
order by day, place""",
    )


@dataclass(frozen=True)
class NameSql:
    """SQL about an event's name at the destination, over a row `c` with source and event_name and the seed `n`."""

    name: str
    mapped: str
    dropped: str
    is_verb: str

    @property
    def arrives_as(self) -> str:
        """The name at the destination; null for what is dropped."""
        return f"""case
        when {self.dropped} then null
        when {self.is_verb} then c.source || '_' || {self.mapped}
        else {self.mapped}
    end"""


def name_sql(destination: str) -> NameSql:
    """The rule of `*_routed_events` in models/destinations, for names alone."""
    name = f"n.{destination}_event"
    # A PostHog row that goes back to PostHog is complete, verbs and all.
    elsewhere = " and c.source <> 'posthog'" if destination == "posthog" else ""
    mapped = f"coalesce({name}, c.event_name)"
    return NameSql(
        name,
        mapped,
        f"coalesce(n.action = 'drop' and {name} is null, false)",
        f"{mapped} in {_VERBS[destination]}{elsewhere}",
    )


def _ask_events(book: Book, destination: str) -> None:
    rule = name_sql(destination)
    book.warehouse(
        "events",
        "What became of each event, and its name at the destination",
        f"""
with counted as (
    select source, event_name, min(event_date) as first_day, max(event_date) as last_day,
        {_SUMS.replace(chr(10), chr(10) + "    ")}
    from {book.relation("audit_route_counts")}
    where destination = '{destination}' and event_name is not null
    group by source, event_name
)

select c.source, c.event_name,
    {rule.arrives_as} as destination_event,
    case
        when {rule.dropped} then 'dropped'
        when {rule.is_verb} then 'verb renamed'
        when {rule.name} <> c.event_name then 'renamed'
        else 'own name'
    end as rule,
    c.rows_read, {", ".join(f"c.{part}" for part in PARTS[1:])}, c.first_day, c.last_day
from counted as c
left join {book.relation("crosswalk_event_names")} as n on n.source = c.source and n.source_event = c.event_name
order by c.rows_read desc, c.source, c.event_name""",
    )


def _ask_examples(book: Book, destination: str) -> None:
    """Rows whose key is their record id, so that both ends can be laid side by side."""
    middle = book["payloads"].number("records") // 2
    events, payloads = book.relation("hub_events"), book.relation(f"{destination}_payloads")
    kind = f"{KIND_COLUMN[destination]} = '{EVENT_KIND[destination]}'"
    book.warehouse(
        "examples",
        "One row of an event, before and after",
        f"""
with part as (
    select record_id, send_order
    from {payloads}
    where {kind} and send_order between {middle - EXAMPLE_ROWS} and {middle + EXAMPLE_ROWS} and payload_bytes < 20000
),

pairs as (
    select e.source, e.event_name, e.event_key, p.send_order,
        row_number() over (partition by e.source, e.event_name order by p.send_order) as place
    from part as p
    inner join (
        select source, event_name, event_key from {events}
        where event_key in (select record_id from part)
    ) as e on e.event_key = p.record_id
),

chosen as (
    select source, event_name, event_key, send_order from pairs
    where place = 1
    order by send_order
    limit {EXAMPLES}
)

select c.source, c.event_name, e.event_properties, e.user_properties, p.payload
from chosen as c
inner join (
    select source, event_key, event_properties, user_properties from {events}
    where event_key in (select event_key from chosen)
) as e on e.event_key = c.event_key and e.source = c.source
inner join (
    select send_order, payload from {payloads}
    where send_order in (select send_order from chosen)
) as p on p.send_order = c.send_order
order by c.send_order
""",
        masked={"event_properties": "object", "user_properties": "object", "payload": "object"},
    )


def _ask_hours(book: Book, destination: str) -> None:
    hours = (
        "extract(isodow from event_at) as weekday, extract(hour from event_at) as hour, count(*) as events"
    )
    book.warehouse(
        "hours_source",
        "Events of the source by hour of the week, UTC",
        f"select {hours}\nfrom {book.relation('hub_events')}\ngroup by 1, 2\norder by 1, 2",
    )
    book.warehouse(
        "hours_sent",
        "Event payloads by hour of the week, UTC",
        f"""
select {hours}
from {book.relation(f"{destination}_payloads")}
where {KIND_COLUMN[destination]} = '{EVENT_KIND[destination]}'
group by 1, 2
order by 1, 2""",
    )


def _ask_properties(book: Book, destination: str) -> None:
    book.warehouse(
        "properties",
        "Every property that was seen",
        f"""
select source, scope, name, types, rows, fill_rate, first_day, last_day, example
from {book.relation("audit_property_catalog")}
order by rows desc, source, scope, name""",
        masked={"example": "shape"},
    )
    book.warehouse(
        "unmapped",
        "Properties that the crosswalk does not name",
        f"""
select source, scope, count(*) as names, cast(sum(rows) as bigint) as rows
from {book.relation("audit_unmapped_properties")}
group by source, scope
order by source, scope""",
    )
    for name, relation in (
        ("seed_properties", "crosswalk_properties"),
        ("seed_properties_custom", "crosswalk_properties_custom"),
    ):
        book.warehouse(
            name,
            "The crosswalk of properties",
            f"""
select canonical_property, scope, amplitude, heap, mixpanel, posthog, person
from {book.relation(relation)}
order by canonical_property, scope""",
        )
    book.warehouse(
        "seed_reserved",
        "Names that the destination keeps for itself",
        f"select name from {book.relation('crosswalk_reserved')} where destination = '{destination}' order by name",
    )
    book.warehouse(
        "seed_internal",
        "Names that are internal to a vendor",
        f"select source, name, action from {book.relation('crosswalk_internal')} order by source, name",
    )


def _ask_people(book: Book) -> None:
    names = ("users", "devices", "links", "shared_devices", "blocked_ids", "anonymous_only")
    sums = ", ".join(f"cast(sum({name}) as bigint) as {name}" for name in names)
    links = book.relation("hub_identity_links")
    book.warehouse(
        "identity",
        "Users, devices and what links them",
        f"select source, {sums}\nfrom {book.relation('audit_identity')}\ngroup by source\norder by source",
    )
    book.warehouse(
        "clusters",
        "Users by the number of devices that are linked to them",
        f"""
select devices, count(*) as users
from (
    select source, source_project, user_id, count(*) as devices
    from {links}
    where link_rank = 1
    group by source, source_project, user_id
) as linked
group by devices
order by devices""",
    )
    book.warehouse(
        "shared_devices",
        "Devices by the number of users who shared them",
        f"""
select users, count(*) as devices
from (
    select source, source_project, device_id, count(*) as users
    from {links}
    group by source, source_project, device_id
) as used
where users > 1
group by users
order by users""",
    )


def _ask_reasons(book: Book, destination: str) -> None:
    book.warehouse(
        "quarantined",
        "Rows that could not be used, with their reason",
        f"""
select source, stage, reason, count(*) as rows, min(file) as example_file, min(line) as first_line
from {book.relation("audit_quarantined")}
where destination = '{destination}' or destination is null
group by source, stage, reason
order by rows desc, source, stage, reason""",
    )
    book.warehouse(
        "filtered",
        "Rows that were left out on purpose",
        f"""
select source, reason, cast(sum(rows) as bigint) as rows
from {book.relation("audit_filtered")}
where destination = '{destination}'
group by source, reason
order by rows desc, source, reason""",
    )
    book.warehouse(
        "private",
        "Properties that were left out or hashed",
        f"""
select source, reason, rows
from {book.relation("audit_repaired")}
where reason like 'private%'
order by rows desc, source, reason""",
    )
    other = "mixpanel" if destination == "posthog" else "posthog"
    book.warehouse(
        "repaired",
        "What was repaired or is worth a look",
        f"""
select source, reason, rows
from {book.relation("audit_repaired")}
where reason <> 'property_renamed_for_{other}'
order by rows desc, source, reason""",
    )
    book.warehouse(
        "limits",
        "Payloads over a limit of the destination",
        f"""
select l.limit_name, l.limit_value, l.records, l.worst, coalesce(v.effect, '') as effect
from {book.relation("audit_payload_limits")} as l
left join (
    select distinct limit_name, effect from {book.relation("audit_payload_violations")}
    where destination = '{destination}'
) as v on v.limit_name = l.limit_name
where l.destination = '{destination}'
order by l.records desc, l.limit_name""",
    )
