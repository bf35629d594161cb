"""Runs the project on small inputs.

`build` is a real `dbt build`. `run` is the fast path: dbt compiles the project once for each set of variables, and the
compiled SQL runs on an in-memory DuckDB, each relation when it is first asked for, so that a small input takes less than
a second.
"""

import datetime as dt
import functools
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples" / "amplitude"
DATABASE = "crosswalk"
PLACEHOLDER = "the-input-file.ndjson"
SOURCES = sorted(path.parent.name for path in ROOT.glob("models/staging/*/stg_*__events.sql"))
SEEDS = "seeds.duckdb"
# Stand in the compiled SQL for the two settings and are filled in when it runs. The name of a case is as long as the default
# import id, so that sizes stay right.
PROJECT = "the-source-project"
# In `run_cases` the file says the project, whatever the row says: what the macro source_project renders gives way.
CASE_PROJECT = "-- the file is the project"
PROJECT_OF_A_ROW = re.compile(
    r"coalesce\(nullif\(case\s+when left\(\w+, 1\)[^;]*?\send, ''\), '" + re.escape(PROJECT) + r"'\)",
    re.DOTALL,
)
MARK = "the-import-id"
DEFAULT_PROJECT = "default"
DEFAULT_MARK = "crosswalk"
# What rows without an upload time are held against where all sources are built together.
DAY_OF_ALL = "2025-07-01"
CASE = "case-{:04}"
CHECK = ("run-operation", "check_config")
MODELS_ONLY = ("--select", "resource_type:model", "--indirect-selection", "empty")

Vars = Mapping[str, Any]
Line = str | bytes | Mapping[str, Any]


class DbtError(Exception):
    """dbt stopped; the text is what it said."""


@dataclass(frozen=True)
class Payload:
    """One record of a payload relation, its JSON read strictly."""

    send_order: int
    event_date: dt.date
    bucket: int
    kind: str
    record_id: str
    distinct_id: str
    event_at: dt.datetime
    text: str
    payload_bytes: int
    json: dict[str, Any] = field(repr=False)

    @property
    def properties(self) -> dict[str, Any]:
        """The properties of an event."""
        properties: dict[str, Any] = self.json["properties"]
        return properties


@dataclass(frozen=True)
class _Model:
    name: str
    sql: str
    materialized: str
    hooks: tuple[str, ...]
    parents: tuple[str, ...]


@dataclass(frozen=True)
class _Compiled:
    models: dict[str, _Model]
    seeds: Path
    placeholder: str


class _Database:
    """A database that a build filled, or that is filled as relations are asked for."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        compiled: _Compiled | None = None,
        texts: Mapping[str, str] | None = None,
    ) -> None:
        self.connection = connection
        self.compiled = compiled
        self._texts = texts or {}
        self._made: set[str] = set()
        self._rows: dict[str, list[dict[str, Any]]] = {}

    def sql(self, query: str, relations: Iterable[str]) -> list[dict[str, Any]]:
        for relation in relations:
            self._make(relation)
        cursor = self.connection.execute(query)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def rows(self, query: str, relation: str) -> list[dict[str, Any]]:
        """The same once read: cases share them."""
        if query not in self._rows:
            self._rows[query] = self.sql(query, [relation])
        return self._rows[query]

    def _make(self, name: str) -> None:
        if self.compiled is None or name in self._made or name not in self.compiled.models:
            return
        model = self.compiled.models[name]
        for parent in model.parents:
            self._make(parent)
        sql = model.sql
        for placeholder, text in self._texts.items():
            sql = sql.replace(placeholder, text)
        if CASE_PROJECT in self._texts:
            sql = PROJECT_OF_A_ROW.sub(self._texts[CASE_PROJECT], sql)
        kind = "view" if model.materialized == "view" else "table"
        self.connection.execute(f'create {kind} {DATABASE}.main."{name}" as ({sql}\n)')
        for hook in model.hooks:
            self.connection.execute(hook)
        self._made.add(name)


class Result:
    """What a build or a run gave: everything, or what one case among several has part in."""

    def __init__(self, database: _Database, case: str | None = None) -> None:
        self._database = database
        self._case = case

    def sql(self, query: str, *relations: str) -> list[dict[str, Any]]:
        """The rows of a query over relations that are named, so that they are there."""
        return self._database.sql(query, relations)

    def rows(self, relation: str, where: str = "true") -> list[dict[str, Any]]:
        """All rows of a relation of the project; of a case, those of its source project."""
        rows = self._database.rows(f'select * from "{relation}" where {where}', relation)
        return [row for row in rows if self._case is None or row["source_project"] == self._case]

    def payloads(self, destination: str) -> list[Payload]:
        """The records for `posthog` or `mixpanel` in the order in which they are sent."""
        kind = "kind" if destination == "posthog" else "endpoint"
        payloads: list[Payload] = []
        relation = f"{destination}_payloads"
        for row in self._database.rows(f"select * from {relation} order by send_order", relation):
            text = row["payload"]
            if self._case is not None:
                if f'mport_id":"{self._case}"' not in text and f'mport_job_id":"{self._case}"' not in text:
                    continue
                text = text.replace(f'"{self._case}"', f'"{DEFAULT_MARK}"')
            payloads.append(
                Payload(
                    send_order=row["send_order"] if self._case is None else len(payloads) + 1,
                    event_date=row["event_date"],
                    bucket=row["bucket"],
                    kind=row[kind],
                    record_id=row["record_id"],
                    distinct_id=row["distinct_id"],
                    event_at=row["event_at"],
                    text=text,
                    payload_bytes=row["payload_bytes"],
                    json=strict_json(text),
                )
            )
        return payloads

    def of_kind(self, destination: str, kind: str) -> list[Payload]:
        """The records of one kind (`event`, `identify`, …; `import`, `engage`, `groups`)."""
        return [payload for payload in self.payloads(destination) if payload.kind == kind]

    def relations(self) -> list[str]:
        """The names of the models that there are."""
        if self._database.compiled is not None:
            return list(self._database.compiled.models)
        return [
            row["table_name"]
            for row in self.sql(
                "select table_name from duckdb_tables() union select view_name from duckdb_views()"
            )
        ]

    def close(self) -> None:
        """Frees the database."""
        self._database.connection.close()


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def line_bytes(line: Line) -> bytes:
    """A line as it stands in a file: text and bytes as they are, an object as JSON."""
    if isinstance(line, bytes):
        return line
    if isinstance(line, str):
        return line.encode()
    return json.dumps(line, ensure_ascii=False).encode()


def sample_files() -> list[Path]:
    """The sample exports that hold each row once, but for a pair of doubles."""
    names = ("export_dirty_synthetic.ndjson", "export_shapes.ndjson", "airbyte_events.jsonl")
    return [SAMPLES / f"amplitude_{name}" for name in names]


def posthog_files() -> list[Path]:
    """The PostHog-shaped samples."""
    return sorted((ROOT / "samples" / "posthog").glob("*.jsonl"))


def mixpanel_files() -> list[Path]:
    """The sample exports of Mixpanel that hold each event once."""
    names = ("export_shapes.ndjson", "export_synthetic.ndjson", "engage.json")
    return [ROOT / "samples" / "mixpanel" / f"mixpanel_{name}" for name in names]


@functools.cache
def overlapping_files() -> tuple[Path, ...]:
    """The sample exports that repeat rows of the others: with a mark and Windows line ends, and the members of a ZIP."""
    folder = new_folder()
    with zipfile.ZipFile(SAMPLES / "amplitude_export.zip") as archive:
        archive.extractall(folder)
    return (SAMPLES / "amplitude_export_crlf_bom.ndjson", *sorted(folder.rglob("*.json.gz")))


def file_lines(path: Path) -> list[bytes]:
    """The lines of a file without their LF; other breaks belong to the line."""
    lines = path.read_bytes().split(b"\n")
    return lines if lines[-1] else lines[:-1]


def write_lines(path: Path, lines: Iterable[Line]) -> Path:
    """A file of lines, each ended by LF."""
    path.write_bytes(b"".join(line_bytes(line) + b"\n" for line in lines))
    return path


def run(
    source: Iterable[Line] | Sequence[Path],
    variables: Vars | None = None,
    time_zone: str | None = None,
    threads: int | None = None,
    project: Path = ROOT,
    tool: str = "amplitude",
) -> Result:
    """The fast path on lines, or on files, of one source: `tool`."""
    parts = list(source)
    if parts and all(isinstance(part, Path) for part in parts):
        files = [str(part) for part in parts]
    else:
        lines = [part for part in parts if not isinstance(part, Path)]
        files = [str(write_lines(new_folder() / "input.ndjson", lines))]
    settings = dict(variables or {})
    source_project = settings.get(f"{tool}_project", DEFAULT_PROJECT)
    mark = json.dumps(settings.get("import_id", DEFAULT_MARK), ensure_ascii=False)
    texts = {_literal(PROJECT): _literal(source_project), _literal(f'"{MARK}"'): _literal(mark)}
    return Result(_open(settings, files, texts, project, time_zone, threads, tool))


def run_cases(
    cases: Mapping[str, Sequence[Line]],
    variables: Vars | None = None,
    project: Path = ROOT,
    tool: str = "amplitude",
) -> dict[str, Result]:
    """Many small inputs in one run of the fast path. Each case is a file, and each file a source project of its own, so that no
    case sees another; the name of the project stands in the records as the import id, and so tells whose they are."""
    folder = new_folder()
    names = {name: CASE.format(number) for number, name in enumerate(cases, start=1)}
    files = [str(write_lines(folder / f"{names[name]}.ndjson", lines)) for name, lines in cases.items()]
    texts = {
        CASE_PROJECT: "parse_filename(file, true)",
        _literal(f'"{MARK}"'): "('\"' || source_project || '\"')",
    }
    database = _open(dict(variables or {}), files, texts, project, tool=tool)
    return {name: Result(database, case) for name, case in names.items()}


def _open(
    settings: dict[str, Any],
    files: Sequence[str],
    texts: Mapping[str, str],
    project: Path,
    time_zone: str | None = None,
    threads: int | None = None,
    tool: str = "amplitude",
) -> _Database:
    settings = {"sources": [tool], **settings, f"{tool}_project": PROJECT, "import_id": MARK}
    compiled = compile_project(json.dumps(settings, sort_keys=True), project)
    connection = duckdb.connect(":memory:")
    connection.execute(f"attach ':memory:' as {DATABASE}")
    connection.execute(f"attach {_literal(str(compiled.seeds))} as seeds (read_only)")
    connection.execute(f"copy from database seeds to {DATABASE}")
    connection.execute(f"detach seeds; use {DATABASE}")
    if time_zone:
        connection.execute(f"set TimeZone = {_literal(time_zone)}")
    if threads:
        connection.execute(f"set threads = {threads}")
    paths = ",\n".join(_literal(file) for file in files)
    return _Database(connection, compiled, {compiled.placeholder: paths, **texts})


def build(
    files: Sequence[Path],
    variables: Vars | None = None,
    time_zone: str | None = None,
    folder: Path | None = None,
    project: Path = ROOT,
    unit_tests: bool = False,
) -> Result:
    """A real `dbt build`, by default without the unit tests, in a folder of its own or once more in one where a build was."""
    folder = folder or new_folder()
    _write_profile(folder, 2, time_zone)
    settings = {**({"amplitude_files": [str(file) for file in files]} if files else {}), **(variables or {})}
    without = [] if unit_tests else ["--exclude-resource-type", "unit_test"]
    dbt(["build", *without], folder, settings, project)
    return Result(_Database(duckdb.connect(str(folder / f"{DATABASE}.duckdb"))))


def on_duckdb(
    command: Sequence[str], folder: Path, variables: Vars, project: Path = ROOT, settings: Vars | None = None
) -> None:
    """dbt on the database of a folder, with settings of the engine."""
    _write_profile(folder, 2, None, settings)
    dbt(command, folder, variables, project)


def opened(folder: Path) -> Result:
    """What builds left in the database of a folder."""
    return Result(_Database(duckdb.connect(str(folder / f"{DATABASE}.duckdb"))))


def dbt_error(
    variables: Vars,
    project: Path = ROOT,
    command: Sequence[str] = CHECK,
    folder: Path | None = None,
) -> str:
    """What dbt says when it has to stop; by default of the check of the settings alone, on an empty database."""
    folder = folder or new_folder()
    _write_profile(folder, 2, None)
    manifest = parsed("{}", project) if command == CHECK else None
    try:
        dbt(command, folder, variables, project, manifest)
    except DbtError as error:
        return str(error)
    raise AssertionError(f"dbt took {dict(variables)}")


def rendered(template: str, project: Path) -> str:
    """What the macros of a project make of a template."""
    folder = new_folder()
    _write_profile(folder, 2, None)
    result = dbt(["compile", "--inline", template], folder, {}, project)
    return str(result.result.results[0].node.compiled_code)


def seeded_folder(project: Path) -> Path:
    """A folder whose database holds the seeds of a project."""
    return _seeded(project)[0]


@functools.cache
def compile_project(variables: str, project: Path = ROOT) -> _Compiled:
    """The compiled models for a set of variables (as JSON), and a database that holds the seeds."""
    folder, hook_texts = _seeded(project)
    placeholder = str(folder / PLACEHOLDER)
    settings = json.loads(variables)
    settings = {**settings, **{f"{source}_files": placeholder for source in settings["sources"]}}
    result = dbt(["compile", *MODELS_ONLY], folder, settings, project)
    models: dict[str, _Model] = {}
    for item in result.result.results:
        node = item.node
        if node.resource_type == "model":
            models[node.name] = _Model(
                name=node.name,
                sql=node.compiled_code,
                materialized=node.config.materialized,
                hooks=tuple(hook_texts[hook.sql] for hook in node.config.post_hook),
                parents=tuple(
                    name.split(".")[-1] for name in node.depends_on.nodes if name.startswith("model.")
                ),
            )
    return _Compiled(models, folder / SEEDS, _literal(placeholder))


@functools.cache
def _seeded(project: Path) -> tuple[Path, dict[str, str]]:
    """A folder with the seeds in a database, and the post-hooks of the models, rendered: they do not depend on the variables."""
    folder = new_folder()
    (folder / PLACEHOLDER).write_text("{}\n")
    _write_profile(folder, 2, None)
    placeholder: dict[str, Any] = {f"{source}_files": str(folder / PLACEHOLDER) for source in SOURCES}
    placeholder["sources"] = SOURCES
    dbt(["seed"], folder, placeholder, project)
    # dbt keeps its own file open, so the runs take the seeds from a copy
    with duckdb.connect(str(folder / f"{DATABASE}.duckdb")) as connection:
        connection.execute(
            f"attach {_literal(str(folder / SEEDS))} as seeds; copy from database {DATABASE} to seeds; detach seeds"
        )
    manifest = dbt(["parse"], folder, placeholder, project).result
    hooks: dict[str, str] = {}
    for node in manifest.nodes.values():
        for hook in node.config.post_hook if node.resource_type == "model" else ():
            inline = hook.sql.replace("{{ this }}", f'{DATABASE}.main."{node.name}"')
            compiled = dbt(["compile", "--inline", inline], folder, placeholder, project)
            hooks[hook.sql] = compiled.result.results[0].node.compiled_code
    return folder, hooks


def _write_profile(folder: Path, threads: int, time_zone: str | None, settings: Vars | None = None) -> None:
    output: dict[str, Any] = {
        "type": "duckdb",
        "path": str(folder / f"{DATABASE}.duckdb"),
        "schema": "main",
        "threads": threads,
    }
    settings = {**(settings or {}), **({"TimeZone": time_zone} if time_zone else {})}
    if settings:
        output["settings"] = settings
    profile = {"crosswalk": {"target": "duckdb", "outputs": {"duckdb": output}}}
    (folder / "profiles.yml").write_text(json.dumps(profile))


@functools.cache
def parsed(variables: str, project: Path = ROOT) -> Manifest:
    """The project as dbt read it with these variables (as JSON), so that macros can run with others without reading it again."""
    folder = new_folder()
    _write_profile(folder, 2, None)
    manifest: Manifest = dbt(["parse"], folder, json.loads(variables), project).result
    return manifest


def dbt(
    command: Sequence[str], folder: Path, variables: Vars, project: Path, manifest: Manifest | None = None
) -> dbtRunnerResult:
    """What dbt did by the profile in a folder, where it also writes; `DbtError` with its words where it stopped. With a
    `manifest` the project is not read again: what its files make of the variables is as it was then."""
    said: list[str] = []

    def listen(event: Any) -> None:
        if event.info.level == "error":
            said.append(event.info.msg)

    arguments = [
        *command,
        "--project-dir", str(project),
        "--profiles-dir", str(folder),
        "--target-path", str(folder / "target"),
        "--log-path", str(folder / "logs"),
        "--vars", json.dumps(dict(variables), ensure_ascii=False),
    ]  # fmt: skip
    with _same_folder():
        result = dbtRunner(manifest=manifest, callbacks=[listen]).invoke(
            ["--quiet", "--log-level", "none", "--no-use-colors", *arguments]
        )
    if not result.success:
        raise DbtError("\n".join(said) or str(result.exception))
    return result


@contextmanager
def _same_folder() -> Iterator[None]:
    """dbt changes the current folder to that of the project."""
    before = Path.cwd()
    try:
        yield
    finally:
        os.chdir(before)


def new_folder() -> Path:
    """An empty folder, removed at the end of the session."""
    return Path(tempfile.mkdtemp(dir=_workshop()))


@functools.lru_cache(maxsize=1)
def _workshop() -> str:
    """One folder for all that a test session writes."""
    return tempfile.mkdtemp(prefix="crosswalk-tests-")


def clean_up() -> None:
    """Removes what the session wrote."""
    shutil.rmtree(_workshop(), ignore_errors=True)


class NotStrictError(ValueError):
    """The text is JSON to a lenient reader only."""


def strict_json(text: str) -> Any:
    """The value of a JSON text; numbers come as `Number`. A duplicate key, NaN or Infinity is an error."""
    return json.loads(
        text,
        object_pairs_hook=_unique_pairs,
        parse_constant=_no_constant,
        parse_int=Number,
        parse_float=Number,
    )


class Number(Decimal):
    """A JSON number with its text: 5 and 5.0 are equal but not written alike, and no digit is lost."""

    text: str

    def __new__(cls, text: str) -> "Number":
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __repr__(self) -> str:
        return self.text


def json_text(value: Any) -> str:
    """A value that `strict_json` gave, or plain Python, as JSON with sorted keys and the numbers as they were written."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(
                f"{json.dumps(key, ensure_ascii=False)}: {json_text(value[key])}" for key in sorted(value)
            )
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(json_text(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    object_of_pairs = dict(pairs)
    if len(object_of_pairs) != len(pairs):
        raise NotStrictError(f"duplicate key in {[key for key, _ in pairs]}")
    return object_of_pairs


def _no_constant(name: str) -> None:
    raise NotStrictError(name)


def same(expected: Any, actual: Any) -> bool:
    """Whether two JSON values are equal: numbers by value, `true` is no 1, text is no number."""
    if isinstance(expected, dict):
        return (
            isinstance(actual, dict)
            and expected.keys() == actual.keys()
            and all(same(expected[key], actual[key]) for key in expected)
        )
    if isinstance(expected, list):
        return isinstance(actual, list) and len(expected) == len(actual) and all(map(same, expected, actual))
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, int | float | Decimal):
        return isinstance(actual, int | float | Decimal) and Decimal(str(expected)) == Decimal(str(actual))
    return type(expected) is type(actual) and bool(expected == actual)


def instant(text: str) -> dt.datetime:
    """The moment that an ISO text names, in UTC without a zone."""
    moment = dt.datetime.fromisoformat(text)
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment


def quarantine_reasons(result: Result, destination: str) -> list[str]:
    """Why rows were set aside on the way to a destination."""
    where = f"destination is null or destination = '{destination}'"
    return [row["reason"] for row in result.rows("audit_quarantined", where)]
