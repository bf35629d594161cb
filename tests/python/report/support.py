"""Warehouses to report on: the samples as dbt built them, and made-up ones of any size."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from cli.support import Project
from harness import DATABASE, Result
from standin.server import Standin

# What a report asks of a warehouse, and what its tests hold it against.
RELATIONS = (
    *(
        f"audit_{name}"
        for name in (
            "route_counts", "generated", "quarantined", "filtered", "repaired", "unmapped_properties", "property_catalog",
            "identity", "payload_limits", "payload_violations",
        )
    ),
    *(f"{name}_{part}" for name in ("mixpanel", "posthog") for part in ("payloads", "routed_events")),
    "hub_events", "hub_identity_links", "crosswalk_event_names",
)  # fmt: skip
SEEDS = ("crosswalk_properties", "crosswalk_properties_custom", "crosswalk_reserved", "crosswalk_internal")
SECRET = "phc_s3cr3t/of+the=p&oject"


def copy_warehouse(result: Result, path: Path) -> None:
    """The relations of a build as a DuckDB file."""
    result.sql("select 1", *RELATIONS)
    connection = result._database.connection
    connection.execute(f"attach '{path}' as copied")
    try:
        for name in (*RELATIONS, *SEEDS):
            connection.execute(f'create table copied.main."{name}" as from {DATABASE}.main."{name}"')
    finally:
        connection.execute("detach copied")


@contextlib.contextmanager
def connected(standin: Standin) -> Iterator[pytest.MonkeyPatch]:
    """The environment leads to the stand-in."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (
            "MIXPANEL_REGION",
            "POSTHOG_REGION",
            "MIXPANEL_PROJECT_ID",
            "DBT_PROFILES_DIR",
            "DBT_TARGET",
        ):
            patch.delenv(name, raising=False)
        patch.setattr("crosswalk.push.retry._uniform", lambda low, high: 0.0)
        patch.setenv("MIXPANEL_API_URL", standin.url)
        patch.setenv("POSTHOG_URL", standin.url)
        patch.setenv("MIXPANEL_PROJECT_TOKEN", standin.token)
        patch.setenv("POSTHOG_PROJECT_API_KEY", standin.api_key)
        yield patch


def rows(connection: Any, sql: str) -> list[dict[str, Any]]:
    """The rows of a query on a DuckDB or SQLite connection."""
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_MADE_UP = """
create table {to}_payloads as
select row_number() over () as send_order, date '2022-01-01' + cast(r % {days} as integer) as event_date, 0 as bucket,
    'import' as endpoint, 'event' as kind, concat('record-', r) as record_id, concat('user-', r % 5000) as distinct_id,
    timestamp '2022-01-01' + to_days(cast(r % {days} as integer)) + to_hours(cast(r * 7 % 24 as integer)) as event_at,
    '{{"event":"e","properties":{{}}}}' as payload, 30 as payload_bytes
from range({rows}) as t(r);

create table audit_route_counts as
select 'amplitude' as source, 'default' as source_project, '{to}' as destination,
    date '2022-01-01' + cast(r % {days} as integer) as event_date, concat('Event number ', r % {events}) as event_name,
    count(*) as rows_read, 0::bigint as malformed, 0::bigint as duplicate, 0::bigint as filtered, 0::bigint as quarantined,
    count(*) as delivered
from range({rows}) as t(r) group by all;

create table audit_generated (destination varchar, kind varchar, records bigint);
create table audit_payload_violations (destination varchar, record_id varchar, limit_name varchar, limit_value bigint,
    actual bigint, effect varchar);
create table audit_payload_limits (destination varchar, limit_name varchar, limit_value bigint, records bigint, worst bigint,
    example_record_id varchar);
create table audit_quarantined (source varchar, source_project varchar, stage varchar, destination varchar, reason varchar,
    file varchar, line bigint, event_key varchar, record varchar);
create table audit_filtered (source varchar, destination varchar, event_name varchar, reason varchar, rows bigint);
create table audit_repaired (source varchar, reason varchar, rows bigint);
create table audit_unmapped_properties (source varchar, scope varchar, name varchar, rows bigint);
create table audit_property_catalog as
select 'amplitude' as source, 'event' as scope, concat('property number ', r) as name, 'string' as types,
    {rows} - r as rows, 1.0 - r / {properties} as fill_rate, date '2022-01-01' as first_day, date '2024-06-18' as last_day,
    'value' as example
from range({properties}) as t(r);
create table audit_identity (source varchar, source_project varchar, users bigint, devices bigint, links bigint,
    shared_devices bigint, blocked_ids bigint, anonymous_only bigint);
create table hub_identity_links (source varchar, source_project varchar, device_id varchar, user_id varchar, link_rank integer,
    is_shared_device boolean);
create table hub_events as
select 'amplitude' as source, 'default' as source_project, record_id as event_key, 'e' as event_name, event_at,
    '{{}}' as event_properties, '{{}}' as user_properties from {to}_payloads;
create table crosswalk_event_names (source varchar, source_event varchar, mixpanel_event varchar, posthog_event varchar,
    action varchar);
create table crosswalk_properties (canonical_property varchar, scope varchar, amplitude varchar, heap varchar, mixpanel varchar,
    posthog varchar, person varchar);
create table crosswalk_properties_custom as from crosswalk_properties;
create table crosswalk_reserved (destination varchar, name varchar);
create table crosswalk_internal (source varchar, name varchar, action varchar);
"""


def made_up(
    project: Project, *, destination: str = "posthog", days: int = 30, events: int = 12, properties: int = 20, number: int = 900,
    statements: Sequence[tuple[str, list[Any]]] = (),
) -> None:  # fmt: skip
    """Make the project's warehouse anew, of `number` rows that are all delivered; then run further statements on it."""
    project.warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(project.warehouse)) as connection:
        connection.execute(
            _MADE_UP.format(to=destination, days=days, events=events, properties=properties, rows=number)
        )
        for sql, parameters in statements:
            connection.execute(sql, parameters)
