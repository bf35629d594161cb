"""The relations of a project in a PostgreSQL database, and a project whose target is that database."""

import contextlib
from collections.abc import Iterable, Sequence
from typing import Any

from postgres import Database

from cli.support import TABLES, Project, Record, payload_rows

PASSWORD_VARIABLE = "HISTORY_PASSWORD"


def build_postgres(
    database: Database,
    mixpanel: Iterable[Record] = (),
    posthog: Iterable[Record] = (),
    violations: Sequence[tuple[Any, ...]] = (),
    catalog: Sequence[tuple[Any, ...]] = (),
    schema: str = "history",
    payload_type: str = "text",
) -> None:
    """Make the relations anew, with what Project.build makes in DuckDB."""
    with contextlib.closing(database.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(f"drop schema if exists {schema} cascade; create schema {schema}")
        cursor.execute(f"set search_path = {schema}")
        for statement in TABLES:
            text = statement.replace("double", "double precision")
            cursor.execute(text.replace("payload varchar", f"payload {payload_type}"))
        for name, records in (("mixpanel", mixpanel), ("posthog", posthog)):
            _insert(cursor, f"{name}_payloads", payload_rows(records))
        _insert(cursor, "audit_payload_violations", violations)
        _insert(cursor, "audit_property_catalog", catalog)
        cursor.execute(
            "insert into audit_quarantined (source, stage, reason) values ('amplitude', 'staging', 'no_time')"
        )
        cursor.execute(
            "insert into audit_filtered values ('amplitude', 'posthog', 'session_start', 'dropped', 12)"
        )


def _insert(cursor: Any, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    for start in range(0, len(rows), 500):
        some = rows[start : start + 500]
        places = ", ".join(f"({', '.join(['%s'] * len(row))})" for row in some)
        cursor.execute(f"insert into {table} values {places}", [value for row in some for value in row])


def use_postgres(project: Project, database: Database, schema: str = "history", **changes: Any) -> None:
    """Write the profile; the password comes from a variable, as it should."""
    fields = (
        database.profile(schema) | {"password": f"\"{{{{ env_var('{PASSWORD_VARIABLE}') }}}}\""} | changes
    )
    project.write_profile(*(f"{name}: {value}" for name, value in fields.items()))
