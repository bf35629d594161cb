"""Replaces the content of one Mixpanel lookup table: one PUT, all or nothing.

Source: Mixpanel docs, reference/replace-lookup-table and data-structure/lookup-tables (service account, text/csv, gzip
allowed, 100 MB, 100 calls in 24 hours, at most 10 failed rows named, a table is first made in the user interface).
"""

import base64
import datetime as dt
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from crosswalk import exits
from crosswalk.errors import ConfigError, CredentialsError, CrosswalkError, UnavailableError
from crosswalk.output import duration, log
from crosswalk.progress import Progress
from crosswalk.push.lookup_file import LookupFile
from crosswalk.push.network import Network
from crosswalk.push.retry import MIXPANEL_POLICY, parse_retry_after
from crosswalk.push.transport import Transport, TransportError
from crosswalk.push.verdict import Answer
from crosswalk.settings import MixpanelSettings

# Each attempt is one of the 100 calls a day.
_ATTEMPTS = 3
_PIECE_BYTES = 256_000
_SERVICE_ACCOUNT = "MIXPANEL_SERVICE_ACCOUNT, MIXPANEL_SERVICE_SECRET and MIXPANEL_PROJECT_ID"


@dataclass(frozen=True)
class LookupReport:
    """What became of the table; where the vendor refused it, the rows it names, in its own words and numbering."""

    table_id: str
    host: str
    project_id: str
    outcome: str
    exit_code: int
    rows: int
    bytes: int
    columns: tuple[str, ...]
    requests: int
    message: str = ""
    failed_records: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class _Refused:
    message: str
    failed_records: list[dict[str, Any]]


def replace_table(
    settings: MixpanelSettings, table_id: str, table: LookupFile, network: Network | None = None
) -> LookupReport:
    """Send the table; sending it again does no harm, so what stays open is tried again a few times.

    Raises CredentialsError, ConfigError and UnavailableError; after each of them the table is as it was, or whole and new.
    """
    transport = Transport(settings.url, 1, network)
    try:
        refused, again = _attempt(transport, settings, table_id, table)
        requests = 1
        while again is not None:
            if requests == _ATTEMPTS:
                raise again
            wait = MIXPANEL_POLICY.wait(requests, None)
            log.warning(
                f"Mixpanel at {settings.url} gave no usable answer: trying again in {duration(wait)}."
            )
            time.sleep(wait)
            refused, again = _attempt(transport, settings, table_id, table)
            requests += 1
        return _report(settings, table_id, table, refused, requests)
    finally:
        transport.close()


def _report(
    settings: MixpanelSettings, table_id: str, table: LookupFile, refused: _Refused | None, requests: int
) -> LookupReport:
    return LookupReport(
        table_id=table_id,
        host=settings.url,
        project_id=settings.project_id,
        outcome="refused" if refused else "replaced",
        exit_code=exits.REJECTED if refused else exits.DONE,
        rows=table.rows,
        bytes=table.bytes,
        columns=table.columns,
        requests=requests,
        message=refused.message if refused else "",
        failed_records=refused.failed_records if refused else [],
    )


def _attempt(
    transport: Transport, settings: MixpanelSettings, table_id: str, table: LookupFile
) -> tuple[_Refused | None, CrosswalkError | None]:
    """One PUT: a refusal or none, or the error to raise where trying again does not help either."""
    path = f"/lookup-tables/{urllib.parse.quote(table_id, safe='')}?project_id={settings.project_id}"
    user = base64.b64encode(f"{settings.account}:{settings.account_secret}".encode()).decode()
    size = table.path.stat().st_size
    headers = {
        "Authorization": f"Basic {user}",
        "Content-Type": "text/csv",
        "Content-Encoding": "gzip",
        "Content-Length": str(size),
    }
    try:
        answer = transport.post(path, _upload(table, size), headers, method="PUT")
    except TransportError as error:
        unreached = UnavailableError(
            f"Mixpanel at {settings.url} did not answer: {error}. Run the same command again; replacing a table twice does "
            "no harm."
        )
        if error.final:
            raise unreached from error
        return None, unreached
    return _judge(answer, settings, table_id)


def _judge(
    answer: Answer, settings: MixpanelSettings, table_id: str
) -> tuple[_Refused | None, CrosswalkError | None]:
    status, where = answer.status, f"Mixpanel at {settings.url}"
    body = answer.parsed()
    if status in (200, 400) and isinstance(body, dict):
        if status == 400 or body.get("failed_records") or body.get("error") or body.get("status") == 0:
            return _Refused(str(body.get("error") or answer.text()), _failed(body)), None
        if body.get("status") in ("OK", "ok", 1) or body.get("code") == 200:
            return None, None
    if status == 400:
        return _Refused(answer.text(), []), None
    if status == 200 or status == 408 or status >= 500:
        return None, UnavailableError(
            f"{where} gave no usable answer ({status}: {answer.text(200)}): look at the table in Mixpanel, and run the same "
            "command again; replacing a table twice does no harm."
        )
    raise _final_error(answer, settings, table_id)


def _final_error(answer: Answer, settings: MixpanelSettings, table_id: str) -> CrosswalkError:
    """The statuses that a second try cannot change."""
    status, text, where = answer.status, answer.text(200), f"Mixpanel at {settings.url}"
    if status in (401, 403):
        return CredentialsError(
            f"Mixpanel refused the service account ({status}: {text}): check {_SERVICE_ACCOUNT} and the region, then run the "
            "same command again."
        )
    if status == 404:
        return ConfigError(
            f"Project {settings.project_id} at {settings.url} has no lookup table {table_id!r} ({text}): make it in Mixpanel "
            "first (Data Management, Lookup Tables), copy its id, check the region, then run the command with that id."
        )
    if status == 413:
        return ConfigError(
            f"The table is too large for Mixpanel ({text}): leave out columns or rows, then run the same command again."
        )
    if status == 429:
        seconds = parse_retry_after(answer.headers.get("retry-after"), dt.datetime.now(dt.UTC))
        when = f"in {duration(seconds)}" if seconds else "later"
        return UnavailableError(
            f"Mixpanel takes no more calls for lookup tables now ({text}): it allows 100 in 24 hours. Run the same command "
            f"again {when}."
        )
    return ConfigError(
        f"{where} does not take lookup tables (status {status}: {text}; redirects are not followed): check the address."
    )


def _failed(body: dict[str, Any]) -> list[dict[str, Any]]:
    """`[{"index", "message"}]` as far as the answer has it."""
    listed = body.get("failed_records")
    rows = listed if isinstance(listed, list) else []
    return [
        {"index": one.get("index"), "message": str(one.get("message", ""))}
        if isinstance(one, dict)
        else {"index": None, "message": str(one)}
        for one in rows
    ]


def _upload(table: LookupFile, size: int) -> Iterator[bytes]:
    """The packed table in pieces, with a bar."""
    with table.path.open("rb") as file, Progress(size // 1000, "kB sent") as progress:
        while piece := file.read(_PIECE_BYTES):
            yield piece
            progress.add(len(piece) // 1000)
