"""`crosswalk extract`: raw exports to files, as the vendor wrote them."""

import argparse
from dataclasses import replace
from pathlib import Path

from crosswalk.commands import extract_heap, extract_mixpanel
from crosswalk.commands.common import positive, project_dir
from crosswalk.commands.network import add_ca_file, ca_file

HELP = "write a vendor's raw export to files"
_REGIONS = ("us", "eu")
_SOURCES = {"heap": extract_heap, "mixpanel": extract_mixpanel}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One sub-command a source."""
    sources = parser.add_subparsers(dest="source", metavar="SOURCE", required=True)
    _add_amplitude(sources.add_parser("amplitude", help="Amplitude's Export API, or files that you have"))
    for name, module in _SOURCES.items():
        module.add_arguments(sources.add_parser(name, help=module.HELP, description=module.HELP))


def _add_amplitude(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--start", metavar="HOUR", help="first hour of upload, UTC, e.g. 2024-01-01T00")
    parser.add_argument("--end", metavar="HOUR", help="last hour of upload, included, e.g. 2024-01-31T23")
    parser.add_argument(
        "--refresh-last", metavar="SPAN", help="ask again for the last 2d or 36h of the range (late uploads)"
    )
    parser.add_argument("--region", choices=_REGIONS, help="where the project is; there is no default")
    parser.add_argument(
        "--workers", type=positive, default=4, metavar="N", help="requests at once, at most 4 (default: 4)"
    )
    parser.add_argument(
        "--from-zip",
        action="append",
        default=[],
        metavar="FILE",
        help="a zip that you have; may be given again",
    )
    parser.add_argument("--from-dir", metavar="DIR", help="a folder copied from S3, GCS or Azure")
    parser.add_argument(
        "--dest", metavar="DIR", help="where to write (default: data/amplitude in the project)"
    )
    add_ca_file(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Fetch or unpack, and print what became of it."""
    if arguments.source in _SOURCES:
        return int(_SOURCES[arguments.source].run(arguments))
    from crosswalk.errors import ConfigError

    dest = _dest(arguments, "amplitude")
    api, files = arguments.start or arguments.end, arguments.from_zip or arguments.from_dir
    if bool(api) == bool(files) or (arguments.refresh_last and files):
        raise ConfigError(
            "Say what to extract: either --start and --end (the Export API), or --from-zip or --from-dir (files you have)."
        )
    return _from_files(arguments, dest) if files else _from_api(arguments, dest)


def _dest(arguments: argparse.Namespace, source: str) -> Path:
    if arguments.dest:
        return Path(arguments.dest).expanduser()
    return project_dir(arguments) / "data" / source


def _from_files(arguments: argparse.Namespace, dest: Path) -> int:
    from dataclasses import asdict

    from crosswalk.extract.amplitude_zip import extract_files, report_lines
    from crosswalk.output import json_line, say

    folder = Path(arguments.from_dir).expanduser() if arguments.from_dir else None
    members = extract_files([Path(one).expanduser() for one in arguments.from_zip], folder, dest)
    if arguments.json:
        for member in members:
            json_line({"type": "member", **asdict(member)})
    else:
        for line in report_lines(members, dest, arguments.verbose):
            say(line)
    return max((member.exit_code for member in members), default=0)


def _from_api(arguments: argparse.Namespace, dest: Path) -> int:
    from crosswalk.errors import ConfigError
    from crosswalk.extract.amplitude import Range, extract
    from crosswalk.extract.amplitude_report import report_lines
    from crosswalk.extract.windows import read_hour, read_span
    from crosswalk.output import json_line, say
    from crosswalk.settings import Environment, amplitude_settings

    if not (arguments.start and arguments.end):
        raise ConfigError("The range needs both --start and --end, such as 2024-01-01T00 and 2024-01-31T23.")
    first = read_hour(arguments.start, "--start")
    last = read_hour(arguments.end, "--end", last_of_day=True)
    if last < first:
        raise ConfigError(f"--end {arguments.end} is before --start {arguments.start}: change one of them.")
    refresh = read_span(arguments.refresh_last, "--refresh-last") if arguments.refresh_last else 0
    settings = amplitude_settings(Environment(project_dir(arguments)), arguments.region)
    settings = replace(settings, ca_file=ca_file(arguments))
    report = extract(settings, Range(first, last, refresh, arguments.workers), dest)
    if arguments.json:
        json_line({"type": "extract", "source": "amplitude", **report.as_dict()})
    else:
        for line in report_lines(report):
            say(line)
    return report.exit_code
