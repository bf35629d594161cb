"""What PostHog has: HogQL queries about the records of the import.

Sources: PostHog docs, api/queries (100 rows unless a limit is given, 50,000 at most) and api/overview (the app's host and
not the ingestion's; 240 requests a minute, 2,400 an hour); PostHog's own list of HogQL functions. Days and hours are worked
out from the seconds since 1970, since HogQL's own days are those of the project's time zone.
"""

import datetime as dt
import json
import re
import types
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from crosswalk.errors import ConfigError
from crosswalk.extract.http import Api, BadBodyError, Client, Reply
from crosswalk.extract.mixpanel_quota import Quota, QuotaGate
from crosswalk.output import safe
from crosswalk.progress import Progress
from crosswalk.push.stop import Stop
from crosswalk.settings import PostHogQuerySettings
from crosswalk.verify.pieces import Stretch, stretches
from crosswalk.verify.scratch import Scratch

WINDOWS = ((2400, 3605.0), (240, 61.0))
PAGE_ROWS = 50_000
_MOST_RECORDS = 5_000_000
_UUIDS_A_QUERY = 500
_UUID = re.compile(r"[0-9a-f-]{36}")
_DAY = "intDiv(toUnixTimestamp(timestamp), 86400)"
# The events table is merged now and then only, so that a record that came twice may stand there twice for a while
# (ReplacingMergeTree); the inner query takes such doubles together.
_RECORDS = (
    "(select uuid, event, distinct_id, timestamp, count() as copies from events "
    "where {where} group by uuid, event, distinct_id, timestamp)"
)
_WHOLE_RECORDS = _RECORDS.replace("count() as copies", "count() as copies, max(properties) as properties")
# Rows with their properties: some megabytes a page.
_PAGE_OF_FIELDS = 5_000
_CELLS = (
    f"select {_DAY} as day, event, count() as records, count(distinct distinct_id) as people, "
    "sum(toUnixTimestamp(timestamp)) as seconds, sum(copies) as all_copies from {records} "
    "where ({day} > {{after_day}} or ({day} = {{after_day}} and event > {{after}})) "
    "group by day, event order by day, event limit {page}"
)
_USERS = (
    f"select {_DAY} as day, count(distinct distinct_id) as people from {{records}} "
    f"group by day order by day limit {PAGE_ROWS}"
)
_HOURS = (
    "select modulo(intDiv(toUnixTimestamp(timestamp), 3600) + 72, 168) as hour, count() as records from {records} "
    "group by hour order by hour limit 200"
)
_LISTED = (
    "select toString(uuid) as id, event, distinct_id, toUnixTimestamp64Milli(timestamp) as ms, copies{more} from {records} "
    "where toString(uuid) > {{after}} order by toString(uuid), event limit {page}"
)
_PEOPLE = (
    "select distinct_id, min(toString(person_id)) as person from events where {where} and distinct_id > {{after}} "
    f"group by distinct_id order by distinct_id limit {PAGE_ROWS}"
)
_FIELDS = (
    "select toString(uuid) as id, event, distinct_id, toUnixTimestamp64Milli(timestamp) as ms, properties from events "
    "where {where} and toString(uuid) in ({ids}) limit 5000"
)


# The types of the columns of a row.
Shape = tuple[type | types.UnionType, ...]
_TWO_NUMBERS: Shape = (int, int)
_RECORD: Shape = (str, str, str, int)
_HELD: Shape = (str | dict,)


class PostHogThere:
    """Asks a project and fills the scratch database."""

    def __init__(
        self, settings: PostHogQuerySettings, state_dir: Path, stop: Stop, marks: Collection[str]
    ) -> None:
        headers = {"Authorization": f"Bearer {settings.personal_key}", "Content-Type": "application/json"}
        quota = Quota(state_dir, f"posthog-query-{settings.project_id}", windows=WINDOWS)
        self._client = Client(
            Api(
                "PostHog",
                settings.url,
                headers,
                "POSTHOG_PERSONAL_API_KEY (scope query:read) and POSTHOG_PROJECT_ID",
            ),
            1,
            stop,
            gate=QuotaGate(quota, stop, "PostHog"),
            ca_file=settings.ca_file,
        )
        self._path = f"/api/projects/{settings.project_id}/query/"
        self._marks = sorted(marks)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def count(self, scratch: Scratch) -> None:
        """Fill `cells`, `users`, `hours` and `people`: counts by day and event, and who is whom."""
        days = scratch.rows("select ms // 86400000 as day, count(*) from sent group by day order by day")
        asked = stretches(days, _MOST_RECORDS, 10**7)
        hours: dict[int, int] = {}
        with (
            Progress(len(asked) * 4, "questions") as progress,
            scratch.writer("cells") as cells,
            scratch.writer("users") as users,
            scratch.writer("people") as people,
        ):
            for one in asked:
                for row in self._cells(one):
                    cells.add(*row)
                progress.add()
                for row in self._ask(
                    _USERS.format(records=self._records(one)), self._within(one), _TWO_NUMBERS
                ):
                    users.add(*row)
                progress.add()
                sql = _HOURS.format(records=self._records(one))
                for hour, records in self._ask(sql, self._within(one), _TWO_NUMBERS):
                    hours[hour] = hours.get(hour, 0) + records
                progress.add()
                for row in self._people(one):
                    people.add(*row)
                progress.add()
        with scratch.writer("hours") as writer:
            for hour, records in hours.items():
                writer.add(hour, records)

    def list_days(self, scratch: Scratch, days: Sequence[int], with_fields: bool = False) -> None:
        """Fill `found` with every record of these days, and `fields` with their properties where they are wanted."""
        with (
            Progress(len(days), "days read back") as progress,
            scratch.writer("found") as found,
            scratch.writer("fields") as fields,
        ):
            for day in days:
                for key, event, person, at, copies, *held in self._listed(day, with_fields):
                    found.add(0, key.lower(), event, person, at, copies)
                    for value in held:
                        fields.add(0, key.lower(), 0, json.dumps([event, person, at, _properties(value)]))
                progress.add()

    def _listed(self, day: int, with_fields: bool) -> Iterator[Sequence[Any]]:
        """The rows of `_LISTED` of one day, page by page. A uuid may stand in several rows, and a page may end between them: the
        rows of its last uuid are left to the next page."""
        page = _PAGE_OF_FIELDS if with_fields else PAGE_ROWS
        sql = _LISTED.format(
            records=(_WHOLE_RECORDS if with_fields else _RECORDS).format(where=self._where()),
            more=", properties" if with_fields else "",
            page=page,
        )
        after = ""
        while True:
            values = {**self._within(Stretch(0, day, day, 0)), "after": after}
            rows = self._ask(sql, values, (*_RECORD, int, *_HELD) if with_fields else (*_RECORD, int))
            if len(rows) < page:
                yield from rows
                return
            whole = [row for row in rows if row[0] != rows[-1][0]] or rows
            yield from whole
            after = whole[-1][0]

    def read_fields(self, scratch: Scratch, keys: Sequence[tuple[str, int]]) -> None:
        """Fill `fields` with the properties of these records, given as (uuid, milliseconds)."""
        with Progress(len(keys), "sampled records") as progress, scratch.writer("fields") as fields:
            for start in range(0, len(keys), _UUIDS_A_QUERY):
                some = [pair for pair in keys[start : start + _UUIDS_A_QUERY] if _UUID.fullmatch(pair[0])]
                days = [at // 86_400_000 for _, at in some] or [0]
                within = Stretch(0, min(days), max(days), 0)
                ids = ", ".join(f"'{key}'" for key, _ in some) or "''"
                sql = _FIELDS.format(where=self._where(), ids=ids)
                for key, event, person, at, held in self._ask(sql, self._within(within), (*_RECORD, *_HELD)):
                    fields.add(0, key.lower(), 0, json.dumps([event, person, at, _properties(held)]))
                progress.add(len(some))

    def _cells(self, stretch: Stretch) -> Iterator[Sequence[Any]]:
        sql = _CELLS.format(records=self._records(stretch), day=_DAY, page=PAGE_ROWS)
        after_day, after = -1, ""
        while True:
            values = {**self._within(stretch), "after_day": after_day, "after": after}
            rows = self._ask(sql, values, (int, str, int, int, int, int))
            yield from rows
            if len(rows) < PAGE_ROWS:
                return
            after_day, after = rows[-1][0], rows[-1][1]

    def _people(self, stretch: Stretch) -> Iterator[Sequence[Any]]:
        after = ""
        while True:
            sql = _PEOPLE.format(where=self._where())
            rows = self._ask(sql, {**self._within(stretch), "after": after}, (str, str))
            yield from rows
            if len(rows) < PAGE_ROWS:
                return
            after = rows[-1][0]

    def _records(self, stretch: Stretch) -> str:
        return _RECORDS.format(where=self._where())

    def _where(self) -> str:
        marks = " or ".join(f"properties.$import_job_id = {{mark{at}}}" for at in range(len(self._marks)))
        time = "timestamp >= toDateTime({first}, 'UTC') and timestamp < toDateTime({end}, 'UTC')"
        return f"{time} and ({marks})" if marks else time

    def _within(self, stretch: Stretch) -> dict[str, Any]:
        """The values that `_where` names."""
        epoch = dt.datetime(1970, 1, 1)
        ends = {"first": stretch.first, "end": stretch.last + 1}
        values: dict[str, Any] = {
            name: f"{epoch + dt.timedelta(days=day):%Y-%m-%d %H:%M:%S}" for name, day in ends.items()
        }
        return values | {f"mark{at}": mark for at, mark in enumerate(self._marks)}

    def _ask(self, sql: str, values: dict[str, Any], shape: Shape) -> list[Sequence[Any]]:
        """The rows of one query; never from PostHog's cache. Raises ConfigError where PostHog refuses it."""
        query = {"kind": "HogQLQuery", "query": sql, "values": values}
        body = json.dumps({"query": query, "refresh": "force_blocking", "name": "crosswalk verify"}).encode()
        return self._client.fetch(
            self._path, {}, lambda reply: _rows(reply, shape), frozenset({200, 400}), body
        )


def _rows(reply: Reply, shape: Shape) -> list[Sequence[Any]]:
    if reply.status == 400:
        raise ConfigError(
            f"PostHog refused a query (400: {safe(reply.text())}): check POSTHOG_PROJECT_ID; a self-hosted PostHog may be "
            "too old for it."
        )
    try:
        found = json.loads(b"".join(reply.chunks()))["results"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadBodyError("the answer of the query API holds no results") from error
    if not isinstance(found, list) or not all(_has_shape(row, shape) for row in found):
        raise BadBodyError("the answer of the query API holds other rows than were asked for")
    return found


def _has_shape(row: Any, shape: Shape) -> bool:
    return (
        isinstance(row, list)
        and len(row) == len(shape)
        and all(
            isinstance(value, kind) and not isinstance(value, bool)
            for value, kind in zip(row, shape, strict=True)
        )
        and all(abs(value) < 2**62 for value in row if isinstance(value, int))
    )


def _properties(held: Any) -> Any:
    """The properties of a record, which come as text; one that is no JSON stays a text, and so differs."""
    try:
        return json.loads(held) if isinstance(held, str) else held
    except (ValueError, RecursionError):
        return held
