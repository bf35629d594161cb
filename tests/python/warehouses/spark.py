"""Spark for the tests, in an environment and a process of its own, with the adapter of Spark or of Databricks."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from warehouses import remote
from warehouses.remote import Remote

OUTPUTS: dict[str, dict[str, Any]] = {
    "spark": {"type": "spark", "method": "session", "host": "NA"},
    # no host is asked: the runner's connections are to its own session
    "databricks": {
        "type": "databricks",
        "catalog": "hive_metastore",
        "host": "127.0.0.1",
        "http_path": "/sql/1.0/warehouses/here",
        "token": "none",
    },
}


@contextmanager
def running(folder: Path, engine: str = "spark") -> Iterator[Remote]:
    """A Spark that ends with the block; the packages of Spark stand in its own environment, whatever the adapter."""
    packages = next(remote.python("spark").parent.parent.glob("lib/python3*/site-packages"))
    output = {**OUTPUTS[engine], "schema": remote.SCHEMA, "threads": 1}
    with remote.running(engine, folder, output, str(packages)) as running:
        yield running
