"""Reading any warehouse that dbt reaches, through the connection of dbt's own adapter.

The adapter knows how to sign in and how to quote; the queries are plain SQL. Each piece of the payloads is a query of its
own, so that no driver holds more than a piece. Not every engine has a snapshot over several queries: what is read is
held against what was counted.
"""

import argparse
import contextlib
import importlib.util
import os
import re
from collections.abc import Iterator, Sequence
from typing import Any

from crosswalk.errors import ConfigError, CredentialsError, CrosswalkError, PlanError, UnavailableError
from crosswalk.output import safe
from crosswalk.pieces import Piece
from crosswalk.profile import Target
from crosswalk.row_warehouse import DIALECTS, Dialect, Page, RowWarehouse

_CONNECTION = "crosswalk"
_HASHES_A_QUERY = 250_000
_TEXTS_A_QUERY = 10_000
_AGAIN = "run the same command again (what was sent is remembered)"
_MISSING = re.compile(r"does not exist|not found|no such (table|view)|unknown (table|view)", re.IGNORECASE)
_CREDENTIALS = re.compile(
    r"password|authenticat|unauthorized|incorrect username|credential|access token|\b40[13]\b", re.IGNORECASE
)
_INTERRUPTED = re.compile(
    r"time[d ]*out|connection|terminat|closed|reset|cancel|unavailable|refused|network|\b50[234]\b",
    re.IGNORECASE,
)


class AdapterWarehouse(RowWarehouse):
    """The warehouse of a dbt target, reached as dbt reaches it."""

    # A query for each piece costs a second or more on engines that read whole columns, so the pieces are larger.
    piece_bytes = 16_000_000

    def __init__(self, target: Target) -> None:
        self._target = target
        self._config = _runtime_config(target)
        self._adapter = _adapter(self._config)
        self.dialect = DIALECTS.get(target.adapter, Dialect())

    def relation(self, name: str) -> str:
        """The name as the adapter quotes it."""
        credentials = self._config.credentials
        relation = self._adapter.Relation.create(
            database=credentials.database,
            schema=credentials.schema,
            identifier=name,
            quote_policy=self._config.quoting,
        )
        return str(relation.render())

    def pages(self, sql: str, rows: int, columns: list[str] | None = None) -> Iterator[Page]:
        """Raises ConfigError, CredentialsError and UnavailableError, with the adapter's own words."""
        from dbt.adapters.sql import SQLConnectionManager

        with self._explained():
            self._adapter.connections.set_connection_name(_CONNECTION)
            if not isinstance(self._adapter.connections, SQLConnectionManager):
                yield from self._whole_result(sql, rows, columns)
                return
            _, cursor = self._adapter.connections.add_query(sql, auto_begin=False)
            if columns is not None:
                columns += [str(column[0]).lower() for column in cursor.description or ()]
            while page := cursor.fetchmany(rows):
                yield list(page)

    def run_bound(self, statements: list[tuple[str, tuple[str, ...]]]) -> list[tuple[Any, ...]]:
        """Run statements with bound values, and give the rows of the last one.

        Raises ConfigError where the adapter has no cursor (BigQuery's), and as `pages` does.
        """
        from dbt.adapters.sql import SQLConnectionManager

        with self._explained():
            self._adapter.connections.set_connection_name(_CONNECTION)
            if not isinstance(self._adapter.connections, SQLConnectionManager):
                raise ConfigError(
                    f"dbt's adapter for {self._target.adapter} binds no values: make the table "
                    f"{self.relation('crosswalk_keys')} (name, value) in its console, with a row for the name 'hash'."
                )
            rows: list[tuple[Any, ...]] = []
            for sql, values in statements:
                _, cursor = self._adapter.connections.add_query(
                    sql, auto_begin=False, bindings=values or None
                )
                rows = [tuple(row) for row in cursor.fetchall()] if sql.startswith("select") else []
            return rows

    def slices(self, destination: str) -> list[str]:
        """Ranges of send orders: several drivers fetch a whole result before they give its first row."""
        ends = self.query(
            f"select min(send_order) as first_order, max(send_order) as last_order from {self.payloads(destination)}"
        )[0]
        if ends["first_order"] is None:
            return []
        step = _HASHES_A_QUERY if self.dialect.md5 else _TEXTS_A_QUERY
        first, last = int(ends["first_order"]), int(ends["last_order"])
        return [
            f"send_order between {start} and {min(start + step - 1, last)}"
            for start in range(first, last + 1, step)
        ]

    def check_piece(self, destination: str, piece: Piece, rows: Sequence[Sequence[Any]]) -> None:
        """Raises PlanError where the number or the size of the records is not as counted before."""
        if piece.rows is None:
            return
        found = (len(rows), sum(len(row[6].encode()) for row in rows))
        if found != (piece.rows, piece.bytes):
            raise PlanError(
                f"{destination}_payloads was rebuilt while this command was reading it (records {piece.first} to "
                f"{piece.last} are others now): {_AGAIN}."
            )

    def close(self) -> None:
        """Give the connection back."""
        self._adapter.cleanup_connections()

    def _whole_result(self, sql: str, rows: int, columns: list[str] | None) -> Iterator[Page]:
        """For adapters without a cursor (BigQuery's): dbt's own fetch, which holds one result."""
        _, result = self._adapter.execute(sql, auto_begin=False, fetch=True)
        if columns is not None:
            columns += [str(name).lower() for name in result.column_names]
        found: Page = [tuple(row) for row in result.rows]
        for start in range(0, len(found), rows):
            yield found[start : start + rows]

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """What an adapter raises, as sentences."""
        from dbt_common.exceptions import DbtBaseException

        try:
            yield
        except DbtBaseException as error:
            self._roll_back()
            raise self._sentence(error) from error

    def _roll_back(self) -> None:
        """End a transaction that failed, where the driver began one: it would refuse every further query."""
        with contextlib.suppress(Exception):
            self._adapter.connections.get_thread_connection().handle.rollback()

    def _sentence(self, error: Exception) -> CrosswalkError:
        text, label = _one_line(error), f"the target {self._target.name!r} ({self._target.adapter})"
        opening = type(error).__name__ == "FailedToConnectError"
        if opening and _CREDENTIALS.search(text):
            return CredentialsError(
                f"The warehouse of {label} refused to sign in ({text}): check its credentials in profiles.yml and the "
                "variables it reads, then run the same command again."
            )
        if opening or (_INTERRUPTED.search(text) and not _MISSING.search(text)):
            return UnavailableError(f"The warehouse of {label} does not answer ({text}): {_AGAIN}.")
        if _MISSING.search(text):
            return ConfigError(
                f"A relation is not in the warehouse of {label} ({text}): run `dbt build` first, then this command again."
            )
        return ConfigError(
            f"The warehouse of {label} could not answer ({text}): run `dbt build` again, then this command."
        )


def _runtime_config(target: Target) -> Any:
    """The project and profile as dbt reads them. Raises ConfigError."""
    if importlib.util.find_spec("dbt") is None or not _installed(target.adapter):
        raise ConfigError(
            f"The target {target.name!r} is of type {target.adapter!r}, and dbt's adapter for it is not installed: run "
            f"`pip install dbt-{target.adapter}`, then this command again."
        )
    from dbt.config.runtime import RuntimeConfig
    from dbt.flags import set_from_args
    from dbt_common.context import set_invocation_context
    from dbt_common.exceptions import DbtBaseException

    arguments = argparse.Namespace(
        project_dir=str(target.project_dir),
        profiles_dir=str(target.profiles_dir),
        profile=target.profile,
        target=target.name,
        threads=1,
        vars={},
        which="crosswalk",
        version_check=False,
    )
    set_from_args(arguments, None)
    # What `env_var` reads; without it dbt takes a template for the password itself.
    set_invocation_context(dict(os.environ))
    try:
        return RuntimeConfig.from_args(arguments)
    except DbtBaseException as error:
        raise ConfigError(
            f"dbt cannot use the target {target.name!r} ({_one_line(error)}): correct profiles.yml, `dbt debug` says more."
        ) from error


def _installed(adapter: str) -> bool:
    return adapter.isidentifier() and importlib.util.find_spec(f"dbt.adapters.{adapter}") is not None


def _adapter(config: Any) -> Any:
    """An adapter of our own, so that dbt's one of this process keeps its connections to itself."""
    from dbt.adapters.factory import get_adapter_class_by_name
    from dbt.mp_context import get_mp_context

    return get_adapter_class_by_name(config.credentials.type)(config, get_mp_context())


def _one_line(error: Exception) -> str:
    """The adapter's words on one line, without dbt's headings, at most 300 characters."""
    text = " ".join(str(error).split())
    return safe(re.sub(r"^(Runtime|Database|Compilation) Error( in [\w.]+)? ", "", text))[:300]
