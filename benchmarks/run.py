"""Measure the whole way, route by route and size by size, and the peers on the same files and the same sink.

`python benchmarks/run.py --events 300000 1000000 --routes amplitude:posthog` prints a line for each step and writes the
figures as JSON lines; `--results` writes benchmarks/RESULTS.md and its plot. What each row means: benchmarks/README.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import machine
import peers
import results
from figures import ROWS_PER_MILLION, Figures, row_of
from measured import Failed
from routes import ADDRESSES, GLOBS, ROOT, Route, data, help_seconds, sink, taken


def compare(figures: Figures, runner: peers.Runner, folder: Path, events: int, most: int | None) -> None:
    """The limit and the peers, on the same Amplitude files; each peer on as much of them as it is given."""
    place = data(folder, "amplitude", events)
    with sink() as url:
        for peer in (peers.LIMIT, *peers.PEERS):
            ran = min(events, peer.most or events, (most or events) if peer.published else events)
            part = place if ran == events else peers.first(place, GLOBS["amplitude"], ran, ROWS_PER_MILLION)
            cost = peers.attempt(runner, peer, str(part / GLOBS["amplitude"]), url, figures.leave_out)
            arrived = taken(url)
            if cost is not None:
                kind = "peer" if peer.published else "limit" if peer is peers.LIMIT else "script"
                figures.add(row_of(kind, "amplitude", peer.name, events, ran, cost, arrived))


def route(text: str) -> str:
    """A route as it is typed, `source:destination`. Raises ArgumentTypeError on any other."""
    source, _, destination = text.partition(":")
    if source not in GLOBS or destination not in ADDRESSES:
        known = f"{', '.join(GLOBS)} and {', '.join(ADDRESSES)}"
        raise argparse.ArgumentTypeError(f"{text} is no route: write source:destination, of {known}")
    return text


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000], help="sizes (default: 1000000)")
    parser.add_argument(
        "--routes", type=route, nargs="+", default=["amplitude:posthog", "amplitude:mixpanel"]
    )
    parser.add_argument("--repeat", type=int, default=1, help="times over; the results show medians")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "data" / "bench", help="data, databases, peers (a few GB)"
    )
    parser.add_argument("--figures", type=Path, help="JSON lines (default: figures.jsonl in the folder)")
    parser.add_argument("--with-tests", action="store_true", help="dbt's data and unit tests too, told apart")
    parser.add_argument(
        "--peers",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="the limit and the peers (default: yes)",
    )
    parser.add_argument(
        "--peers-at",
        type=int,
        nargs="+",
        metavar="SIZE",
        help="of the sizes, those for the peers (default: all)",
    )
    parser.add_argument(
        "--peer-events", type=int, metavar="N", help="give published peers no more than N events"
    )
    parser.add_argument("--results", action="store_true", help="write benchmarks/RESULTS.md and its plot")
    parser.add_argument(
        "--results-dir", type=Path, default=results.HERE, help="write them into another folder"
    )
    return parser.parse_args(words)


def main() -> None:
    """Measure what was asked for. Raises SystemExit where a step of Crosswalk fails."""
    try:
        measure(arguments())
    except Failed as failed:
        raise SystemExit(str(failed)) from None


def measure(asked: argparse.Namespace) -> None:
    """Every size in turn, its peers between its routes, so that they meet the same machine."""
    folder = asked.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    figures = Figures(asked.figures or folder / "figures.jsonl")
    runner = peers.Runner(folder)
    described, seconds = machine.described(), help_seconds(folder)
    print(f"crosswalk --help {seconds:.2f} s; load {described['Load when it began']}", flush=True)
    with_peers = asked.peers and any(name.startswith("amplitude:") for name in asked.routes)
    for events in asked.events:
        for _ in range(asked.repeat):
            for place, name in enumerate(asked.routes):
                Route(figures, folder, name, events, not asked.with_tests).measure()
                if with_peers and place == 0 and events in (asked.peers_at or asked.events):
                    compare(figures, runner, folder, events, asked.peer_events)
            if asked.results:  # after each size, so that a run that is stopped leaves what it has
                results.write(figures.rows, described, figures.left_out, seconds, asked.results_dir)


if __name__ == "__main__":
    main()
