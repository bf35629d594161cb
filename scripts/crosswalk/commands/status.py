"""`crosswalk status`: what was sent where, from the ledger, and where each delivery stands, as `crosswalk report` has it."""

import argparse
from typing import TYPE_CHECKING

from crosswalk import exits
from crosswalk.commands.common import DESTINATIONS, project_dir, state_dir, warehouse

if TYPE_CHECKING:
    from crosswalk.push.history import History
    from crosswalk.report.gather import Report

HELP = "show what was sent where, and what is open"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own flags."""
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object a destination instead of text"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the state of each destination project."""
    from crosswalk.output import json_line, say
    from crosswalk.push.history import read_history
    from crosswalk.report.gather import summary
    from crosswalk.report.terminal import lines

    histories = read_history(state_dir(arguments))
    reports = _reports(arguments)
    unsent = [report for report in reports if not report.project]
    if arguments.json:
        for report in unsent:
            json_line(
                {
                    "type": "destination",
                    "vendor": report.destination,
                    "accepted": 0,
                    "rejected": 0,
                    **summary(report),
                }
            )
        for history in histories:
            found = [summary(report) for report in reports if _is_about(report, history)]
            json_line({"type": "destination", **history.as_dict(), **(found[0] if found else {})})
        return exits.DONE
    for history in histories:
        found_lines = [line for report in reports if _is_about(report, history) for line in lines(report)]
        for line in [*_lines(history), *found_lines, ""]:
            say(line)
    for report in unsent:
        for line in [*lines(report), ""]:
            say(line)
    if not histories:
        say("Nothing has been sent yet: run `crosswalk plan`, then `crosswalk push`.")
    return exits.DONE


def _reports(arguments: argparse.Namespace) -> "list[Report]":
    """Where each delivery stands against the warehouse; none where it cannot be asked, since the ledger speaks for itself."""
    from crosswalk.errors import CrosswalkError
    from crosswalk.output import log
    from crosswalk.report.gather import Place, gather_core

    place = Place(project_dir(arguments), state_dir(arguments), arguments.profiles_dir, arguments.target)
    try:
        source = warehouse(arguments)
        with source.held():
            found = [gather_core(source, place, destination) for destination in DESTINATIONS]
    except CrosswalkError as error:
        log.debug(f"The warehouse was not asked: {error}")
        return []
    return [report for report in found if report.standing.payloads]


def _is_about(report: "Report", history: "History") -> bool:
    """Whether the report's project is the one of the history."""
    project = report.project
    return (report.destination, project.get("host"), project.get("project")) == (
        history.vendor,
        history.host,
        history.project,
    )


def _lines(history: "History") -> list[str]:
    from crosswalk.output import count, plural, table

    project = f", project {history.project}" if history.project else ""
    lines = [f"{history.vendor} at {history.host}{project}"]
    lines += table(
        ("batches", "count", "records", "accepted"), [tuple(row.values()) for row in history.batches]
    )
    if history.rejected:
        lines.append(f"  {plural(history.rejected, 'record')} rejected:")
        reasons = [(row["reason"], row["records"], row["replay"]) for row in history.reasons]
        lines += table(("reason", "records", "to send them again after a fix"), reasons, indent="    ")
    run = history.last_run
    if run:
        ended = (
            f"ended {run['finished_at'][:19]} ({run['outcome']})"
            if run["finished_at"]
            else "did not end in good order, or still runs"
        )
        lines.append(
            f"  last run of plan {run['plan_id']}: started {run['started_at'][:19]}, {ended}, {count(run['requests'])} requests"
        )
    return lines
