"""What dbt gives to Jinja, for a linter that has no database: enough to render models for DuckDB.

sqlfluff puts every name of this module into the Jinja context. Seeds and variables are the project's own, so
that what is linted is close to what is compiled.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import agate
import jinja2
import yaml

_ROOT = Path(__file__).resolve().parents[2]
_VARS: dict[str, Any] = yaml.safe_load((_ROOT / "dbt_project.yml").read_text())["vars"]
# All sources, so that what only one of them brings is looked at too.
_VARS["sources"] = ["amplitude", "heap", "mixpanel", "posthog"]
_SEEDS = {path.stem: path for path in (_ROOT / "seeds").rglob("*.csv")}
_TYPES = {"numeric": "decimal(28, 6)", "string": "varchar", "int": "int"}


def var(name: str, default: Any = None) -> Any:
    return _VARS.get(name, default)


def env_var(name: str, default: str = "") -> str:
    return default


def run_query(sql: str) -> agate.Table:
    """The rows of the first seed that the query names, all columns; a single row where it names none."""
    named = (name for name in re.findall(r"\w+", sql) if name in _SEEDS)
    if name := next(named, None):
        all_text = agate.TypeTester(types=[agate.Text(null_values=("",))])
        return agate.Table.from_csv(str(_SEEDS[name]), column_types=all_text, sniff_limit=0)
    return agate.Table([["value"]], ["value"])


def log(message: str, info: bool = False) -> str:
    return ""


class _Relation(SimpleNamespace):
    def __str__(self) -> str:
        return str(self.identifier)


class _Adapter:
    @jinja2.pass_context
    def dispatch(
        self, context: jinja2.runtime.Context, name: str, macro_namespace: Any = None
    ) -> Callable[..., Any]:
        for prefix in ("duckdb", "default"):
            macro = context.resolve(f"{prefix}__{name}")
            if not jinja2.is_undefined(macro):
                return macro
        raise LookupError(f"no macro duckdb__{name} or default__{name}")

    def get_relation(self, database: Any = None, schema: Any = None, identifier: Any = None) -> _Relation:
        return _Relation(database=database, schema=schema, identifier=identifier, type="table", is_view=False)

    def get_columns_in_relation(self, relation: Any) -> list[Any]:
        return [SimpleNamespace(name="value", column="value", quoted='"value"', dtype="varchar")]

    def quote(self, name: str) -> str:
        return f'"{name}"'


class _Project:
    """`crosswalk.name(…)`: the project's macro of that name; `crosswalk.get('name')`: the macro, or none."""

    @jinja2.pass_context
    def get(self, context: jinja2.runtime.Context, name: str) -> Callable[..., Any] | None:
        return None if jinja2.is_undefined(context.resolve(name)) else getattr(self, name)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)

        @jinja2.pass_context
        def call(context: jinja2.runtime.Context, *args: Any, **kwargs: Any) -> Any:
            environment: Any = context.environment  # sqlfluff's, which knows what `return` means
            return environment.call(context, context.resolve(name), *args, **kwargs)

        return call


class _Dbt:
    """`dbt.type_*()` as DuckDB spells it, any other macro of dbt as a call of that name."""

    def __getattr__(self, name: str) -> Callable[..., str]:
        kind = name.removeprefix("type_")
        if kind != name:
            return lambda: _TYPES.get(kind, kind)
        return lambda *args, **kwargs: f"{name}({', '.join(map(str, [*args, *kwargs.values()]))})"


class _Config:
    def __call__(self, *args: Any, **kwargs: Any) -> str:
        return ""

    def get(self, name: str, default: Any = None, validator: Any = None) -> Any:
        return default

    require = get


class _Target(dict[str, Any]):
    """The target, which dbt gives as a dict whose keys are attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class _Exceptions:
    def raise_compiler_error(self, message: str) -> None:
        raise jinja2.TemplateRuntimeError(message)

    def warn(self, message: str) -> str:
        return ""


adapter = _Adapter()
config = _Config()
context = {"crosswalk": _Project()}
crosswalk = context["crosswalk"]
dbt = _Dbt()
exceptions = _Exceptions()
execute = True
flags = SimpleNamespace(FULL_REFRESH=False, WHICH="build")
graph: dict[str, Any] = {
    "nodes": {
        f"seed.crosswalk.{name}": {
            "name": name,
            "alias": name,
            "schema": "main",
            "database": "crosswalk",
            "resource_type": "seed",
        }
        for name in _SEEDS
    },
    "sources": {},
}
invocation_id = "00000000-0000-0000-0000-000000000000"
model: dict[str, Any] = {"name": "this_model", "unique_id": "model.crosswalk.this_model", "config": {}}
modules = SimpleNamespace(datetime=datetime, itertools=itertools, re=re)
project_name = "crosswalk"
run_started_at = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
target = _Target(
    name="duckdb", type="duckdb", schema="main", database="crosswalk", profile_name="crosswalk", threads=4
)
