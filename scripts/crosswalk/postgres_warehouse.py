"""Reading PostgreSQL: one read-only snapshot for the whole command, server-side cursors, a few megabytes at a time.

The snapshot (repeatable read) holds the relations as they were at the first query: a `dbt build` that starts meanwhile
waits, or builds beside it, and does not mix with what is being read.
"""

import contextlib
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from crosswalk.errors import ConfigError, CredentialsError, CrosswalkError, LocalError, UnavailableError
from crosswalk.output import safe
from crosswalk.pieces import Piece
from crosswalk.profile import Target
from crosswalk.record_batches import payload_batch
from crosswalk.row_warehouse import DIALECTS, Page, RowWarehouse, grouped_refusals

if TYPE_CHECKING:
    import psycopg2.extensions

_CONNECT_SECONDS = 10
# What dbt-postgres passes on to the driver, under the names that libpq has.
_PASSED_ON = ("host", "user", "sslmode", "sslcert", "sslkey", "sslrootcert")
# A push may wait for the vendor while the snapshot is open; times are UTC wherever the server stands.
_SESSION = ("set idle_in_transaction_session_timeout = 0", "set timezone = 'UTC'")
_AGAIN = "run the same command again (what was sent is remembered)"


class PostgresWarehouse(RowWarehouse):
    """The PostgreSQL database of a dbt target."""

    dialect = DIALECTS["postgres"]

    def __init__(self, target: Target) -> None:
        self._target = target
        self._connection: psycopg2.extensions.connection | None = None
        self._numbers = itertools.count(1)

    def relation(self, name: str) -> str:
        """`"schema"."name"`, quoted."""
        return ".".join('"' + part.replace('"', '""') + '"' for part in (self._target.schema, name))

    def has(self, name: str) -> bool:
        """See Warehouse.has."""
        quoted = self.relation(name).replace("'", "''")
        return self.query(f"select to_regclass('{quoted}') is not null as there")[0]["there"] is True

    def pages(self, sql: str, rows: int, columns: list[str] | None = None) -> Iterator[Page]:
        """Raises ConfigError, CredentialsError, UnavailableError and LocalError, each with the next step."""
        with self._cursor(sql) as cursor:
            page = cursor.fetchmany(rows)
            if columns is not None:
                columns += [column.name for column in cursor.description or ()]
            while page:
                yield page
                page = cursor.fetchmany(rows)

    def read_pieces(
        self, destination: str, found: list[Piece], wanted: Callable[[int, int], bool], refused: bool
    ) -> Iterator[pa.RecordBatch]:
        """One cursor over all payloads in send order, since a relation without an index is sorted for each query."""
        open_pieces = itertools.dropwhile(lambda piece: not wanted(piece.first, piece.last), found)
        start = next(open_pieces, None)
        if start is None:
            return
        refusals = _Refusals(
            self.stream(self.refusal_sql(destination, f"p.send_order >= {start.first}"))
            if refused
            else iter(())
        )
        with self._cursor(self.payload_sql(destination, f"send_order >= {start.first}")) as cursor:
            reader = _Reader(cursor)
            yield payload_batch(reader.read(start), refusals.of(start))
            for piece in open_pieces:
                if wanted(piece.first, piece.last):
                    yield payload_batch(reader.read(piece), refusals.of(piece))
                else:
                    reader.skip(piece)

    def close(self) -> None:
        """End the snapshot and the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextlib.contextmanager
    def writing(self) -> Iterator[Any]:
        """A cursor of a transaction that may write, committed at the end of the block. Raises as `pages` does."""
        connection = self._opened()
        import psycopg2

        try:
            connection.rollback()
            connection.set_session(isolation_level="READ COMMITTED", readonly=False)
            with connection, connection.cursor() as cursor:
                yield cursor
        except psycopg2.Error as error:
            raise self._explained(error) from error
        finally:
            self.close()

    @contextlib.contextmanager
    def _cursor(self, sql: str) -> Iterator[Any]:
        """A server-side cursor of the one transaction; errors of the block that are the database's become sentences."""
        connection = self._opened()
        import psycopg2

        cursor = connection.cursor(name=f"crosswalk_{next(self._numbers)}")
        try:
            cursor.execute(sql)
            yield cursor
            cursor.close()
        except psycopg2.Error as error:
            explained = self._explained(error)
            self.close()
            raise explained from error

    def _opened(self) -> "psycopg2.extensions.connection":
        if self._connection is None:
            try:
                import psycopg2
            except ModuleNotFoundError as error:
                raise ConfigError(
                    "Reading PostgreSQL needs dbt's adapter for it: run `pip install dbt-postgres`, then this command again."
                ) from error
            try:
                self._connection = self._connect()
            except psycopg2.Error as error:
                raise self._refused(error) from error
        return self._connection

    def _connect(self) -> "psycopg2.extensions.connection":
        import psycopg2

        fields = self._target.fields
        options: dict[str, Any] = {name: fields[name] for name in _PASSED_ON if fields.get(name)}
        connection = psycopg2.connect(
            dbname=self._database(),
            port=self._number("port", 5432),
            password=fields.get("password") or fields.get("pass"),
            connect_timeout=self._number("connect_timeout", _CONNECT_SECONDS),
            application_name=fields.get("application_name") or "crosswalk",
            client_encoding="UTF8",
            **({"keepalives_idle": idle} if (idle := self._number("keepalives_idle", 0)) else {}),
            **options,
        )
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in _SESSION:
                cursor.execute(statement)
            if fields.get("role"):
                cursor.execute('set role "' + fields["role"].replace('"', '""') + '"')
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True, autocommit=False)
        return connection

    def _database(self) -> str:
        return self._target.fields.get("dbname") or self._target.fields.get("database") or ""

    def _number(self, name: str, default: int) -> int:
        text = self._target.fields.get(name) or str(default)
        if not text.isdecimal():
            raise ConfigError(
                f"`{name}` of the target {self._target.name!r} is not a number: correct profiles.yml."
            )
        return int(text)

    def _refused(self, error: Exception) -> CrosswalkError:
        """Why no connection was made. libpq gives no code for it, so its words are read."""
        text = _one_line(error)
        fields = self._target.fields
        where = f"PostgreSQL at {fields.get('host') or 'the local socket'}, port {self._number('port', 5432)}"
        if re.search(
            r"password authentication failed|no password supplied|authentication failed|pg_hba", text
        ):
            return CredentialsError(
                f"{where} refused the user {fields.get('user', '')!r} ({text}): check user and password of the target "
                f"{self._target.name!r} in profiles.yml and the variables it reads, then run the same command again."
            )
        if re.search(r'(database|role) ".*" does not exist|invalid (sslmode|connection option)', text):
            return ConfigError(
                f"{where} does not know what the target {self._target.name!r} names ({text}): correct profiles.yml."
            )
        return UnavailableError(
            f"{where} cannot be reached ({text}): start it or check host and port in profiles.yml, then {_AGAIN}."
        )

    def _explained(self, error: Exception) -> CrosswalkError:
        """An error of a query as a sentence, by its SQLSTATE (PostgreSQL manual, appendix A)."""
        code, text = getattr(error, "pgcode", None) or "", _one_line(error)
        if code in ("42P01", "3F000"):
            name = (re.search(r'"(.+?)" does not exist', text) or ["", "it"])[1]
            return ConfigError(
                f"The relation {name} is not in the database {self._database()!r}, schema {self._target.schema!r}: "
                "run `dbt build` first, then this command again."
            )
        if code == "42501":
            return ConfigError(
                f"The user {self._target.fields.get('user', '')!r} may not read what dbt built ({text}): grant it usage "
                f"of the schema and select on its tables, then {_AGAIN}."
            )
        if code.startswith("42"):
            return ConfigError(f"The warehouse was built by another version ({text}): run `dbt build` again.")
        if code == "57014":
            return UnavailableError(
                f"PostgreSQL ended a query ({text}): raise statement_timeout for the user "
                f"{self._target.fields.get('user', '')!r}, or run when the server is less busy, then {_AGAIN}."
            )
        if code in ("53100", "53200"):
            return LocalError(f"PostgreSQL is out of space ({text}): free some on the server, then {_AGAIN}.")
        if not code or code[:2] in ("08", "57", "53", "25"):
            return UnavailableError(f"The connection to PostgreSQL was lost ({text}): {_AGAIN}.")
        return UnavailableError(f"PostgreSQL could not answer ({code}: {text}): see to it, then {_AGAIN}.")


class _Reader:
    """Takes pieces off a cursor that stands in send order; rows beyond a piece wait for the next one."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self._ahead: list[Sequence[Any]] = []

    def read(self, piece: Piece) -> list[Sequence[Any]]:
        """The rows of a piece; a range holds at most as many rows as it is wide."""
        missing = piece.width - len(self._ahead)
        rows = [*self._ahead, *(self._cursor.fetchmany(missing) if missing > 0 else ())]
        self._ahead = [row for row in rows if row[0] > piece.last]
        return [row for row in rows if piece.first <= row[0] <= piece.last]

    def skip(self, piece: Piece) -> None:
        """Pass a piece by: on the server where its rows were counted and none is here already, else by reading it."""
        if piece.rows is not None and not self._ahead:
            self._cursor.scroll(piece.rows)
        else:
            self.read(piece)


class _Refusals:
    """Why records would be refused, taken along with the pieces, since both come in send order."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._rows = grouped_refusals(rows)
        self._next = next(self._rows, None)

    def of(self, piece: Piece) -> dict[int, str]:
        """The refusals of a piece, by send order."""
        found = {}
        while self._next is not None and self._next[0] <= piece.last:
            if self._next[0] >= piece.first:
                found[self._next[0]] = self._next[1]
            self._next = next(self._rows, None)
        return found


def _one_line(error: Exception) -> str:
    """The first line of the server's words, without its severity."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else type(error).__name__
    return safe(re.sub(r"^(ERROR|FATAL): +", "", text.rpartition("failed: FATAL:  ")[2] or text))
