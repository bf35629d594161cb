"""Runs in the environment of BigQuery, which has no room in that of the project: bqemulator in a thread, and dbt beside it.

bqemulator is an emulator over DuckDB. What it lacks or does wrong and the project needs is put right here, each with its reason.
"""

import asyncio
import os
import re
import threading
from typing import Any

import serving
from plain_rows import plain

CREATE = re.compile(
    r"create function if not exists [`\w.-]*?(crosswalk_\w+)`?\((.*?)\)\s*returns\s+(\w+)\s*language python.*?"
    r"entry_point = '(\w+)'.*?as r'''(.*?)'''\s*;?",
    re.DOTALL | re.IGNORECASE,
)
OURS = re.compile(r"`[\w-]+`\.`\w+`\.(crosswalk_(?:text|flag|count|number|digits)_\w+\()")
TYPES = {"string": "VARCHAR", "bool": "BOOLEAN", "int64": "BIGINT", "float64": "DOUBLE"}

# The functions by name, which tells their text.
MADE: set[str] = set()


def register(connection: Any, name: str, arguments: str, returns: str, handler: str, source: str) -> None:
    """A Python function of BigQuery as one of DuckDB, from the text that dbt sent; one that is there is left."""
    if name in MADE:
        return
    module: dict[str, Any] = {}
    exec(compile(source, f"<{name}>", "exec"), module)  # noqa: S102
    call = module[handler]
    types = [TYPES[argument.split()[1]] for argument in arguments.split(",")]
    # DuckDB counts the parameters. Row by row: columns of Arrow now and then come with bytes of other memory in DuckDB 1.5.
    fixed = {2: lambda a, b: call(a, b), 5: lambda a, b, c, d, e: call(a, b, c, d, e)}[len(types)]
    connection.create_function(name, fixed, types, TYPES[returns], null_handling="special")
    MADE.add(name)


def translated(sql: str) -> str:
    """A statement of BigQuery as one of DuckDB, parsed once.

    bqemulator parses each some twenty times, and knows less of what the project asks.
    """
    import sqlglot

    tree = without_contract(sqlglot.parse_one(sql, read="bigquery"))
    # from the leaves up, so that what stands in a part that is written anew is written anew before
    for node in reversed(list(tree.walk())):
        if (made := node_of_duckdb(node)) is not node:
            node.replace(made)
    return str(tree.sql(dialect="duckdb"))


def without_contract(tree: Any) -> Any:
    """`create table t (columns) … as query` as one without columns, partitions and options, whose query has the types."""
    from sqlglot import exp

    if (
        not isinstance(tree, exp.Create)
        or tree.expression is None
        or tree.args.get("kind") not in ("TABLE", "VIEW")
    ):
        return tree
    tree.set("properties", None)
    if isinstance(tree.this, exp.Schema):
        casts = [
            exp.alias_(
                exp.cast(exp.column(each.name, quoted=True), each.args["kind"]), each.name, quoted=True
            )
            for each in tree.this.expressions
        ]
        query = exp.select(*casts).from_(exp.Subquery(this=tree.expression.unnest(), alias="given"))
        tree.set("this", tree.this.this)
        tree.set("expression", query)
    return tree


FORMATS = {"%E6S": "%S.%f", "%E3S": "%S.%g"}


def node_of_duckdb(node: Any) -> Any:
    """A part of a statement that sqlglot 30 does not write as DuckDB has it."""
    from sqlglot import exp

    if isinstance(node, exp.Table) and node.db:
        project = node.catalog or "local-project"
        made = exp.table_(node.name, db=f"{project}__{node.db}", quoted=True)
        for name in ("alias", "joins", "sample"):
            made.set(name, node.args.get(name))
        return made
    if isinstance(node, exp.IgnoreNulls) and isinstance(node.this, exp.ArrayAgg):
        # the place behind the list takes its first element, so that the limit says nothing
        inner = node.this.this
        inner = inner.this if isinstance(inner, exp.Limit) else inner
        value = inner.this if isinstance(inner, exp.Order) else inner
        present = exp.Not(this=exp.Is(this=exp.Paren(this=value.copy()), expression=exp.Null()))
        return exp.Filter(this=exp.ArrayAgg(this=inner), expression=exp.Where(this=present))
    if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.BIGDECIMAL:
        # as text it has no zeros at its end, so it has no places here
        return exp.DataType.build("DECIMAL(38, 0)", dialect="duckdb")
    if isinstance(node, exp.UnixToTime):
        return exp.AtTimeZone(this=exp.Paren(this=node.copy()), zone=exp.Literal.string("UTC"))
    if isinstance(node, exp.JSONExtractScalar):
        # the arrow that sqlglot writes binds less than what may stand before it
        return exp.Paren(this=node.copy())
    if isinstance(node, exp.FarmFingerprint):
        # another hash, which nothing but a later build compares
        return exp.Anonymous(this="hash", expressions=node.expressions)
    if isinstance(node, exp.ByteLength):
        return exp.Anonymous(this="strlen", expressions=[node.this])
    if isinstance(node, exp.Literal) and node.is_string and "%E" in node.name:
        return exp.Literal.string(re.sub("|".join(FORMATS), lambda found: FORMATS[found[0]], node.name))
    return node


def mend(trace: Any) -> None:
    """Puts right what bqemulator 1.4 does not do as BigQuery does."""
    from bqemulator.api.routes import jobs
    from bqemulator.jobs import executor
    from bqemulator.storage.engine import DuckDBEngine
    from sqlglot.errors import SqlglotError

    # the extension for places on the globe would be downloaded, and nothing here asks for it
    DuckDBEngine._load_spatial = lambda self: None
    real_statement = executor._run_single_sql

    async def one_statement(project_id: str, bq_sql: str, query_params: Any, ctx: Any, *, caller: Any) -> Any:
        if re.search(r"information_schema|\balter table\b", bq_sql, re.IGNORECASE):
            return await real_statement(project_id, bq_sql, query_params, ctx, caller=caller)
        sql = translated(bq_sql)
        try:
            return ctx.engine.fetch_arrow(sql)
        except Exception as error:
            trace(f"-- {error}\n{sql}")
            raise executor.translate_runtime_error(error, duckdb_sql=sql) from error

    executor._run_single_sql = one_statement
    real = jobs.execute_query_job

    async def execute(project_id: str, job_id: str, bq_sql: str, *args: Any, **kwargs: Any) -> Any:
        trace(bq_sql)
        ctx = args[1] if len(args) > 1 else kwargs["ctx"]
        # it knows no function in Python
        for made in CREATE.finditer(bq_sql):
            register(ctx.engine.connection, *made.groups())
        rest = OURS.sub(r"\1", CREATE.sub("", bq_sql))
        bq_sql = rest if re.sub(r"/\*.*?\*/|--[^\n]*", "", rest, flags=re.DOTALL).strip() else "select 1"
        try:
            return await real(project_id, job_id, bq_sql, *args, **kwargs)
        except SqlglotError as error:
            # else an error of the server, which Google's client asks for again and again
            raise executor.translate_runtime_error(error, duckdb_sql=bq_sql) from error

    jobs.execute_query_job = execute


class Server:
    """The emulator in a thread of its own, on a free port."""

    def __init__(self) -> None:
        from bqemulator.config import Settings
        from bqemulator.server import EmulatorServer

        self.server = EmulatorServer(
            Settings(
                rest_port=0,
                grpc_port=0,
                default_project_id="local-project",
                enable_format_extensions=False,
                log_level="error",
            )
        )
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        asyncio.run_coroutine_threadsafe(self.server.start(), self.loop).result(300)

    @property
    def connection(self) -> Any:
        """The emulator's DuckDB."""
        return self.server._engine.connection


def client(server: Server) -> Any:
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    return bigquery.Client(
        project="local-project",
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": server.server.rest_url},
    )


def without_zone(value: Any) -> Any:
    """A time as the other engines have it, in UTC without saying so."""
    return value.replace(tzinfo=None) if getattr(value, "tzinfo", None) else value


def rows(session: Any, request: dict[str, Any]) -> dict[str, Any]:
    """The rows of a query, as lists, and the names of its columns; straight from the emulator's DuckDB."""
    cursor = session.server.connection.execute(translated(OURS.sub(r"\1", request["sql"])))
    found = cursor.fetchall()
    return {
        "rows": [plain([without_zone(value) for value in row]) for row in found],
        "columns": [each[0] for each in cursor.description],
    }


def statements(session: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Statements in one job, as dbt-bigquery sends them."""
    session.query(request["sql"]).result(timeout=300)
    return {}


def table(session: Any, request: dict[str, Any]) -> dict[str, Any]:
    """A table of raw lines from a JSONL file."""
    read = serving.given_lines(request)
    dataset, name = request["table"].split(".")
    session.create_dataset(dataset, exists_ok=True)
    columns = "file string, line_number int64, line string, read_error string"
    session.query(f"create or replace table {dataset}.{name} ({columns})").result()
    session.server.connection.executemany(
        f'insert into "local-project__{dataset}"."{name}" values (?, ?, ?, ?)', read
    )
    return {"rows": [[len(read)]]}


def main() -> None:
    mend(serving.Trace())
    server = Server()
    os.environ["CROSSWALK_TEST_ENDPOINT"] = server.server.rest_url
    session = client(server)
    session.server = server
    session.create_dataset("crosswalk", exists_ok=True)
    serving.serve(session, {"rows": rows, "statements": statements, "table": table})


if __name__ == "__main__":
    main()
