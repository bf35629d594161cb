"""`crosswalk migrate`: extract, build, plan, push and verify in one go; run it again to go on."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from crosswalk.commands.common import DESTINATIONS, positive, project_dir, state_dir, warehouse
from crosswalk.commands.network import add_sending, ca_file, network
from crosswalk.settings import REGIONS

if TYPE_CHECKING:
    from crosswalk.migrate.source import Source, Span
    from crosswalk.push.vendor import Vendor

HELP = "extract, build, plan, push and verify in one go; the last 30 days by default"
_SOURCES = ("amplitude", "mixpanel")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own flags; credentials are never among them."""
    parser.add_argument("--source", required=True, choices=_SOURCES, help="the tool to read from")
    parser.add_argument("--to", required=True, choices=DESTINATIONS, help="the destination")
    parser.add_argument(
        "--start", metavar="TIME", help="first hour (Amplitude, UTC) or day (Mixpanel), e.g. 2024-01-01"
    )
    parser.add_argument("--end", metavar="TIME", help="last hour or day, included, e.g. 2024-01-31")
    parser.add_argument("--restart", action="store_true", help="leave the range of a migration begun before")
    parser.add_argument("--source-region", choices=REGIONS, help="where the source project is")
    parser.add_argument("--region", choices=REGIONS, help="where the destination project is")
    parser.add_argument(
        "--timezone", metavar="ZONE", help="the Mixpanel source project's zone, e.g. America/New_York"
    )
    parser.add_argument(
        "--dest", metavar="DIR", help="where the export lands (default: data/SOURCE in the project)"
    )
    parser.add_argument("--rate", type=positive, metavar="N", help="records a second, as for push")
    add_sending(parser)
    parser.add_argument("--dry-run", action="store_true", help="end after the plan; nothing is sent")
    parser.add_argument("--yes", action="store_true", help="send the plan without asking")
    parser.add_argument("--json", action="store_true", help="print JSON objects, one a line, instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Look at everything that could stop it later, then go from step to step."""
    from crosswalk.commands.push import agreed, report_lines
    from crosswalk.commands.verify import verify_after_push
    from crosswalk.migrate.run import Place, Wish, migrate

    _check_flags(arguments)
    source = _source(arguments)
    vendor = _vendor(arguments)
    wish = Wish(
        source=source,
        destination=arguments.to,
        vendor=vendor,
        span=_span(arguments, source),
        typed=arguments.typed,
        agree=agreed,
        push_lines=report_lines,
        verify=lambda: verify_after_push(arguments),
        network=network(arguments),
        rate=arguments.rate,
        dry_run=arguments.dry_run,
        yes=arguments.yes,
        restart=arguments.restart,
        as_json=arguments.json,
    )
    _check_target(arguments)
    place = Place(
        project_dir(arguments),
        state_dir(arguments),
        arguments.profiles_dir,
        arguments.target,
        lambda: warehouse(arguments),
    )
    return migrate(wish, place)


def _check_flags(arguments: argparse.Namespace) -> None:
    from crosswalk.errors import ConfigError

    if bool(arguments.start) != bool(arguments.end):
        raise ConfigError(
            "The range needs both --start and --end, such as 2024-01-01 and 2024-01-31; without both it is the last 30 days."
        )
    if arguments.restart and arguments.start:
        raise ConfigError("--restart means the last 30 days as of now: leave out --start and --end, or it.")
    if arguments.timezone and arguments.source != "mixpanel":
        raise ConfigError("--timezone is about a Mixpanel source, Amplitude's hours are UTC: leave it out.")


def _check_target(arguments: argparse.Namespace) -> None:
    """Raises ConfigError where the target cannot read the files that the extract writes, before anything is fetched."""
    from crosswalk.errors import ConfigError
    from crosswalk.profile import read_target

    target = read_target(project_dir(arguments), arguments.profiles_dir, arguments.target)
    if target.adapter != "duckdb":
        raise ConfigError(
            f"The target {target.name!r} is {target.adapter}, and migrate builds from files, which only DuckDB reads: choose a "
            "DuckDB target with --target, or load the files that `crosswalk extract` writes into the warehouse yourself."
        )


def _source(arguments: argparse.Namespace) -> "Source":
    """The source project with its address and credentials. Raises ConfigError, CredentialsError."""
    from crosswalk.settings import Environment, amplitude_settings, mixpanel_export_settings

    environment = Environment(project_dir(arguments))
    folder = project_dir(arguments) / "data" / arguments.source
    dest = Path(arguments.dest).expanduser().absolute() if arguments.dest else folder
    trusted, flag = ca_file(arguments), "--source-region"
    if arguments.source == "amplitude":
        from crosswalk.migrate.amplitude import AmplitudeSource

        amplitude = amplitude_settings(environment, arguments.source_region, flag)
        return AmplitudeSource(replace(amplitude, ca_file=trusted), dest)
    from crosswalk.migrate.mixpanel import MixpanelSource

    mixpanel = mixpanel_export_settings(environment, arguments.source_region, profiles=True, flag=flag)
    return MixpanelSource(replace(mixpanel, ca_file=trusted), dest, state_dir(arguments), arguments.timezone)


def _vendor(arguments: argparse.Namespace) -> "Vendor | None":
    """The destination project; none for a dry run, which does without its credentials."""
    if arguments.dry_run:
        return None
    from crosswalk.commands.push import vendor_of

    if (arguments.source, arguments.to) != ("mixpanel", "mixpanel"):
        return vendor_of(arguments)
    from crosswalk.errors import CredentialsError
    from crosswalk.push.mixpanel import Mixpanel
    from crosswalk.settings import Environment, mixpanel_settings

    settings = mixpanel_settings(Environment(project_dir(arguments)), arguments.region)
    if not settings.token:
        raise CredentialsError(
            "MIXPANEL_PROJECT_TOKEN is not set: from Mixpanel to Mixpanel it names the destination project, as the service "
            "account and MIXPANEL_PROJECT_ID are the source's; put it in the environment or in the project's .env file and "
            "run the same command again."
        )
    # with the service account, which is the source's, the events would go back to where they came from
    return Mixpanel(replace(settings, account="", account_secret="", project_id=""))


def _span(arguments: argparse.Namespace, source: "Source") -> "Span | None":
    return source.read_span(arguments.start, arguments.end) if arguments.start else None
