"""What the runners share, each in the environment of its engine: a session that answers requests, with dbt and the command's
table of keys beside it.

A runner's first arguments are its folder and its answer file. Each line of stdin is a JSON request, each line of the answer
file a JSON answer: what was asked for, or `error`.
"""

import contextlib
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

Answer = dict[str, Any]
Does = Mapping[str, Callable[[Any, dict[str, Any]], Answer]]


def folder() -> Path:
    """The runner's folder."""
    return Path(sys.argv[1])


def given_lines(request: dict[str, Any]) -> list[list[Any]]:
    """The rows of a JSONL file of [file, line_number, line, read_error], which a request for a table names."""
    with Path(request["file"]).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def dbt(session: Any, request: dict[str, Any]) -> Answer:
    """What a dbt command compiled, and how each of its nodes ended, in the order in which they did."""
    from dbt.cli.main import dbtRunner

    with contextlib.chdir(request["project"]):
        result = dbtRunner().invoke(request["arguments"])
    if result.exception is not None:
        return {"error": str(result.exception)}
    ran = list(getattr(result.result, "results", []))
    return {
        "compiled": [str(getattr(each.node, "compiled_code", "")) for each in ran],
        "outcomes": [
            [each.node.name, str(each.node.resource_type), str(each.status), str(each.message)]
            for each in ran
        ],
    }


def key(session: Any, request: dict[str, Any]) -> Answer:
    """The key of the hashed properties, written and read as the command `crosswalk keys` does."""
    project = Path(request["project"])
    sys.path.append(str(project / "scripts"))
    if importlib.util.find_spec("pyarrow") is None:
        # payloads are read by it, the key is not
        sys.modules["pyarrow"] = MagicMock()
    from crosswalk.key_tables import key_table_of
    from crosswalk.profile import read_target

    table = key_table_of(read_target(project, request["profiles"], None))
    table.write(request["key"])
    return {"key": table.read()}


class Trace:
    """The statements that were sent, in `statements.sql` of the folder, with `;;` on a line of its own between them."""

    def __init__(self) -> None:
        self._file = (folder() / "statements.sql").open("w", encoding="utf-8")

    def __call__(self, statement: str) -> None:
        self._file.write(statement + "\n;;\n")
        self._file.flush()


def serve(session: Any, does: Does) -> None:
    """Answers requests by what they ask for until stdin ends; `dbt` is what every session does."""
    known = {"dbt": dbt, "key": key, **does}
    with Path(sys.argv[2]).open("w", encoding="utf-8") as out:
        for line in sys.stdin:
            request = json.loads(line)
            try:
                answer = known[request["do"]](session, request)
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            out.write(json.dumps(answer) + "\n")
            out.flush()


os.environ["DO_NOT_TRACK"] = "1"
