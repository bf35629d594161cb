"""What the reasons mean, and what to do: one sentence each. The lists of reasons are those of docs/audit.md."""

# reason: (what is wrong, what to do)
QUARANTINED = {
    "malformed_json": (
        "The line is no strict JSON object.",
        "Fetch the file again, or mend the line, and build.",
    ),
    "terminated_early": ("The export broke off in its last line.", "Fetch that day again and build."),
    "invalid_utf8": (
        "The line has bytes that are no UTF-8.",
        "Fetch the file again, or convert it, and build.",
    ),
    "line_too_long": ("The line is longer than 20 MB.", "Split the record, or leave it."),
    "unreadable_line": ("The engine refused the line.", "Look at the line in audit_quarantined."),
    "unreadable_file": ("The whole file is damaged and was set aside.", "Fetch the file again and build."),
    "no_event_name": ("The event has no name.", "Nothing can be sent without one."),
    "no_time": ("No time of the row is usable.", "Mend the row at the source; it is never dated today."),
    "no_id": ("No id that the destination takes.", "Give the row a user or device id."),
    "id_too_long": ("The distinct id is over 200 bytes.", "Shorten the id at the source."),
    "migration_cycle": ("User migrations that form a ring.", "Mend the rows of user_migrations."),
}
FILTERED = {
    "outside_window": "Outside of start_at and end_at.",
    "dropped_by_crosswalk": "The crosswalk says drop.",
    "not_sampled": "The person is not in the sample of sample_people.",
    "identity_row": "A row of Heap's JSON export that links ids and is no event.",
    "other_label": "The same event under another label, with heap_label_policy first.",
}
REPAIRED = {
    "blank_line": "An empty line, which is no row.",
    "duplicate_keys": "A key stood twice in an object; the last one won.",
    "nul_character": "A NUL became U+FFFD.",
    "lone_surrogate": "Half of a surrogate pair became U+FFFD.",
    "double_escaped": "A record was escaped once too often, and read once less.",
    "suspected_duplicate": "The same device and insert id under another key; both are kept.",
    "property_renamed_for_mixpanel": "A property took the name <source>_<name>, since Mixpanel keeps its own name for itself.",
    "property_renamed_for_posthog": "A property took the name <source>_<name>, since PostHog keeps its own name for itself.",
    "private_denied": "A property that deny_properties names was taken out.",
    "private_hashed": "The value of a property that hash_properties names became a keyed hash.",
    "private_deep": "An object below depth 3 held a private name and was taken out whole.",
    "extra_group_keys": "Events with several groups of one type; PostHog takes the first, Mixpanel all.",
    "missing_column": "A documented column that a warehouse table of Amplitude's does not have.",
}
EFFECTS = {
    "rejected": "not sent",
    "truncated": "sent, and cut there",
    "warning": "sent, worth a look",
    "": "none found",
}


def refusal(reason: str, status: int) -> tuple[str, str]:
    """What a refusal means, and what to do before `crosswalk replay`."""
    if status == 0:
        return (
            f"Over the limit {reason}: the destination would refuse it, so it was not sent.",
            "Shorten it at the source or in the crosswalk, and build.",
        )
    if status == 413 or reason == "too_large":
        return ("The record is too large for one request.", "Make it smaller, and build.")
    return (
        "The destination took the request and refused this record.",
        "Read its words below, mend the data or the project's settings, and build.",
    )
