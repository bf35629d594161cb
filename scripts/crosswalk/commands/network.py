"""Flags about the network, for every command that talks to a vendor."""

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crosswalk.push.network import Network

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d{1,6})([smhd]?)", re.ASCII)
_MOST_PAUSE = 3600.0


def add_ca_file(parser: argparse.ArgumentParser) -> None:
    """`--ca-file`; there is no flag that switches the check of certificates off."""
    parser.add_argument(
        "--ca-file",
        metavar="FILE",
        help="trust the certificates in this PEM file in place of the system's (a company's own CA)",
    )


def add_sending(parser: argparse.ArgumentParser) -> None:
    """Flags of the commands that send."""
    add_ca_file(parser)
    parser.add_argument(
        "--pause",
        type=seconds,
        default=0.0,
        metavar="SECONDS",
        help="let each connection rest between two requests (default: 0)",
    )
    parser.add_argument(
        "--max-wait",
        type=duration,
        default=duration("12h"),
        metavar="TIME",
        help="wait at most that long on end while the vendor limits the rate: 30m, 12h (default: 12h)",
    )


def ca_file(arguments: argparse.Namespace) -> Path | None:
    """The file of `--ca-file`, if any. Raises ConfigError where it is unusable."""
    from crosswalk.push.tls import tls_context

    file = Path(arguments.ca_file).expanduser() if arguments.ca_file else None
    tls_context(file)
    return file


def network(arguments: argparse.Namespace) -> "Network":
    """The settings that the flags give. Raises ConfigError for an unusable `--ca-file`."""
    from crosswalk.push.network import Network

    return Network(ca_file=ca_file(arguments), max_wait=arguments.max_wait, pause=arguments.pause)


def duration(text: str) -> float:
    """An argparse type: a whole number with s, m, h or d behind it (seconds without), in seconds."""
    found = _DURATION.fullmatch(text.strip())
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 90s, 30m or 12h")
    return float(int(found[1]) * _UNITS[found[2]])


def seconds(text: str) -> float:
    """An argparse type: seconds from 0 to an hour, with decimals."""
    if not re.fullmatch(r"\d{1,4}(\.\d+)?", text, re.ASCII) or float(text) > _MOST_PAUSE:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 0 to {_MOST_PAUSE:.0f}")
    return float(text)
