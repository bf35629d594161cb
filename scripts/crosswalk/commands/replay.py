"""`crosswalk replay`: what was rejected once more, after a fix."""

import argparse
from typing import TYPE_CHECKING

from crosswalk.commands.common import DESTINATIONS, positive, project_dir, state_dir, warehouse
from crosswalk.commands.network import add_sending, network
from crosswalk.commands.push import agreed, region_flag, vendor_of
from crosswalk.settings import REGIONS

if TYPE_CHECKING:
    from crosswalk.push.replay import ReplayReport
    from crosswalk.push.vendor import Vendor

HELP = "send rejected records again, as they are in the warehouse now"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own flags; credentials are never among them."""
    parser.add_argument("--to", required=True, choices=DESTINATIONS, help="the destination")
    parser.add_argument(
        "--reason", metavar="R", help="only records rejected for this reason, as `crosswalk status` has it"
    )
    parser.add_argument("--limit", type=positive, metavar="N", help="at most N records, oldest letters first")
    parser.add_argument(
        "--region", choices=REGIONS, help="where the project's data lives; there is no default"
    )
    parser.add_argument("--rate", type=positive, metavar="N", help="records a second")
    parser.add_argument("--workers", type=positive, default=4, metavar="N", help="connections (default: 4)")
    parser.add_argument("--batch-size", type=positive, metavar="N", help="at most N records a request")
    add_sending(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Ask, send, and say what became of the letters."""
    from crosswalk.errors import PlanError
    from crosswalk.memory import give_back
    from crosswalk.output import json_line, say
    from crosswalk.plan import plan_id_of
    from crosswalk.plan_config import configuration
    from crosswalk.plan_scan import hashed
    from crosswalk.push.replay import replay
    from crosswalk.push.sending import PushOptions

    vendor = vendor_of(arguments)
    give_back()
    source = warehouse(arguments)
    if not arguments.yes and not agreed(_question(arguments, vendor)):
        raise PlanError(
            f"Nothing was sent: nobody said yes. Run `crosswalk replay --to {arguments.to}{region_flag(arguments)} --yes`."
        )
    settings = configuration(project_dir(arguments), source, arguments.to, vendor)
    content = hashed(source, arguments.to)
    options = PushOptions(
        plan_id=plan_id_of(arguments.to, content.records, content.text(), settings),
        records=content.records,
        state_dir=state_dir(arguments),
        rate=arguments.rate,
        workers=arguments.workers,
        batch_size=arguments.batch_size,
        limit=arguments.limit,
        network=network(arguments),
    )
    report = replay(vendor, source, options, arguments.reason)
    if arguments.json:
        json_line({"type": "replay", **report.as_dict()})
    else:
        for line in _lines(report, vendor.label, arguments.typed):
            say(line)
    return report.exit_code


def _question(arguments: argparse.Namespace, vendor: "Vendor") -> str:
    what = f"the records rejected for {arguments.reason!r}" if arguments.reason else "all rejected records"
    return f"Send {what} to {vendor.label} at {vendor.url} again? [y/N] "


def _lines(report: "ReplayReport", label: str, typed: str) -> list[str]:
    from crosswalk.output import safe, table

    if not report.letters:
        return [
            f"No rejected record of {label} at {report.host} waits: `crosswalk status` shows what was sent."
        ]
    counts = (
        ("accepted now", report.accepted),
        ("accepted before", report.already_accepted),
        ("rejected by the vendor again", report.rejected),
        ("over a limit still, not sent", report.not_sent_over_limits),
        ("not in the warehouse any more", report.gone),
        ("left", report.left),
    )
    rows = [line for line in counts if line[1] or line[0] == "accepted now"]
    lines = [
        f"Sent again: {label} at {report.host}",
        *table(("records", "count"), [*rows, ("all", report.letters)]),
    ]
    if report.gone:
        lines.append(f"  Not in the warehouse any more; the letters in {report.dead_letters} keep them:")
        lines += [f"    {safe(name)}" for name in report.gone_records]
        if report.gone > len(report.gone_records):
            lines.append(f"    and {report.gone - len(report.gone_records):,} more")
    if report.left:
        lines.append(f"  To go on, run the same command again: {typed}")
    return lines
