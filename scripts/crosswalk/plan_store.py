"""Plans on disk: `plans/<id>.json` in the state folder, so that a push can be held to what was approved."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

from crosswalk import __version__
from crosswalk.errors import PlanError
from crosswalk.files import write_private
from crosswalk.plan import Plan, plan_id_of
from crosswalk.plan_config import Configuration, differences
from crosswalk.plan_scan import hashed
from crosswalk.warehouse import Warehouse


def save_plan(state_dir: Path, plan: Plan) -> Path:
    """Write the plan, replacing an older one of the same content, and return its file. Raises LocalError."""
    path = state_dir / "plans" / f"{plan.plan_id}.json"
    moment = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    content = {"made_at": moment, "crosswalk_version": __version__, **plan.as_dict()}
    write_private(path, json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n")
    return path


def load_plan(state_dir: Path, plan_id: str, destination: str) -> dict[str, Any]:
    """A stored plan. Raises PlanError where it is absent, unreadable or of another destination."""
    path = state_dir / "plans" / f"{plan_id}.json"
    advice = f"run `crosswalk plan --to {destination}` and use the id it prints"
    if not re.fullmatch(r"[0-9a-f]{16}", plan_id) or not path.is_file():
        raise PlanError(f"There is no plan {plan_id!r}: {advice}.")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        stored_for = content["destination"]
        _ = content["plan_id"], content["records"], content["content"], content["kinds"]
    except (ValueError, KeyError, TypeError) as error:
        raise PlanError(f"The file of plan {plan_id} is damaged: {advice}.") from error
    if stored_for != destination:
        raise PlanError(f"Plan {plan_id} is for {stored_for}, not for {destination}: {advice}.")
    return dict(content)


def check_unchanged(warehouse: Warehouse, stored: dict[str, Any], configuration: Configuration) -> None:
    """Compare the plan with the warehouse and the settings as they are now.

    Raises PlanError where the content or the configuration has changed since; it says which, and what.
    """
    destination, plan_id = stored["destination"], stored["plan_id"]
    settings = stored.get("configuration", {})
    now = hashed(warehouse, destination)
    found = []
    if (now.records, now.text()) != (stored["records"], stored["content"]):
        before = stored["records"]
        what = (
            f"{before:,} records then, {now.records:,} now"
            if before != now.records
            else f"{now.records:,} records, some with other content"
        )
        found.append(f"the content of {destination}_payloads has changed ({what})")
    changes = differences(settings, configuration)
    if changes:
        more = f"; and {len(changes) - 4} more" if len(changes) > 4 else ""
        found.append(f"the configuration has changed ({'; '.join(changes[:4])}{more})")
    if not found and plan_id_of(destination, now.records, now.text(), settings) != plan_id:
        found.append("its file was changed by hand")
    if found:
        raise PlanError(
            f"Since plan {plan_id} was made, {' and '.join(found)}: run `crosswalk plan --to {destination}`, review it, and push "
            f"the new plan; `crosswalk push --to {destination}` without --plan makes a new one and sends that."
        )
