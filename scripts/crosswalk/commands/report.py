"""`crosswalk report`: what was read, sent and found, as one HTML page with its JSON twin."""

import argparse
from pathlib import Path

from crosswalk.commands.common import DESTINATIONS, project_dir, state_dir, warehouse

HELP = "write one HTML page, and its JSON twin, about a delivery: before, during and after"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own flags."""
    parser.add_argument("--to", required=True, choices=DESTINATIONS, help="the destination")
    parser.add_argument(
        "--out", metavar="FILE", help="the page (default: report/DESTINATION.html in the state folder)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Gather, write both files, print where they are and the verdict. Exits 4 where counts differ, 7 with rejected records."""
    from crosswalk.files import write_private
    from crosswalk.output import json_line, say
    from crosswalk.report.gather import Place, gather, summary, write_json
    from crosswalk.report.render import render
    from crosswalk.report.terminal import lines

    place = Place(project_dir(arguments), state_dir(arguments), arguments.profiles_dir, arguments.target)
    path = _page_path(arguments)
    report = gather(warehouse(arguments), place, arguments.to)
    twin = path.with_suffix(".json")
    write_private(twin, write_json(report))
    write_private(path, render(report, twin.name))
    if arguments.json:
        json_line({"type": "report", "path": str(path), "json_path": str(twin), **summary(report)})
    else:
        for line in [*lines(report), "", f"  Report  {path}", f"  JSON    {twin}"]:
            say(line)
    return report.verdict.exit_code


def _page_path(arguments: argparse.Namespace) -> Path:
    """Where the page goes. Raises ConfigError for a folder, or a name that the JSON twin would take too."""
    from crosswalk.errors import ConfigError

    if not arguments.out:
        return state_dir(arguments) / "report" / f"{arguments.to}.html"
    path = Path(arguments.out).expanduser().resolve()
    if path.is_dir() or path.suffix == ".json":
        raise ConfigError(f"--out {arguments.out} is no name for a page: give a file such as report.html.")
    return path
