"""What a person should know before a push: the vendor's conditions, and what the data itself warns of."""

import datetime as dt
from collections.abc import Collection

from crosswalk.output import plural
from crosswalk.sql_text import literal
from crosswalk.warehouse import Warehouse

# PostHog docs, migrate: data must be dated at least 48 hours before the import, else it is billed as new.
_POSTHOG_AGE = dt.timedelta(hours=48)
# Mixpanel docs, privacy/gdpr-compliance: 2 years for projects created since 2025-09-01, 5 years for older ones.
_MIXPANEL_RETENTION = ((dt.timedelta(days=730), "730 days"), (dt.timedelta(days=1826), "5 years"))
# Mixpanel docs, reference/import-events: not more than one hour in the future.
_MIXPANEL_FUTURE = dt.timedelta(hours=1)

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


def preconditions(destination: str, kinds: Collection[str]) -> list[str]:
    """The vendor's own conditions, one sentence each (PostHog docs, migrate; Mixpanel docs, import and id-management)."""
    if destination == "posthog":
        return list(_POSTHOG_CONDITIONS)
    notes = list(_MIXPANEL_CONDITIONS)
    if "groups" in kinds:
        notes.insert(2, _MIXPANEL_GROUPS)
    return notes


def posthog_warnings(warehouse: Warehouse, now: dt.datetime) -> list[str]:
    """Sentences about records that are too young; `now` is UTC without a zone, as `event_at` is."""
    young = _count(warehouse, "posthog", f"event_at > {literal(now - _POSTHOG_AGE)}")
    if not young:
        return []
    return [
        f"{plural(young, 'record')} less than 48 hours old: PostHog bills them as new events. Set end_at to leave them out."
    ]


def mixpanel_warnings(warehouse: Warehouse, now: dt.datetime) -> list[str]:
    """Sentences about events that are past retention or in the future; `now` is UTC without a zone."""
    notes = []
    for age, name in _MIXPANEL_RETENTION:
        old = _count(warehouse, "mixpanel", f"endpoint = 'import' and event_at < {literal(now - age)}")
        if old:
            notes.append(
                f"{plural(old, 'event')} older than {name}: a project that keeps data for {name} refuses them. "
                "Set start_at to leave them out."
            )
    later = literal(now + _MIXPANEL_FUTURE)
    future = _count(warehouse, "mixpanel", f"endpoint = 'import' and event_at > {later}")
    if future:
        notes.append(f"{plural(future, 'event')} more than 1 hour in the future: Mixpanel refuses them.")
    return notes


def _count(warehouse: Warehouse, destination: str, condition: str) -> int:
    rows = warehouse.query(f"select count(*) as n from {warehouse.payloads(destination)} where {condition}")
    return int(rows[0]["n"])
