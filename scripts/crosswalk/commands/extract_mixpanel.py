"""`crosswalk extract mixpanel`: a Mixpanel project's raw events and profiles to files that staging reads."""

import argparse
import datetime as dt
from dataclasses import replace
from pathlib import Path

from crosswalk.commands.common import project_dir, state_dir
from crosswalk.commands.network import add_ca_file, ca_file
from crosswalk.settings import REGIONS

HELP = "Mixpanel's raw export API by day, and its profiles"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The source's own flags; credentials are never among them."""
    parser.add_argument(
        "--from", dest="first", required=True, metavar="DAY", help="first day, e.g. 2024-01-01"
    )
    parser.add_argument("--to", dest="last", required=True, metavar="DAY", help="last day, included")
    parser.add_argument("--profiles", action="store_true", help="the user profiles too")
    parser.add_argument(
        "--refresh-last", metavar="SPAN", help="ask again for the last 2d of the range, and for the profiles"
    )
    parser.add_argument(
        "--timezone",
        metavar="ZONE",
        help="the project's time zone, e.g. America/New_York: says which day it is there",
    )
    parser.add_argument("--region", choices=REGIONS, help="where the project is; there is no default")
    parser.add_argument(
        "--dest", metavar="DIR", help="where to write (default: data/mixpanel in the project)"
    )
    add_ca_file(parser)
    parser.add_argument("--json", action="store_true", help="print a JSON object instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Fetch what is missing and say what came."""
    from crosswalk.extract.mixpanel import MixpanelWish, extract_mixpanel, report_lines
    from crosswalk.extract.windows import DAY_HOURS, read_span
    from crosswalk.output import json_line, say
    from crosswalk.settings import Environment, mixpanel_export_settings

    refresh = read_span(arguments.refresh_last, "--refresh-last") if arguments.refresh_last else 0
    wish = MixpanelWish(
        _day(arguments.first, "--from"),
        _day(arguments.last, "--to"),
        arguments.profiles,
        -(-refresh // DAY_HOURS),
        arguments.timezone,
    )
    settings = mixpanel_export_settings(
        Environment(project_dir(arguments)), arguments.region, arguments.profiles
    )
    settings = replace(settings, ca_file=ca_file(arguments))
    dest = (
        Path(arguments.dest).expanduser() if arguments.dest else project_dir(arguments) / "data" / "mixpanel"
    )
    report = extract_mixpanel(settings, wish, dest, state_dir(arguments))
    if arguments.json:
        json_line({"type": "extract", "source": "mixpanel", **report.as_dict()})
    else:
        for line in report_lines(report):
            say(line)
    return report.exit_code


def _day(text: str, flag: str) -> dt.date:
    from crosswalk.errors import ConfigError

    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
    except ValueError as error:
        raise ConfigError(f"{flag} is {text!r}, which is no day: write it such as 2024-01-31.") from error
