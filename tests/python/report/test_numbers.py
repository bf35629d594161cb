"""Every number equals a query that the report prints: each query is asked again, each number looked up in its answer."""

import re
import sqlite3
from html.parser import HTMLParser
from typing import Any

import duckdb
import pytest
from crosswalk.report.book import plain_row

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
