"""Private properties on a warehouse in a process of its own: all sources with private names in every place, and the samples of
Amplitude, beside what DuckDB makes of the same lines with the same settings."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import harness
from cli.private_exports import KEY, LINES, RAW, VARIABLES
from harness import Result

from warehouses import compared, lines
from warehouses.remote import Remote, RemoteError
from warehouses.test_postgres import PAYLOADS

SCHEMA = "private_names"
LANDED = f"{SCHEMA}_raw"
# What Redshift has room for; a payload repeats parts of its line.
LONGEST_LINE = 20000
Load = Callable[[str, list[lines.Row]], None]


def files(folder: Path) -> dict[str, Path]:
    """A file of lines for each source."""
    found = {}
    for source in VARIABLES["sources"]:
        given = [line.encode() for line in LINES[source]()]
        if source == "amplitude":
            samples = (line for path in harness.sample_files() for line in harness.file_lines(path))
            given += [line for line in samples if len(line) <= LONGEST_LINE]
        found[source] = harness.write_lines(folder / f"{source}.jsonl", given)
    return found


def on_duckdb(exports: dict[str, Path]) -> Result:
    """What DuckDB makes of them."""
    folder = harness.new_folder()
    with duckdb.connect(str(folder / f"{harness.DATABASE}.duckdb")) as connection:
        connection.execute("create table crosswalk_keys (name varchar, value varchar)")
        connection.execute("insert into crosswalk_keys values ('hash', ?)", [KEY])
    paths = {f"{source}_files": str(path) for source, path in exports.items()}
    return harness.build([], {**VARIABLES, **paths}, folder=folder)


def write_key(remote: Remote) -> None:
    """The table of the key, in the schema that is there already: by the command's own means, but on BigQuery by hand."""
    if remote.output["type"] != "bigquery":
        request = {"project": str(remote.project), "profiles": str(remote.folder), "key": KEY}
        assert remote.ask(do="key", **request)["key"] == KEY
        return
    table = f"{remote.schema}.crosswalk_keys"
    remote.ask(do="statements", sql=f"create table {table} (name string, value string);")
    remote.ask(do="statements", sql=f"insert into {table} values ('hash', '{KEY}');")


def hold(remote: Remote, load: Load) -> None:
    """A build asks for a key, then payloads and counts are those of DuckDB, and what is private stands nowhere."""
    there, exports = remote.elsewhere(SCHEMA), files(harness.new_folder())
    for source, path in exports.items():
        load(f"{LANDED}.{source}_lines", list(lines.raw_lines(path)))
    schemas = {f"{source}_schema": LANDED for source in exports}
    assert "`crosswalk keys set`" in said(there, {**VARIABLES, **schemas})
    denying = VARIABLES | schemas | {"hash_properties": [], "deny_properties": VARIABLES["hash_properties"]}
    compared.build_lines(there, denying)
    assert b"HASHME" not in rows_of(there, "stg_amplitude__lines")
    write_key(there)
    built = compared.build(there, {**VARIABLES, **schemas}, whole=True)
    assert set(built.outcomes) == {"pass"}
    expected = on_duckdb(exports)
    for destination in PAYLOADS:
        compared.payloads_are_those_of_duckdb(destination, built, expected)
    counted = "select source, reason, {} from {}audit_repaired where reason like 'private%'"
    column = {"snowflake": '"ROWS"', "bigquery": "`rows`"}.get(str(remote.output["type"]), "rows")
    found = there.rows(counted.format(column, f"{SCHEMA}."))
    assert len(found) == 12
    assert Counter(map(tuple, found)) == Counter(
        tuple(row.values()) for row in expected.sql(counted.format("rows", ""))
    )
    withheld = there.rows(f"select distinct record from {SCHEMA}.audit_quarantined where stage = 'read'")
    assert ["[withheld: the line names a private property]"] in withheld
    names = [*built.models, *(path.stem for path in (harness.ROOT / "seeds").rglob("*.csv"))]
    assert {"stg_mixpanel__lines", "stg_mixpanel__joined_lines", "mixpanel_payloads"} <= set(built.models)
    assert {name for name in names if RAW.search(rows_of(there, name))} == set()
    assert found_key(there) == set()
    expected.close()


def a_line_that_grows_is_quarantined(remote: Remote, load: Load) -> None:
    """A list of which each element becomes a hash, and the line longer than there may be: behind `hold`, whose key is there."""
    there = remote.elsewhere(SCHEMA)
    events = [
        {"event_type": "x", "phone": [f"HASHME{number}" for number in range(size)]} for size in (600, 400)
    ]
    rows: list[lines.Row] = [("a", number, json.dumps(event), None) for number, event in enumerate(events)]
    load(f"{LANDED}.amplitude_lines", rows)
    settings = {"sources": ["amplitude"], "amplitude_schema": LANDED, "hash_properties": ["phone"]}
    compared.build_lines(there, settings)
    found = there.rows(
        f"select line_number, is_strict, read_error from {SCHEMA}.stg_amplitude__lines order by line_number"
    )
    assert found == [[0, False, "line_too_long"], [1, True, None]]
    assert b"HASHME" not in rows_of(there, "stg_amplitude__lines")


def said(remote: Remote, settings: dict[str, Any]) -> str:
    """What dbt says where it stops on run start."""
    try:
        answer = remote.dbt(["run", "--select", "stg_amplitude__lines"], settings)
    except RemoteError as error:
        return str(error)
    return str(answer["outcomes"])


def rows_of(remote: Remote, name: str) -> bytes:
    """All rows of a relation as one text."""
    return str(remote.rows(f"select * from {remote.schema}.{name}")).encode()


def found_key(remote: Remote) -> set[str]:
    """Where the key stands in what was sent or written, but for the statement that stands for a hand on BigQuery."""
    sent = (remote.folder / "statements.sql").read_text().split("\n;;\n")
    by_hand = f"insert into {remote.schema}.crosswalk_keys values ('hash', "
    is_by_hand = remote.output["type"] == "bigquery"
    found = {each[:200] for each in sent if KEY in each and not (is_by_hand and each.startswith(by_hand))}
    for part in ("target", "logs"):
        written = (path for path in (remote.folder / part).rglob("*") if path.is_file())
        found |= {str(path) for path in written if KEY.encode() in path.read_bytes()}
    return found
