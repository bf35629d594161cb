"""What a person should know before a push: the vendor's conditions, and what the data itself warns of."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from crosswalk.output import count, plural
from crosswalk.sql_text import literal
from crosswalk.warehouse import KIND_COLUMN, Warehouse

# The gravest first: records that do not arrive as they are, then money, then people's data, then the rest.
SEVERITIES = ("loss", "cost", "privacy", "care")

# PostHog docs, migrate: data must be dated at least 48 hours before the import, else it is billed as new.
POSTHOG_AGE = dt.timedelta(hours=48)
# PostHog docs, migrate: historical data is free; more than 20 million events are to be announced first.
_POSTHOG_ANNOUNCED = 20_000_000
# PostHog docs, group analytics: at most five group types in a project.
_POSTHOG_GROUP_TYPES = 5
# Mixpanel docs, privacy/gdpr-compliance: 2 years for projects created since 2025-09-01, 5 years for older ones.
_MIXPANEL_RETENTION = ((dt.timedelta(days=730), "730 days"), (dt.timedelta(days=1826), "5 years"))
# Mixpanel docs, reference/import-events: not more than one hour in the future.
_MIXPANEL_FUTURE = dt.timedelta(hours=1)
# Mixpanel docs, data-structure/events-and-properties: more names are taken in and not indexed.
_MIXPANEL_NAMES = 5_000
# Mixpanel docs, tracking-best-practices/hot-shard-limits: events of one distinct id on one day.
_MIXPANEL_HOT = 200_000

_POSTHOG_CONDITIONS = (
    "Send to a test project first: PostHog cannot delete events selectively.",
    "The organisation needs the paid product-analytics plan.",
    "Ask in-app support for a historical import, and wait for the OK before you push.",
    "The data is to be at least 48 hours old; newer events are billed as new ones.",
    "Every request carries historical_migration, and days go out oldest first.",
)
_MIXPANEL_CONDITIONS = (
    "Send to a test project first: events cannot be deleted one by one.",
    "Use a new, empty project with Simplified ID Merge: the setting is fixed once data is there.",
    "Events older than the project's retention are refused (2 years for projects made since September 2025, else 5).",
    "Backfilled events are billed in the month in which they are sent.",
    "Events older than 30 days do not show in Lexicon: look for them in Insights.",
)
_MIXPANEL_GROUPS = "Group keys must exist in the project settings before data arrives."


@dataclass(frozen=True)
class Note:
    """One warning: how grave (of SEVERITIES), in words, how many records are concerned, what to type or set next."""

    severity: str
    text: str
    records: int
    next: str = ""


def ranked(notes: Collection[Note]) -> list[Note]:
    """The gravest first, then those of most records."""
    return sorted(notes, key=lambda one: (SEVERITIES.index(one.severity), -one.records, one.text))


def preconditions(destination: str, kinds: Collection[str]) -> list[str]:
    """The vendor's own conditions, one sentence each (PostHog docs, migrate; Mixpanel docs, import and id-management)."""
    if destination == "posthog":
        return list(_POSTHOG_CONDITIONS)
    notes = list(_MIXPANEL_CONDITIONS)
    if "groups" in kinds:
        notes.insert(2, _MIXPANEL_GROUPS)
    return notes


def data_notes(warehouse: Warehouse, destination: str, now: dt.datetime) -> list[Note]:
    """Warnings about times, ids, names and doubles; `now` is UTC without a zone, as `event_at` is."""
    own = _mixpanel_notes if destination == "mixpanel" else _posthog_notes
    return [*own(warehouse, now), *_doubles(warehouse, destination), *_blocked(warehouse)]


def young_records(warehouse: Warehouse, now: dt.datetime) -> int:
    """Records that PostHog bills as new ones."""
    return _count(warehouse, "posthog", f"event_at > {literal(now - POSTHOG_AGE)}")


def _posthog_notes(warehouse: Warehouse, now: dt.datetime) -> list[Note]:
    notes = []
    young = young_records(warehouse, now)
    if young:
        text = (
            f"{plural(young, 'record')} less than 48 hours old: PostHog bills them as new events. "
            "Set end_at to leave them out."
        )
        notes.append(Note("cost", text, young, f"end_at: {now - POSTHOG_AGE:%Y-%m-%d}"))
    events = _count(warehouse, "posthog", "1 = 1")
    if events > _POSTHOG_ANNOUNCED:
        text = (
            f"{count(events)} records: PostHog asks to be told before more than {count(_POSTHOG_ANNOUNCED)}."
        )
        notes.append(Note("care", text, events, "write to PostHog's support"))
    types = _number(warehouse, "hub_groups", "count(distinct group_type)")
    if types > _POSTHOG_GROUP_TYPES:
        text = f"{count(types)} group types: a PostHog project keeps {_POSTHOG_GROUP_TYPES}, those that come first."
        notes.append(Note("loss", text, _count(warehouse, "posthog", "kind = 'group_identify'")))
    return notes


def _mixpanel_notes(warehouse: Warehouse, now: dt.datetime) -> list[Note]:
    notes = []
    for age, name in _MIXPANEL_RETENTION:
        old = _count(warehouse, "mixpanel", f"endpoint = 'import' and event_at < {literal(now - age)}")
        if old:
            text = (
                f"{plural(old, 'event')} older than {name}: a project that keeps data for {name} refuses them. "
                "Set start_at to leave them out."
            )
            notes.append(Note("loss", text, old, f"start_at: {now - age:%Y-%m-%d}"))
    later = literal(now + _MIXPANEL_FUTURE)
    future = _count(warehouse, "mixpanel", f"endpoint = 'import' and event_at > {later}")
    if future:
        text = f"{plural(future, 'event')} more than 1 hour in the future: Mixpanel refuses them."
        notes.append(Note("loss", text, future, f"end_at: {now:%Y-%m-%d}"))
    names = _number(
        warehouse,
        "audit_route_counts",
        "count(distinct event_name)",
        "destination = 'mixpanel' and delivered > 0",
    )
    if names > _MIXPANEL_NAMES:
        text = f"{count(names)} event names: Mixpanel indexes {count(_MIXPANEL_NAMES)} and does not show the others."
        notes.append(Note("loss", text, names, "crosswalk_events_custom: rename or drop the rarest"))
    return [*notes, *_hot(warehouse)]


def _hot(warehouse: Warehouse) -> list[Note]:
    """People with more events on a day than Mixpanel keeps under their name."""
    rows = warehouse.query(
        f"""
        select count(*) as days, coalesce(sum(records), 0) as records from (
            select distinct_id, event_date, count(*) as records from {warehouse.payloads("mixpanel")}
            where endpoint = 'import' and distinct_id <> '' group by distinct_id, event_date having count(*) > {_MIXPANEL_HOT}
        ) h
        """
    )
    days, records = int(rows[0]["days"]), int(rows[0]["records"])
    if not days:
        return []
    text = (
        f"{plural(days, 'day')} on which one distinct id has more than {count(_MIXPANEL_HOT)} events: Mixpanel renames the "
        "further ones to $hotshard_events and takes their distinct id away."
    )
    return [Note("loss", text, records, "look for an id that many people share")]


def _doubles(warehouse: Warehouse, destination: str) -> list[Note]:
    """Payloads that share an id: the destination may keep one of each."""
    column = KIND_COLUMN[destination]
    rows = warehouse.query(
        f"select coalesce(sum(n - 1), 0) as records from (select count(*) as n from {warehouse.payloads(destination)} "
        f"group by {column}, record_id having count(*) > 1) d"
    )
    doubles = int(rows[0]["records"])
    text = f"{plural(doubles, 'record')} with the id of another one: the destination may keep one of each."
    return (
        [Note("loss", text, doubles, "see audit_route_counts for the projects they come from")]
        if doubles
        else []
    )


def _blocked(warehouse: Warehouse) -> list[Note]:
    """Ids that stand for nobody; rows count by their device instead."""
    blocked = _number(warehouse, "audit_identity", "sum(blocked_ids)")
    text = f"{plural(blocked, 'row')} with an id on the blocked list (undefined, 0 and the like): their device counts."
    return [Note("care", text, blocked, "seeds/crosswalk/blocked_ids.csv")] if blocked else []


def _number(warehouse: Warehouse, relation: str, expression: str, where: str = "1 = 1") -> int:
    """A number of an audit relation; 0 where it was not built."""
    if not warehouse.has(relation):
        return 0
    rows = warehouse.query(f"select {expression} as n from {warehouse.relation(relation)} where {where}")
    return int(rows[0]["n"] or 0)


def _count(warehouse: Warehouse, destination: str, condition: str) -> int:
    rows = warehouse.query(f"select count(*) as n from {warehouse.payloads(destination)} where {condition}")
    return int(rows[0]["n"])
