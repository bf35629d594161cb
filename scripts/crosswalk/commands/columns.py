"""`crosswalk columns`: the property lists to paste into the dbt variables, from the catalog."""

import argparse
import json
from typing import Any

from crosswalk import exits
from crosswalk.commands.common import warehouse

HELP = "print the property lists for the variables, from the property catalog"
_VARIABLES = {"event": "mixpanel_event_columns", "user": "mixpanel_profile_columns"}
# The columns that the relations have anyway: `fixed_mixpanel_columns` in macros/project/check_config.sql refuses them.
_FIXED = {
    "event_name", "event_time", "insert_id", "user_id", "device_id", "distinct_id", "properties", "received_at",
    "updated_at", "properties_once",
}  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own flags."""
    parser.add_argument("--to", required=True, choices=("mixpanel",), help="the destination")


def run(arguments: argparse.Namespace) -> int:
    """Print YAML: a name a line, most frequent first, with types and fill rate as a comment."""
    from crosswalk.output import count, safe, say

    source = warehouse(arguments)
    catalog = _merged(source.query(f"select * from {source.relation('audit_property_catalog')}"))
    say("# Paste under `vars:` in dbt_project.yml; delete the lines you do not want as columns.")
    for scope, variable in _VARIABLES.items():
        found = _fit_for_columns([row for row in catalog if row["scope"] == scope])
        say(f"{variable}:" if found else f"{variable}: []")
        for row in found:
            filled = f", {float(row['fill_rate']):.0%} filled" if row["fill_rate"] is not None else ""
            say(
                f"  - {json.dumps(row['name'], ensure_ascii=True)}  # {safe(row['types'])}, {count(row['rows'])} rows{filled}"
            )
    return exits.DONE


def _merged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a scope and name over all sources, most frequent first; put together here, so that any engine will do."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        if row["scope"] in _VARIABLES and row["name"]:
            merged = found.setdefault(
                (row["scope"], row["name"]),
                {"scope": row["scope"], "name": row["name"], "types": set(), "rows": 0, "fill_rate": None},
            )
            merged["types"] |= {row["types"]} if row["types"] else set()
            merged["rows"] += int(row["rows"])
            rates = [rate for rate in (merged["fill_rate"], row["fill_rate"]) if rate is not None]
            merged["fill_rate"] = max(rates, default=None)
    ordered = sorted(found.values(), key=lambda one: (one["scope"], -one["rows"], one["name"]))
    return [one | {"types": ", ".join(sorted(one["types"]))} for one in ordered]


def _fit_for_columns(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows whose names can be columns: column names are compared without case, so the most frequent twin stays."""
    taken = set(_FIXED)
    fit = []
    for row in rows:
        folded = row["name"].lower()
        if folded not in taken:
            taken.add(folded)
            fit.append(row)
    return fit
