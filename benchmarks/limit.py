"""The limit: DuckDB reads the files, SQL renders the text of each event, Arrow buffers are gzipped and posted.

No table, no duplicates taken out, no check, no audit: what is left is what any tool of this kind has to do. `python
benchmarks/limit.py GLOB URL` prints one JSON object with the number of events.
"""

from __future__ import annotations

import http.client
import json
import sys
import urllib.parse

import duckdb
from isal import igzip

SQL = r"""
select
    '{"uuid":"' || uuid || '","event":' || to_json(event_type)::varchar
    || ',"distinct_id":' || to_json(coalesce(user_id, device_id))::varchar
    || ',"timestamp":"' || event_time || '","properties":' || event_properties || '}' || chr(10) as line
from read_json(
    ?,
    format = 'newline_delimited',
    columns = {
        'uuid': 'VARCHAR', 'event_type': 'VARCHAR', 'user_id': 'VARCHAR', 'device_id': 'VARCHAR', 'event_time': 'VARCHAR',
        'event_properties': 'JSON'
    }
)
"""


def main() -> None:
    """Read, render, post."""
    connection = duckdb.connect()
    connection.execute("set threads = 2")
    address = urllib.parse.urlsplit(sys.argv[2])
    sender = http.client.HTTPConnection(address.hostname or "127.0.0.1", address.port)
    events = 0
    for batch in connection.execute(SQL, [sys.argv[1]]).to_arrow_reader(20_000):
        column = batch.column(0)
        offsets, data = column.buffers()[1:]
        starts = memoryview(offsets).cast("i")
        body = memoryview(data)[starts[column.offset] : starts[column.offset + len(column)]]
        sender.request("POST", "/lines", igzip.compress(body, 1), {"Content-Encoding": "gzip"})
        sender.getresponse().read()
        events += len(column)
    print(json.dumps({"events": events}))


if __name__ == "__main__":
    main()
