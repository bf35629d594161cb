"""What of an import can be taken back, by whom, with which request, and what cannot.

Facts: Mixpanel docs, privacy/end-user-data-management (data-deletions/v3.0, per distinct id, OAuth token of a person),
data-governance/data-clean-up (Data Deletion: 180 days, ten a month, 7 days to undo) and lexicon (hide),
reference/profile-delete; PostHog docs,
privacy/data-deletion and api/persons (bulk_delete, 1,000 ids a call), api/data-deletion-requests, migrate ("no way to
delete events selectively").
"""

import datetime as dt
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from crosswalk.output import count, plural
from crosswalk.verify.sent import MARKS
from crosswalk.warehouse import KIND_COLUMN, Warehouse

SHORT = {
    "mixpanel": "To undo: events hide by import_id, can be deleted for 180 days; links stay: crosswalk undo-plan --to mixpanel",
    "posthog": "To undo: people go with all their events, single events hardly, merges never: crosswalk undo-plan --to posthog",
}


@dataclass(frozen=True)
class Step:
    """One way to take something back: what it does, the request or filter to use, what it costs."""

    title: str
    does: str
    use: list[str]
    careful: str = ""


@dataclass(frozen=True)
class UndoPlan:
    """The steps, from the mildest to the hardest, and what stays whatever one does."""

    destination: str
    import_id: str
    records: dict[str, int]
    people: int
    first_day: str
    last_day: str
    steps: list[Step] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def make_undo_plan(warehouse: Warehouse, destination: str) -> UndoPlan:
    """The plan for what stands in the payloads. Raises ConfigError where they were not built."""
    column, payloads = KIND_COLUMN[destination], warehouse.payloads(destination)
    kinds = warehouse.query(f"select {column} as kind, count(*) as n from {payloads} group by {column}")
    is_event = "endpoint = 'import'" if destination == "mixpanel" else "1 = 1"
    total = warehouse.query(
        f"select count(distinct distinct_id) as people, min(event_date) as first_day, max(event_date) as last_day "
        f"from {payloads} where {is_event}"
    )[0]
    mark = _mark(warehouse, destination, is_event)
    plan = _mixpanel if destination == "mixpanel" else _posthog
    days = (str(total["first_day"] or ""), str(total["last_day"] or ""))
    steps, stays = plan(mark, *days)
    return UndoPlan(
        destination,
        mark,
        {str(row["kind"]): int(row["n"]) for row in kinds},
        int(total["people"] or 0),
        *days,
        steps,
        stays,
    )


def _mark(warehouse: Warehouse, destination: str, is_event: str) -> str:
    """The import mark of the last event that was built; a build has one for all."""
    rows = warehouse.query(
        f"select payload from {warehouse.payloads(destination)} where {is_event} and send_order = "
        f"(select max(send_order) from {warehouse.payloads(destination)} where {is_event})"
    )
    if not rows:
        return ""
    payload = rows[0]["payload"]
    content = json.loads(payload) if isinstance(payload, str) else payload
    return str(content["properties"].get(MARKS[destination]) or "")


def _mixpanel(mark: str, first: str, last: str) -> tuple[list[Step], list[str]]:
    shown = mark or "(no mark: set the variable import_id before the next build)"
    steps = [
        Step(
            "Hide the events in reports",
            "leaves them where they are; reports that carry the filter count without them",
            [
                f'filter: import_id is not "{shown}"',
                "for all reports: a data view, or a global filter of a board",
            ],
        ),
        Step(
            "Hide event names that only this import has",
            "takes them out of menus, not out of the data",
            ["Data Management, Lexicon, the event, Hide"],
            "an event name that your product sends too is hidden with it",
        ),
        Step(
            "Delete the events of the last 180 days",
            "Mixpanel's Data Deletion, one event name a request, with the import mark as its filter",
            [
                "Lexicon, Data Governance, Data Deletion, Request an Event Deletion (owners and admins, ten a month)",
                f'for each event name: {_recent(last)}, filter import_id = "{shown}"',
            ],
            "events dated more than 180 days back cannot be chosen; hidden at once, final after 7 days; until it is over, "
            "a record that is sent again with the same $insert_id may be thrown away as a double",
        ),
        Step(
            "Delete people with all their data",
            "deletes the profile and every event of a distinct id, imported or not",
            [
                "POST https://mixpanel.com/api/app/data-deletions/v3.0/?token=PROJECT_TOKEN (eu. or in. before the host for "
                "these residencies)",
                "Authorization: Bearer OAUTH_TOKEN (personal settings, Data & Privacy; owners and admins)",
                '{"compliance_type": "GDPR", "distinct_ids": ["…"]} (at most 2,000 a request)',
            ],
            "their live data goes too; it can take weeks",
        ),
        Step(
            "Delete profiles only",
            "takes away the profile, the events stay",
            [
                "POST /engage#profile-delete, one record a person: "
                '{"$token": "…", "$distinct_id": "…", "$delete": "", "$ignore_alias": true}'
            ],
            "profiles that were there before the import go too",
        ),
        Step("Delete the project", "takes away everything", ["Project settings, Delete project"]),
    ]
    stays = [
        "Events dated more than 180 days back: they can be hidden, or go with their people or the project, and not by import.",
        "Devices that were linked with users stay linked: an identity cluster cannot be taken apart.",
        "Profile properties that were overwritten do not come back ($set); $set_once never overwrote any.",
        "Group profiles stay unless each is deleted by its own /groups#group-delete record.",
        "Imported events were counted for billing when they came; deletion does not always give that back.",
    ]
    return steps, stays


def _posthog(mark: str, first: str, last: str) -> tuple[list[Step], list[str]]:
    shown = mark or "(no mark: set the variable import_id before the next build)"
    where = f"properties.$import_job_id = '{_quoted(shown)}'"
    steps = [
        Step(
            "Hide the events in insights",
            "leaves them where they are; insights that carry the filter count without them",
            [
                f'filter: $import_job_id does not equal "{shown}"',
                "for all insights: Settings, Filter out internal and test users, with the same filter",
            ],
        ),
        Step(
            "See what is there first",
            "counts what the next steps would touch",
            [f"select count(), count(distinct distinct_id) from events where {where}"],
        ),
        Step(
            "Ask for the deletion of events",
            "newer PostHog Cloud takes a query that names the uuids of events; a person of PostHog approves it",
            [
                "POST /api/projects/PROJECT_ID/data_deletion_requests/ (scope data_deletion:write)",
                f"query: select uuid from events where {where}{_between(first, last)}",
            ],
            "final; not on every plan or version: elsewhere no selective deletion of events is there",
        ),
        Step(
            "Delete people with all their data",
            "deletes people and queues every event of theirs, imported or not, for deletion",
            [
                "POST /api/projects/PROJECT_ID/persons/bulk_delete/?delete_events=true (personal API key, scope person:write)",
                '{"distinct_ids": ["…"]} (at most 1,000 a request)',
                f"whom: select distinct distinct_id from events where {where}",
            ],
            "their live data goes too; events go at the weekend; a distinct id that was deleted is not to be used again",
        ),
        Step("Delete the project", "takes away everything", ["Settings, Delete project"]),
    ]
    stays = [
        "Merged people stay merged ($identify, $merge_dangerously); splitting a person makes new ones without a history.",
        "Person properties that were overwritten do not come back ($set); posthog_person_properties: once overwrites none.",
        "Groups and their properties stay; event and property names stay in the lists of definitions.",
    ]
    return steps, stays


def _between(first: str, last: str) -> str:
    """The days of the import, both ends included. They are UTC days: HogQL's own are those of the project's time zone."""
    if not first or not last:
        return ""
    end = (dt.date.fromisoformat(last[:10]) + dt.timedelta(days=1)).isoformat()
    return f" and timestamp >= toDateTime('{first[:10]} 00:00:00', 'UTC') and timestamp < toDateTime('{end} 00:00:00', 'UTC')"


def _recent(last: str) -> str:
    """The days that Mixpanel's Data Deletion reaches."""
    return f"from 180 days back to {last}" if last else "from 180 days back"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def undo_lines(plan: UndoPlan) -> list[str]:
    """The plan for people."""
    kinds = ", ".join(f"{count(number)} {kind}" for kind, number in sorted(plan.records.items()))
    lines = [
        f"Undo plan for import {plan.import_id or 'without a mark'} at {plan.destination}",
        f"  {kinds}; {plural(plan.people, 'distinct id')}, {plan.first_day} to {plan.last_day}",
        "  Nothing is deleted by this command: these are the steps, the mildest first.",
    ]
    for number, step in enumerate(plan.steps, start=1):
        lines += ["", f"{number}. {step.title}: {step.does}.", *(f"     {one}" for one in step.use)]
        if step.careful:
            lines.append(f"     Careful: {step.careful}.")
    return [*lines, "", "What cannot be taken back", *(f"  - {one}" for one in plan.stays)]
