"""What a push is set to do besides its content: the project and its address, variables, the crosswalk.

All of it is part of a plan's id, so that a push is held to it too; see `crosswalk.plan_store.check_unchanged`.
"""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from crosswalk.report.settings_page import variables
from crosswalk.warehouse import Warehouse

if TYPE_CHECKING:
    from crosswalk.push.vendor import Vendor

Configuration = dict[str, str]

# Where files are and how a build works: what comes of it is the content.
_TECHNICAL = ("_files", "materialize", "json_type", "lookback_days")
_SEEDS = (
    "crosswalk_properties", "crosswalk_events", "crosswalk_columns", "crosswalk_internal", "crosswalk_reserved", "blocked_ids",
    "countries",
)  # fmt: skip
_CUSTOM = ("crosswalk_properties_custom", "crosswalk_events_custom")
# A plan that was made without credentials names no project, and a push is not held to one.
NOT_NAMED = "not named"


def configuration(
    project_dir: Path,
    warehouse: Warehouse,
    destination: str,
    vendor: "Vendor | None" = None,
) -> Configuration:
    """Every setting by name, as text that may be shown; a project and a seed stand as the beginning of a hash."""
    found = {
        "address": vendor.url if vendor else NOT_NAMED,
        "project": fingerprint(vendor) if vendor else NOT_NAMED,
    }
    settings = {one.name: one.value for one in variables(project_dir)}
    for name, value in settings.items():
        if not name.endswith(_TECHNICAL):
            found[f"variable {name}"] = value
    names = [*_SEEDS, *(_plain(settings.get(name, ""), name) for name in _CUSTOM)]
    with warehouse.held():
        return found | {f"seed {name}": seed_hash(warehouse, name) for name in dict.fromkeys(names)}


def fingerprint(vendor: "Vendor") -> str:
    """Stands for a destination project; what names it is a credential, which cannot be read off."""
    text = "\n".join(("crosswalk project", vendor.name, vendor.url, vendor.identity()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def seed_hash(warehouse: Warehouse, name: str) -> str:
    """The rows of a seed as it was built, whatever their order."""
    if not name.replace("_", "").isalnum() or not warehouse.has(name):
        return "not built"
    rows = warehouse.query(f"select * from {warehouse.relation(name)}")
    lines = sorted(json.dumps(row, sort_keys=True, default=str) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def differences(before: Configuration, now: Configuration) -> list[str]:
    """What changed, in words; a project that the plan does not name is no difference."""
    return [
        f"{name}: {before.get(name, 'not set')} then, {now.get(name, 'not set')} now"
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name) and before.get(name) != NOT_NAMED
    ]


def _plain(value: str, default: str) -> str:
    """A variable's text, which settings have as JSON."""
    return value.strip('"') or default
