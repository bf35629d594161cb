"""Runs in the environment of Redshift, which has no room in that of the project: dbt-redshift over a proxy to PostgreSQL.

Arguments behind the first two: the port of PostgreSQL, user, password, database, and the file that Lambda runs.
"""

import os
import sys
from pathlib import Path
from typing import Any

import serving
from plain_rows import plain
from redshift_proxy import Proxy


def rows(connection: Any, request: dict[str, Any]) -> dict[str, Any]:
    """The rows of a query, as lists, and the names of its columns."""
    cursor = connection.cursor()
    cursor.execute(request["sql"])
    names = [each[0].decode() if isinstance(each[0], bytes) else each[0] for each in cursor.description]
    return {"rows": [plain(row) for row in cursor.fetchall()], "columns": names}


def statements(connection: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Several statements, cut as dbt-redshift cuts them."""
    import sqlparse

    for statement in sqlparse.split(request["sql"]):
        if statement.strip():
            connection.cursor().execute(statement)
    return {}


def main() -> None:
    import redshift_connector

    port, user, password, database, functions = sys.argv[3:]
    sent = serving.folder() / "statements.sql"
    proxy = Proxy(int(port), Path(functions).read_text(encoding="utf-8"), sent)
    os.environ["CROSSWALK_TEST_PORT"] = str(proxy.port)
    # no statement is kept: PostgreSQL takes none again whose table has another column since
    connection = redshift_connector.connect(
        host="127.0.0.1",
        port=proxy.port,
        user=user,
        password=password,
        database=database,
        ssl=False,
        max_prepared_statements=0,
    )
    connection.autocommit = True
    serving.serve(connection, {"rows": rows, "statements": statements})


if __name__ == "__main__":
    main()
