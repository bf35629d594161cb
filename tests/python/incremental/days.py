"""Two days of an Amplitude project and a Heap project. The second day brings what is late: by the time of the event, by that of
the upload, a later word on a row, a first user who was first all along, and a person who moved."""

from typing import Any

from incremental.history import rows_of_csv, rows_of_json

# With the late rows the first day has more than a thousand records and so twice the buckets.
FILLING = 985


def event(
    key: str, at: str, upload: str, user: str | None, device: str | None, **more: Any
) -> dict[str, Any]:
    """A row of an Amplitude export; `at` and `upload` as day and time of January 2024."""
    return {
        "uuid": f"00000000-0000-4000-8000-{key:0>12}",
        "event_type": "looked",
        "event_time": f"2024-01-{at}",
        "server_upload_time": f"2024-01-{upload}",
        "user_id": user,
        "device_id": device,
        "event_properties": {"n": key},
        **more,
    }


def amplitude_first_day() -> bytes:
    """Sees u1 as the first user of d1, and u2 on the free plan."""
    day = "01 23:30:00"
    return rows_of_json(
        [
            event("a1", "01 10:00:00", day, None, "d1", user_properties={"seen": "before u1"}),
            event("a2", "01 11:00:00", day, "u1", "d1", user_properties={"plan": "gold"}),
            event("a3", "01 12:00:00", day, "u2", "d2", user_properties={"plan": "free"}, groups={"org": ["o1"]}),
            event("a4", "01 12:30:00", day, "u2", "d2", event_properties={"word": "first"}),
            event("a5", "01 13:00:00", day, None, "d3", amplitude_id=777, user_properties={"initial_referrer": "late.example"}),
            event("a6", "01 14:00:00", day, "u9", "d9", amplitude_id=888),
            event("a7", "01 15:00:00", day, "u2", "d2", group_properties={"org": {"o1": {"size": 5}}}),
            *(event(f"f{n}", f"01 16:{n % 60:02}:00", day, f"p{n % 40}", f"e{n % 40}") for n in range(FILLING)),
            '{"event_type":"cut off"',
            '{"event_type":"twice","a":1,"a":2,"event_time":"2024-01-01 17:00:00","user_id":"u2"}',
            "",
        ]
    )  # fmt: skip


def amplitude_second_day() -> bytes:
    """Most of it late."""
    day = "02 23:30:00"
    return rows_of_json(
        [
            event("b1", "02 10:00:00", day, "u2", "d2", user_properties={"plan": "paid"}),
            # before everybody: the device was shared, and a1 is nobody's
            event("b2", "01 09:00:00", day, "u0", "d1", user_properties={"plan": "first"}),
            # a later word on a row of the first day, an earlier one, and the same to the letter
            event("a4", "01 12:30:00", "02 01:00:00", "u2", "d2", event_properties={"word": "second"}),
            event("a3", "01 12:00:00", "01 12:00:01", "u2", "d2", user_properties={"plan": "never"}),
            event("a2", "01 11:00:00", "01 23:30:00", "u1", "d1", user_properties={"plan": "gold"}),
            # older than what is known of u2, and so no news
            event("b3", "01 11:59:00", day, "u2", "d2", user_properties={"plan": "older"}),
            event("b4", "02 11:00:00", day, "u2", "d2", group_properties={"org": {"o1": {"size": 6}}}),
            event("b5", "01 08:00:00", day, "u2", "d2", groups={"org": ["o1", "o2"]}),
            *(event(f"c{n}", f"01 18:{n % 60:02}:00", day, f"p{n % 40}", f"e{n % 40}") for n in range(40)),
            {"amplitude_id": 777, "merged_amplitude_id": 888, "merge_time": 1704153600000},
            {"event_type": "no upload time", "event_time": "2024-01-02 12:00:00", "user_id": "u2"},
            '{"event_type":"no time"}',
        ]
    )


def amplitude_rows_again() -> bytes:
    """A file that stays as it is: a row of the first day to the letter, a doubled key, and a row of its own."""
    more = {"user_properties": {"plan": "free"}, "groups": {"org": ["o1"]}}
    again = event("a3", "01 12:00:00", "01 23:30:00", "u2", "d2", **more)
    return rows_of_json(
        [
            again,
            '{"event_type":"doubled","a":1,"a":3,"event_time":"2024-01-01 17:30:00","user_id":"u2"}',
            event("d1", "01 20:00:00", "01 23:30:00", "u2", "d2"),
        ]
    )


def amplitude_first_day_changed() -> bytes:
    """The first day with a line before all others, without one, and with another word in one."""
    first, *rest = amplitude_first_day().splitlines(keepends=True)
    added = rows_of_json(
        [event("e1", "01 07:00:00", "01 23:30:00", "u3", "d1", user_properties={"plan": "early"})]
    )
    kept = [line.replace(b'"first"', b'"changed"') for line in rest if b'"late.example"' not in line]
    return b"".join([added, first, *kept])


PAGEVIEWS = ("user_id", "event_id", "session_id", "time", "path", "plan")
USERS = ("user_id", "identity", "joindate", "last_modified", "email", "account_id")
LISTED = ("event_id", "time", "user_id", "session_id", "event_table_name")


def heap_first_day() -> dict[str, bytes]:
    """Two people; an event of a label whose table is not there yet."""
    return {
        "day1.pageviews.csv": rows_of_csv(
            PAGEVIEWS,
            [
                ("1001", "501", "701", "2024-01-01 10:00:00", "/a", "x"),
                ("1002", "502", "702", "2024-01-01 11:00:00", "/b", "y"),
                ("1003", "503", "703", "2024-01-01 12:00:00", "/c", ""),
            ],
        ),
        "day1.users.csv": rows_of_csv(
            USERS,
            [
                ("1001", "cust-1", "2023-12-01 00:00:00", "2024-01-01 09:00:00", "one@example.com", "acc-1"),
                ("1002", "", "2023-12-02 00:00:00", "2024-01-01 09:00:00", "two@example.com", ""),
            ],
        ),
        "day1.all_events.csv": rows_of_csv(
            LISTED,
            [
                ("501", "2024-01-01 10:00:00", "1001", "701", "pageviews"),
                ("504", "2024-01-01 10:30:00", "1001", "701", "buy"),
            ],
        ),
    }


def heap_first_pages_changed() -> bytes:
    """Its page views with a row before all others, without one, and with another plan in one."""
    return rows_of_csv(
        PAGEVIEWS,
        [
            ("1002", "507", "702", "2024-01-01 08:00:00", "/early", "x"),
            ("1001", "501", "701", "2024-01-01 10:00:00", "/a", "x"),
            ("1002", "502", "702", "2024-01-01 11:00:00", "/b", "changed"),
        ],
    )


def heap_second_day() -> dict[str, bytes]:
    """1002 turns out to be 1001, and has a history in all rows of the first day; the label is built, back to that day."""
    return {
        "day2.user_migrations.csv": rows_of_csv(
            ("from_user_id", "to_user_id", "time"),
            [("1002", "1001", "2024-01-02 09:00:00"), ("1004", "1002", "2024-01-02 08:00:00")],
        ),
        "day2.event_buy.csv": rows_of_csv(
            (*PAGEVIEWS, "price"), [("1001", "504", "701", "2024-01-01 10:30:00", "/buy", "x", "9.5")]
        ),
        "day2.pageviews.csv": rows_of_csv(
            PAGEVIEWS,
            [
                ("1001", "505", "701", "2024-01-01 09:59:00", "/before", "x"),
                ("1004", "506", "704", "2024-01-02 10:00:00", "/d", "z"),
            ],
        ),
        "day2.users.csv": rows_of_csv(
            USERS,
            [
                ("1001", "cust-one", "2023-12-01 00:00:00", "2024-01-02 09:00:00", "1@example.com", "acc-2"),
                (
                    "1003",
                    "cust-3",
                    "2023-12-03 00:00:00",
                    "2024-01-02 09:00:00",
                    "three@example.com",
                    "acc-1",
                ),
            ],
        ),
    }
