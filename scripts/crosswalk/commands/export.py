"""`crosswalk export`: time-ordered files in a folder or in S3-compatible storage."""

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from crosswalk.commands.common import project_dir, state_dir

if TYPE_CHECKING:
    from crosswalk.export.check import CheckReport
    from crosswalk.export.run import Report
    from crosswalk.export.store import Store

HELP = "write the payloads, or the landed raw lines, as time-ordered JSONL parts"
_CONTENTS = ("posthog", "mixpanel", "amplitude-raw", "mixpanel-raw")
_UNITS = {"": 1, "B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3}
_LEAST_PART = 1000


def part_size(text: str) -> int:
    """An argparse type: bytes, as 250000, 500kB, 100MB or 1GB (decimal units), from 1 kB."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?) ?([kmg]?b)?", text.strip(), re.IGNORECASE)
    size = int(float(match[1]) * _UNITS[(match[2] or "").upper()]) if match else 0
    if size < _LEAST_PART:
        raise argparse.ArgumentTypeError(f"{text!r} is no size from 1kB, such as 100MB")
    return size


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own flags; credentials are never among them."""
    parser.add_argument("--content", choices=_CONTENTS, help="what to write")
    parser.add_argument(
        "--dest", required=True, metavar="DIR|s3://BUCKET/PREFIX", help="a folder, or S3-compatible storage"
    )
    parser.add_argument("--gzip", action="store_true", help="pack each part (.jsonl.gz)")
    parser.add_argument(
        "--part-size",
        type=part_size,
        default=100_000_000,
        metavar="SIZE",
        help="at most so many bytes of lines a part, before packing (default: 100MB)",
    )
    parser.add_argument(
        "--endpoint-url", metavar="URL", help="storage other than AWS (or AWS_ENDPOINT_URL): R2, MinIO, GCS"
    )
    parser.add_argument("--region", metavar="NAME", help="the bucket's region (or AWS_REGION)")
    parser.add_argument(
        "--check", action="store_true", help="write nothing: hold what is there against the manifest"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Export or check, and say what was written and what was left out."""
    from crosswalk.errors import ConfigError
    from crosswalk.export.check import check
    from crosswalk.export.run import claimed_scratch
    from crosswalk.output import json_line, say

    if not arguments.content and not arguments.check:
        raise ConfigError(f"Say what to export: add --content {'|'.join(_CONTENTS)}.")
    dest = _dest(arguments.dest)
    with claimed_scratch(state_dir(arguments), dest) as scratch:
        store = _store(arguments, dest, scratch)
        if arguments.check:
            checked = check(store)
            lines, report, code = check_lines(checked), checked.as_dict(), checked.exit_code
        else:
            exported = _export(arguments, store, scratch)
            lines, report, code = report_lines(exported), exported.as_dict(), exported.exit_code
    if arguments.json:
        json_line({"type": "check" if arguments.check else "export", **report})
    else:
        for line in lines:
            say(line)
    return code


def _dest(text: str) -> str:
    """The destination written in one way, so that two runs know that they mean the same."""
    from crosswalk.errors import ConfigError

    if text.startswith("s3://"):
        return text.rstrip("/")
    if "://" in text:
        raise ConfigError(f"{text} is no place to export to: give --dest a folder or s3://bucket/prefix.")
    return str(Path(text).expanduser().absolute())


def _store(arguments: argparse.Namespace, dest: str, scratch: Path) -> "Store":
    if not dest.startswith("s3://"):
        from crosswalk.export.folder import FolderStore

        return FolderStore(Path(dest))
    from crosswalk.export.s3 import S3Store
    from crosswalk.settings import Environment

    environment = Environment(project_dir(arguments))
    return S3Store(dest, environment, scratch, arguments.endpoint_url, arguments.region)


def _export(arguments: argparse.Namespace, store: "Store", scratch: Path) -> "Report":
    from crosswalk.export.run import ExportOptions, export
    from crosswalk.files import private_folder
    from crosswalk.memory import give_back
    from crosswalk.warehouse import open_warehouse

    give_back()
    source = open_warehouse(
        project_dir(arguments),
        arguments.profiles_dir,
        arguments.target,
        private_folder(scratch / "warehouse"),
    )
    options = ExportOptions(
        content=arguments.content,
        state_dir=state_dir(arguments),
        scratch=scratch,
        gzip=arguments.gzip,
        part_size=arguments.part_size,
    )
    return export(source, store, options)


def report_lines(report: "Report") -> list[str]:
    """The result for people, and what comes next."""
    from crosswalk.output import plural, size, table

    kept = f", {plural(report.parts_kept, 'part')} were there already" if report.parts_kept else ""
    lines = [
        f"Done: {plural(report.lines, 'line')} ({size(report.bytes)}) in {plural(report.parts, 'part')} "
        f"at {report.dest}{kept}",
    ]
    if report.parts:
        lines.append(f"  from {report.first_part} to {report.last_part}")
    lines.append(f"  manifest: {report.manifest}")
    if report.left_out:
        lines += ["  left out:", *table(("reason", "records"), list(report.left_out.items()), indent="    ")]
    if report.dead_letters:
        lines.append(
            f"  The records that the export left out stand with their text in {report.dead_letters}."
        )
    if report.content != "mixpanel" and report.dest.startswith("s3://"):
        prefix = report.dest.split("/", 3)[3]
        content = report.content.removesuffix("-raw")
        lines.append(
            f"  In PostHog: a managed migration from S3 with the prefix {prefix} (with the slash) and the content type "
            f"{content}."
        )
    return lines


def check_lines(report: "CheckReport") -> list[str]:
    """What the check found, for people."""
    from crosswalk.output import plural, safe, size

    whole = f"{plural(report.parts, 'part')}, {plural(report.lines, 'line')} ({size(report.bytes)}) at {report.dest}"
    if not report.faults:
        return [f"All as the manifest says: {whole}"]
    lines = [f"Not as the manifest says: {whole}"]
    lines += [f"  {safe(name)} {fault}" for name, fault in report.faults.items()]
    lines.append("  To mend it, move foreign files away and run the same `crosswalk export` again.")
    return lines
