"""`crosswalk plan`: what a push would send, checked offline."""

import argparse

from crosswalk import exits
from crosswalk.commands.common import DESTINATIONS, positive, state_dir, warehouse

HELP = "check every payload offline; print counts, cost, warnings and the plan id"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own flags."""
    parser.add_argument("--to", required=True, choices=DESTINATIONS, help="the destination")
    parser.add_argument("--rate", type=positive, metavar="N", help="records a second to reckon with")
    parser.add_argument("--batch-size", type=positive, metavar="N", help="at most N records a request")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Make, store and print the plan."""
    from crosswalk.output import json_line, say
    from crosswalk.plan import make_plan
    from crosswalk.plan_store import save_plan
    from crosswalk.plan_text import plan_lines

    plan = make_plan(warehouse(arguments), arguments.to, arguments.rate, arguments.batch_size)
    save_plan(state_dir(arguments), plan)
    if arguments.json:
        json_line({"type": "plan", **plan.as_dict()})
    else:
        for line in plan_lines(plan):
            say(line)
        say()
        say(f"To send it: crosswalk push --to {plan.destination} --plan {plan.plan_id} --region us|eu")
        say(f"(--region stays away where {plan.destination.upper()}_REGION or a URL is set.)")
    return exits.DONE
