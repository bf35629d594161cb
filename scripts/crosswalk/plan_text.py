"""The plan as text for people: what goes, what does not and why, what to see to first."""

import datetime as dt

from crosswalk.output import count, duration, plural, safe, size, table, wrapped
from crosswalk.plan import Kind, LimitBreach, Plan
from crosswalk.undo import SHORT

_MOST = 20
LABEL = {"mixpanel": "Mixpanel", "posthog": "PostHog"}


def plan_lines(plan: Plan) -> list[str]:
    """All lines of the plan."""
    lines = [
        f"Plan {plan.plan_id} for {LABEL[plan.destination]}",
        *(wrapped(plan.trial.text, "") if plan.trial else []),
        "",
        *_kind_lines(plan),
        "",
        *_cost_lines(plan),
    ]
    lines += _section("Warnings, the gravest first", _warning_lines(plan))
    lines += _section(
        "Will be rejected, so they are not sent (they go to the dead letters)", _breach_lines(plan.rejected)
    )
    lines += _section("Accepted, but cut or not indexed", _breach_lines(plan.truncated))
    lines += _section("Worth a look", _breach_lines(plan.noted))
    lines += _section("Set aside before the destination", _left_out_lines(plan))
    lines += _section("Personal data, examples masked", _personal_lines(plan))
    lines += _section("People who are there already", _live_lines(plan))
    lines += _section(
        f"Before you push to {LABEL[plan.destination]}", [f"  - {text}" for text in plan.preconditions]
    )
    lines += ["", SHORT[plan.destination]]
    return lines


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", title, *lines] if lines else []


def _kind_lines(plan: Plan) -> list[str]:
    rows = [_kind_row(kind) for kind in plan.kinds]
    if len(rows) > 1:
        rows.append(_kind_row(plan.total))
    return table(("kind", "records", "size", "distinct ids", "days", "first", "last"), rows)


def _kind_row(kind: Kind) -> tuple[object, ...]:
    times = (_time(kind.first_event_at), _time(kind.last_event_at))
    return (kind.kind, kind.records, size(kind.bytes), kind.distinct_ids, kind.days, *times)


def _time(moment: dt.datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else "-"


def _cost_lines(plan: Plan) -> list[str]:
    over = sum(1 for one in plan.checked if one.records)
    lines = [
        f"  to send   {plural(plan.to_send, 'record')} in {plural(plan.requests, 'request')}",
        f"  duration  about {duration(plan.duration_seconds)} at {count(plan.rate)} records/s",
        f"  billable  {count(plan.billable)}: {plan.billable_rule}",
        f"  doubles   {plural(plan.duplicates, 'row')} of the files stood there twice and go out once",
    ]
    if plan.checked:
        lines.append(
            f"  limits    each record held against {plural(len(plan.checked), 'limit')} that {LABEL[plan.destination]} has; "
            f"{over} broken"
        )
    return lines


def _warning_lines(plan: Plan) -> list[str]:
    lines = []
    for one in plan.warnings:
        lines += wrapped(safe(one.text), f"  {one.severity:8}")
        lines += wrapped(safe(one.next), "          next: ") if one.next else []
    return lines


def _personal_lines(plan: Plan) -> list[str]:
    found = plan.personal.findings
    if not found:
        return [f"  none found in {plural(plan.personal.records, 'record')}"]
    rows = [
        (
            one.name[:40],
            "in the name" if one.place == "name" else one.what,
            one.kind,
            one.records,
            one.example,
        )
        for one in found[:_MOST]
    ]
    lines = table(("where", "what", "kind", "records", "example, masked"), rows)
    lines += [f"  {_MOST} of {count(len(found))} shown, all with --json"] if len(found) > _MOST else []
    line = plan.personal.line()
    return [*lines, *wrapped(safe(line), "  To leave them out: ")] if line else lines


def _live_lines(plan: Plan) -> list[str]:
    live = plan.live_people
    if live is None:
        return []
    said = {
        "yes": "The project has live people",
        "no": "The project has no live people",
        "unknown": "Whether the project has live people is not known (--live-people yes|no says it)",
    }[live.answer]
    return wrapped(f"{said}. {live.advice}")


def _breach_lines(breaches: list[LimitBreach]) -> list[str]:
    if not breaches:
        return []
    rows = [
        (one.limit_name, one.limit_value, one.records, one.worst, one.example_record_id) for one in breaches
    ]
    return table(("limit", "value", "records", "worst", "example record"), rows)


def _left_out_lines(plan: Plan) -> list[str]:
    rows = [("quarantined", reason, rows) for reason, rows in plan.quarantined.items()]
    rows += [("filtered", reason, rows) for reason, rows in plan.filtered.items()]
    return table(("what", "reason", "rows"), rows) if rows else []
