"""The DuckDB file of a target: open while it is read, let go of a moment later.

DuckDB lets one process write or many read, so the file is not kept while nothing is read from it; while it is, a `dbt build`
fails on its lock. Opening it takes some 40 ms of work, though, so that what is read in close succession shares one opening.
The file must not change between two readings of one run.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from crosswalk.errors import ConfigError, LocalError, PlanError

# What DuckDB may use, in bytes; beyond it, it works on the disk. It reads text by 2048 rows at a time, which must fit.
MEMORY = 64_000_000
# Reading rows one after the other takes less than joining or sorting them, and more would only hold blocks it has read.
MEMORY_READING = 32_000_000
MEMORY_ONE_THREAD = 20_000_000
# Seconds that a file stays open behind the last reading, for the next one.
_LINGER = 0.25

Stamp = tuple[tuple[int, int, int, int], ...]


class DuckDBFile:
    """One file, opened for reading only."""

    def __init__(self, path: Path, scratch: Path) -> None:
        self.path = path
        self._scratch = scratch
        self._stamp: Stamp | None = None
        self._lock = threading.Lock()
        self._shared: duckdb.DuckDBPyConnection | None = None
        self._holders = 0

    @contextlib.contextmanager
    def open(self, memory: int = MEMORY) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection with so much memory; one of its own, or of the opening that is held.

        Raises ConfigError, LocalError and PlanError as sentences of what DuckDB says.
        """
        connection = self._connection(memory)
        try:
            with explained():
                yield connection
        finally:
            connection.close()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """One opening for all readings in the block: what is read is of one moment, and nobody can write meanwhile."""
        with self._lock:
            self._shared = self._shared or self._connect(MEMORY)
            self._holders += 1
        try:
            yield
        finally:
            with self._lock:
                self._holders -= 1
                # with the last one: what is read by another holder goes on
                if self._holders == 0 and self._shared is not None:
                    self._shared.close()
                    self._shared = None

    def is_held(self) -> bool:
        """Whether somebody holds an opening."""
        with self._lock:
            return self._shared is not None

    def _connection(self, memory: int) -> duckdb.DuckDBPyConnection:
        """DuckDB closes the file with the last connection to it, so that this one outlives the opening it is of."""
        with self._lock:
            if self._shared is None:
                return self._connect(memory)
            connection = self._shared.cursor()
        connection.execute(f"set memory_limit = '{memory}B'")
        return connection

    def stamp(self) -> Stamp:
        """What the system says of the file and of DuckDB's log beside it: another content has another stamp.

        The time of the last change of the file's entry cannot be set back, as that of its content can.
        """
        files = (self.path, self.path.with_name(self.path.name + ".wal"))
        found = []
        for file in files:
            with contextlib.suppress(FileNotFoundError):  # the log goes at the end of a build
                found.append(file.stat())
        return tuple((one.st_ino, one.st_size, one.st_mtime_ns, one.st_ctime_ns) for one in found)

    def opened_stamp(self) -> Stamp:
        """The stamp of the file that is read. Raises PlanError where it is that of another one by now."""
        self.check_unchanged()
        return self._stamp or ()

    def check_unchanged(self) -> None:
        """Raises PlanError where the file is not the one that was opened first.

        While it is open, too: another file can take its name, and a copy over it asks for no lock.
        """
        stamp = self.stamp()
        if self._stamp is not None and stamp != self._stamp:
            raise PlanError(
                f"{self.path.name} was rebuilt while this command was reading it: run the same command again "
                "to work with the new content."
            )
        self._stamp = stamp

    def _connect(self, memory: int) -> duckdb.DuckDBPyConnection:
        if not self.path.is_file():
            raise LocalError(
                f"There is no warehouse file {self.path.name}: run `dbt build` first, then this command again."
            )
        self.check_unchanged()
        connection = self._connected(memory)
        try:
            self.check_unchanged()  # between the look and the opening, too
        except PlanError:
            connection.close()
            raise
        return connection

    def _connected(self, memory: int) -> duckdb.DuckDBPyConnection:
        try:
            return duckdb.connect(str(self.path), read_only=True, config=engine_config(self._scratch, memory))
        except duckdb.ConnectionException:
            # dbt ran in this process and keeps its connection: DuckDB then wants the same settings.
            return duckdb.connect(str(self.path))
        except duckdb.IOException as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: duckdb.IOException) -> LocalError:
        text = str(error)
        if "lock" not in text:
            return LocalError(
                f"{self.path.name} cannot be opened as a DuckDB file: run `dbt build` again to make it anew."
            )
        holder = text.partition("(PID ")[2].partition(")")[0]
        by = f" (process {holder})" if holder.isdigit() else ""
        return LocalError(
            f"{self.path.name} is in use by another program{by}: wait until `dbt build` is done, or close the "
            "program, then run the same command again."
        )


class Lingering:
    """Readings in close succession: the file stays open a moment behind each, and until the next where that comes soon.

    Whatever the reader's consumer waits for, a vendor's pause of minutes among it, the file is let go of meanwhile; not where
    somebody else holds it anyway.
    """

    def __init__(self, file: DuckDBFile, seconds: float = _LINGER) -> None:
        self._file = file
        self._seconds = seconds
        self._lock = threading.Lock()
        self._opening: contextlib.ExitStack | None = None
        self._timer: threading.Timer | None = None
        self._before_closing: Callable[[], None] = lambda: None
        self._is_held_beyond = False

    def __enter__(self) -> "Lingering":
        return self

    def __exit__(self, *raised: object) -> None:
        with self._lock:
            self._let_go()

    @contextlib.contextmanager
    def open(self, memory: int) -> Iterator[duckdb.DuckDBPyConnection]:
        """As DuckDBFile.open."""
        with self.used() as file, file.open(memory) as connection:
            yield connection

    @contextlib.contextmanager
    def used(self, before_closing: Callable[[], None] = lambda: None) -> Iterator[DuckDBFile]:
        """Keeps the file open in the block and a moment longer, whatever connections are made meanwhile.

        `before_closing` is called before it is let go of, perhaps by another thread, never while a block runs.
        """
        with self._lock:
            self._stop_timer()
            if self._opening is None:
                self._is_held_beyond = self._file.is_held()
                opening = contextlib.ExitStack()
                opening.enter_context(self._file.held())
                self._opening = opening
            self._before_closing = before_closing
        try:
            yield self._file
        finally:
            if not self._is_held_beyond:
                self._timer = threading.Timer(self._seconds, self._idle)
                self._timer.daemon = True
                self._timer.start()

    def _idle(self) -> None:
        with self._lock:
            if threading.current_thread() is self._timer:
                self._let_go()

    def _let_go(self) -> None:
        self._stop_timer()
        if self._opening is not None:
            opening, self._opening = self._opening, None
            with opening:
                self._before_closing()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def engine_config(scratch: Path, memory: int = MEMORY) -> dict[str, str | bool | int | float | list[str]]:
    """Settings of each DuckDB that the command opens: little memory, the rest on the disk."""
    return {"memory_limit": f"{memory}B", "threads": 2, "temp_directory": str(scratch)}


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """DuckDB's errors as sentences."""
    try:
        yield
    except duckdb.CatalogException as error:
        name = (
            str(error).partition('name "')[2].partition('"')[0]
            or str(error).partition("name ")[2].split(" ")[0]
        )
        raise ConfigError(
            f"The relation {name} is not in the warehouse: run `dbt build` first, then this command again."
        ) from error
    except duckdb.BinderException as error:
        raise ConfigError(
            f"The warehouse was built by another version ({error}): run `dbt build` again."
        ) from error
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        raise _unread(error) from error


def batches_of(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The batches of a result that is still being worked out, where Arrow says DuckDB's errors in its own way."""
    try:
        yield from reader
    except OSError as error:
        raise _unread(error) from error


def _unread(error: Exception) -> LocalError:
    said = str(error).partition("\n")[0].rstrip(".")
    is_full = (
        "Out of Memory" in said
        or "IO Error" in said
        or isinstance(error, duckdb.OutOfMemoryException | duckdb.IOException)
    )
    next_step = "Free space and run the same command again" if is_full else "Run `dbt build` again"
    return LocalError(f"The warehouse could not be read: {said}. {next_step}.")
