"""What the commands share: where the project and its state are, and number flags that must make sense."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from crosswalk.errors import ConfigError
from crosswalk.files import private_folder

if TYPE_CHECKING:
    from crosswalk.warehouse import Warehouse

DESTINATIONS = ("mixpanel", "posthog")


def project_dir(arguments: argparse.Namespace) -> Path:
    """The dbt project's folder, absolute. Raises ConfigError where there is none."""
    folder = Path(arguments.project_dir).expanduser().resolve()
    if not folder.is_dir():
        raise ConfigError(f"There is no folder {folder}: give the project's folder with --project-dir.")
    return folder


def state_dir(arguments: argparse.Namespace) -> Path:
    """The state folder: `--state-dir`, else `.crosswalk` in the project folder."""
    if arguments.state_dir:
        return Path(arguments.state_dir).expanduser().resolve()
    return project_dir(arguments) / ".crosswalk"


def warehouse(arguments: argparse.Namespace) -> "Warehouse":
    """The warehouse of the chosen dbt target."""
    from crosswalk.warehouse import open_warehouse

    state = private_folder(state_dir(arguments))
    scratch = private_folder(state / "tmp")
    return open_warehouse(
        project_dir(arguments), arguments.profiles_dir, arguments.target, scratch, state / "hashes"
    )


def positive(text: str) -> int:
    """An argparse type: a whole number from 1."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return number
