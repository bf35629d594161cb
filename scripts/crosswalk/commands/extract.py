"""`crosswalk extract`: raw exports to files, as the vendor wrote them."""

import argparse
from pathlib import Path

from crosswalk.commands.common import project_dir

HELP = "write a vendor's raw export to files"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One sub-command a source."""
    sources = parser.add_subparsers(dest="source", metavar="SOURCE", required=True)
    amplitude = sources.add_parser("amplitude", help="the files of an Amplitude export")
    amplitude.add_argument(
        "--from-zip", required=True, metavar="FILE", help="a zip from Amplitude's Export API"
    )
    amplitude.add_argument(
        "--dest", metavar="DIR", help="where to write (default: data/amplitude in the project)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Unpack and print the table."""
    from crosswalk.extract.amplitude_zip import extract_zip, report_lines
    from crosswalk.output import say

    dest = (
        Path(arguments.dest).expanduser() if arguments.dest else project_dir(arguments) / "data" / "amplitude"
    )
    members = extract_zip(Path(arguments.from_zip).expanduser(), dest)
    for line in report_lines(members, dest, arguments.verbose):
        say(line)
    return max((member.exit_code for member in members), default=0)
