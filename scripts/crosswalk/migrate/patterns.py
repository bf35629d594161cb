"""Globs that match exactly the files that are wanted, and few of them: dbt asks DuckDB once for each glob."""

import bisect
import glob
import re
from collections.abc import Collection, Iterable

# Export files carry their day in their name: `187520_2024-01-31_23#1.json.gz`, `mixpanel_4242_2024-01-31.ndjson.gz`.
_DATED = re.compile(r"(?P<month>[^#]*?_\d{4}-\d{2}-)\d{2}")
_AFTER_ALL = "\U0010ffff"


def covering(wanted: Iterable[str], there: Iterable[str]) -> list[str]:
    """Globs for `wanted` among the names that are `there`: a month, else a day, where all of its files are wanted.

    Each glob matches wanted names only, and together they match all of them that are there.
    """
    names = sorted(set(there))
    every = set(wanted).intersection(names)
    left, globs = set(every), []
    for month in (True, False):
        for prefix in sorted(_prefixes(left, month)):
            found = _beginning_with(names, prefix)
            if every.issuperset(found):
                globs.append(glob.escape(prefix) + "*")
                left.difference_update(found)
    return sorted([*globs, *(glob.escape(name) for name in left)])


def below(folder: str, globs: Collection[str]) -> list[str]:
    """The globs below a folder whose own name is taken literally."""
    return [f"{glob.escape(folder)}/{one}" for one in globs]


def _prefixes(names: set[str], month: bool) -> set[str]:
    matches = (_DATED.match(name) for name in names)
    return {match["month"] if month else match[0] for match in matches if match}


def _beginning_with(names: list[str], prefix: str) -> list[str]:
    """Of sorted names, those with this prefix, whatever follows: a glob would match them all."""
    return names[bisect.bisect_left(names, prefix) : bisect.bisect_left(names, prefix + _AFTER_ALL)]
