"""`materialize: incremental` ends, whatever comes late, in exactly the rows of a build from nothing: payloads with their order, the
audit, the hub and the public relations.

CROSSWALK_LONG=1 adds histories of all sources cut at random, every mode, and compares after every build.
"""

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import harness
import pytest
import test_determinism

from incremental import days
from incremental.history import History, cut, differences

LONG = os.environ.get("CROSSWALK_LONG") == "1"
BOTH = ["amplitude", "heap"]


def first_day(history: History) -> None:
    history.land("amplitude", "day1.ndjson", days.amplitude_first_day())
    for name, content in days.heap_first_day().items():
        history.land("heap", name, content)


def second_day(history: History) -> None:
    history.land("amplitude", "a day2.ndjson", days.amplitude_second_day())  # before the first one by its name
    for name, content in days.heap_second_day().items():
        history.land("heap", name, content)


@pytest.fixture(scope="module")
def two_days() -> History:
    """Built after each of the two days."""
    history = History(BOTH)
    first_day(history)
    history.build().close()
    second_day(history)
    return history


@pytest.fixture(scope="module")
def kept(two_days: History) -> Iterator[harness.Result]:
    result = two_days.build()
    yield result
    result.close()


@pytest.fixture(scope="module")
def whole(two_days: History) -> Iterator[harness.Result]:
    result = two_days.from_nothing()
    yield result
    result.close()


def count(result: harness.Result, query: str) -> int:
    return int(next(iter(result.sql(query)[0].values())))


def test_two_days_end_in_the_rows_of_a_build_from_nothing(kept: harness.Result, whole: harness.Result) -> None:
    assert differences(kept, whole) == {}


def test_the_second_day_worked_on_its_own_rows_and_on_those_that_it_changed(kept: harness.Result) -> None:
    """Of the first day's thousand rows only the few that the second says something of."""
    told = kept.sql("select is_built, count(*) as rows from hub_event_versions group by is_built")
    rows = {row["is_built"]: row["rows"] for row in told}
    assert rows[True] > days.FILLING
    assert rows[False] < 70


def test_late_rows_doubled_the_buckets_of_the_first_day(kept: harness.Result) -> None:
    query = "select max(bucket) from mixpanel_payloads where event_date = '2024-01-01'"
    assert count(kept, query) == 1
