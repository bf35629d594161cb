"""Tables of connectors on Snowflake, BigQuery and Redshift give what the lines of the same export give: on the emulators, in the
long form.

Amplitude's own tables, Fivetran's and Airbyte's, Heap's own and those of Mixpanel's pipelines: VARIANT, JSON, SUPER, BIGNUMERIC,
objects as texts, names in capitals, no `$insert_id`.
"""

from collections.abc import Iterator
from typing import Any

import harness
import pytest

from warehouses import lines, remote, test_bigquery, test_redshift, test_snowflake, vendor_tables
from warehouses.compared import LONG
from warehouses.remote import Remote
from warehouses.test_amplitude_tables import ROWS, SHAPES
from warehouses.test_vendor_tables import DESTINATIONS, SETTINGS, expected

__all__ = ["cluster", "expected"]

cluster = test_redshift.cluster
OUTPUTS = {"snowflake": test_snowflake.OUTPUT, "bigquery": test_bigquery.OUTPUT}
NEEDED = [*(f"+{destination}_payloads" for destination in DESTINATIONS), "+audit_property_catalog"]
BUILD = ["build", "--exclude-resource-type", "unit_test", "test", "--select", *NEEDED]


def build(there: Remote, settings: dict[str, Any]) -> None:
    ran = there.dbt(BUILD, settings)["outcomes"]
    assert [each for each in ran if each[2] != "success"] == []
    assert len(ran) > 30


def payloads(there: Remote, destination: str) -> list[str]:
    query = f"select payload from {there.schema}.{destination}_payloads order by send_order"
    return [lines.canonical(row[0]) for row in there.rows(query)]


def missing(there: Remote) -> set[tuple[str, str]]:
    query = f"select source, name from {there.schema}.audit_property_catalog where scope = 'missing_column'"
    return {(source, name) for source, name in there.rows(query)}


if LONG:

    @pytest.fixture(scope="module", params=[*OUTPUTS, "redshift"])
    def engine(
        request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[tuple[str, Remote]]:
        name: str = request.param
        folder = tmp_path_factory.mktemp(f"vendors_{name}")
        if name == "redshift":
            output, given = test_redshift.reached(request.getfixturevalue("cluster"))
        else:
            output, given = OUTPUTS[name], []
        with remote.running(name, folder, output, *given) as running:
            yield name, running

    def filled(engine: tuple[str, Remote], schema: str, tables: list[vendor_tables.Table]) -> None:
        """A schema with these tables."""
        name, there = engine

        def execute(statement: str) -> None:
            there.ask(do="statements", sql=statement)

        execute(f"create schema if not exists {schema}")
        for table in tables:
            vendor_tables.copy(execute, vendor_tables.DIALECTS[name], schema, table)

    @pytest.mark.parametrize("shape", SHAPES)
    def test_amplitudes_table_gives_what_its_lines_give(shape: str, engine: tuple[str, Remote]) -> None:
        how = SHAPES[shape]
        rows = [{key: row[key] for key in row if key not in how["without"]} for row in ROWS]
        filled(engine, f"raw_{shape}", [vendor_tables.amplitude(shape, engine[0] != "bigquery")])
        there = engine[1].elsewhere(f"of_{shape}")
        shapes = {"amplitude_schema": f"raw_{shape}", "amplitude_shape": shape}
        build(there, {"sources": ["amplitude"], **shapes})
        wanted = harness.run(rows, {})
        for destination in DESTINATIONS:
            texts = [lines.canonical(payload.text) for payload in wanted.payloads(destination)]
            assert payloads(there, destination) == texts and len(texts) > 2
        wanted.close()
        absent = {name for _, name in missing(there)}
        assert {"city", "dma"} <= absent
        assert ("$insert_id" in absent) == ("$insert_id" in how["without"])
        assert absent.isdisjoint(rows[0])

    def test_heaps_and_mixpanels_tables_give_what_the_files_give(
        engine: tuple[str, Remote], expected: harness.Result
    ) -> None:
        for schema, tables in vendor_tables.of_vendors().items():
            filled(engine, f"{schema}_own", tables)
        there = engine[1].elsewhere("of_vendors")
        shapes = {"heap_schema": "heap_own", "heap_shape": "vendor"}
        shapes |= {"mixpanel_schema": "mp_own", "mixpanel_shape": "vendor"}
        build(there, {**SETTINGS, **shapes})
        for destination in DESTINATIONS:
            query = f"select payload from {destination}_payloads order by send_order"
            wanted = [
                lines.canonical(row["payload"]) for row in expected.sql(query, f"{destination}_payloads")
            ]
            assert payloads(there, destination) == wanted and len(wanted) > 5
        absent = missing(there)
        assert {("heap", "browser"), ("heap", "utm_source")} <= absent
        assert absent.isdisjoint({("heap", "path"), ("heap", "time"), ("mixpanel", "time")})
