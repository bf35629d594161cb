"""What Spark's own tables have not got and Delta's have, done by other statements, so that the open Spark runs what is sent to
tables of Delta: a table that is replaced in one statement, a column that is to have no nulls, a delete, and the two forms of a
merge that the project writes.

Anything else that only Delta takes is refused by Spark, and a subquery in a delete is refused here, as Delta refuses it. With
`keep` the rows that each such statement read and left stand in files, so that an engine with Delta can be held to them.
"""

import json
import re
from pathlib import Path
from typing import Any

DELTA = re.compile(r"\busing delta\b", re.IGNORECASE)
REPLACE = re.compile(r"\bcreate or replace table\s+(\S+)", re.IGNORECASE)
COMMENTS = re.compile(r"\A(?:\s|/\*.*?\*/)*", re.DOTALL)
MERGE = re.compile(
    r"merge into (\S+)\s+using \((.*)\) as (\w+)\s+on (.*?)\s+when matched then (?:(delete)|update set (.*?))\s*\Z",
    re.DOTALL,
)
DELETE = re.compile(r"delete from (\S+)\s+where (.*?)\s*\Z", re.DOTALL)
INSERT = re.compile(r"insert into (?:table )?(\S+)\s+(.*?)\s*\Z", re.DOTALL)
NOT_NULL = re.compile(r"alter table (\S+) alter column (\S+) set not null\s*\Z")
ASSIGNMENT = re.compile(r"(`[^`]+`|\w+) = (.*?)(?:, (?=(?:`[^`]+`|\w+) = )|\Z)", re.DOTALL)
NAME = re.compile(r"\b(?:from|join)\s+((?:[\w`]+\.)?[\w`]+)", re.IGNORECASE)


class Refused(Exception):
    """What Delta would not take."""


class Delta:
    """A session whose `sql` takes such statements: the session's own is taken over."""

    def __init__(self, spark: Any) -> None:
        self.spark = spark
        self._run = spark.sql
        self._kept: Path | None = None
        self._number = 0

    def keep(self, folder: Path | None) -> None:
        """From now on keeps statements with the rows that they read and left; None ends it."""
        self._kept = folder
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            # times as every reader of Parquet knows them
            self.spark.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")

    def sql(self, text: str, **more: Any) -> Any:
        """What the session's `sql` does."""
        bare = COMMENTS.sub("", text).strip()
        changing = MERGE.match(bare) or DELETE.match(bare) or INSERT.match(bare)
        if changing is None:
            return self._plain(text, **more)
        if self._kept is None:
            return self._change(bare)
        place = self._kept / f"{self._number:03}"
        self._number += 1
        place.mkdir()
        for name in {changing[1], *NAME.findall(bare)}:
            self._write(name, place / "read" / name.replace("`", ""))
        answer = self._change(bare)
        self._write(changing[1], place / "left")
        (place / "statement.json").write_text(json.dumps({"table": changing[1], "sql": bare}))
        return answer

    def _plain(self, text: str, **more: Any) -> Any:
        if forbidden := NOT_NULL.match(COMMENTS.sub("", text)):
            nulls = self._run(f"select 1 from {forbidden[1]} where {forbidden[2]} is null").count()
            if nulls:
                raise Refused(f"[DELTA_NEW_NOT_NULL_VIOLATION] {nulls} rows of {forbidden[1]}")
            return self._run("select 1")
        text = DELTA.sub("", text)
        replaced = REPLACE.search(text)
        if replaced:
            self._run(f"drop table if exists {replaced[1]}")
            text = REPLACE.sub(r"create table \1", text, count=1)
        return self._run(text, **more)

    def _change(self, bare: str) -> Any:
        if merge := MERGE.match(bare):
            return self._merge(merge)
        if delete := DELETE.match(bare):
            if re.search(r"\bselect\b", delete[2], re.IGNORECASE):
                raise Refused(
                    f"[DELTA_UNSUPPORTED_SUBQUERY] Subqueries are not supported in the DELETE: {bare}"
                )
            return self._write_anew(
                delete[1], f"select * from {delete[1]} where not coalesce({delete[2]}, false)"
            )
        return self._run(bare)

    def _merge(self, merge: re.Match[str]) -> Any:
        table, source, alias, condition, deleted, assignments = merge.groups()
        if deleted:
            rows = f"select {table}.* from {table} left anti join ({source}) as {alias} on {condition}"
            return self._write_anew(table, rows)
        given = {name.strip("`"): value for name, value in ASSIGNMENT.findall(assignments)}
        columns = [
            f"case when {alias}.is_matched then {given[name]} else {table}.`{name}` end as `{name}`"
            if name in given
            else f"{table}.`{name}`"
            for name in self.spark.table(table).columns
        ]
        assert given.keys() <= set(self.spark.table(table).columns), given.keys()
        rows = (
            f"select {', '.join(columns)} from {table}"
            f" left join (select *, true as is_matched from ({source})) as {alias} on {condition}"
        )
        return self._write_anew(table, rows, of_as_many_rows=True)

    def _write_anew(self, table: str, rows: str, of_as_many_rows: bool = False) -> Any:
        anew = f"{table.rstrip('`')}__anew{'`' if table.endswith('`') else ''}"
        self._run(f"drop table if exists {anew}")
        self._run(f"create table {anew} as {rows}")
        if of_as_many_rows and self.spark.table(anew).count() != self.spark.table(table).count():
            raise Refused(f"[DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE] {table}")
        self._run(f"drop table {table}")
        self._run(f"alter table {anew} rename to {table}")
        return self._run("select 1")

    def _write(self, name: str, place: Path) -> None:
        if self.spark.catalog.tableExists(name.replace("`", "")):
            self.spark.table(name).coalesce(1).write.mode("overwrite").parquet(str(place))


def on(spark: Any) -> Delta:
    """The session, with tables that are as Delta's."""
    delta = Delta(spark)
    type(spark).sql = lambda session, text, args=None, **more: delta.sql(
        text, **({"args": args} if args else {}), **more
    )
    return delta
