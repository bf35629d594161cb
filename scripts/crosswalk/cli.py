"""The `crosswalk` command: parsing, dispatch, and errors as sentences. Imports nothing heavy."""

import argparse
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType

from crosswalk import __version__, exits
from crosswalk.commands import build, columns, extract, plan, push, report, status
from crosswalk.errors import CrosswalkError, TerminatedError
from crosswalk.output import configure_logging, safe
from crosswalk.redact import clean

_COMMANDS = {
    "extract": extract,
    "build": build,
    "columns": columns,
    "plan": plan,
    "push": push,
    "status": status,
    "report": report,
}
_DEFAULTS = {"project_dir": ".", "profiles_dir": None, "target": None, "state_dir": None, "verbose": False}


def _common() -> argparse.ArgumentParser:
    """Flags that may stand before or after the command's name; the defaults are set once, on the main parser."""
    parser = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    group = parser.add_argument_group("flags of every command")
    group.add_argument("--project-dir", metavar="DIR", help="the dbt project (default: this folder)")
    group.add_argument(
        "--profiles-dir", metavar="DIR", help="where profiles.yml is (default: the project, then ~/.dbt)"
    )
    group.add_argument("--target", metavar="NAME", help="the dbt target (default: the profile's)")
    group.add_argument(
        "--state-dir",
        metavar="DIR",
        help="ledger, plans and dead letters (default: .crosswalk in the project)",
    )
    group.add_argument("-v", "--verbose", action="store_true", help="say more on stderr")
    return parser


def make_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(
        prog="crosswalk",
        description="Move product-analytics history from Amplitude exports into Mixpanel and PostHog.",
        epilog="Credentials come from the environment or a .env file, never from flags.",
        parents=[_common()],
    )
    parser.set_defaults(**_DEFAULTS)
    parser.add_argument("--version", action="version", version=f"crosswalk {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, module in _COMMANDS.items():
        module.add_arguments(
            commands.add_parser(name, help=module.HELP, description=module.HELP, parents=[_common()])
        )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; see `crosswalk.exits`."""
    arguments = make_parser().parse_args(argv)
    configure_logging(arguments.verbose)
    before = _on_sigterm(_terminate)
    try:
        return int(_COMMANDS[arguments.command].run(arguments))
    except CrosswalkError as error:
        _complain(str(error))
        return error.code
    except KeyboardInterrupt:
        _complain("Interrupted: run the same command again to go on.")
        return exits.INTERRUPTED
    except TerminatedError:
        _complain("Terminated: run the same command again to go on.")
        return exits.TERMINATED
    except BrokenPipeError:
        sys.stderr.close()
        return exits.LOCAL
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        _complain(
            f"The disk or a file did not work: {error.strerror or error}{where}. See to it and run the same command again."
        )
        return exits.LOCAL
    except Exception as error:
        if arguments.verbose:
            print(clean(traceback.format_exc()), file=sys.stderr)
        _complain(
            f"This is a fault of crosswalk itself, {type(error).__name__}: {error}. "
            "Run it again with -v for the details, and report them."
        )
        return exits.BUG
    finally:
        _on_sigterm(before)


def _complain(message: str) -> None:
    print(f"crosswalk: {safe(message)}", file=sys.stderr)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise TerminatedError


def _on_sigterm(handler: object) -> object:
    """Set the SIGTERM handler and return the one before; does nothing outside the main thread."""
    try:
        return signal.signal(signal.SIGTERM, handler)  # type: ignore[arg-type]
    except ValueError:
        return signal.SIG_DFL
