"""The page: charts and tables of a report, put together for the template."""

import datetime as dt
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from crosswalk.output import count, plural
from crosswalk.report import page_tables
from crosswalk.report.charts import calendar, flow, hours, volume
from crosswalk.report.coverage import STATES
from crosswalk.report.gather import Report
from crosswalk.report.shift import week
from crosswalk.report.tables import Table
from crosswalk.report.text import bytes_text, moment, shown
from crosswalk.report.verdict import LABELS
from crosswalk.report.warehouse_queries import EVENT_KIND

_EXAMPLE_KEYS = 16


@dataclass
class Page:
    """What the template shows besides the report itself; `tips` are the texts of the charts' marks by chart."""

    report: Report
    label: str
    tables: dict[str, Table]
    facts: list[tuple[str, str]]
    flow: flow.Flow | None
    volume: volume.Volume | None
    calendar: list[calendar.Year]
    states: list[tuple[str, str, int]]
    hours: list[tuple[str, str, list[hours.Hour], bool]]
    examples: list[dict[str, Any]]
    tips: dict[str, list[str]] = field(default_factory=dict)


def page(report: Report) -> Page:
    """Work out every shape and text of the page."""
    found = Page(
        report=report,
        label=LABELS[report.destination],
        tables=page_tables.tables(report),
        facts=_facts(report),
        flow=_flow(report),
        volume=_volume(report),
        calendar=calendar.calendar({day.day: day.state for day in report.days}),
        states=_states(report),
        hours=_hours(report),
        examples=_examples(report),
    )
    found.tips = _tips(found)
    return found


def _facts(report: Report) -> list[tuple[str, str]]:
    """What was moved where, for the head of the page."""
    book = report.book
    payloads, plan = book["payloads"].first(), book.rows("plan")
    # A group without a time of its own is dated 2000-01-01: the span is that of the events.
    events = next(
        (row for row in book.rows("kinds") if row["kind"] == EVENT_KIND[report.destination]), payloads
    )
    sources = ", ".join(_tool(row["source"]) for row in book.rows("sources")) or "–"
    facts = [
        ("From", sources),
        ("To", LABELS[report.destination]),
        ("Events", f"{moment(events.get('first_at'))[:10]} to {moment(events.get('last_at'))[:10]}, UTC"),
        (
            "Size",
            f"{bytes_text(payloads.get('bytes'))}, {plural(int(payloads.get('distinct_ids') or 0), 'distinct id')}",
        ),
        ("Import id", _variable(report, "import_id")),
        ("Plan", str(plan[0]["plan_id"]) if plan else "none yet"),
        ("Report made", f"{moment(report.made_at)} UTC"),
    ]
    if report.project:
        name = report.project["project"]
        facts[1] = ("To", f"{report.project['host']}{f', project {name}' if name else ''}")
    others = len(book.rows("projects")) - 1
    if others > 0:
        facts.append(("Also sent to", f"{plural(others, 'other project')}: `crosswalk status` lists them"))
    sample = _variable(report, "sample_people")
    if sample not in ("1", "1.0", "–"):
        facts.insert(1, ("A trial", f"{sample} of the people (sample_people), whole histories"))
    return [(name, shown(value)) for name, value in facts]


def _tool(source: object) -> str:
    """A tool's own name."""
    return LABELS.get(str(source), str(source).capitalize())


def _variable(report: Report, name: str) -> str:
    return next(
        (one.value.strip('"') for one in report.settings.get("variables", []) if one.name == name), "–"
    )


def _flow(report: Report) -> flow.Flow | None:
    """Files, rows, payloads, answers."""
    book, at = report.book, report.standing
    sources = book.rows("sources")
    if not sources:
        return None
    payloads = flow.Node("payloads", at.payloads, 2, "main")
    generated = flow.Node(
        "generated records", sum(int(row["records"]) for row in book.rows("generated")), 1, "main"
    )
    tones = {"delivered": "main", "quarantined": "bad", "malformed": "bad"}
    parts = {
        part: flow.Node(part, book["rows"].number(part), 1, tones.get(part, "aside"))
        for part in ("delivered", "duplicate", "filtered", "quarantined", "malformed")
    }
    answers = [
        flow.Node("accepted", at.accepted, 3, "main"),
        flow.Node("rejected", at.rejected, 3, "bad"),
        flow.Node("left", at.left, 3, "aside"),
    ]
    links = []
    nodes = []
    for row in sources:
        node = flow.Node(str(row["source"]), int(row["rows_read"]), 0, "main")
        nodes.append(node)
        links += [(node, part, int(row[name])) for name, part in parts.items()]
    links += [
        (parts["delivered"], payloads, parts["delivered"].value),
        (generated, payloads, generated.value),
    ]
    links += [(payloads, answer, min(answer.value, at.payloads)) for answer in answers]
    order = [parts["delivered"], generated, *list(parts.values())[1:]]
    return flow.flow([*nodes, *order, payloads, *answers], links)


def _volume(report: Report) -> volume.Volume | None:
    """The largest events, all others, and records that are no events; the line is what was accepted."""
    series: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    delivered: dict[str, int] = defaultdict(int)
    for row in report.book.rows("top_days"):
        name = str(row["event_name"]) if row["event_name"] is not None else "other events"
        series[(int(row["place"] or 99), name)][str(row["day"])] = int(row["delivered"])
        delivered[str(row["day"])] += int(row["delivered"])
    rest = {
        str(row["day"]): int(row["records"]) - delivered.get(str(row["day"]), 0)
        for row in report.book.rows("days")
    }
    layers: list[tuple[str, dict[str, int]]] = [(name, days) for (_, name), days in sorted(series.items())]
    if any(value > 0 for value in rest.values()):
        layers.append(
            (
                "people, links and groups" if layers else "payloads",
                {day: max(0, n) for day, n in rest.items()},
            )
        )
    accepted = {str(row["day"]): int(row["accepted"] or 0) for row in report.book.rows("accepted_days")}
    return volume.volume(layers, accepted, bool(report.project))


def _states(report: Report) -> list[tuple[str, str, int]]:
    """The legend of the calendar: state, words, days."""
    numbers: dict[str, int] = defaultdict(int)
    for day in report.days:
        numbers[day.state] += 1
    numbers["empty"] = sum(days for _, _, days in report.gaps)
    always = ("complete", "partial", "missing", "waiting")
    return [
        (state, words, numbers[state]) for state, words in STATES.items() if numbers[state] or state in always
    ]


def _hours(report: Report) -> list[tuple[str, str, list[hours.Hour], bool]]:
    """The weeks side by side: name, what it counts, cells, whether there is anything."""
    book = report.book
    found = [
        (
            "hours_source",
            "At the source",
            hours.hours(week(book.rows("hours_source"))),
            bool(book.rows("hours_source")),
        ),
        (
            "hours_sent",
            "In the payloads",
            hours.hours(week(book.rows("hours_sent"))),
            bool(book.rows("hours_sent")),
        ),
    ]
    if book.rows("hours_found"):
        found.append(
            (
                "hours_found",
                f"Found in {LABELS[report.destination]}",
                hours.hours(week(book.rows("hours_found"))),
                True,
            )
        )
    return found


def _examples(report: Report) -> list[dict[str, Any]]:
    """Rows before and after, as lines of a name and a masked value."""
    found = []
    for row in report.book.rows("examples"):
        before = [("event", row["event_name"])]
        before += [
            (name, value)
            for part in ("event_properties", "user_properties")
            for name, value in row[part].items()
        ]
        payload = dict(row["payload"])
        inner = payload.pop("properties", {}) or {}
        after = list(payload.items())
        after += list(inner.items()) if isinstance(inner, dict) else []
        names = {event.name: event.to for event in report.events if event.source == row["source"]}
        after = [(name, names.get(row["event_name"]) if name == "event" else value) for name, value in after]
        known = {name for name, _ in before}
        found.append(
            {
                "source": shown(row["source"]),
                "name": shown(row["event_name"]),
                "before": [(shown(name), _short(value), False) for name, value in before[:_EXAMPLE_KEYS]],
                "before_total": len(before),
                "after": [
                    (shown(name), _short(value), name not in known) for name, value in after[:_EXAMPLE_KEYS]
                ],
                "after_total": len(after),
            }
        )
    return found


def _short(value: Any) -> str:
    text = shown(value if isinstance(value, str) else _json(value))
    return text[:57] + "…" if len(text) > 58 else text


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def _tips(found: Page) -> dict[str, list[str]]:
    """What the marks of each chart say, in their order."""
    days = {day.day: day for day in found.report.days}
    tips = {name: [cell.text for cell in cells] for name, _, cells, _ in found.hours}
    tips["flow"] = [shown(band.text) for band in found.flow.bands] if found.flow else []
    tips["calendar"] = [_day_text(cell.day, days) for year in found.calendar for cell in year.cells]
    records = {str(row["day"]): int(row["records"]) for row in found.report.book.rows("days")}
    tips["volume"] = [
        f"{day}: {plural(records.get(day, 0), 'payload')}"
        + (f", {count(days[day].accepted if day in days else 0)} accepted" if found.report.project else "")
        for _, day in (found.volume.marks if found.volume else [])
    ]
    return tips


def _day_text(day: str, days: dict[str, Any]) -> str:
    name = f"{dt.date.fromisoformat(day):%a} {day}"
    if day not in days:
        return f"{name}: nothing, a gap"
    one = days[day]
    more = f", {count(one.refused)} refused" if one.refused else ""
    more += f", {count(one.over_limits)} over a limit" if one.over_limits else ""
    more += f", {count(one.found)} found" if one.found is not None else ""
    return f"{name}: {one.state}, {count(one.accepted)} of {count(one.payloads)} accepted{more}"
