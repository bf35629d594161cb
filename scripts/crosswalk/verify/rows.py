"""The equations of the warehouse: rows read and their parts, delivered rows and payloads."""

from crosswalk.errors import ConfigError
from crosswalk.output import plural
from crosswalk.report.warehouse_queries import name_sql
from crosswalk.sql_text import literal
from crosswalk.verify.result import Finding
from crosswalk.warehouse import Warehouse

_PARTS = ("malformed", "duplicate", "filtered", "quarantined", "delivered")


def row_findings(warehouse: Warehouse, destination: str, payloads: int) -> tuple[list[Finding], list[str]]:
    """Where `rows_read` is not the sum of its parts, or delivered and generated records are not the payloads.

    The second list says what could not be looked at, since its audit table was not built.
    """
    here = f"where destination = {literal(destination)}"
    try:
        rows = warehouse.query(
            f"select event_date, event_name, rows_read, {' + '.join(_PARTS)} as parts "
            f"from {warehouse.relation('audit_route_counts')} {here} and rows_read <> {' + '.join(_PARTS)}"
        )
        delivered = _sum(warehouse, "delivered", "audit_route_counts", here)
        generated = _sum(warehouse, "records", "audit_generated", here)
    except ConfigError as error:
        return [], [f"the rows that were read, since their audit tables cannot be asked: {error}"]
    found = [
        Finding(
            "other",
            f"{plural(int(row['rows_read']), 'row')} read and {int(row['parts']):,} accounted for in audit_route_counts",
            abs(int(row["rows_read"]) - int(row["parts"])),
            str(row["event_date"] or ""),
            str(row["event_name"] or ""),
            next="crosswalk build",
        )
        for row in rows[:50]
    ]
    if delivered + generated != payloads:
        text = (
            f"{plural(delivered, 'delivered row')} and {plural(generated, 'generated record')} are not "
            f"{plural(payloads, 'payload')}: the audit tables are of another build"
        )
        found.append(Finding("other", text, abs(delivered + generated - payloads), next="crosswalk build"))
    return found, []


def source_rows(warehouse: Warehouse, destination: str) -> dict[tuple[str, str], int]:
    """Rows that the sources gave, by day and the event's name at the destination; none where the audit was not built."""
    sql = f"""
        select c.event_date as day, {name_sql(destination).arrives_as} as event, sum(c.rows_read) as n
        from {warehouse.relation("audit_route_counts")} c
        left join {warehouse.relation("crosswalk_event_names")} n on n.source = c.source and n.source_event = c.event_name
        where c.destination = {literal(destination)} and c.event_date is not null and c.event_name is not null
        group by 1, 2
    """
    try:
        rows = warehouse.query(sql)
    except ConfigError:
        return {}
    return {
        (str(row["day"])[:10], str(row["event"])): int(row["n"]) for row in rows if row["event"] is not None
    }


def _sum(warehouse: Warehouse, column: str, relation: str, where: str) -> int:
    rows = warehouse.query(
        f"select coalesce(sum({column}), 0) as n from {warehouse.relation(relation)} {where}"
    )
    return int(rows[0]["n"])
