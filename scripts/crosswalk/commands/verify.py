"""`crosswalk verify`: read back what arrived and compare it with what was sent."""

import argparse
from typing import TYPE_CHECKING

from crosswalk import exits
from crosswalk.commands.common import DESTINATIONS, positive, project_dir, state_dir, warehouse
from crosswalk.commands.network import add_ca_file, ca_file
from crosswalk.commands.push import vendor_of
from crosswalk.settings import REGIONS

if TYPE_CHECKING:
    from crosswalk.settings import MixpanelExportSettings, PostHogQuerySettings
    from crosswalk.verify.result import VerifyResult

HELP = "read back what arrived, day by day and event by event, and compare it with what was sent"
_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own flags; the keys that read are in the environment."""
    parser.add_argument("--to", required=True, choices=DESTINATIONS, help="the destination")
    parser.add_argument(
        "--region", choices=REGIONS, help="where the project's data lives; there is no default"
    )
    parser.add_argument(
        "--sample",
        type=sample,
        default=None,
        metavar="N",
        help="compare N random records field by field, not all (default: all)",
    )
    parser.add_argument(
        "--seed",
        type=positive,
        default=1,
        metavar="N",
        help="another number draws other records (default: 1)",
    )
    add_ca_file(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def sample(text: str) -> int | None:
    """An argparse type: a whole number from 1, or `all` (None)."""
    return None if text == "all" else positive(text)


def run(arguments: argparse.Namespace) -> int:
    """Compare, store the result for `crosswalk report`, print it. Exits 4 where anything differs.

    Where nothing can be compared, the result says 'not verified' and why, and the exit code is that of the reason.
    """
    from crosswalk.errors import CrosswalkError
    from crosswalk.output import json_line, say
    from crosswalk.verify.result import write_result

    try:
        result = _verify(arguments)
    except CrosswalkError as error:
        result = _not_verified(arguments.to, str(error))
        write_result(state_dir(arguments), result)
        if arguments.json:
            json_line({"type": "verify", **result.as_dict()})
        else:
            say(f"NOT VERIFIED: nothing was compared with {arguments.to}.")
        raise
    write_result(state_dir(arguments), result)
    if arguments.json:
        json_line({"type": "verify", **result.as_dict()})
    else:
        for line in result_lines(result):
            say(line)
    return exits.COUNTS if result.findings else exits.DONE


def verify_after_push(arguments: argparse.Namespace) -> "VerifyResult":
    """What `migrate` ends with: the comparison, stored; without a key that reads, the reason why there is none."""
    from crosswalk.errors import ConfigError, CredentialsError
    from crosswalk.verify.result import write_result

    if (arguments.source, arguments.to) == ("mixpanel", "mixpanel"):
        return _not_verified(arguments.to, "the service account that is set reads the source project")
    try:
        result = _verify(argparse.Namespace(**{**vars(arguments), "sample": None, "seed": 1}))
    except (ConfigError, CredentialsError) as error:
        return _not_verified(arguments.to, str(error))
    write_result(state_dir(arguments), result)
    return result


def _verify(arguments: argparse.Namespace) -> "VerifyResult":
    """The comparison. Raises CredentialsError without a key that reads, and LockedError while a push is at work."""
    from crosswalk.push.sending import refuse_if_locked
    from crosswalk.push.stop import Stopped
    from crosswalk.verify.books import find_books, open_books
    from crosswalk.verify.run import VerifyOptions, verify

    settings = _settings(arguments)
    vendor = vendor_of(arguments)
    with open_books(state_dir(arguments)) as connection:
        find_books(connection, vendor)
    refuse_if_locked(vendor, state_dir(arguments))
    options = VerifyOptions(state_dir(arguments), arguments.sample, arguments.seed)
    try:
        return verify(vendor, settings, warehouse(arguments), options)
    except Stopped as stopped:  # pragma: no cover - no flag is raised here
        raise KeyboardInterrupt from stopped


def _settings(arguments: argparse.Namespace) -> "MixpanelExportSettings | PostHogQuerySettings":
    from dataclasses import replace

    from crosswalk.settings import Environment, mixpanel_export_settings, posthog_query_settings

    environment = Environment(project_dir(arguments))
    certificates = ca_file(arguments)
    if arguments.to == "mixpanel":
        found = mixpanel_export_settings(environment, arguments.region, profiles=False)
        return replace(found, ca_file=certificates)
    return replace(posthog_query_settings(environment, arguments.region), ca_file=certificates)


def _not_verified(destination: str, reason: str) -> "VerifyResult":
    import datetime as dt

    from crosswalk.verify.result import VerifyResult

    made_at = dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")
    return VerifyResult(destination, "not_verified", made_at, reason=reason)


def result_lines(result: "VerifyResult") -> list[str]:
    """The result for people: the verdict, the sums, what differs and what to do."""
    from crosswalk.output import count, plural, safe

    delivered, accepted, found = (
        sum(getattr(one, name) or 0 for one in result.events) for name in ("delivered", "accepted", "found")
    )
    verdict = (
        "VERIFIED" if result.status == "verified" else f"DIFFERENT: {plural(len(result.findings), 'finding')}"
    )
    lines = [
        f"{verdict} ({result.destination} at {result.host}, import {safe(result.import_id) or 'without a mark'})",
        f"  events    {count(delivered)} delivered, {count(accepted)} accepted, {count(found)} found there",
    ]
    if result.sample:
        one = result.sample
        bound = (
            f"at most {one.upper_bound:.2%} of all records are wrong, with {one.confidence:.0%} confidence"
        )
        lines.append(
            f"  {'fields' if one.is_all else 'sample'}    {count(one.equal)} of {plural(one.records, 'record')} equal in every "
            f"field; {'every record was compared' if one.is_all else bound}"
        )
    for number, finding in enumerate(result.findings[:_SHOWN]):
        where = ", ".join(
            part for part in (finding.day, finding.event and safe(finding.event), finding.batch) if part
        )
        lines += [""] if not number else []
        lines.append(f"  {finding.kind}  {finding.text}{f' [{where}]' if where else ''}")
        lines += [f"    next: {finding.next}"] if finding.next else []
    if len(result.findings) > _SHOWN:
        lines.append(f"  {_SHOWN} of {count(len(result.findings))} shown, all with --json")
    lines += (
        ["", "Not compared:", *(f"  - {text}" for text in result.unverified)] if result.unverified else []
    )
    lines += ["", *result.notes] if result.notes else []
    return [*lines, "", f"The whole picture: crosswalk report --to {result.destination}"]
