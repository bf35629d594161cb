"""Whether an independent parser of a dialect, sqlglot's, reads what was compiled."""

import re
from collections.abc import Mapping

# What Spark and Databricks have and sqlglot 30 does not know: Spark SQL reference, Common Table Expression.
UNKNOWN = re.compile(r"\bmax recursion level \d+")


def unread(statements: Mapping[str, str], dialect: str) -> dict[str, str]:
    """Of named statements those that the parser does not read, with what it says."""
    import sqlglot

    found = {}
    for name, sql in statements.items():
        try:
            parsed = sqlglot.parse(UNKNOWN.sub("", sql), read=dialect)
        except sqlglot.errors.SqlglotError as error:
            found[name] = str(error)[:500]
            continue
        if any(isinstance(each, sqlglot.exp.Command) for each in parsed):
            found[name] = "read as a command, not taken apart"
    return found
