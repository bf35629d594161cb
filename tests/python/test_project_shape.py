"""Guard rails: what keeps the project readable, and its descriptions complete."""

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import harness
import pytest
import yaml
from dbt.cli.main import dbtRunner

ROOT = Path(__file__).resolve().parents[2]
MODELS = sorted((ROOT / "models").rglob("*.sql"))
MACROS = sorted((ROOT / "macros").rglob("*.sql"))
TESTS = sorted([*(ROOT / "tests").glob("*.sql"), *(ROOT / "tests" / "generic").glob("*.sql")])
DOCS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])

# Every model that there can be, so that its columns can be looked at.
EVERYTHING = {"mixpanel_id_merge": "original", "sources": harness.SOURCES}

LONGEST_MODEL = 120

FIXED_RELATIONS = {
    *("hub_events", "hub_users", "hub_identity_links", "hub_groups"),
    *("mixpanel_group_profiles", "mixpanel_identity_events", "mixpanel_payloads"),
    *("posthog_events", "posthog_identify_events", "posthog_group_identify_events", "posthog_person_updates"),
    *("posthog_payloads",),
}
MACRO = re.compile(r"\{%-? *macro +(\w+)\(([^)]*)\)")
# A rendering for one warehouse: its front door is what callers see.
RENDERING = re.compile(r"^[a-z]+__")


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def without_comments(sql: str) -> str:
    """SQL and Jinja without the comments of both."""
    return re.sub(r"--[^\n]*", "", re.sub(r"\{#.*?#\}", "", sql, flags=re.S))


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What dbt knows of the project."""
    folder = tmp_path_factory.mktemp("shape")
    output = {"type": "duckdb", "path": str(folder / "shape.duckdb"), "schema": "main", "threads": 1}
    (folder / "profiles.yml").write_text(
        json.dumps({"crosswalk": {"target": "duckdb", "outputs": {"duckdb": output}}})
    )
    paths = ["--profiles-dir", folder, "--target-path", folder / "target", "--log-path", folder / "logs"]
    arguments = ["parse", "--project-dir", ROOT, *paths, "--vars", json.dumps(EVERYTHING)]
    with contextlib.chdir(ROOT):
        result = dbtRunner().invoke(["--quiet", "--log-level", "none", *map(str, arguments)])
    assert result.success, result.exception
    return result.result


@pytest.fixture(scope="module")
def catalog() -> Iterator[dict[str, list[str]]]:
    """The columns of every model, as they come out."""
    result = harness.run(["{}"], EVERYTHING)  # every source reads the same file
    relations = result.relations()
    yield {name: [row["column_name"] for row in result.sql(f'describe "{name}"', name)] for name in relations}
    result.close()


def ours(manifest: Any, kind: str) -> list[Any]:
    """The project's own models or seeds."""
    return [
        node
        for node in manifest.nodes.values()
        if node.resource_type == kind and node.package_name == "crosswalk"
    ]


@pytest.mark.parametrize("path", MODELS, ids=label)
def test_models_are_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_MODEL


@pytest.mark.parametrize("path", [path for path in MODELS if "staging" not in path.parts], ids=label)
def test_sources_are_named_in_staging_only(path: Path) -> None:
    assert re.findall(r"amplitude|heap", without_comments(path.read_text()), re.I) == []


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in [*MODELS, *MACROS, *TESTS, *(ROOT / "models").rglob("*.yml")]
        if path.parent.name != "dialect"
    ],
    ids=label,
)
def test_warehouses_are_told_apart_in_the_dialect_only(path: Path) -> None:
    assert "target.type" not in path.read_text()


def test_every_model_and_column_is_described(manifest: Any, catalog: dict[str, list[str]]) -> None:
    models = ours(manifest, "model")
    assert {model.name for model in models} == set(catalog)
    assert [model.name for model in models if not model.description] == []
    described = {
        model.name: [name for name, column in model.columns.items() if column.description] for model in models
    }
    assert described == catalog


def test_every_seed_and_column_is_described(manifest: Any) -> None:
    seeds = ours(manifest, "seed")
    assert [seed.name for seed in seeds if not seed.description] == []
    described = {
        seed.name: [name for name, column in seed.columns.items() if column.description] for seed in seeds
    }
    headers = {
        path.stem: path.read_text().splitlines()[0].split(",") for path in (ROOT / "seeds").rglob("*.csv")
    }
    assert described == headers
    assert {seed.name: list(seed.config.column_types) for seed in seeds} == headers


def test_relations_with_fixed_columns_have_a_contract(manifest: Any) -> None:
    held = {model.name for model in ours(manifest, "model") if model.config.contract.enforced}
    assert held == FIXED_RELATIONS | {path.stem for path in MODELS if path.stem.startswith("audit_")}


def test_every_macro_and_argument_is_described(manifest: Any) -> None:
    known = {macro.name: macro for macro in manifest.macros.values() if macro.package_name == "crosswalk"}
    signatures = {
        name: [argument.split("=")[0].strip() for argument in arguments.split(",") if argument.strip()]
        for path in MACROS
        for name, arguments in MACRO.findall(path.read_text())
        if not RENDERING.match(name)
    }
    assert [name for name in signatures if not known[name].description] == []
    described = {
        name: [argument.name for argument in known[name].arguments if argument.description]
        for name in signatures
    }
    assert described == signatures


def test_descriptions_are_of_macros_that_there_are() -> None:
    there = {name for path in MACROS for name, _ in MACRO.findall(path.read_text())}
    described = [
        macro["name"]
        for path in (ROOT / "macros").rglob("_*.yml")
        for macro in yaml.safe_load(path.read_text())["macros"]
    ]
    assert [name for name in described if name not in there] == []
    assert described == list(dict.fromkeys(described))


def test_every_doc_block_is_used() -> None:
    texts = [path.read_text() for path in (ROOT / "models").rglob("_*.yml")]
    used = {name for text in texts for name in re.findall(r"doc\('(\w+)'\)", text)}
    blocks = [
        name
        for path in (ROOT / "models").rglob("*.md")
        for name in re.findall(r"\{% docs (\w+) %\}", path.read_text())
    ]
    assert sorted(blocks) == sorted(used)


def test_every_variable_is_checked_and_documented() -> None:
    variables = list(yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"])
    check = (ROOT / "macros" / "project" / "check_config.sql").read_text()
    settings = re.findall(r"^        '(\w+)': \{", check.split("{% endmacro %}")[0], re.M)
    assert sorted(settings) == sorted(variables)
    text = "\n".join(path.read_text() for path in DOCS)
    assert [name for name in variables if not re.search(rf"\b{name}\b", text)] == []


@pytest.mark.parametrize("path", TESTS, ids=label)
def test_every_data_test_says_what_it_holds(path: Path) -> None:
    assert re.match(r"\{#|--", path.read_text())


@pytest.mark.parametrize("path", [*MACROS, *MODELS], ids=label)
def test_lists_say_whether_capitals_tell_names_apart(path: Path) -> None:
    """Jinja takes `City` and `city` for one name where nothing is said, and drops the second."""
    filters = re.findall(r"\| *(?:unique|groupby)\b.{0,20}", path.read_text())
    assert [found for found in filters if "case_sensitive=" not in found] == []
