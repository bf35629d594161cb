"""The `crosswalk` command: parsing, dispatch, and errors as sentences. Imports nothing heavy."""

import argparse
import contextlib
import os
import shlex
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from crosswalk import __version__, exits
from crosswalk.commands import (
    build,
    columns,
    doctor,
    export,
    extract,
    keys,
    migrate,
    plan,
    push,
    replay,
    report,
    status,
    undo_plan,
    verify,
)
from crosswalk.errors import ConfigError, CrosswalkError, TerminatedError
from crosswalk.output import configure_logging, safe
from crosswalk.redact import clean

_COMMANDS = {
    "extract": extract,
    "build": build,
    "columns": columns,
    "plan": plan,
    "push": push,
    "replay": replay,
    "verify": verify,
    "export": export,
    "migrate": migrate,
    "status": status,
    "report": report,
    "undo-plan": undo_plan,
    "doctor": doctor,
    "keys": keys,
}
_ONLY_SHOW = ("columns", "plan", "status", "doctor", "undo-plan")
# Holds the number of the signal that ended the command, once it came.
_terminated: list[int] = []
_DEFAULTS = {"project_dir": ".", "profiles_dir": None, "target": None, "state_dir": None, "verbose": False}


class _Parser(argparse.ArgumentParser):
    """Wrong use ends with what to type next, as every other failure does."""

    def error(self, message: str) -> NoReturn:
        super().error(f"{message}. `{self.prog} --help` lists the flags.")


def _common() -> _Parser:
    """Flags that may stand before or after the command's name; the defaults are set once, on the main parser."""
    parser = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
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
    parser = _Parser(
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
    _plug_streams()
    arguments = make_parser().parse_args(argv)
    arguments.typed = shlex.join(["crosswalk", *(sys.argv[1:] if argv is None else argv)])
    configure_logging(arguments.verbose)
    _terminated.clear()
    before = {number: _on_signal(number, _terminate) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        return int(_COMMANDS[arguments.command].run(arguments))
    except CrosswalkError as error:
        _complain(_with_next_step(error, arguments))
        return error.code
    except KeyboardInterrupt:
        _complain(f"Interrupted. To go on, run the same command again: {arguments.typed}")
        return exits.INTERRUPTED
    except TerminatedError as terminated:
        _complain(f"Terminated. To go on, run the same command again: {arguments.typed}")
        return terminated.code
    except BrokenPipeError:
        _nobody_reads(arguments)
        return exits.LOCAL
    except OSError as error:
        where = f" ({error.filename or _state_dir(arguments)})"
        _complain(
            f"The disk or a file did not work: {error.strerror or error}{where}. See to it and run the same command again."
        )
        return exits.LOCAL
    except Exception as error:
        if _was_interrupted(error):
            _complain(f"Interrupted. To go on, run the same command again: {arguments.typed}")
            return exits.of_signal(_terminated[0]) if _terminated else exits.INTERRUPTED
        if arguments.verbose:
            print(clean(traceback.format_exc()), file=sys.stderr)
        _complain(
            f"This is a fault of crosswalk itself, {type(error).__name__}: {error}. "
            "Run it again with -v for the details, and report them."
        )
        return exits.BUG
    finally:
        for number, handler in before.items():
            _on_signal(number, handler)


def _with_next_step(error: CrosswalkError, arguments: argparse.Namespace) -> str:
    """The sentence, with the next command to type where it names none itself."""
    text = str(error)
    if "`" in text or "again" in text or arguments.typed in text:
        return text
    if isinstance(error, ConfigError):
        return f"{text} `crosswalk {arguments.command} --help` lists the flags."
    return f"{text} Then run the same command again: {arguments.typed}"


def _plug_streams() -> None:
    """Where a shell closed one of the three streams (`2>&-`), nothing stands in its place, not a file of ours."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            with contextlib.suppress(OSError):
                os.fstat(number)
                continue
            handle = os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is the closed one
            setattr(sys, name, os.fdopen(handle, mode, encoding="utf-8"))


def _nobody_reads(arguments: argparse.Namespace) -> None:
    """`crosswalk status | head` ends in silence; what does more than show says that it did not get through."""
    if arguments.command not in _ONLY_SHOW:
        _complain(
            f"The output was closed before all of it was written. Run the same command again: {arguments.typed}"
        )
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(message: str) -> None:
    print(f"crosswalk: {safe(message)}", file=sys.stderr)


def _state_dir(arguments: argparse.Namespace) -> str:
    """Where most of what a command writes stands, for an error that names no file."""
    from crosswalk.commands.common import state_dir

    return str(state_dir(arguments))


def _terminate(number: int, frame: FrameType | None) -> None:
    _terminated.append(number)
    raise TerminatedError(exits.of_signal(number))


def _was_interrupted(error: Exception) -> bool:
    """Whether a signal came while DuckDB was at work: it puts its own error in the place of ours."""
    return type(error).__name__ == "InterruptException" or str(error) == "Query interrupted"


def _on_signal(number: int, handler: object) -> object:
    """Set a signal's handler and return the one before; does nothing outside the main thread."""
    try:
        return signal.signal(number, handler)  # type: ignore[arg-type]
    except ValueError:
        return signal.SIG_DFL
