"""`crosswalk undo-plan`: what of this import can be taken back, and how."""

import argparse

from crosswalk import exits
from crosswalk.commands.common import DESTINATIONS, warehouse

HELP = (
    "show what of this import can be hidden or deleted at the destination, and what cannot; deletes nothing"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own flags."""
    parser.add_argument("--to", required=True, choices=DESTINATIONS, help="the destination")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Print the steps; nothing is sent anywhere."""
    from crosswalk.output import json_line, safe, say
    from crosswalk.undo import make_undo_plan, undo_lines

    plan = make_undo_plan(warehouse(arguments), arguments.to)
    if arguments.json:
        json_line({"type": "undo_plan", **plan.as_dict()})
    else:
        for line in undo_lines(plan):
            say(safe(line))
    return exits.DONE
