"""Where a bracket of a statement closes, for the runners of other environments."""


def closing(sql: str, start: int) -> int:
    """The place of the bracket that closes the one at `start`. Brackets within quotes do not count; a backslash there begins an
    escape, as on BigQuery, Redshift and Snowflake, and a doubled quote ends a text and begins the next."""
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
