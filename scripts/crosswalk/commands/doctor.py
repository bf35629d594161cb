"""`crosswalk doctor`: what stands in the way of a push, one line each, and a ledger made anew."""

import argparse
from typing import TYPE_CHECKING

from crosswalk import exits
from crosswalk.commands.common import project_dir, state_dir
from crosswalk.settings import REGIONS

if TYPE_CHECKING:
    from crosswalk.doctor.check import Check

HELP = "check profile, warehouse, credentials, ledger, disk and locks; nothing is sent"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own flags."""
    parser.add_argument("--region", choices=REGIONS, help="the region that the pushes are given")
    parser.add_argument(
        "--rebuild-ledger",
        action="store_true",
        help="make a lost or damaged ledger anew from its journals; the old file is put aside",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a check instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Print the checks; the exit code is that of the first failure, 0 where there is none."""
    if arguments.rebuild_ledger:
        return _rebuild(arguments)
    failed = exits.DONE
    for check in _checks(arguments):
        _print(check, arguments.json)
        if check.status == "fail" and failed == exits.DONE:
            failed = check.code
    return failed


def _checks(arguments: argparse.Namespace) -> "list[Check]":
    import tempfile
    from pathlib import Path

    from crosswalk.doctor.state import state_checks
    from crosswalk.doctor.surroundings import disk_check, environment_checks, warehouse_checks

    folder, state = project_dir(arguments), state_dir(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        checks = list(warehouse_checks(folder, arguments.profiles_dir, arguments.target, Path(scratch)))
    records = sum(
        int(check.text.split()[0].replace(",", ""))
        for check in checks
        if check.name.endswith("_payloads") and check.status == "ok"
    )
    checks += environment_checks(folder, arguments.region)
    checks += state_checks(state)
    checks.append(disk_check(state if state.is_dir() else folder, records))
    return checks


def _print(check: "Check", as_json: bool) -> None:
    from crosswalk.output import json_line, safe, say

    if as_json:
        json_line({"type": "check", **check.as_dict()})
    else:
        following = f" Next: {safe(check.next)}" if check.next else ""
        say(f"{check.status:<5} {safe(check.name)}: {safe(check.text)}{'.' if following else ''}{following}")


def _rebuild(arguments: argparse.Namespace) -> int:
    from dataclasses import asdict

    from crosswalk.doctor.state import faults_of
    from crosswalk.output import json_line, plural, say, size
    from crosswalk.push.ledger_open import FILE_NAME
    from crosswalk.push.rebuild import rebuild

    path = state_dir(arguments) / FILE_NAME
    there = path.is_file() and path.stat().st_size > 0
    rebuilt = rebuild(state_dir(arguments), sound=there and not faults_of(path))
    if arguments.json:
        json_line({"type": "rebuilt", **asdict(rebuilt)})
        return exits.DONE
    say(
        f"The ledger is made anew: {plural(rebuilt.projects, 'destination project')}, "
        f"{plural(rebuilt.accepted, 'record')} accepted, {plural(rebuilt.letters, 'dead letter')}."
    )
    if rebuilt.put_aside:
        say(f"The old one is kept as {rebuilt.put_aside}.")
    if rebuilt.damaged_bytes or not rebuilt.projects:
        say(
            f"{size(rebuilt.damaged_bytes)} of the journals are damaged: what only they said is not known, so those records "
            "go out again, and the destination takes out what it has."
            if rebuilt.damaged_bytes
            else "No journal says what was sent: the next push sends everything, and the destination takes out what it has."
        )
    say("Next: run the push that you had.")
    return exits.DONE
