"""The ledger, read for people: no lock, no credentials, no warehouse."""

import contextlib
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crosswalk.errors import LocalError

_FILE_NAME = "ledger.sqlite"
_TOP_REASONS = 10


@dataclass(frozen=True)
class History:
    """What one destination project has taken: batches by state, the refused records, the last run."""

    vendor: str
    host: str
    project: str
    batches: list[dict[str, Any]]
    accepted: int
    rejected: int
    reasons: list[dict[str, Any]]
    last_run: dict[str, Any] | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def read_history(state_dir: Path) -> list[History]:
    """One entry a destination project, in the order of first use. Raises LocalError where the ledger is damaged."""
    path = state_dir / _FILE_NAME
    if not path.is_file():
        return []
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute(
                "select id, vendor, host, project from destinations order by id"
            ).fetchall()
            return [_history(connection, row) for row in rows]
    except sqlite3.Error as error:
        raise LocalError(
            f"The ledger {path} cannot be read ({error}): restore the file, or choose another --state-dir."
        ) from error


def _history(connection: sqlite3.Connection, destination: sqlite3.Row) -> History:
    def rows(sql: str) -> list[dict[str, Any]]:
        return [dict(row) for row in connection.execute(sql, (destination["id"],))]

    batches = rows(
        "select state, count(*) as batches, sum(records) as records, sum(accepted) as accepted "
        "from batches where destination_id = ? group by state order by state"
    )
    reasons = rows(
        "select reason, count(*) as records from letters where destination_id = ? "
        "and id not in (select letter_id from marks) group by reason order by records desc, reason"
    )
    runs = rows(
        "select plan_id, started_at, finished_at, outcome, requests, accepted, rejected from runs "
        "where destination_id = ? order by id desc limit 1"
    )
    return History(
        vendor=destination["vendor"],
        host=destination["host"],
        project=destination["project"],
        batches=batches,
        accepted=sum(row["accepted"] for row in batches),
        rejected=sum(row["records"] for row in reasons),
        reasons=reasons[:_TOP_REASONS],
        last_run=runs[0] if runs else None,
    )
