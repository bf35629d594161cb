"""`crosswalk plan`: what a push would send, checked offline."""

import argparse
import sys
from typing import TYPE_CHECKING

from crosswalk import exits
from crosswalk.commands.common import DESTINATIONS, positive, project_dir, state_dir, warehouse
from crosswalk.settings import REGIONS

if TYPE_CHECKING:
    from crosswalk.live_people import LivePeople
    from crosswalk.push.vendor import Vendor

HELP = "check every payload offline; print counts, cost, warnings, personal data and the plan id"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own flags."""
    parser.add_argument("--to", required=True, choices=DESTINATIONS, help="the destination")
    parser.add_argument(
        "--region", choices=REGIONS, help="where the project's data lives; names the project in the plan"
    )
    parser.add_argument("--rate", type=positive, metavar="N", help="records a second to reckon with")
    parser.add_argument("--batch-size", type=positive, metavar="N", help="at most N records a request")
    parser.add_argument(
        "--live-people",
        choices=("yes", "no"),
        help="whether the project already has live people (default: asked on a terminal, and remembered)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Make, store and print the plan."""
    from crosswalk.output import json_line, say, wrapped
    from crosswalk.plan import PlanOptions, make_plan
    from crosswalk.plan_config import NOT_NAMED, configuration
    from crosswalk.plan_store import save_plan
    from crosswalk.plan_text import plan_lines

    source, vendor = warehouse(arguments), named_vendor(arguments)
    settings = configuration(project_dir(arguments), source, arguments.to, vendor)
    live = live_people(arguments, settings)
    options = PlanOptions(arguments.rate, arguments.batch_size, settings, live, state_dir(arguments))
    plan = make_plan(source, arguments.to, options)
    save_plan(state_dir(arguments), plan)
    if arguments.json:
        json_line({"type": "plan", **plan.as_dict()})
        return exits.DONE
    for line in plan_lines(plan):
        say(line)
    say()
    region = f" --region {arguments.region}" if arguments.region else ""
    if settings["project"] == NOT_NAMED:
        region = " --region us|eu"
        text = (
            "The plan names no project, since its credentials or --region are not set: a push of it is held to content and "
            f"settings only. (--region stays away where {plan.destination.upper()}_REGION or a URL is set.)"
        )
        for line in wrapped(text, ""):
            say(line)
    size = f" --batch-size {arguments.batch_size}" if arguments.batch_size else ""
    say(f"To send it: crosswalk push --to {plan.destination} --plan {plan.plan_id}{region}{size}")
    return exits.DONE


def named_vendor(arguments: argparse.Namespace) -> "Vendor | None":
    """The destination project, where region and credentials name one: a plan can be made without."""
    from crosswalk.commands.push import vendor_of
    from crosswalk.errors import ConfigError, CredentialsError

    try:
        return vendor_of(arguments)
    except (ConfigError, CredentialsError):
        return None


def live_people(arguments: argparse.Namespace, settings: dict[str, str]) -> "LivePeople":
    """The answer of the flag, else the one remembered, else a person's on a terminal; with what it recommends."""
    from crosswalk.live_people import LivePeople, advice, remember, remembered

    folder, key = state_dir(arguments), f"{arguments.to} {settings['project']}"
    given = getattr(arguments, "live_people", None)
    answer, origin = given or remembered(folder, key), "flag" if given else "remembered"
    if answer is None:
        answer, origin = ("unknown", "default") if getattr(arguments, "quiet", False) else _ask(arguments.to)
    if origin in ("flag", "asked") and answer != "unknown":
        remember(folder, key, answer)
    mode = settings.get("variable posthog_person_properties", '"events"').strip('"')
    return LivePeople(answer, origin, advice(arguments.to, answer, mode))


def _ask(destination: str) -> tuple[str, str]:
    """A person's answer; `unknown` where nobody can answer, or says so."""
    from crosswalk.live_people import QUESTION
    from crosswalk.plan_text import LABEL

    if not _is_terminal():
        return "unknown", "default"
    print(QUESTION.format(label=LABEL[destination]), end="", file=sys.stderr, flush=True)
    said = sys.stdin.readline().strip().lower()
    answer = {"y": "yes", "yes": "yes", "n": "no", "no": "no"}.get(said, "unknown")
    return answer, "asked"


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()
