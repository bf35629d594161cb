"""Whether independent parsers of a dialect, sqlglot's and sqlfluff's, read what was compiled."""

import re
from collections.abc import Mapping
from typing import Any

# Models with what sqlfluff 4.5 does not know of Spark and Databricks: `with recursive`; of Spark some lambdas inside others too.
BEYOND_SQLFLUFF = {"stg_amplitude__merged_users", "stg_heap__migrations"}

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


# sqlfluff takes minutes for the largest few; for those of Snowflake and Spark, whose SQL nests deeper, for half that length.
MOST_CHARACTERS = 60_000
MOST_NESTED_CHARACTERS = 28_000


def unread_by_sqlfluff(
    statements: Mapping[str, str], dialect: str, most_characters: int = MOST_CHARACTERS
) -> dict[str, str]:
    """Of named statements those that sqlfluff does not read, with what it says; longer ones than `most_characters` are not asked
    for. It knows which words a warehouse reserves, which sqlglot takes for names."""
    from sqlfluff.core import FluffConfig, Linter

    overrides: dict[str, Any] = {"dialect": dialect, "templater": "raw", "large_file_skip_byte_limit": 0}
    linter = Linter(config=FluffConfig(overrides=overrides))
    found = {}
    for name, sql in statements.items():
        if len(sql) <= most_characters and (violations := linter.parse_string(sql).violations):
            found[name] = violations[0].desc()[:500]
    return found
