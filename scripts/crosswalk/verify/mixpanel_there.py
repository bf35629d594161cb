"""What Mixpanel has: its raw export, which holds every row that it took, its doubles too.

Sources: Mixpanel docs, raw event export (dates in the project's zone, `where`, `time_in_ms`), rate limits (60 queries an
hour, 3 a second), reference/event-deduplication (event, distinct_id, time and `$insert_id`; the last one taken wins).
"""

import base64
import datetime as dt
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from crosswalk.extract.gunzip import gunzipped
from crosswalk.extract.http import Api, BadBodyError, Client, Reply
from crosswalk.extract.mixpanel_export import EXPECTED, PATH, refusal
from crosswalk.extract.mixpanel_lines import EndedEarlyError, RecordLines
from crosswalk.extract.mixpanel_quota import Quota, QuotaGate
from crosswalk.gzip_stream import BadGzipError
from crosswalk.output import plural
from crosswalk.progress import Progress
from crosswalk.push.stop import Stop
from crosswalk.settings import MixpanelExportSettings
from crosswalk.verify.pieces import Stretch, stretches
from crosswalk.verify.scratch import Scratch, day_text
from crosswalk.verify.sent import mixpanel_row

_MOST_RECORDS = 500_000
# Years 1 to 9999, in milliseconds since 1970: what days can be named of.
_TIMES = range(-62_135_596_800_000, 253_402_300_800_000)
_TAKEN_AT = ("mp_processing_time_ms", "$mp_api_timestamp_ms")


class MixpanelThere:
    """Reads a project's raw export into the scratch database."""

    def __init__(
        self, settings: MixpanelExportSettings, state_dir: Path, stop: Stop, marks: Collection[str]
    ) -> None:
        sign_in = base64.b64encode(f"{settings.account}:{settings.account_secret}".encode()).decode()
        headers = {"Authorization": f"Basic {sign_in}", "Accept-Encoding": "gzip"}
        quota = Quota(state_dir, f"mixpanel-export-{settings.project_id}")
        self._client = Client(
            Api("Mixpanel", settings.data_url, headers, "MIXPANEL_SERVICE_ACCOUNT, MIXPANEL_SERVICE_SECRET"),
            1,
            stop,
            gate=QuotaGate(quota, stop),
            ca_file=settings.ca_file,
        )
        self._project_id = settings.project_id
        self._marks = marks
        self._odd = 0

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def load(self, scratch: Scratch, sampled: Collection[str] | None) -> list[str]:
        """Fill `found`, and `fields` for the sampled keys (None: for all); returns what could not be looked at.

        A project from before 2023 has days of its own zone, so a day more is read on either side.
        """
        days = scratch.rows("select ms // 86400000 as day, count(*) from sent group by day order by day")
        today = (dt.datetime.now(dt.UTC).date() - dt.date(1970, 1, 1)).days
        asked = stretches(days, _MOST_RECORDS, today)
        with Progress(sum(one.last - one.first + 1 for one in asked), "days read back") as progress:
            for one in asked:
                self._load(scratch, one, sampled)
                progress.add(one.last - one.first + 1)
        return [f"{plural(self._odd, 'line')} of the raw export, no events with a time"] if self._odd else []

    def _load(self, scratch: Scratch, stretch: Stretch, sampled: Collection[str] | None) -> None:
        query = {
            "project_id": self._project_id,
            "from_date": day_text(stretch.first),
            "to_date": day_text(stretch.last),
            "time_in_ms": "true",
        }
        if len(self._marks) == 1:
            query["where"] = f'properties["import_id"]=={json.dumps(next(iter(self._marks)))}'
        self._client.fetch(PATH, query, lambda reply: self._take(reply, scratch, stretch, sampled), EXPECTED)

    def _take(
        self, reply: Reply, scratch: Scratch, stretch: Stretch, sampled: Collection[str] | None
    ) -> None:
        """All rows of one answer; those of an answer that was not whole are thrown away."""
        if reply.status != 200:
            raise refusal(reply, f"the events from {day_text(stretch.first)} to {day_text(stretch.last)}")
        for table in ("found", "fields"):
            scratch.execute(f"delete from {table} where piece = ?", (stretch.number,))
        odd = 0
        try:
            with scratch.writer("found") as found, scratch.writer("fields") as fields:
                for line in _lines(reply):
                    read = _event(line)
                    if read is None:
                        odd += 1
                        continue
                    row, properties = read
                    mark = properties.get("import_id")
                    if self._marks and not (isinstance(mark, str) and mark in self._marks):
                        continue
                    found.add(stretch.number, *row, 1)
                    if sampled is None or row[0] in sampled:
                        text = json.dumps([*row[1:], properties])
                        fields.add(stretch.number, row[0], _taken_at(properties), text)
        except (BadGzipError, EndedEarlyError) as error:
            raise BadBodyError(f"the export was not whole: {error}") from error
        self._odd += odd


def _lines(reply: Reply) -> Any:
    chunks = reply.chunks(decode=False)
    text = gunzipped(chunks) if reply.headers.get("content-encoding", "") == "gzip" else chunks
    for some in RecordLines().records(text):
        yield from some.splitlines()


def _event(line: bytes) -> tuple[tuple[str, str, str, int], dict[str, Any]] | None:
    """What is compared of a row, and its properties; None for a line that is no event with a time of our calendar."""
    try:
        event = json.loads(line)
        row = mixpanel_row(event)
        properties = event["properties"]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    return (row, properties) if isinstance(properties, dict) and row[3] in _TIMES else None


def _taken_at(properties: dict[str, Any]) -> int:
    """When Mixpanel took the row, in milliseconds; 0 where it does not say."""
    values = [properties.get(name) for name in _TAKEN_AT]
    return max((one for one in values if isinstance(one, int) and abs(one) < 2**62), default=0)
