"""The tables of the page, one function a group of them."""

from typing import Any

from crosswalk.report import reasons
from crosswalk.report.gather import Report
from crosswalk.report.tables import Column, Table, joined, table
from crosswalk.report.verdict import LABELS

_PARTS = [
    Column("rows_read", "read"),
    Column("delivered", "delivered"),
    Column("duplicate", "duplicate"),
    Column("filtered", "filtered"),
    Column("quarantined", "quarantined"),
    Column("malformed", "malformed"),
]
_NO_PUSH = "Nothing was sent yet, so there is no answer to show."


def tables(report: Report) -> dict[str, Table]:
    """All of them by name."""
    found = [
        *_flow(report),
        _days(report),
        *_hours(report),
        *_names(report),
        *_people(report),
        *_refused(report),
        *_set_aside(report),
        *_before(report),
        *_privacy(report),
        *_proof(report),
    ]
    return {one.id: one for one in found}


def _flow(report: Report) -> list[Table]:
    return [
        table(report.book, "sources", "Rows by source", [Column("source", "source", "text"), *_PARTS]),
        table(
            report.book,
            "kinds",
            "Payloads by kind",
            [
                Column("kind", "kind", "text"),
                Column("records", "records", has_bar=True),
                Column("bytes", "size", "bytes"),
                Column("distinct_ids", "distinct ids"),
                Column("first_at", "first", "moment"),
                Column("last_at", "last", "moment"),
            ],
        ),
    ]


def _days(report: Report) -> Table:
    columns = [
        Column("day", "day", "day"),
        Column("state", "state", "text"),
        Column("payloads", "payloads", query="days", source="records"),
        Column("accepted", "accepted", query="accepted_days", source="accepted"),
        Column("refused", "refused", query="accepted_days", source="refused"),
        Column("open", "no answer", query="accepted_days", source="open"),
        Column("over_limits", "over a limit", query="over_limits_days", source="records"),
    ]
    if report.verified is not None and report.verified.events:
        columns.append(Column("found", "found", query="verified_days", source="found"))
    rows = [day.as_dict() for day in report.days]
    return joined(
        "coverage", "Coverage by day", "day", rows, columns, most=1100, empty="There is no payload."
    )


def _hours(report: Report) -> list[Table]:
    columns = [
        Column("weekday", "weekday (1 Monday)", "text"),
        Column("hour", "hour, UTC", "text"),
        Column("events", "events"),
    ]
    titles = {"hours_source": "At the source", "hours_sent": "In the payloads", "hours_found": "Found there"}
    return [
        table(report.book, name, title, columns, name=f"{name}_table")
        for name, title in titles.items()
        if name in report.book.queries
    ]


def _names(report: Report) -> list[Table]:
    return [_events(report), _properties(report), _unmapped(report)]


def _source_column(report: Report, query: str) -> list[Column]:
    """The column that names the source, where there are several."""
    several = len({row["source"] for row in report.book.rows(query)}) > 1
    return [Column("source", "source", "word")] if several else []


def _events(report: Report) -> Table:
    return table(
        report.book,
        "events",
        "Events: the source's name and the destination's",
        [
            *_source_column(report, "events"),
            Column("event_name", "event", "code", note="notes"),
            Column("to", "arrives as", "target"),
            Column("rule", "rule", "word"),
            Column("rows_read", "read", has_bar=True),
            *_PARTS[1:5],
            Column("first_day", "first", "day"),
            Column("last_day", "last", "day"),
        ],
        extra=[{"to": one.to, "notes": "; ".join(one.notes)} for one in report.events],
        empty="No event was read.",
    )


def _properties(report: Report) -> Table:
    extra = [
        {"to": " + ".join(one.to) if one.to else None, "rule": one.rule, "notes": "; ".join(one.notes)}
        for one in report.properties
    ]
    return table(
        report.book,
        "properties",
        "Properties: the source's name and the destination's",
        [
            *_source_column(report, "properties"),
            Column("scope", "of", "word"),
            Column("name", "property", "code", note="notes"),
            Column("to", "arrives as", "target"),
            Column("rule", "rule", "word"),
            Column("rows", "events"),
            Column("fill_rate", "filled", "share", has_bar=True),
            Column("types", "types", "word"),
            Column("example", "example, masked", "code"),
            Column("first_day", "first", "day"),
            Column("last_day", "last", "day"),
        ],
        extra=extra,
        most=250,
        empty="No property was seen.",
    )


def _unmapped(report: Report) -> Table:
    return table(
        report.book,
        "unmapped",
        "Properties without a row in the crosswalk, which arrive under their own names",
        [
            Column("source", "source", "word"),
            Column("scope", "of", "word"),
            Column("names", "names"),
            Column("rows", "events"),
        ],
        empty="The crosswalk names every property.",
    )


def _people(report: Report) -> list[Table]:
    return [
        table(
            report.book,
            "identity",
            "Users and devices by source",
            [
                Column("source", "source", "text"),
                Column("users", "users"),
                Column("devices", "devices"),
                Column("links", "links"),
                Column("shared_devices", "shared devices"),
                Column("blocked_ids", "blocked ids"),
                Column("anonymous_only", "anonymous only"),
            ],
        ),
        table(
            report.book,
            "clusters",
            "Users by the number of devices linked to them",
            [Column("devices", "devices"), Column("users", "users", has_bar=True)],
            most=40,
            empty="No device is linked to a user: nobody is merged.",
        ),
        table(
            report.book,
            "shared_devices",
            "Devices that several users shared",
            [Column("users", "users on it"), Column("devices", "devices", has_bar=True)],
            most=40,
            empty="No device was shared by several users.",
        ),
    ]


def _refused(report: Report) -> list[Table]:
    return [_reasons(report), _letters(report), _limits(report), _runs(report), _states(report)]


def _reasons(report: Report) -> Table:
    rows = report.book.rows("reasons")
    meanings = [reasons.refusal(str(row["reason"]), int(row["status"])) for row in rows]
    return table(
        report.book,
        "reasons",
        "Refused records by reason",
        [
            Column("reason", "reason", "code"),
            Column("status", "status", "text"),
            Column("kind", "kind", "text"),
            Column("records", "records", has_bar=True),
            Column("meaning", "what it means", "text"),
            Column("fix", "what to do", "text"),
            Column("replay", "then", "command"),
            Column("last_at", "last run", "moment"),
        ],
        extra=[
            {"meaning": meaning, "fix": fix, "replay": f"crosswalk replay --to {report.destination}"}
            for meaning, fix in meanings
        ],
        empty="No record was refused." if report.project else _NO_PUSH,
    )


def _letters(report: Report) -> Table:
    return table(
        report.book,
        "letters",
        "Dead letters, the newest first",
        [
            Column("at", "at", "moment"),
            Column("kind", "kind", "text"),
            Column("record_id", "record id", "code"),
            Column("reason", "reason", "code"),
            Column("status", "status", "text"),
            Column("vendor_text", "the destination's words, masked", "text"),
        ],
        most=300,
        empty="There is no dead letter.",
    )


def _limits(report: Report) -> Table:
    return table(
        report.book,
        "limits",
        f"Limits of {LABELS[report.destination]}",
        [
            Column("limit_name", "limit", "code"),
            Column("limit_value", "at most"),
            Column("records", "records over it", has_bar=True),
            Column("worst", "worst"),
            Column("effect_text", "effect", "text"),
        ],
        extra=[
            {"effect_text": reasons.EFFECTS.get(str(row["effect"]), str(row["effect"]))}
            for row in report.book.rows("limits")
        ],
        empty="No limit was checked.",
    )


def _runs(report: Report) -> Table:
    return table(
        report.book,
        "runs",
        "Runs, the last one first",
        [
            Column("plan_id", "plan", "code"),
            Column("started_at", "started", "moment"),
            Column("finished_at", "ended", "moment"),
            Column("outcome", "outcome", "text"),
            Column("requests", "requests"),
            Column("accepted", "accepted"),
            Column("rejected", "rejected"),
        ],
        empty=_NO_PUSH,
    )


def _states(report: Report) -> Table:
    return table(
        report.book,
        "states",
        "Batches by state",
        [
            Column("state", "state", "text"),
            Column("batches", "batches"),
            Column("records", "records"),
            Column("accepted", "accepted"),
        ],
        empty=_NO_PUSH,
    )


def _set_aside(report: Report) -> list[Table]:
    book = report.book

    def said(query: str, words: dict[str, str]) -> list[dict[str, Any]]:
        return [{"meaning": words.get(str(row["reason"]), "")} for row in book.rows(query)]

    quarantined = [
        dict(zip(("meaning", "fix"), reasons.QUARANTINED.get(str(row["reason"]), ("", "")), strict=True))
        for row in book.rows("quarantined")
    ]
    where = [
        Column("source", "source", "text"),
        Column("reason", "reason", "code"),
        Column("rows", "rows", has_bar=True),
    ]
    meaning = Column("meaning", "what it means", "text")
    return [
        table(
            book,
            "quarantined",
            "Rows that could not be used",
            [
                *where,
                meaning,
                Column("fix", "what to do", "text"),
                Column("example_file", "one of the files", "code"),
            ],
            extra=quarantined,
            empty="Every row could be used.",
        ),
        table(
            book,
            "filtered",
            "Rows left out on purpose",
            [*where, meaning],
            extra=said("filtered", reasons.FILTERED),
            empty="No row was left out.",
        ),
        table(
            book,
            "repaired",
            "Rows repaired or worth a look; they are delivered all the same",
            [*where, meaning],
            extra=said("repaired", reasons.REPAIRED),
            empty="Nothing had to be repaired.",
        ),
    ]


def _before(report: Report) -> list[Table]:
    return [
        table(
            report.book,
            "plan_warnings",
            "Warnings, the gravest first",
            [
                Column("severity", "about", "word"),
                Column("text", "what it is", "sentence"),
                Column("records", "records", has_bar=True),
                Column("next", "what to do", "sentence"),
            ],
            empty="The plan warns of nothing." if report.book.rows("plan") else "There is no plan yet.",
        )
    ]


def _privacy(report: Report) -> list[Table]:
    return [
        table(
            report.book,
            "personal",
            "Personal data found in the payloads",
            [
                Column("name", "where", "code"),
                Column("what", "what that is", "word"),
                Column("kind", "kind", "word"),
                Column("records", "records", has_bar=True),
                Column("example", "example, masked", "code"),
            ],
            most=250,
            empty="None was found." if report.book.rows("personal_looked_at") else "Nobody looked yet.",
        ),
        table(
            report.book,
            "private",
            "Properties that were left out or hashed on the way",
            [
                Column("source", "source", "word"),
                Column("reason", "what was done", "code"),
                Column("rows", "rows"),
            ],
            empty="No property was left out or hashed.",
        ),
    ]


def _proof(report: Report) -> list[Table]:
    return [_findings(report), _verified_events(report), _verified_off(report), _verified_users(report)]


def _findings(report: Report) -> Table:
    return table(
        report.book,
        "findings",
        "What differs",
        [
            Column("kind", "kind", "code"),
            Column("day", "day", "day"),
            Column("event", "event", "code"),
            Column("records", "records"),
            Column("text", "what was found", "text"),
            Column("batch", "batch", "code"),
            Column("next", "what to do", "text"),
        ],
        empty="Nothing differs.",
    )


def _verified_events(report: Report) -> Table:
    return table(
        report.book,
        "verified_events",
        "Events by name",
        [
            Column("event", "event", "code"),
            Column("source", "rows at the source"),
            Column("delivered", "delivered", has_bar=True),
            Column("accepted", "accepted"),
            Column("found", "found"),
        ],
        empty="No count was read back.",
    )


def _verified_off(report: Report) -> Table:
    return table(
        report.book,
        "verified_off",
        "Days and events that differ",
        [
            Column("day", "day", "day"),
            Column("event", "event", "code"),
            Column("sign", "sign", "text"),
            Column("delivered", "delivered"),
            Column("accepted", "accepted"),
            Column("found", "found"),
        ],
        extra=[{"sign": _sign(row)} for row in report.book.rows("verified_off")],
        empty="On every day each event was found as often as it was accepted.",
    )


def _verified_users(report: Report) -> Table:
    return table(
        report.book,
        "verified_users",
        "Distinct ids by day",
        [Column("day", "day", "day"), Column("sent", "sent"), Column("found", "found")],
        most=1100,
        empty="Distinct ids were not read back.",
    )


def _sign(row: dict[str, Any]) -> str:
    """In rclone's way: `-` all gone, `+` not expected, `≠` another number."""
    expected = row["accepted"] if row["accepted"] is not None else row["delivered"]
    if not row["found"]:
        return "- missing"
    return "+ unexpected" if not expected else "≠ differs"
