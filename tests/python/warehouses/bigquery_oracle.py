"""Runs in the environment of BigQuery: ZetaSQL, Google's reference implementation of GoogleSQL, judges what was compiled.

It reads queries only, and no Python: in place of a call of one of our functions stands an expression of its arguments that has
its type.
"""

import re
from typing import Any

import serving
from brackets import closing

CALL = re.compile(r"\bcrosswalk_(text|flag|count|number|digits)_\w+\(")
# The types of the functions, made from a text.
RETURNS = {
    "text": "{}",
    "flag": "{} = ''",
    "count": "length({})",
    "number": "cast(length({}) as float64)",
    "digits": "{}",
}


def stood_in(sql: str) -> str:
    """Each call of a function in Python as an expression that takes the same arguments and has the same type."""
    found = CALL.search(sql)
    if found is None:
        return sql
    end = closing(sql, found.end() - 1)
    given, kind = stood_in(sql[found.end() : end]), found[1]
    if kind == "digits":
        given = re.sub(r"^'number_text', (.*)$", r"'number_text', cast(\1 as string)", given, flags=re.DOTALL)
    made = RETURNS[kind].format(f"array_to_string([{given}], '')")
    return f"{sql[: found.start()]}({made}){stood_in(sql[end + 1 :])}"


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
        """Of [name, query] those that the analyzer refuses, with what it says, and those that it cannot judge as they read one
        of these.

        A query may read those before it by their names, with the columns and types that they have by GoogleSQL itself.
        """
        queries = request["queries"]
        tables = dict(request["tables"])
        refused, behind = {}, []
        for name, sql in queries:
            try:
                tables[name] = self.columns(stood_in(sql), tables)
            except Exception as error:
                said = str(error)
                missing = re.search(r"Table not found: (\w+)", said)
                if missing and (missing[1] in refused or missing[1] in behind):
                    behind.append(name)
                else:
                    refused[name] = said[:400]
        return {"refused": refused, "behind": behind, "checked": len(queries)}

    def columns(self, sql: str, tables: dict[str, Any]) -> list[list[Any]]:
        """The names and types of the columns of a query."""
        from zetasql.api import PreparedQuery

        builder = PreparedQuery.builder().set_sql(sql).set_analyzer_options(self.options)
        prepared = builder.set_catalog(self.catalog(tables)).prepare()
        try:
            return [[each.name, each.type.type_kind] for each in prepared.columns]
        finally:
            prepared.close()

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
