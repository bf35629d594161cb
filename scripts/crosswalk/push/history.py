"""The ledger, read for people: no lock, no credentials, no warehouse."""

import contextlib
import shlex
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crosswalk.errors import LocalError
from crosswalk.push.ledger_open import FILE_NAME, refuse_a_lost_ledger
from crosswalk.push.ledger_schema import VERSION

_TOP_REASONS = 10


@dataclass(frozen=True)
class History:
    """What one destination project has taken: batches by state, the refused records, the last run.

    `rejected` and `reasons` are of letters that nothing has settled since; `letters` are all that were ever written.
    """

    vendor: str
    host: str
    project: str
    batches: list[dict[str, Any]]
    accepted: int
    rejected: int
    reasons: list[dict[str, Any]]
    letters: int
    letters_settled: int
    last_run: dict[str, Any] | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def read_history(state_dir: Path) -> list[History]:
    """One entry a destination project, in the order of first use. Raises LocalError where the ledger is damaged."""
    path = state_dir / FILE_NAME
    if not path.is_file() or not path.stat().st_size:
        refuse_a_lost_ledger(state_dir)
        return []
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            _check_version(connection)
            rows = connection.execute(
                "select id, vendor, host, project from destinations order by id"
            ).fetchall()
            return [_history(connection, row) for row in rows]
    except sqlite3.Error as error:
        raise LocalError(f"The ledger {path} cannot be read ({error}): run `crosswalk doctor`.") from error


def _check_version(connection: sqlite3.Connection) -> None:
    version = int(connection.execute("select value from meta where name = 'version'").fetchone()[0])
    if version != VERSION:
        raise LocalError(
            f"The ledger has version {version} of its tables and this crosswalk version {VERSION}: the next "
            "`crosswalk push` brings an older one up to date; a newer one needs the crosswalk that wrote it."
        )


def _replay_command(destination: str, reason: str) -> str:
    return f"crosswalk replay --to {destination} --reason {shlex.quote(reason)}"


def _history(connection: sqlite3.Connection, destination: sqlite3.Row) -> History:
    def rows(sql: str) -> list[dict[str, Any]]:
        return [dict(row) for row in connection.execute(sql, (destination["id"],))]

    batches = rows(
        "select state, count(*) as batches, sum(records) as records, sum(accepted) as accepted "
        "from batches where destination_id = ? group by state order by state"
    )
    letters = rows(
        "select count(*) as letters, count(m.letter_id) as settled from letters as l "
        "left join marks as m on m.letter_id = l.id where destination_id = ?"
    )[0]
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
        reasons=[
            {**row, "replay": _replay_command(destination["vendor"], row["reason"])}
            for row in reasons[:_TOP_REASONS]
        ],
        letters=letters["letters"],
        letters_settled=letters["settled"],
        last_run=runs[0] if runs else None,
    )
