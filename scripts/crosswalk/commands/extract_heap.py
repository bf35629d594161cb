"""`crosswalk extract heap`: Heap's dump to files that staging reads."""

import argparse
from pathlib import Path

from crosswalk.commands.common import project_dir

HELP = "a Heap Connect dump (a folder or s3://bucket/prefix) or Heap's JSON export"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The source's own flags; AWS credentials come from the environment or ~/.aws."""
    parser.add_argument("dump", metavar="DUMP", help="a folder, a file, or s3://bucket/prefix")
    parser.add_argument("--dest", metavar="DIR", help="where to write (default: data/heap in the project)")
    parser.add_argument("--json", action="store_true", help="print a JSON object instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Convert what is new and say what is there."""
    from crosswalk.errors import ConfigError
    from crosswalk.extract.heap import extract_heap, report_lines
    from crosswalk.output import json_line, say

    dest = Path(arguments.dest).expanduser() if arguments.dest else project_dir(arguments) / "data" / "heap"
    try:
        report = extract_heap(arguments.dump, dest)
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"Reading Heap's Avro files needs the package {error.name}: install it with `pip install 'crosswalk[heap]'`."
        ) from error
    if arguments.json:
        json_line({"type": "extract", "source": "heap", **report.as_dict()})
    else:
        for line in report_lines(report):
            say(line)
    return report.exit_code
