"""Runs in the environment of Redshift, which has no room in that of the project: dbt-redshift over a proxy to PostgreSQL.

Arguments: the folder, the answer file, the port of PostgreSQL, user, password, database, and the file that Lambda runs.
Each line of stdin is a JSON request, each line of the answer file a JSON answer.
"""

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

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


def dbt(connection: Any, request: dict[str, Any]) -> dict[str, Any]:
    """What a dbt command compiled, or how each of its nodes ended."""
    from dbt.cli.main import dbtRunner

    with contextlib.chdir(request["project"]):
        result = dbtRunner().invoke(request["arguments"])
    if result.exception is not None:
        return {"error": str(result.exception)}
    ran = list(getattr(result.result, "results", []))
    return {
        "compiled": [str(getattr(each.node, "compiled_code", "")) for each in ran],
        "outcomes": [
            [
                each.node.name,
                str(each.node.resource_type),
                str(each.status),
                str(each.message),
                each.execution_time,
            ]
            for each in ran
        ],
    }


def main() -> None:
    import redshift_connector

    folder, answers, port, user, password, database, functions = sys.argv[1:]
    os.environ["DO_NOT_TRACK"] = "1"
    proxy = Proxy(int(port), Path(functions).read_text(encoding="utf-8"), Path(folder) / "statements.sql")
    os.environ["CROSSWALK_TEST_PORT"] = str(proxy.port)
    connection = redshift_connector.connect(
        host="127.0.0.1", port=proxy.port, user=user, password=password, database=database, ssl=False
    )
    connection.autocommit = True
    does = {"rows": rows, "statements": statements, "dbt": dbt}
    with Path(answers).open("w", encoding="utf-8") as out:
        for line in sys.stdin:
            request = json.loads(line)
            try:
                answer = does[request["do"]](connection, request)
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            out.write(json.dumps(answer) + "\n")
            out.flush()


if __name__ == "__main__":
    main()
