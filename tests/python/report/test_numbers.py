"""Every number equals a query that the report prints: each query is asked again, each number looked up in its answer."""

import datetime as dt
import itertools
import json
import re
import sqlite3
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import duckdb
import pytest
from crosswalk.output import size
from crosswalk.report.book import plain_row
from crosswalk.report.text import moment, percent, shown

from report.conftest import Reported
from report.support import rows


@pytest.fixture(params=["mixpanel", "posthog"])
def one(request: pytest.FixtureRequest, reported: dict[str, Reported]) -> Reported:
    return reported[request.param]


def ask_again(reported: Reported) -> dict[str, list[dict[str, Any]]]:
    """Each printed query on a connection of our own to where the report says that it is to be asked."""
    state = reported.project.state
    answers = {}
    with (
        duckdb.connect(str(reported.project.warehouse), read_only=True) as warehouse,
        duckdb.connect(":memory:") as files,
        sqlite3.connect(f"file:{state / 'ledger.sqlite'}?mode=ro", uri=True) as ledger,
    ):
        files.execute(f"set file_search_path = '{state}'")
        stores = {"warehouse": warehouse, "files": files, "ledger": ledger}
        for name, query in reported.twin["queries"].items():
            assert not query["missing"], (name, query["missing"])
            answers[name] = [
                plain_row(row, query["masked"]) for row in rows(stores[query["store"]], query["sql"])
            ]
    return answers


def test_every_printed_query_gives_the_rows_of_the_twin(one: Reported) -> None:
    answers = ask_again(one)
    assert len(answers) > 30
    for name, found in answers.items():
        assert found == one.twin["queries"][name]["rows"], name


class _Numbers(HTMLParser):
    """Collects the cells of tables and the data elements, with where their numbers come from."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[tuple[str, str, str, str, str]] = []  # query, key column, key, column, text
        self.data: list[tuple[str, int, str, str]] = []
        self.loose: list[str] = []
        self._table: dict[str, str | None] = {}
        self._heads: list[dict[str, str | None]] = []
        self._row: dict[str, str | None] = {}
        self._at = -1
        self._cell: dict[str, str | None] | None = None
        self._text = ""
        self._datum: dict[str, str | None] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "table":
            self._table, self._heads = found, []
        elif tag == "th":
            self._heads.append(found)
        elif tag == "tr":
            self._row, self._at = found, -1
        elif tag == "td":
            self._at += 1
            self._cell, self._text = found, ""
        elif tag == "data":
            self._datum, self._text = found, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "td" and self._cell is not None:
            head = self._heads[self._at]
            if self._cell.get("class") in ("count", "share", "bytes"):
                query = head.get("data-q") or self._table.get("data-query") or ""
                text = self._cell.get("data-v") or self._text
                key = (self._table.get("data-key") or "", self._row.get("data-k") or "")
                self.cells.append((query, *key, head.get("data-c") or "", text))
            self._cell = None
        if tag == "data" and self._datum is not None:
            if "data-q" in self._datum:
                where = (
                    str(self._datum["data-q"]),
                    int(self._datum["data-r"] or 0),
                    str(self._datum["data-c"]),
                )
                self.data.append((*where, self._text))
            else:
                self.loose.append(self._text)
            self._datum = None

    def handle_data(self, data: str) -> None:
        self._text += data


def _value(text: str) -> float | None:
    return None if text == "–" else float(text.replace(",", ""))


def test_every_number_of_the_page_is_a_cell_of_its_query(one: Reported) -> None:
    answers, page = ask_again(one), _Numbers()
    page.feed(one.page)
    assert len(page.cells) > 300
    assert len(page.data) > 10
    for query, key_column, key, column, text in page.cells:
        assert query in answers, (query, column, text)
        if key_column:
            found = [row for row in answers[query] if row[key_column] == key]
            expected = found[0][column] if found else 0
        else:
            expected = answers[query][int(key)][column]
        assert _value(text) == expected, (query, key, column)
    for query, number, column, text in page.data:
        assert _value(text) == (answers[query][number][column] or 0), (query, column)


def test_only_differences_stand_without_a_query(one: Reported) -> None:
    page = _Numbers()
    page.feed(one.page)
    loose = [part["value"] for sum_ in one.twin["equations"] for part in sum_["parts"] if not part["query"]]
    assert [_value(text) for text in page.loose] == loose
    assert {
        part["label"] for sum_ in one.twin["equations"] for part in sum_["parts"] if not part["query"]
    } == {"left"}


def test_what_is_left_is_the_difference_of_three_queries(one: Reported) -> None:
    answers = ask_again(one)
    payloads, accepted, rejected = (
        answers[name][0]["records"] for name in ("payloads", "accepted", "rejected")
    )
    [answer] = [sum_ for sum_ in one.twin["equations"] if sum_["title"] == "Answers"]
    parts = {part["label"]: part["value"] for part in answer["parts"]}
    assert parts == {"accepted": accepted, "rejected": rejected, "left": payloads - accepted - rejected}


class _Text(HTMLParser):
    """The numbers of the running text: what stands in no cell, no data element, no chart and no query."""

    # The steps that undo, the settings and the queries themselves hold other people's numbers: of vendors, of versions.
    _ELSEWHERE = frozenset({"queries", "settings", "undo"})
    _APART = frozenset({"style", "script", "pre", "svg", "data", "head"})
    _VOID = frozenset({"meta", "link", "input", "br", "path", "rect", "circle", "use"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []  # section, number, text
        self._open: list[tuple[str, str]] = []
        self._section = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "section":
            self._section = named.get("id") or ""
        if tag not in self._VOID:
            self._open.append((tag, named.get("class") or ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens nothing."""

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            continue

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _ in self._open}
        is_count = bool(self._open) and self._open[-1] in {
            ("td", kind) for kind in ("count", "share", "bytes")
        }
        if not is_count and not tags & self._APART and self._section not in self._ELSEWHERE:
            self.found += [(self._section, number, data.strip()) for number in _NUMBER.findall(data)]


_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def _numbers_in(value: Any) -> set[str]:
    """A value of an answer as the page may write it."""
    if value is None or isinstance(value, bool):
        return set()
    if isinstance(value, int | float):
        return {f"{value:,}", str(value), *_NUMBER.findall(f"{size(value)} {percent(value)}")}
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return set(_NUMBER.findall(f"{text} {shown(text)} {moment(text)}"))


def _derived(reported: Reported, answers: dict[str, list[dict[str, Any]]]) -> set[str]:
    """Numbers that are worked out from answers: rows of a query, what is left, keys of an example, gaps between
    days, days of a state, when it was made."""
    days = [dt.date.fromisoformat(row["day"]) for row in answers["days"]]
    gaps = [(later - day).days - 1 for day, later in itertools.pairwise(days) if (later - day).days > 1]
    ends = [
        (day + dt.timedelta(days=1), later - dt.timedelta(days=1))
        for day, later in itertools.pairwise(days)
        if (later - day).days > 1
    ]
    states = Counter(day["state"] for day in reported.twin["coverage"])
    numbers = {len(gaps), len(gaps) - 4, sum(gaps), *states.values(), *map(len, answers.values())}
    payloads, accepted, rejected = (
        answers[name][0]["records"] for name in ("payloads", "accepted", "rejected")
    )
    numbers.add(payloads - accepted - rejected)
    for row in answers["examples"]:
        numbers.add(1 + len(row["event_properties"]) + len(row["user_properties"]))
        numbers.add(len(row["payload"]) - 1 + len(row["payload"]["properties"]))
    texts = [reported.twin["made_at"], *(end.isoformat() for pair in ends for end in pair)]
    return {f"{one:,}" for one in numbers} | {one for text in texts for one in _NUMBER.findall(text)}


def test_every_number_of_the_running_text_comes_from_an_answer(one: Reported) -> None:
    answers, page = ask_again(one), _Text()
    page.feed(one.page)
    known = {
        number
        for rows_ in answers.values()
        for row in rows_
        for cell in row.values()
        for number in _numbers_in(cell)
    }
    known |= _derived(one, answers)
    assert len(page.found) > 100
    unknown = {text for _, number, text in page.found if number not in known}
    assert {text for text in unknown if not text.startswith(_RULE)} == set()


# A rule of our own, not a number of the data.
_RULE = "Fewer than 200 events: too few to tell a shift."


def test_every_query_is_printed(one: Reported) -> None:
    for name in one.twin["queries"]:
        assert f'id="q-{name}"' in one.page
    linked = set(re.findall(r'href="#q-(\w+)"', one.page))
    assert linked <= one.twin["queries"].keys()


def test_sums_hold_and_status_says_the_same(one: Reported) -> None:
    proof = [sum_ for sum_ in one.twin["equations"] if sum_["title"] == "Proof"]
    assert all(sum_["holds"] for sum_ in one.twin["equations"] if sum_["title"] != "Proof")
    assert [sum_["holds"] for sum_ in proof] == ([False] if one.destination == "mixpanel" else [])
    lines = one.project.run("status", "--json").objects()
    status = next(line for line in lines if line["vendor"] == one.destination)
    assert {**status["verdict"]} == one.twin["verdict"]
    assert status["equations"] == one.twin["equations"]
    text = one.project.run("status").out
    assert one.twin["verdict"]["title"] in text
    assert one.twin["verdict"]["sentence"] in text


def test_flow_and_coverage_add_up_to_the_totals(one: Reported) -> None:
    queries, days = one.twin["queries"], one.twin["coverage"]
    total = {name: queries[name]["rows"][0] for name in ("rows", "payloads", "accepted")}
    assert sum(day["payloads"] for day in days) == total["payloads"]["records"]
    assert sum(day["accepted"] for day in days) == total["accepted"]["records"]
    for part in ("rows_read", "delivered", "duplicate", "filtered", "quarantined", "malformed"):
        assert sum(row[part] for row in queries["sources"]["rows"]) == total["rows"][part]
    assert sum(row["delivered"] for row in queries["events"]["rows"]) == total["rows"]["delivered"]
    assert sum(row["delivered"] for row in queries["top_days"]["rows"]) == total["rows"]["delivered"]


def test_coverage_says_what_became_of_each_day(reported: dict[str, Reported]) -> None:
    states = {name: {day["state"] for day in one.twin["coverage"]} for name, one in reported.items()}
    assert {"complete", "waiting"} <= states["posthog"]
    assert {"verified", "different"} <= states["mixpanel"]
    for one in reported.values():
        for day in one.twin["coverage"]:
            if day["state"] == "complete":
                assert day["accepted"] == day["payloads"] > 0
            if day["state"] == "waiting":
                assert day["accepted"] == 0
