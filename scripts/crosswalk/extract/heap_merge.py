"""Which rows of a Heap table a later dump has written anew: the later one is the row, the earlier one is superseded.

Keys: Heap's ids (sources: Heap docs, data schema; Stitch's Heap integration). Within one dump nothing is superseded: what
stands there twice is for staging to judge. Keys are compared as text, so that a column may change its type.
"""

from array import array
from pathlib import Path
from typing import Any

import duckdb

# The first of these whose columns a table has; a row without all of them is never superseded.
_KEYS = {
    "users": ("user_id",),
    "user_migrations": ("from_user_id",),
    "all_events": ("event_id", "time", "event_table_name"),
}
_EVENT_KEY = ("event_id", "time")
_MEMORY = "48MB"


def superseded(
    table: str, files: list[Path], columns: list[set[str]], scratch: Path
) -> "dict[Path, array[int]]":
    """The positions of superseded rows in each file; `files` in dump order, with the columns that each has."""
    key = _KEYS.get(table, _EVENT_KEY)
    keyed = [file for file, names in zip(files, columns, strict=True) if set(key) <= names]
    if len(keyed) < 2:
        return {}
    with duckdb.connect(config=_config(scratch)) as connection:
        # file names are ours, and quotes in them are doubled all the same
        union = " union all ".join(
            f"select {number} as part, file_row_number as place, {_texts(key)} "
            f"from read_parquet({_quoted(file)}, file_row_number = true)"
            for number, file in enumerate(keyed)
        )
        names = ", ".join(f"k{number}" for number in range(len(key)))
        whole = " and ".join(f"k{number} is not null" for number in range(len(key)))
        crossed = f"select {names}, max(part) as last from keys where {whole} group by all having max(part) > min(part)"
        found = connection.execute(
            f"with keys as ({union}), crossed as ({crossed}) "
            f"select part, place from keys join crossed using ({names}) where part < last order by part, place"
        )
        return _by_file(found, keyed)


def _by_file(found: Any, keyed: list[Path]) -> "dict[Path, array[int]]":
    positions: dict[Path, array[int]] = {}
    while rows := found.fetchmany(10_000):
        for part, place in rows:
            positions.setdefault(keyed[part], array("q")).append(place)
    return positions


def _texts(key: tuple[str, ...]) -> str:
    return ", ".join(f'cast("{name}" as varchar) as k{number}' for number, name in enumerate(key))


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _config(scratch: Path) -> dict[str, Any]:
    return {
        "memory_limit": _MEMORY,
        "threads": 1,
        "temp_directory": str(scratch),
        "preserve_insertion_order": False,
    }
