"""What becomes of names: events and properties, from the crosswalk as it was built and the catalog of what was seen."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from crosswalk.report.book import Book, Row


@dataclass(frozen=True)
class EventName:
    """A source's event and its name at the destination (`None`: not sent). `row` is its place in the query `events`."""

    row: int
    source: str
    name: str
    to: str | None
    rule: str
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class PropertyName:
    """A source's property and where it arrives. `row` is its place in the query `properties`."""

    row: int
    source: str
    scope: str
    name: str
    to: tuple[str, ...]
    rule: str
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def event_names(book: Book) -> list[EventName]:
    """One entry a row of the query `events`, in its order."""
    rows = book.rows("events")
    meeting = Counter(
        (row["source"], row["destination_event"]) for row in rows if row["destination_event"] is not None
    )
    twins = _case_twins((row["source"], row["event_name"]) for row in rows)
    names = []
    for number, row in enumerate(rows):
        notes = []
        if meeting[(row["source"], row["destination_event"])] > 1:
            notes.append(f"{meeting[(row['source'], row['destination_event'])]} names become this one")
        if (row["source"], row["event_name"]) in twins:
            notes.append("differs from another name in case only")
        names.append(
            EventName(
                number, row["source"], row["event_name"], row["destination_event"], row["rule"], tuple(notes)
            )
        )
    return names


def property_names(book: Book, destination: str) -> list[PropertyName]:
    """One entry a row of the query `properties`, in its order."""
    rows = book.rows("properties")
    concepts = _concepts([*book.rows("seed_properties"), *book.rows("seed_properties_custom")], destination)
    reserved = {row["name"] for row in book.rows("seed_reserved")}
    internal = {(row["source"], row["name"]): row["action"] for row in book.rows("seed_internal")}
    ruled = [_rule(row, destination, concepts, reserved, internal) for row in rows]
    arriving: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row, (targets, _) in zip(rows, ruled, strict=True):
        for target in targets:
            arriving[(row["source"], row["scope"], target)].add(row["name"])
    twins = _case_twins((f"{row['source']} {row['scope']}", row["name"]) for row in rows)
    names = []
    for number, (row, (targets, rule)) in enumerate(zip(rows, ruled, strict=True)):
        notes = []
        most = max((len(arriving[(row["source"], row["scope"], target)]) for target in targets), default=0)
        if most > 1:
            notes.append(f"{most} names meet in one: the first that has a value wins")
        if (f"{row['source']} {row['scope']}", row["name"]) in twins:
            notes.append("differs from another name in case only")
        if len(set(_kinds(row["types"]))) > 1:
            notes.append("values of several types")
        names.append(
            PropertyName(number, row["source"], row["scope"], row["name"], targets, rule, tuple(notes))
        )
    return names


def _kinds(types: str | None) -> list[str]:
    """The types of a property, null left out."""
    return [kind for kind in (types or "").split("|") if kind and kind != "null"]


def _rule(
    row: Row,
    destination: str,
    concepts: dict[tuple[str, str, str], tuple[str, ...]],
    reserved: set[str],
    internal: dict[tuple[str, str], str],
) -> tuple[tuple[str, ...], str]:
    """Where a property arrives and by which rule: DESIGN, rule 5 of the values; see docs/crosswalk.md."""
    source, scope, name = row["source"], row["scope"], row["name"]
    if scope == "group":
        return (name,), "group type"
    action = internal.get((source, name)) if scope == "event" else None
    if action == "drop" or (action == "strip" and source == destination):
        return (), "internal, left out"
    if source == destination:
        return (name,), "unchanged"
    if action == "move":
        return (), "travels otherwise"
    mapped = concepts.get((source, scope, name), ())
    if mapped and source == "mixpanel":
        return mapped, "mapped" if name in mapped else "moved"
    kept = f"{source}_{name}" if name in reserved and scope == "event" else name
    if mapped:
        return (kept, *(target for target in mapped if target != kept)), "mapped"
    if kept != name:
        return (kept,), "name is reserved"
    return (name,), "own name"


def _concepts(seeds: list[Row], destination: str) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """(source, scope, key) to the destination's names."""
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for seed in seeds:
        target = written_name(seed.get(destination) or "")
        if not target:
            continue
        for source in ("amplitude", "heap", "mixpanel", "posthog"):
            if source == destination:
                continue
            for scope, key in _places(seed.get(source) or "", str(seed["scope"])):
                # What a rule works out is not the value itself, so Mixpanel's key stays beside it.
                if (
                    source == "mixpanel"
                    and " macro:" in seed[destination]
                    and key not in found[(source, scope, key)]
                ):
                    found[(source, scope, key)].insert(0, key)
                if target not in found[(source, scope, key)]:
                    found[(source, scope, key)].append(target)
    return {place: tuple(targets) for place, targets in found.items()}


def _places(cell: str, scope: str) -> list[tuple[str, str]]:
    """The property places of a source's cell; columns and rules are none."""
    places = []
    for part in (one.split(" macro:")[0] for one in cell.split("|")):
        kind, _, name = part.partition(":")
        if kind in ("ep", "up") and name:
            places.append(({"ep": "event", "up": "user"}[kind], name))
        elif part and kind not in ("col", "macro"):
            places.append((scope, part))
    return places


def written_name(cell: str) -> str:
    """The name that a destination's cell writes: its first bare place, else its first."""
    places = [place.split(" macro:")[0] for place in cell.split("|") if place]
    bare = [place for place in places if place.partition(":")[0] not in ("col", "ep", "up", "macro")]
    return (bare or [place.partition(":")[2] for place in places] or [""])[0]


def _case_twins(names: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those that another one equals but for case, within one place."""
    folded: dict[tuple[str, str], set[str]] = defaultdict(set)
    for place, name in names:
        folded[(place, name.casefold())].add(name)
    return {(place, name) for (place, _), same in folded.items() if len(same) > 1 for name in same}
