"""`make demo`: the main job on the sample export, from the raw zip to checked payloads, offline.

Everything it writes stands in the folder `.demo`, beside the project's own database.
"""

import os
import sys
from pathlib import Path

from crosswalk import exits
from crosswalk.build import BuildOptions, build
from crosswalk.errors import CrosswalkError
from crosswalk.extract.amplitude_zip import extract_files
from crosswalk.output import configure_logging, say, table
from crosswalk.plan import Plan, make_plan
from crosswalk.warehouse import Warehouse, open_warehouse

FOLDER = Path(".demo")
SAMPLES = Path("samples/amplitude")
# The samples hold rows without an upload time; held against a fixed day they come out the same on every day.
VARIABLES = (
    "{amplitude_files: ['.demo/amplitude/*.json.gz', 'samples/amplitude/*.ndjson', 'samples/amplitude/*.jsonl'],"
    " as_of: '2025-07-01', import_id: demo}"
)


def main() -> int:
    """Run the demo in the project folder; the exit code is that of the step that failed, else 0."""
    configure_logging(verbose=False)
    os.environ["CROSSWALK_DUCKDB_PATH"] = str(FOLDER / "demo.duckdb")
    FOLDER.mkdir(exist_ok=True)
    say("Crosswalk demo: a raw Amplitude export becomes Mixpanel and PostHog data")
    say()
    try:
        return _run()
    except CrosswalkError as error:
        say(str(error))
        return error.code


def _run() -> int:
    members = extract_files([SAMPLES / "amplitude_export.zip"], None, FOLDER / "amplitude")
    say(
        f"1. Unpacked {SAMPLES / 'amplitude_export.zip'} ({len(members)} files) beside the loose sample files"
    )
    say("2. Building models, seeds and data tests with dbt")
    code = build(BuildOptions(project_dir=Path(), variables=VARIABLES))
    if code != exits.DONE:
        return code
    say()
    warehouse = open_warehouse(Path(), None, None, FOLDER)
    plans = [make_plan(warehouse, destination) for destination in ("mixpanel", "posthog")]
    _show_rows(warehouse)
    _show_records(plans)
    _show_next()
    return exits.DONE


def _show_rows(warehouse: Warehouse) -> None:
    say("Every row of the export is accounted for")
    rows = warehouse.query(
        f"""
        select destination, sum(rows_read)::bigint, sum(malformed)::bigint, sum(duplicate)::bigint,
            sum(filtered)::bigint, sum(quarantined)::bigint, sum(delivered)::bigint
        from {warehouse.relation("audit_route_counts")} group by destination order by destination
        """
    )
    headers = ("destination", "rows read", "malformed", "duplicate", "filtered", "quarantined", "delivered")
    for line in table(headers, [tuple(row.values()) for row in rows]):
        say(line)
    say()


def _show_records(plans: list[Plan]) -> None:
    say("What stands ready to be sent, checked against the vendors' documented limits")
    rows = [
        (plan.destination, kind.kind, kind.records, f"{kind.bytes / 1000:,.1f} kB")
        for plan in plans
        for kind in plan.kinds
    ]
    for line in table(("destination", "kind", "records", "size"), rows):
        say(line)
    for plan in plans:
        for breach in plan.rejected:
            say(
                f"  {plan.destination} would refuse {breach.records} of them: {breach.limit_name} is {breach.worst},"
                f" at most {breach.limit_value} is allowed"
            )
    say()


def _show_next() -> None:
    say("Look at")
    say("  .demo/demo.duckdb               tables audit_quarantined, posthog_payloads, mixpanel_events, …")
    say("  target/compiled/crosswalk/      the SQL that made them")
    say("  seeds/crosswalk/*.csv           the mapping itself")
    say()
    say("Type next")
    say("  source .venv/bin/activate")
    say("  CROSSWALK_DUCKDB_PATH=.demo/demo.duckdb crosswalk plan --to posthog")
    say("  crosswalk extract amplitude --from-zip your_export.zip && crosswalk build")


if __name__ == "__main__":
    sys.exit(main())
