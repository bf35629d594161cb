"""`crosswalk push`: send what was built, resumable, nothing twice."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from crosswalk.commands import lookup_table
from crosswalk.commands.common import DESTINATIONS, positive, project_dir, state_dir, warehouse
from crosswalk.commands.network import add_sending, network
from crosswalk.settings import REGIONS

if TYPE_CHECKING:
    from crosswalk.push.run import Report
    from crosswalk.push.vendor import Vendor
    from crosswalk.warehouse import Warehouse

HELP = "send the payloads to the vendor's ingestion API; run it again to go on"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own flags; credentials are never among them."""
    parser.add_argument("--to", required=True, choices=DESTINATIONS, help="the destination")
    parser.add_argument("--plan", metavar="ID", help="send exactly this plan, or nothing")
    parser.add_argument(
        "--region", choices=REGIONS, help="where the project's data lives; there is no default"
    )
    parser.add_argument(
        "--rate", type=positive, metavar="N", help="records a second (default: mixpanel 25000, posthog 2000)"
    )
    parser.add_argument("--workers", type=positive, default=4, metavar="N", help="connections (default: 4)")
    parser.add_argument("--batch-size", type=positive, metavar="N", help="at most N records a request")
    parser.add_argument("--limit", type=positive, metavar="N", help="send at most N records in this run")
    parser.add_argument(
        "--resend-changed",
        action="store_true",
        help="also send records whose content changed since they were accepted",
    )
    lookup_table.add_arguments(parser)
    add_sending(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true", help="print JSON objects, one a line, instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Check the credentials, settle the plan, send, and say what happened; or replace a lookup table."""
    if arguments.lookup_table:
        return lookup_table.run(arguments, agreed)
    from crosswalk.memory import give_back
    from crosswalk.output import json_line, say
    from crosswalk.push.run import PushOptions, push
    from crosswalk.push.sending import refuse_if_locked

    vendor = vendor_of(arguments)
    settings = network(arguments)
    give_back()
    source = warehouse(arguments)
    refuse_if_locked(vendor, state_dir(arguments))
    plan = _approved_plan(arguments, source, vendor)
    vendor.check_endpoints({kind["kind"] for kind in plan["kinds"]})
    options = PushOptions(
        plan_id=plan["plan_id"],
        records=plan["records"],
        state_dir=state_dir(arguments),
        rate=arguments.rate,
        workers=arguments.workers,
        batch_size=arguments.batch_size,
        limit=arguments.limit,
        resend_changed=arguments.resend_changed,
        network=settings,
    )
    report = push(vendor, source, options)
    if arguments.json:
        json_line({"type": "push", **report.as_dict()})
    else:
        for line in report_lines(report, vendor.label, arguments.typed):
            say(line)
    return report.exit_code


def vendor_of(arguments: argparse.Namespace) -> "Vendor":
    """The destination project that the flags and the environment name. Raises ConfigError, CredentialsError."""
    from crosswalk.settings import Environment, mixpanel_settings, posthog_settings

    environment = Environment(project_dir(arguments))
    if arguments.to == "mixpanel":
        from crosswalk.push.mixpanel import Mixpanel

        return Mixpanel(mixpanel_settings(environment, arguments.region))
    from crosswalk.push.posthog import PostHog

    return PostHog(posthog_settings(environment, arguments.region))


def _approved_plan(arguments: argparse.Namespace, source: "Warehouse", vendor: "Vendor") -> dict[str, Any]:
    """The plan that may be sent: the stored one that still holds, or a new one that was shown and agreed to."""
    from crosswalk.commands.plan import live_people
    from crosswalk.errors import PlanError
    from crosswalk.output import json_line, say
    from crosswalk.plan import PlanOptions, make_plan
    from crosswalk.plan_config import configuration
    from crosswalk.plan_store import check_unchanged, load_plan, save_plan
    from crosswalk.plan_text import plan_lines

    folder = state_dir(arguments)
    settings = configuration(project_dir(arguments), source, arguments.to, vendor)
    if arguments.plan is not None:
        stored = load_plan(folder, arguments.plan, arguments.to)
        check_unchanged(source, stored, settings)
        return stored
    live = live_people(argparse.Namespace(**vars(arguments) | {"quiet": arguments.yes}), settings)
    options = PlanOptions(arguments.rate, arguments.batch_size, settings, live, folder)
    plan = make_plan(source, arguments.to, options)
    save_plan(folder, plan)
    if arguments.json:
        json_line({"type": "plan", **plan.as_dict()})
    else:
        for line in [*plan_lines(plan), ""]:
            say(line)
    trial = f"{plan.trial.text} " if plan.trial else ""
    if not arguments.yes and not agreed(f"{trial}Send this to {vendor.label} at {vendor.url}? [y/N] "):
        raise PlanError(
            f"Nothing was sent: the plan was not approved. Run `crosswalk push --to {plan.destination} "
            f"--plan {plan.plan_id}{region_flag(arguments)}` to send it, or add --yes."
        )
    return plan.as_dict()


def region_flag(arguments: argparse.Namespace) -> str:
    """` --region eu`, where it was given."""
    return f" --region {arguments.region}" if arguments.region else ""


def agreed(question: str) -> bool:
    """Ask on a terminal; where nobody can answer, the answer is no."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def report_lines(report: "Report", label: str, typed: str) -> list[str]:
    """The result for people, and what to type next where something is left."""
    from crosswalk.output import count, duration, plural, table

    head = {"done": "Done", "rejected": "Done, with rejected records", "interrupted": "Interrupted"}[
        report.outcome
    ]
    counts = (
        ("accepted now", report.accepted),
        ("accepted before", report.already_accepted),
        ("changed since accepted, not sent", report.changed_not_sent),
        ("rejected by the vendor", report.rejected),
        ("rejected before", report.rejected_before),
        ("over a limit, not sent", report.not_sent_over_limits),
        ("left", report.left),
    )
    rows = [line for line in counts if line[1] or line[0] == "accepted now"]
    pace = report.accepted / report.seconds if report.seconds else 0
    lines = [
        f"{head}: {label} at {report.host}, plan {report.plan_id}",
        *table(("records", "count"), [*rows, ("all", report.records)]),
        f"  {plural(report.requests, 'request')} in {duration(report.seconds)}, {count(int(pace))} records/s",
    ]
    if report.all_rejected():
        lines.append(f"  The rejected records stand with their reasons in {report.dead_letters}.")
        lines.append(
            f"  After a fix, send them again: crosswalk replay --to {report.destination}"
            " (`crosswalk status` lists the reasons)."
        )
    if report.changed_not_sent:
        lines.append(
            "  Records whose content changed since they were accepted go out with --resend-changed only."
        )
    if report.left:
        lines.append(f"  To go on, run the same command again, it starts where this run ended: {typed}")
    return lines
