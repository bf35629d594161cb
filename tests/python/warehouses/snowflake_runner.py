"""Runs in the environment of Snowflake, which has no room in that of the project: fakesnow in this process, and dbt beside it.

fakesnow is an emulator over DuckDB. What it lacks or does wrong and the project needs is put right here, each with its reason.
"""

import contextlib
import re
from typing import Any

import serving
from brackets import closing
from plain_rows import plain

CREATE = re.compile(
    r"create or replace function [\w.]*?(crosswalk_\w+)\((.*?)\)\s*returns\s+(.*?)\s*language python.*?handler = '(\w+)'"
    r"\s*as \$\$(.*)\$\$",
    re.DOTALL | re.IGNORECASE,
)
CHANGE_TRACKING = re.compile(r"alter table \S+ set change_tracking = true", re.IGNORECASE)
OURS = re.compile(
    r"\b[\w\"]+\.[\w\"]+\.(crosswalk_(?:text|flag|count|number|digits|rows|sort_key)\()", re.IGNORECASE
)
TYPES = {"varchar": "VARCHAR", "boolean": "BOOLEAN", "number(38, 0)": "BIGINT", "double": "DOUBLE"}
# What Snowflake has and DuckDB calls otherwise. A sort key is a text whose order is that of the value; Snowflake has three such
# functions, one for each type.
MACROS = """
create or replace temp macro crosswalk_unfold(given) as unnest(given);
create or replace temp macro crosswalk_from_hex(given) as ('0x' || given)::bigint;
create or replace temp macro crosswalk_sort_key(given) as case
    when typeof(given) in ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT') then lpad(given::varchar, 38, '0')
    else given::varchar
end;
"""
FORMATS = {
    "YYYY": "%Y",
    "MM": "%m",
    "DD": "%d",
    "HH24": "%H",
    "MI": "%M",
    "SS": "%S",
    "FF6": "%f",
    "FF3": "%g",
    '"': "",
}


# The functions by name: DuckDB makes each once, and asks here for what it is now.
MADE: dict[str, Any] = {}
# The runner's own connection makes them: DuckDB forgets the Python of a function with the connection that made it, such as
# that of a dbt command, and then crashes.
MAKER: list[Any] = []


def register(kind: str, arguments: str, returns: str, handler: str, source: str) -> None:
    """A Python function of Snowflake as one of DuckDB, from the text that dbt sent."""
    module: dict[str, Any] = {}
    exec(compile(source, f"<{kind}>", "exec"), module)  # noqa: S102
    if returns.lower().startswith("table"):

        def keys(*given: Any) -> list[Any]:
            return [row[0] for row in module[handler]().process(*given)]

        def values(*given: Any) -> list[Any]:
            return [row[1] for row in module[handler]().process(*given)]

        for name, function in (("keys", keys), ("values", values)):
            create(f"crosswalk_list_of_{name}", function, ["VARCHAR", "VARCHAR"], "VARCHAR[]")
        return
    types = [TYPES[argument.split()[1].lower()] for argument in arguments.split(",")]
    create(kind.lower(), module[handler], types, TYPES[returns.lower()])


def create(name: str, function: Any, types: list[str], returns: str) -> None:
    """By columns of Arrow: the plain form asks for numpy."""
    import pyarrow

    kinds = {
        "VARCHAR": pyarrow.string(),
        "BOOLEAN": pyarrow.bool_(),
        "BIGINT": pyarrow.int64(),
        "DOUBLE": pyarrow.float64(),
    }
    kind = kinds.get(returns) or pyarrow.list_(pyarrow.string())

    is_new, MADE[name] = name not in MADE, function
    if not is_new:
        return

    def by_columns(*columns: Any) -> Any:
        rows = zip(*(column.to_pylist() for column in columns), strict=True)
        return pyarrow.array([MADE[name](*row) for row in rows], kind)

    # DuckDB counts the parameters
    fixed = {2: lambda a, b: by_columns(a, b), 5: lambda a, b, c, d, e: by_columns(a, b, c, d, e)}[len(types)]
    MAKER[0].create_function(name, fixed, types, returns, null_handling="special", type="arrow")


def tables_of_rows(sql: str) -> str:
    """`table(crosswalk_rows(…)) as alias` as a subquery that DuckDB reads beside the tables before it."""
    while (found := re.search(r"\btable\(crosswalk_rows\(", sql, re.IGNORECASE)) is not None:
        end = closing(sql, found.end() - 1)
        given = sql[found.end() : end]
        after = re.match(r"\s*\)\s*as\s+(\w+)", sql[end + 1 :], re.IGNORECASE)
        assert after is not None, sql[end : end + 80]
        key, value = (f"crosswalk_unfold(crosswalk_list_of_{name}({given}))" for name in ("keys", "values"))
        query = f"(select {key} as key, {value} as value, {value} as element, {value} as name)"
        sql = f"{sql[: found.start()]}lateral {query} as {after[1]}{sql[end + 1 + after.end() :]}"
    return sql


def mend(trace: Any) -> None:
    """Puts right what fakesnow 0.12 does not do as Snowflake does."""
    import fakesnow.cursor as fakes
    from sqlglot import exp

    real_execute, real_transform = fakes.FakeSnowflakeCursor.execute, fakes.FakeSnowflakeCursor._transform
    real_explode = fakes.FakeSnowflakeCursor._transform_explode

    def execute(self: Any, command: str, *args: Any, **kwargs: Any) -> Any:
        trace(command)
        if (made := CREATE.search(command)) is not None:
            register(*made.groups())
            command = "select 1"
        elif re.match(
            r"\s*(--[^\n]*\s*)*create or replace function \S*crosswalk_sort_key", command, re.IGNORECASE
        ):
            command = "select 1"
        elif CHANGE_TRACKING.search(command):
            # DuckDB keeps no changes; what was sent stands in statements.sql
            command = "select 1"
        if not getattr(self._conn, "has_macros", False):
            self._duck_conn.execute(MACROS)
            self._conn.has_macros = True
        command = tables_of_rows(OURS.sub(r"\1", command))
        try:
            return real_execute(self, command, *args, **kwargs)
        except Exception:
            # a transaction of Snowflake lives on after a failed statement, one of DuckDB does not
            with contextlib.suppress(Exception):
                self._duck_conn.execute("ROLLBACK")
            raise

    def transform(self: Any, expression: Any, params: Any) -> Any:
        # DuckDB has temporary tables in a catalog of their own only: a qualified one becomes an ordinary table, which dbt drops
        if isinstance(expression, exp.Create) and expression.args.get("properties"):
            table = expression.find(exp.Table)
            if table is not None and table.args.get("db"):
                properties = expression.args["properties"]
                kept = [
                    each for each in properties.expressions if not isinstance(each, exp.TemporaryProperty)
                ]
                properties.set("expressions", kept)
                if not kept:
                    expression.set("properties", None)
        return real_transform(self, expression.transform(translated, copy=False), params)

    def translated(node: Any) -> Any:
        # formats of times and of hex digits are left out of account
        if isinstance(node, exp.ToChar) and node.args.get("format") is not None:
            written = re.sub("|".join(FORMATS), lambda found: FORMATS[found[0]], node.args["format"].name)
            return exp.Anonymous(this="strftime", expressions=[node.this, exp.Literal.string(written)])
        if isinstance(node, exp.ByteLength) or (
            isinstance(node, exp.Anonymous) and node.name.upper() == "OCTET_LENGTH"
        ):
            return exp.Anonymous(
                this="strlen",
                expressions=[node.this if isinstance(node, exp.ByteLength) else node.expressions[0]],
            )
        if isinstance(node, exp.ToNumber) and node.args.get("format") is not None:
            return exp.Anonymous(this="crosswalk_from_hex", expressions=[node.this])
        return node

    def explode(self: Any, expression: Any) -> Any:
        # a bare column among the values of a merge can only be the source's
        if isinstance(expression, exp.Merge):
            source = expression.args["using"].alias_or_name
            for when in expression.find_all(exp.When):
                then = when.args.get("then")
                if isinstance(then, exp.Insert) and then.expression is not None:
                    for column in then.expression.find_all(exp.Column):
                        if not column.table:
                            column.set("table", exp.to_identifier(source))
        return real_explode(self, expression)

    # a name with a dollar within a string is no variable
    fakes.FakeSnowflakeCursor._inline_variables = lambda self, sql: sql
    fakes.FakeSnowflakeCursor.execute = execute
    fakes.FakeSnowflakeCursor._transform = transform
    fakes.FakeSnowflakeCursor._transform_explode = explode


def connection() -> Any:
    import snowflake.connector

    return snowflake.connector.connect(
        user="fake", password="fake", account="fakesnow", database="db1", schema="crosswalk"
    )


def rows(session: Any, request: dict[str, Any]) -> dict[str, Any]:
    """The rows of a query, as lists, and the names of its columns."""
    cursor = session.cursor()
    cursor.execute(request["sql"])
    found = cursor.fetchall()
    return {
        "rows": [plain(row) for row in found],
        "columns": [each.name.lower() for each in cursor.description],
    }


def raw(session: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Rows from DuckDB itself: for values that only a bound parameter brings there as they are."""
    return {
        "rows": [
            plain(row)
            for row in session._duck_conn.execute(request["sql"], request.get("args") or None).fetchall()
        ]
    }


def statements(session: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Several statements, cut as dbt-snowflake cuts them."""
    import io

    from snowflake.connector.util_text import split_statements

    for statement, _ in split_statements(io.StringIO(request["sql"]), remove_comments=True):
        if statement.strip():
            session.cursor().execute(statement)
    return {}


def table(session: Any, request: dict[str, Any]) -> dict[str, Any]:
    """A table of raw lines from a JSONL file."""
    read = serving.given_lines(request)
    cursor = session.cursor()
    schema = request["table"].split(".")[0]
    cursor.execute(f"create schema if not exists {schema}")
    cursor.execute(
        f"create or replace table {request['table']} (file varchar, line_number number(38, 0), line varchar, read_error varchar)"
    )
    session._duck_conn.executemany(f"insert into {request['table']} values (?, ?, ?, ?)", read)
    return {"rows": [[len(read)]]}


def main() -> None:
    import fakesnow

    mend(serving.Trace())
    with fakesnow.patch():
        session = connection()
        MAKER.append(session._duck_conn)
        serving.serve(session, {"rows": rows, "raw": raw, "statements": statements, "table": table})


if __name__ == "__main__":
    main()
