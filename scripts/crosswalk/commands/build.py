"""`crosswalk build`: `dbt build` in this process, with a progress bar and a check of the gzip files first."""

import argparse

from crosswalk.commands.common import project_dir

HELP = "run `dbt build` with a progress bar; unreadable export files are set aside first"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """dbt's own flags, passed through."""
    parser.add_argument("--select", nargs="+", action="extend", metavar="NODE", help="as for dbt")
    parser.add_argument("--selector", metavar="NAME", help="as for dbt, e.g. amplitude_to_posthog")
    parser.add_argument("--vars", default="{}", metavar="YAML", help="as for dbt")
    parser.add_argument("--profile", metavar="NAME", help="as for dbt")
    parser.add_argument("--full-refresh", action="store_true", help="as for dbt")


def run(arguments: argparse.Namespace) -> int:
    """Check the files, then build."""
    from crosswalk.build import BuildOptions, build

    options = BuildOptions(
        project_dir=project_dir(arguments),
        profiles_dir=arguments.profiles_dir,
        target=arguments.target,
        profile=arguments.profile,
        select=tuple(arguments.select or ()),
        selector=arguments.selector,
        variables=arguments.vars,
        full_refresh=arguments.full_refresh,
    )
    return build(options)
