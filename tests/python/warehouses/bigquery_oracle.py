"""Runs in the environment of BigQuery: ZetaSQL, Google's reference implementation of GoogleSQL, judges what was compiled.

It reads queries only, and no Python: in place of a call of one of our functions stands a look into a table.
"""

import re
from typing import Any

import serving

CALL = re.compile(r"\bcrosswalk_(text|flag|count|number|digits)_\w+\(")
RETURNS = {"text": "string", "flag": "bool", "count": "int64", "number": "float64", "digits": "string"}

MADE_CALLS = [["given", "STRING"], ["result", "STRING"]]


def closing(sql: str, start: int) -> int:
    """The place of the bracket that closes the one at `start`; brackets in literals do not count."""
    depth, at = 0, start
    while at < len(sql):
        if sql[at] in "'\"`":
            mark = sql[at]
            at += 1
            while sql[at] != mark:
                at += 2 if sql[at] == "\\" else 1
        depth += {"(": 1, ")": -1}.get(sql[at], 0)
        if depth == 0:
            return at
        at += 1
    raise ValueError(sql[start : start + 80])


def looked_up(sql: str) -> str:
    """Each call of a function in Python as a look into the table `made_calls` (given, result)."""
    found = CALL.search(sql)
    if found is None:
        return sql
    end = closing(sql, found.end() - 1)
    given, kind = looked_up(sql[found.end() : end]), found[1]
    if kind == "digits":
        given = re.sub(r"^'number_text', (.*)$", r"'number_text', cast(\1 as string)", given, flags=re.DOTALL)
    key = f"array_to_string(['{kind}', {given}], chr(1), chr(2))"
    result = f"(select any_value(cast(result as {RETURNS[kind]})) from made_calls where given = {key})"
    return sql[: found.start()] + result + looked_up(sql[end + 1 :])


class Oracle:
    """ZetaSQL with all features but what only Google's other engines have, in UTC."""

    def __init__(self) -> None:
        from zetasql.types import AnalyzerOptions, LanguageOptions, ZetaSQLBuiltinFunctionOptions

        self.language = LanguageOptions.maximum_features()
        self.builtin = ZetaSQLBuiltinFunctionOptions(language_options=self.language)
        self.options = AnalyzerOptions(language_options=self.language, default_timezone="UTC")

    def catalog(self, tables: dict[str, Any]) -> Any:
        """Tables by name, with pairs of a column and its type."""
        from zetasql.api import CatalogBuilder, TableBuilder
        from zetasql.types import TypeKind

        kinds = {
            "STRING": TypeKind.TYPE_STRING,
            "INT64": TypeKind.TYPE_INT64,
            "INTEGER": TypeKind.TYPE_INT64,
            "BOOL": TypeKind.TYPE_BOOL,
            "BOOLEAN": TypeKind.TYPE_BOOL,
            "FLOAT64": TypeKind.TYPE_DOUBLE,
            "FLOAT": TypeKind.TYPE_DOUBLE,
            "DATE": TypeKind.TYPE_DATE,
            "TIMESTAMP": TypeKind.TYPE_TIMESTAMP,
            "NUMERIC": TypeKind.TYPE_NUMERIC,
        }
        builder = CatalogBuilder("catalog").with_builtin_functions(self.builtin)
        for name, columns in tables.items():
            table = TableBuilder(name)
            for column, kind in columns:
                table = table.add_column(column, kinds.get(kind, kind))
            builder = builder.add_table(table.build())
        return builder.build()

    def check(self, request: dict[str, Any]) -> dict[str, Any]:
        """Of [name, query] those that the analyzer refuses, with what it says.

        A query may read those before it by their names, with the columns and types that they have by GoogleSQL itself.
        """
        from zetasql.api import PreparedQuery

        queries = request["queries"]
        tables = {**request["tables"], "made_calls": MADE_CALLS}
        refused = {}
        for name, sql in queries:
            catalog = self.catalog(tables)
            try:
                builder = PreparedQuery.builder().set_sql(looked_up(sql)).set_analyzer_options(self.options)
                prepared = builder.set_catalog(catalog).prepare()
            except Exception as error:
                refused[name] = str(error)[:400]
                continue
            tables[name] = [[each.name, each.type.type_kind] for each in prepared.columns]
            prepared.close()
        return {"refused": refused, "checked": len(queries)}

    def rows(self, request: dict[str, Any]) -> dict[str, Any]:
        """The rows of a query that reads no table, each as a JSON text."""
        from zetasql.api import PreparedQuery

        builder = PreparedQuery.builder().set_sql(
            f"select to_json_string(found_rows) from ({request['sql']}) as found_rows"
        )
        prepared = builder.set_analyzer_options(self.options).set_catalog(self.catalog({})).prepare()
        try:
            data = prepared.execute().content.table_data
        finally:
            prepared.close()
        return {"rows": [row.cell[0].string_value for row in ((data.row if data else None) or [])]}


def main() -> None:
    oracle = Oracle()
    serving.serve(oracle, {"check": Oracle.check, "rows": Oracle.rows})


if __name__ == "__main__":
    main()
