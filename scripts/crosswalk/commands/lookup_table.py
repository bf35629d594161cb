"""`crosswalk push --to mixpanel --lookup-table ID FILE`: replace the content of a lookup table."""

import argparse
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from crosswalk.commands.common import project_dir, state_dir
from crosswalk.commands.network import network

if TYPE_CHECKING:
    from crosswalk.push.lookup_file import LookupFile
    from crosswalk.push.lookup_table import LookupReport
    from crosswalk.settings import MixpanelSettings

# What belongs to records and means nothing for a table.
_NOT_WITH = ("plan", "rate", "batch_size", "limit", "resend_changed")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flag of `push`."""
    parser.add_argument(
        "--lookup-table",
        nargs=2,
        metavar=("ID", "FILE"),
        help="replace the whole content of this Mixpanel lookup table with a CSV file; records are not sent",
    )


def run(arguments: argparse.Namespace, agreed: Callable[[str], bool]) -> int:
    """Check the file, ask, send. The ledger is not touched."""
    from crosswalk.files import private_folder
    from crosswalk.output import json_line, say
    from crosswalk.push.lookup_file import check_file
    from crosswalk.push.lookup_table import replace_table

    table_id, name = arguments.lookup_table
    _check_flags(arguments, table_id)
    settings = _settings(arguments)
    with tempfile.TemporaryDirectory(
        dir=private_folder(private_folder(state_dir(arguments)) / "tmp")
    ) as folder:
        table = check_file(Path(name).expanduser(), Path(folder) / "table.csv.gz")
        _approve(arguments, settings, table, agreed)
        report = replace_table(settings, table_id, table, network(arguments))
    if arguments.json:
        json_line({"type": "lookup_table", **report.as_dict()})
    else:
        for line in report_lines(report):
            say(line)
    return report.exit_code


def _check_flags(arguments: argparse.Namespace, table_id: str) -> None:
    from crosswalk.errors import ConfigError

    if arguments.to != "mixpanel":
        raise ConfigError("Lookup tables are Mixpanel's: use --lookup-table with --to mixpanel.")
    for name in _NOT_WITH:
        if getattr(arguments, name):
            raise ConfigError(
                f"--{name.replace('_', '-')} is about records and has no meaning with --lookup-table: leave one of them out."
            )
    if not re.fullmatch(r"[\w-]{1,100}", table_id, re.ASCII):
        raise ConfigError(
            f"{table_id!r} is no id of a lookup table: copy it from Mixpanel (Data Management, Lookup Tables)."
        )


def _settings(arguments: argparse.Namespace) -> "MixpanelSettings":
    """Address and service account. Raises CredentialsError where there is only a token."""
    from crosswalk.errors import CredentialsError
    from crosswalk.settings import Environment, mixpanel_settings

    environment = Environment(project_dir(arguments))
    if not environment.get("MIXPANEL_SERVICE_ACCOUNT") and not environment.get("MIXPANEL_SERVICE_SECRET"):
        raise CredentialsError(
            "MIXPANEL_SERVICE_ACCOUNT is not set, and lookup tables need a service account (a token is for records only): "
            "put it with MIXPANEL_SERVICE_SECRET and MIXPANEL_PROJECT_ID in the environment or in the project's .env file "
            "and run the same command again."
        )
    return mixpanel_settings(environment, arguments.region)


def _approve(
    arguments: argparse.Namespace,
    settings: "MixpanelSettings",
    table: "LookupFile",
    agreed: Callable[[str], bool],
) -> None:
    """Raises PlanError where nobody says yes."""
    from crosswalk.errors import PlanError
    from crosswalk.output import log, plural, safe, size

    table_id, name = arguments.lookup_table
    log.info(
        f"{safe(Path(name).name)}: {plural(table.rows, 'row')}, {plural(len(table.columns), 'column')}, {size(table.bytes)}."
    )
    question = f"Replace everything in lookup table {table_id} of project {settings.project_id} at {settings.url}? [y/N] "
    if not arguments.yes and not agreed(question):
        raise PlanError(
            "Nothing was sent: replacing a whole table was not approved. Run the same command with --yes to replace it."
        )


def report_lines(report: "LookupReport") -> list[str]:
    """The result for people, with the rows that the vendor names."""
    from crosswalk.output import plural, safe, size, table

    where = f"lookup table {report.table_id} of project {report.project_id} at {report.host}"
    if report.outcome == "replaced":
        return [f"Done: {where} has {plural(report.rows, 'row')} now ({size(report.bytes)})."]
    lines = [f"Refused: {where} is as it was. Mixpanel says: {safe(report.message)}"]
    if report.failed_records:
        rows = [(str(one["index"]), one["message"]) for one in report.failed_records]
        lines += table(("row, as Mixpanel counts", "why"), rows)
    return [*lines, "  Correct the file and run the same command again."]
