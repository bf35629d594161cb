"""The way of the records from files to answers, as bands: one column a stage, height for number."""

from collections.abc import Sequence
from dataclasses import dataclass

from crosswalk.report.charts.scale import number

WIDTH, HEIGHT, _NODE = 960, 320, 9
_SLOT = 34  # the least room of a node, so that two lines of text fit beside it
_COLUMNS = (118, 372, 610, 826)
_BANDS_AT = 20


@dataclass
class Node:
    """One box; `tone` for its colour, `note` for the stage it stands in."""

    name: str
    value: int
    column: int
    tone: str
    y: float = 0.0
    height: float = 0.0
    filled_in: float = 0.0
    filled_out: float = 0.0

    @property
    def x(self) -> int:
        """Its left edge."""
        return _COLUMNS[self.column]


@dataclass(frozen=True)
class Band:
    """One band between two boxes, as an SVG path."""

    path: str
    tone: str
    text: str


@dataclass(frozen=True)
class Flow:
    """The whole picture."""

    nodes: list[Node]
    bands: list[Band]
    height: int


def flow(nodes: Sequence[Node], links: Sequence[tuple[Node, Node, int]]) -> Flow:
    """Place boxes and bands; `links` are (from, to, records)."""
    kept = [node for node in nodes if node.value > 0]
    totals = [sum(node.value for node in kept if node.column == column) for column in range(len(_COLUMNS))]
    scale = (HEIGHT * 0.66) / max([*totals, 1])
    bottom = float(HEIGHT)
    for column in range(len(_COLUMNS)):
        y = float(_BANDS_AT)
        for node in (one for one in kept if one.column == column):
            node.y, node.height = y, max(2.0, node.value * scale)
            y += max(node.height + 12, _SLOT)
        bottom = max(bottom, y)
    bands = [_band(start, end, value, scale) for start, end, value in links if value > 0]
    return Flow(kept, bands, int(bottom) + 4)


def _band(start: Node, end: Node, value: int, scale: float) -> Band:
    thickness = max(1.0, value * scale)
    x1, x2 = start.x + _NODE, end.x
    y1, y2 = start.y + start.filled_out, end.y + end.filled_in
    start.filled_out += value * scale
    end.filled_in += value * scale
    middle = (x1 + x2) / 2
    path = (
        f"M{number(x1)} {number(y1)}C{number(middle)} {number(y1)} {number(middle)} {number(y2)} {number(x2)} {number(y2)}"
        f"v{number(thickness)}C{number(middle)} {number(y2 + thickness)} {number(middle)} {number(y1 + thickness)} "
        f"{number(x1)} {number(y1 + thickness)}z"
    )
    return Band(path, end.tone, f"{start.name} → {end.name}: {value:,}")
