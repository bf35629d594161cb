"""Payloads that are more than the memory: the sort of whole rows goes to disk. A million real ones are `make bench`'s."""

import duckdb
import harness
import pytest
from harness import DATABASE

# 600 MB of payloads
ROWS = 300_000
SETTINGS = {"memory_limit": "600MB", "threads": 2}
RECORDS = f"""
create table posthog_event_records as
select md5(cast(r as varchar)) as uuid, 'event' as event, concat('user-', r % 5000) as distinct_id,
    timestamp '2024-01-01' + to_seconds(r * 7919 % 2592000) as event_at,
    concat('{{"p":"', repeat(md5(cast(r as varchar)), 60), '"}}') as properties
from range({ROWS}) as t(r);
create table posthog_generated_records as
select 'identify' as kind, 0 as kind_rank, uuid, event, distinct_id, event_at, properties from posthog_event_records where false;
create table posthog_payload_days as
select cast(event_at as date) as event_date, 1 as buckets from posthog_event_records group by all;
"""


@pytest.mark.parametrize("destination", ["mixpanel", "posthog"])
def test_payloads_are_sorted_with_the_disk_from_the_start(destination: str) -> None:
    model = harness.parsed("{}").nodes[f"model.{DATABASE}.{destination}_payloads"]
    switch = "{{{{ crosswalk.sorts_on_disk({}) }}}}"
    assert model.config.pre_hook[0].sql == switch.format("true")
    assert model.config.post_hook[0].sql == switch.format("false"), (
        "the next model of the session joins in memory"
    )


def test_payloads_that_are_more_than_the_memory() -> None:
    folder = harness.new_folder()
    harness.on_duckdb(["seed"], folder, {})
    with duckdb.connect(str(folder / f"{DATABASE}.duckdb")) as connection:
        connection.execute(RECORDS)
    harness.on_duckdb(["run", "--select", "posthog_payloads"], folder, {}, settings=SETTINGS)
    query = (
        "select count(*) as n, max(send_order) as last, sum(strlen(payload)) as bytes from posthog_payloads"
    )
    (found,) = harness.opened(folder).sql(query)
    assert (found["n"], found["last"]) == (ROWS, ROWS)
    assert found["bytes"] > 600_000_000, "less than the memory shows nothing"
