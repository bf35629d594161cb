"""The docs say what is there: commands, flags, variables, reasons, names of the mapping, links."""

import argparse
import csv
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from crosswalk.cli import make_parser

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
GUIDES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
SEEDS = ROOT / "seeds" / "crosswalk"

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
REASON = re.compile(r"'([a-z_{} ]+)' as (?:reason|read_error)\b|then '([a-z_]+)'\"?$", re.M)
PLACE = re.compile(r"(?:col|ep|up|macro):(.+)")

# Every route that has a page: its source and its destination.
ROUTES = [tuple(path.stem.split("-to-")) for path in sorted((ROOT / "docs").glob("*-to-*.md"))]

# dbt's own flags that the docs use; dbt's parser is not ours to read.
DBT = {
    "build": {"--vars", "--select", "--selector", "--full-refresh", "--target"},
    "seed": set[str](),
    "show": {"--inline", "--limit"},
    "docs": {"--static"},
}


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return FENCE.sub("", page.read_text())


def commands(page: Path) -> Iterator[list[str]]:
    """Every `make`, `dbt` and `crosswalk` command, from shell blocks and from inline code."""
    text = page.read_text()
    lines = [line for language, body in FENCE.findall(text) if language == "sh" for line in body.splitlines()]
    for line in [*lines, *CODE.findall(prose(page))]:
        if re.match(r"(make|dbt|crosswalk) [a-z]", line):
            yield shlex.split(line.replace(" …", ""))


def all_commands(program: str) -> list[Any]:
    found = {(name(page), *words) for page in GUIDES for words in commands(page) if words[0] == program}
    return [pytest.param(list(words), id=f"{page}: {' '.join(words)[:60]}") for page, *words in sorted(found)]


def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The parsers below a parser, by name."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def headings(page: Path) -> set[str]:
    """The anchors that GitHub gives the page's headings."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def seed_rows(seed: str) -> list[dict[str, str]]:
    with (SEEDS / f"{seed}.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


def declared_reasons() -> set[str]:
    """Every reason that the SQL writes, with the names of the destinations filled in."""
    files = [
        *sorted((ROOT / "models/staging").glob("*/*_rows.sql")),
        ROOT / "models/staging/mixpanel/stg_mixpanel__records.sql",
        ROOT / "macros/project/landed_lines.sql",
        ROOT / "macros/project/row_outcomes.sql",
        ROOT / "models/audit/audit_repaired.sql",
        ROOT / "macros/dialect/read_rejects.sql",
        *sorted((ROOT / "models/destinations").glob("*/*_routed_events.sql")),
    ]
    outcomes = {"kept", "malformed", "quarantined", "duplicate", "filtered", "delivered"}
    kinds = {"event", "pipeline_event", "mapping", "profile", "page", "part"}
    found = set()
    for file in files:
        text = file.read_text()
        found |= {first or second for first, second in REASON.findall(text)}
        found |= set(re.findall(r"then '([a-z_]+)' end\)? as read_error", text))
        found |= set(re.findall(r"(?:then|else) '([a-z0-9_]+)'\n", text))
        found |= set(re.findall(r"label_rank > 1 then '([a-z_]+)'", text))
    # what staging repairs has one list for all sources
    repairs = (ROOT / "macros/project/hub_columns.sql").read_text().split("macro source_repairs")[1]
    found |= set(re.findall(r"'([a-z_]+)': 'has_", repairs))
    found.discard("{{ reason }}")
    filled = {
        reason.replace("{{ destination }}", destination)
        for reason in found
        for destination in ("mixpanel", "posthog")
    }
    return filled - outcomes - kinds


@pytest.mark.parametrize("words", all_commands("make"))
def test_make_targets_exist(words: list[str]) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.M))
    assert {word for word in words[1:] if "=" not in word} <= targets


@pytest.mark.parametrize("words", all_commands("crosswalk"))
def test_crosswalk_commands_parse(words: list[str]) -> None:
    parser = make_parser()
    rest = words[1:]
    while subcommands(parser) and rest and not rest[0].startswith("-"):
        assert rest[0] in subcommands(parser), f"crosswalk has no command {' '.join(words)}"
        parser = subcommands(parser)[rest.pop(0)]
    known = {option for action in parser._actions for option in action.option_strings}
    assert {word for word in rest if word.startswith("-")} <= known


@pytest.mark.parametrize("block", [body for _, body in FENCE.findall((ROOT / "README.md").read_text())])
def test_commands_of_the_readme_are_complete(block: str) -> None:
    for line in block.splitlines():
        if line.startswith("crosswalk "):
            assert make_parser().parse_args(shlex.split(line)[1:])


@pytest.mark.parametrize("words", all_commands("dbt"))
def test_dbt_commands_exist(words: list[str]) -> None:
    assert words[1] in DBT
    assert {word for word in words[2:] if word.startswith("--")} <= DBT[words[1]]


@pytest.mark.parametrize("words", all_commands("dbt"))
def test_selectors_in_dbt_commands_exist(words: list[str]) -> None:
    selectors = yaml.safe_load((ROOT / "selectors.yml").read_text())["selectors"]
    if "--selector" in words:
        assert words[words.index("--selector") + 1] in {selector["name"] for selector in selectors}


@pytest.mark.parametrize("words", all_commands("dbt"))
def test_relations_in_dbt_commands_exist(words: list[str]) -> None:
    for relation in re.findall(r"ref\('(\w+)'\)", " ".join(words)):
        assert list((ROOT / "models").rglob(f"{relation}.sql"))


def test_every_command_is_in_the_docs() -> None:
    said = {tuple(words[1:2]) for page in GUIDES for words in commands(page) if words[0] == "crosswalk"}
    everywhere = "\n".join(page.read_text() for page in PAGES)
    for command in subcommands(make_parser()):
        assert (command,) in said or f"`{command}`" in everywhere


def test_every_variable_is_in_the_docs() -> None:
    variables = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]
    rows = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/variables.md").read_text(), re.M)
    documented = {row for row in rows if row.islower()}
    assert documented == set(variables)


def test_every_variable_has_its_default_in_the_docs() -> None:
    variables = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]
    shown = dict(
        re.findall(r"^\| `([a-z_]+)` \| `([^`]+)` \|", (ROOT / "docs/variables.md").read_text(), re.M)
    )
    wrong = {key: text for key, text in shown.items() if yaml.safe_load(text) != variables[key]}
    assert wrong == {}
    assert variables.keys() - shown.keys() == {key for key, value in variables.items() if value is None}


def test_every_setting_of_the_profile_is_in_the_docs() -> None:
    profile = (ROOT / "profiles.example.yml").read_text()
    page = (ROOT / "docs/variables.md").read_text()
    settings = re.findall(r"env_var\('(\w+)', '([^']+)'\)", profile)
    assert settings
    assert [one for one in settings if f"| `{one[0]}` | `{one[1]}` |" not in page] == []


def test_every_reason_is_in_the_docs() -> None:
    page = (ROOT / "docs/audit.md").read_text()
    reasons = declared_reasons()
    some_of_each_file = "no_time malformed_json invalid_utf8 unreadable_file no_id not_sampled blank_line"
    assert set(some_of_each_file.split()) <= reasons
    assert {reason for reason in reasons if f"| `{reason}` |" not in page} == set()


def test_no_reason_of_the_docs_is_made_up() -> None:
    page = (ROOT / "docs/audit.md").read_text()
    parts = re.split(r"^## ", page, flags=re.M)
    said = {
        reason
        for part in parts
        if part.startswith(("audit_quarantined", "audit_filtered", "audit_repaired"))
        for reason in re.findall(r"^\| `([a-z_0-9]+)` \|", part, re.M)
    }
    assert said - declared_reasons() == set()


def test_every_audit_relation_is_in_the_docs() -> None:
    relations = {path.stem for path in (ROOT / "models/audit").glob("*.sql")}
    assert headings(ROOT / "docs/audit.md") >= relations


def test_every_limit_is_in_the_docs() -> None:
    limits = re.findall(
        r"'name': '(\w+)', 'value': (\d+)", (ROOT / "macros/crosswalk/payload_limits.sql").read_text()
    )
    page = (ROOT / "docs/audit.md").read_text()
    assert [limit for limit in limits if f"`{limit[0]}` | {int(limit[1]):,} |" not in page] == []


def read_names(cell: str) -> list[str]:
    """The names that a source cell reads, without those of rules."""
    places = [place.split(" macro:")[0] for place in cell.split("|") if place]
    return [re.sub("^(col|ep|up):", "", place) for place in places if not place.startswith("macro:")]


def written_name(cell: str) -> str:
    """The name that a destination cell writes: its first bare place, else its first."""
    bare = [place for place in cell.split("|") if not PLACE.match(place)]
    return (bare or read_names(cell) or [""])[0].split(" macro:")[0]


@pytest.mark.parametrize(("source", "destination"), [route for route in ROUTES if route[0] != route[1]])
def test_every_mapped_name_is_on_the_page_of_its_route(source: str, destination: str) -> None:
    page = (ROOT / f"docs/{source}-to-{destination}.md").read_text()
    missing = set()
    for row in seed_rows("crosswalk_properties"):
        # the page of Mixpanel's people says what becomes of their first-touch values as a whole
        if row["canonical_property"] == "created_at" or (
            source == "mixpanel" and row["person"] == "set_once"
        ):
            continue
        missing |= {name for name in read_names(row[source]) if f"`{name}`" not in page}
        target = written_name(row[destination])
        first_touch = row["person"] == "set_once" and destination == "posthog"
        person_of_mixpanel = source == "mixpanel" and row["scope"] == "user"
        if (
            row[source]
            and target
            and not first_touch
            and not person_of_mixpanel
            and f"`{target}`" not in page
        ):
            missing.add(target)
    assert missing == set()


@pytest.mark.parametrize("row", [row for row in seed_rows("crosswalk_properties") if row["posthog"]], ids=str)
def test_every_name_of_posthog_is_on_the_page_that_reads_it(row: dict[str, str]) -> None:
    page = (ROOT / "docs/posthog-to-mixpanel.md").read_text()
    for place in row["posthog"].split(" macro:")[0].split("|"):
        assert f"`{place}`" in page


@pytest.mark.parametrize(("source", "destination"), ROUTES)
def test_every_event_of_the_seed_is_on_the_page_of_its_route(source: str, destination: str) -> None:
    page = (ROOT / f"docs/{source}-to-{destination}.md").read_text()
    column = f"{destination}_event"
    for row in seed_rows("crosswalk_events"):
        renamed = row[column] != row["source_event"] and (row[column] or row["action"] == "drop")
        if row["source"] == source and renamed:
            assert f"`{row['source_event']}`" in page


@pytest.mark.parametrize("destination", ["mixpanel", "posthog"])
def test_every_name_that_mixpanel_makes_is_on_the_pages_of_its_routes(destination: str) -> None:
    page = (ROOT / f"docs/mixpanel-to-{destination}.md").read_text()
    actions = ("drop", "strip") if destination == "mixpanel" else ("drop",)
    names = [
        row["name"]
        for row in seed_rows("crosswalk_internal")
        if row["source"] == "mixpanel" and row["action"] in actions
    ]
    assert names
    assert [name for name in names if f"`{name}`" not in page] == []


def test_every_seed_and_its_columns_are_in_the_docs() -> None:
    page = (ROOT / "docs/crosswalk.md").read_text()
    for path in SEEDS.glob("*.csv"):
        assert f"`{path.name}`" in page
        header = path.read_text().splitlines()[0].split(",")
        assert [column for column in header if f"`{column}`" not in page] == []


def test_every_rule_is_in_the_docs() -> None:
    cells = [cell for row in seed_rows("crosswalk_properties") for cell in row.values()]
    rules = {rule for cell in cells for rule in re.findall(r"macro:(\w+)", cell)}
    page = (ROOT / "docs/crosswalk.md").read_text()
    assert {rule for rule in rules if f"`{rule}`" not in page} == set()


def test_folders_of_the_readme_exist() -> None:
    folders = re.findall(r"^\| `([\w/]+/)` \|", (ROOT / "README.md").read_text(), re.M)
    assert folders
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_resolve(page: Path) -> None:
    dead = []
    for link in LINK.findall(prose(page)):
        if re.match(r"https://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in headings(target)):
            dead.append(link)
    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_pages_hold_no_machine_path(page: Path) -> None:
    assert re.findall(r"(?<![\w.])/(?:home|root|work|tmp|Users)/", page.read_text()) == []
