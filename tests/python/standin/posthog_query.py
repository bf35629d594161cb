"""PostHog's query API over what the stand-in took, after its deduplication: HogQL, run by DuckDB.

Sources: PostHog docs, api/queries (personal API key, `HogQLQuery`, `values` for `{placeholders}`, 100 rows without a limit
and 50,000 at most); the functions are those of ClickHouse that HogQL passes on.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from standin.posthog import PostHogProject

DEFAULT_ROWS, MOST_ROWS = 100, 50_000
_MACROS = """
create macro intDiv(a, b) as a // b;
create macro modulo(a, b) as a % b;
create macro toUnixTimestamp(t) as epoch_ms(t) // 1000;
create macro toUnixTimestamp64Milli(t) as epoch_ms(t);
create macro toString(a) as a::varchar;
create macro toDateTime(a, zone) as a::timestamp;
"""
_TABLE = (
    "create table events (uuid varchar, event varchar, distinct_id varchar, timestamp timestamp, properties varchar, "
    "person_id varchar)"
)


def query(project: PostHogProject, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
    """Status and answer of one query."""
    if headers.get("authorization") != f"Bearer {project.personal_key}":
        return 401, {"type": "authentication_error", "detail": "Personal API key is invalid."}
    if path != f"/api/projects/{project.project_id}/query/":
        return 403, {"type": "authentication_error", "detail": "You don't have access to the project."}
    try:
        asked = json.loads(body)["query"]
        sql, values = asked["query"], asked.get("values", {})
        if asked["kind"] != "HogQLQuery":
            raise KeyError("kind")
    except (ValueError, KeyError, TypeError) as error:
        return 400, {"type": "validation_error", "detail": f"no HogQLQuery: {error}"}
    with duckdb.connect() as connection:
        connection.execute(_MACROS + _TABLE)
        rows = [_row(event, people) for people in [_people(project)] for event in project.events().values()]
        if rows:
            columns = {f"c{at}": list(column) for at, column in enumerate(zip(*rows, strict=True))}
            connection.register("incoming", pa.table(columns))
            connection.execute("insert into events select * from incoming")
        try:
            cursor = connection.execute(_translated(sql, values))
        except duckdb.Error as error:
            return 400, {"type": "validation_error", "code": "illegal_hogql", "detail": str(error)}
        limit = re.search(r"limit (\d+)\s*$", sql)
        found = cursor.fetchmany(min(int(limit[1]), MOST_ROWS) if limit else DEFAULT_ROWS)
        return 200, {"results": found, "columns": [column[0] for column in cursor.description or []]}


def _row(event: dict[str, Any], people: dict[str, str]) -> tuple[Any, ...]:
    moment = event["timestamp"].replace("Z", "+00:00")
    person = event["distinct_id"]
    return (
        event["uuid"].lower(), event["event"], person, _utc(moment), json.dumps(event["properties"]), people.get(person, person),
    )  # fmt: skip


def _utc(text: str) -> Any:
    import datetime as dt

    return dt.datetime.fromisoformat(text).astimezone(dt.UTC).replace(tzinfo=None)


def _people(project: PostHogProject) -> dict[str, str]:
    """The person of each distinct id that was merged."""
    parents: dict[str, str] = {}

    def root(one: str) -> str:
        while parents.get(one, one) != one:
            one = parents[one]
        return one

    pairs = list(project.merged)  # a fault of a test
    for event in project.raw_events:
        if event["event"] in ("$identify", "$create_alias", "$merge_dangerously"):
            other = event["properties"].get("$anon_distinct_id") or event["properties"].get("alias")
            pairs += [(event["distinct_id"], other)] if other else []
    for first, second in pairs:
        parents[root(second)] = root(first)
    return {one: root(one) for pair in pairs for one in pair}


def _translated(sql: str, values: Mapping[str, Any]) -> str:
    sql = re.sub(r"properties\.(\$?\w+)", r"""json_extract_string(properties, '$."\1"')""", sql)
    return re.sub(r"\{(\w+)\}", lambda found: _literal(values[found[1]]), sql)


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
