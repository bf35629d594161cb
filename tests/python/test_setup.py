"""What `make setup` stands on: pinned requirements, the Makefile's own help, the example profile."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml

ROOT = Path(__file__).parents[2]
REQUIREMENTS = [f"requirements{part}.txt" for part in ("", "-dev", "-spark", "-sail", "-databricks")]
PINNED = re.compile(
    r"(?P<package>[a-z0-9.-]+)(?:\[[a-z0-9,]+\])?==(?P<version>[^\s;]+)(?: ; (?P<marker>[^-]+?))?"
    r"(?:\s+--hash=sha256:[0-9a-f]{64})+\s*"
)


def versions(name: str) -> dict[tuple[str, str | None], str]:
    """Package and environment marker to version; fails on a line that is not pinned with hashes."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    found = {}
    for line in (line for line in text.splitlines() if not line.startswith("#")):
        match = PINNED.fullmatch(line)
        assert match, f"{name}: {line[:60]} is not `package==version` with hashes"
        found[match["package"], match["marker"]] = match["version"]
    return found


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned_with_hashes_and_nothing_else(name: str) -> None:
    assert versions(name)


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_requirements_name_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert re.findall(r"://|^\s*-(?:i|f|-index-url|-extra-index-url|-find-links)\b", text, re.M) == []


def test_both_requirements_files_agree() -> None:
    runtime, dev = (versions(name) for name in REQUIREMENTS[:2])
    shared = runtime.keys() & dev.keys()
    assert {key: runtime[key] for key in shared} == {key: dev[key] for key in shared}


@pytest.mark.parametrize("name", [name.removesuffix(".txt") for name in REQUIREMENTS])
def test_requirements_are_locked_from_their_sources(name: str) -> None:
    lines = (ROOT / f"{name}.in").read_text().lower().splitlines()
    wanted = [re.sub(r"\[.*\]", "", line) for line in lines if not line.startswith(("#", "-c"))]
    pinned = {package: version for (package, _), version in versions(f"{name}.txt").items()}
    assert [line for line in wanted if re.split("[=>]=", line)[0] not in pinned] == []
    exact = dict(line.split("==") for line in wanted if "==" in line)
    assert {package: pinned[package] for package in exact} == exact


def test_make_help_lists_every_target() -> None:
    shown = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)
    assert phony
    assert [line.split()[1] for line in shown.splitlines()] == phony[1].split()


def test_ci_runs_what_a_person_runs() -> None:
    assert (ROOT / ".ci/run").read_text().splitlines()[-1] == "make test"


def profile(**environment: str) -> dict[str, Any]:
    """The example profile, rendered as dbt does."""

    def env_var(name: str, default: str) -> str:
        return environment.get(name, default)

    templates = jinja2.Environment(autoescape=False)  # noqa: S701 - YAML, not HTML
    templates.filters["as_number"] = int
    text = templates.from_string((ROOT / "profiles.example.yml").read_text()).render(env_var=env_var)
    loaded: dict[str, Any] = yaml.safe_load(text)["crosswalk"]
    return loaded


def test_example_profile_is_duckdb_in_utc() -> None:
    example = profile()
    output = example["outputs"][example["target"]]
    assert (output["type"], output["path"], output["schema"]) == ("duckdb", "crosswalk.duckdb", "main")
    assert output["settings"]["TimeZone"] == "UTC"


def test_example_profile_follows_the_environment() -> None:
    example = profile(CROSSWALK_DUCKDB_PATH="elsewhere.duckdb", CROSSWALK_MEMORY_LIMIT="4GB")
    output = example["outputs"]["duckdb"]
    assert (output["path"], output["settings"]["memory_limit"]) == ("elsewhere.duckdb", "4GB")


def test_pyproject_depends_on_what_is_locked() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert pyproject["tool"]["setuptools"]["dynamic"]["dependencies"] == {"file": ["requirements.in"]}
    assert pyproject["project"]["scripts"] == {"crosswalk": "crosswalk.__main__:main"}
