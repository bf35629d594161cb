"""The page of results: machine, a table a size, ratios, slopes, goals; `RESULTS.md` beside its plot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import chart
import goals
from figures import (
    ROWS_PER_MILLION,
    Row,
    arrived_text,
    events_arrived,
    fastest_peer,
    find,
    medians,
    routes_in,
    sizes_in,
)

HERE = Path(__file__).resolve().parent


def write(
    rows: Sequence[Row],
    machine: Mapping[str, str],
    left_out: Iterable[str],
    help_seconds: float | None,
    place: Path = HERE,
) -> None:
    """Write `RESULTS.md` and `results.svg` into `place`."""
    kept = medians(rows)
    (place / "results.svg").write_text(chart.drawn(kept))
    repeats = len(rows) / max(1, len(kept))
    (place / "RESULTS.md").write_text(page(kept, machine, left_out, help_seconds, repeats))


def page(
    rows: Sequence[Row],
    machine: Mapping[str, str],
    left_out: Iterable[str],
    help_seconds: float | None,
    repeats: float = 1,
) -> str:
    """The text of the page; one row a step and size."""
    sizes = sizes_in(rows)
    parts = [
        "# Results",
        "`make bench` wrote this page; [README.md](README.md) says what each row is. s/M is seconds for a million events.",
        _table(("", ""), machine.items()),
        "![Seconds a million and peak memory against the number of events](results.svg)",
        *(_size(rows, size) for size in sizes),
        _ratios(rows, sizes),
        _slopes(rows, sizes),
        _judged(rows, help_seconds),
        _notes(rows, left_out, repeats),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _size(rows: Sequence[Row], size: int) -> str:
    header = (
        "",
        "ran on",
        "wall s/M",
        "CPU s/M",
        "peak MB",
        "of it dbt's start, s",
        "says it sent",
        "arrived",
    )
    lines = [_line(row) for row in rows if row.events == size]
    return f"## {size:,} events\n\n" + _table(header, lines)


def _line(row: Row) -> tuple[str, ...]:
    name = f"{row.route.replace(':', ' to ')}: {row.step}" if row.kind == "route" else row.step
    start = f"{row.apart:.1f}" if row.apart else ""
    said = f"{int(row.parts['events']):,}" if row.kind != "route" and "events" in row.parts else ""
    arrived = arrived_text(row)
    if said and events_arrived(row) < int(row.parts["events"]):
        arrived += f", **{int(row.parts['events']) - events_arrived(row):,} lost**"
    figures = (f"{row.wall_per_million:,.1f}", f"{row.cpu_per_million:,.1f}", f"{row.peak_mb:,.0f}")
    return (name, f"{row.ran:,}", *figures, start, said, arrived)


def _ratios(rows: Sequence[Row], sizes: Sequence[int]) -> str:
    header = (
        "events",
        "route",
        "whole way, s/M",
        "without dbt's start",
        "fastest peer",
        "times as fast",
        "in CPU seconds",
        "times the plain script",
        "times the limit's seconds",
    )
    lines = [line for size in sizes for route in routes_in(rows) if (line := _ratio(rows, route, size))]
    text = (
        "How many times the whole way without dbt's start is as fast as the fastest published peer of the same run, and as the"
        " plain script of this folder; and how many times the seconds of the limit it takes."
    )
    return f"## Ratios\n\n{text}\n\n" + _table(header, lines) if lines else ""


def _ratio(rows: Sequence[Row], route: str, size: int) -> tuple[str, ...] | None:
    whole = find(rows, "route", route, "whole way", size)
    if whole is None:
        return None
    peer, peer_cpu = fastest_peer(rows, size), fastest_peer(rows, size, cpu=True)
    script, limit = (find(rows, kind, None, None, size) for kind in ("script", "limit"))
    amplitude = route.startswith("amplitude:")  # the others have files of their own, smaller an event
    return (
        f"{size:,}",
        route.replace(":", " to "),
        f"{whole.wall_per_million:.1f}",
        f"{whole.net:.1f}",
        peer.step if peer and amplitude else "",
        f"{peer.wall_per_million / whole.net:.1f}" if peer and amplitude else "",
        f"{peer_cpu.cpu_per_million / whole.net_cpu:.1f}" if peer_cpu and amplitude and whole.net_cpu else "",
        f"{script.wall_per_million / whole.net:.1f}" if script and amplitude else "",
        f"{whole.net / limit.wall_per_million:.1f}" if limit and amplitude else "",
    )


def _slopes(rows: Sequence[Row], sizes: Sequence[int]) -> str:
    if len(sizes) < 2:
        return ""
    lines = []
    for route in routes_in(rows):
        for step in ("build", "plan", "push", "whole way"):
            found = [find(rows, "route", route, step, size) for size in sizes]
            nets = [row.net for row in found if row]
            if len(nets) > 1:
                shown = [f"{row.net:.1f}" if row else "" for row in found]
                name = f"{route.replace(':', ' to ')}: {step}"
                lines.append((name, *shown, f"{max(nets) / min(nets):.2f}"))
    header = ("s/M without dbt's start", *(f"{size:,}" for size in sizes), "largest by smallest")
    return "## Slopes\n\n" + _table(header, lines)


def _judged(rows: Sequence[Row], help_seconds: float | None) -> str:
    found = goals.judged(rows, help_seconds)
    missed = [f"- {goal.wanted}: {goal.found}." for goal in found if goal.state == "missed"]
    said = "Missed:\n\n" + "\n".join(missed) if missed else "None of those that were measured was missed."
    table = _table(("wanted", "found", ""), ((goal.wanted, goal.found, goal.state) for goal in found))
    return f"## Goals\n\n{said}\n\n{table}"


def _notes(rows: Sequence[Row], left_out: Iterable[str], repeats: float) -> str:
    scaled = [row for row in rows if row.ran != row.events]
    notes = [
        f"The files of a million events hold {ROWS_PER_MILLION:,} rows, since every 200th event is there twice. Crosswalk sends"
        " each once; no peer does.",
        "A peer that lost events counts as if it had sent them.",
        *(
            [
                "Where a peer ran on fewer events than the table says, its work is scaled and its start is not. Node warms up"
                " over its first seconds, so a part much smaller than the README names is not fair to mixpanel-import."
            ]
            if scaled
            else []
        ),
        *(
            ["Each step was measured several times; the median of wall seconds is shown."]
            if repeats > 1
            else []
        ),
        *_reached_out(rows),
        *left_out,
    ]
    return "## Notes\n\n" + "\n".join(f"- {note}" for note in notes)


def _reached_out(rows: Sequence[Row]) -> list[str]:
    tried = {row.step: sorted(set(row.parts["refused"])) for row in rows if row.parts.get("refused")}
    return [f"{step} tried to reach {', '.join(hosts)}, and was not let." for step, hosts in tried.items()]


def _table(header: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    names = list(header)
    rows = ["| " + " | ".join(cells) + " |" for cells in (names, ["---"] * len(names), *map(list, lines))]
    return "\n".join(rows)
