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
    catalog = source.query(
        f"""
        select scope, name, string_agg(distinct types::varchar, ', ' order by types::varchar) as types,
            sum(rows)::bigint as rows, max(fill_rate) as fill_rate
        from {source.relation("audit_property_catalog")}
        where scope in ('event', 'user') and name <> '' group by scope, name order by scope, rows desc, name
        """
    )
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
