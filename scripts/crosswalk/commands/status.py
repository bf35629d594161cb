"""`crosswalk status`: what was sent where, from the ledger alone."""

import argparse
from typing import TYPE_CHECKING

from crosswalk import exits
from crosswalk.commands.common import state_dir

if TYPE_CHECKING:
    from crosswalk.push.history import History

HELP = "show what was sent where, and what is open"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own flags."""
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object a destination instead of text"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the state of each destination project."""
    from crosswalk.output import json_line, say
    from crosswalk.push.history import read_history

    histories = read_history(state_dir(arguments))
    for history in histories:
        if arguments.json:
            json_line({"type": "destination", **history.as_dict()})
        else:
            for line in [*_lines(history), ""]:
                say(line)
    if not histories and not arguments.json:
        say("Nothing has been sent yet: run `crosswalk plan`, then `crosswalk push`.")
    return exits.DONE


def _lines(history: "History") -> list[str]:
    from crosswalk.output import count, plural, table

    project = f", project {history.project}" if history.project else ""
    lines = [f"{history.vendor} at {history.host}{project}"]
    lines += table(
        ("batches", "count", "records", "accepted"), [tuple(row.values()) for row in history.batches]
    )
    if history.rejected:
        lines.append(f"  {plural(history.rejected, 'record')} rejected:")
        reasons = [(row["reason"], row["records"], row["replay"]) for row in history.reasons]
        lines += table(("reason", "records", "to send them again after a fix"), reasons, indent="    ")
    run = history.last_run
    if run:
        ended = (
            f"ended {run['finished_at'][:19]} ({run['outcome']})"
            if run["finished_at"]
            else "did not end in good order, or still runs"
        )
        lines.append(
            f"  last run of plan {run['plan_id']}: started {run['started_at'][:19]}, {ended}, {count(run['requests'])} requests"
        )
    return lines
