"""How the command speaks: results on stdout, logs on stderr, tables aligned, numbers readable.

Names and texts come from data, so control characters are shown as pictures (escape as its U+2400 sign) and never reach
the terminal as they are.
"""

import datetime as dt
import json
import logging
import re
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from crosswalk.redact import RedactingFormatter, clean

log = logging.getLogger("crosswalk")

# Marks that turn the direction of writing, join or break lines: they can make a name look like another one.
_INVISIBLE = re.compile("[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def configure_logging(verbose: bool) -> None:
    """Send the log to stderr: warnings and progress notes always, details with `-v`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter("%(message)s"))
    log.handlers = [handler]
    log.propagate = False
    log.setLevel(logging.DEBUG if verbose else logging.INFO)


def safe(text: object) -> str:
    """The text with control characters made visible: `safe("\\x1b[2J")` cannot clear a screen, and a direction mark reads
    [U+202E]. Halves of surrogate pairs, which cannot be written, are U+FFFD.
    """
    plain = _INVISIBLE.sub(lambda found: f"[U+{ord(found.group()):04X}]", whole_text(clean(str(text))))
    return "".join(_picture(char) for char in plain)


def _picture(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if 0x7F <= code < 0xA0 else char


def say(text: str = "") -> None:
    """Print one line of result on stdout."""
    print(whole_text(clean(text)), flush=True)


def json_line(record: Mapping[str, Any]) -> None:
    """Print one JSON object on a line of its own on stdout, for programs."""
    print(whole_text(clean(json.dumps(record, ensure_ascii=False, default=str))), flush=True)


def whole_text(text: str) -> str:
    """The text with U+FFFD for halves of surrogate pairs, which JSON can write, and no file or database holds."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def count(number: int) -> str:
    """A count with thousands separators: 1234567 is "1,234,567"."""
    return f"{number:,}"


def plural(number: int, noun: str) -> str:
    """A counted noun: "1 record", "2,000 records", "2 batches", "3 identities", "4 days"."""
    if number == 1:
        return f"1 {noun}"
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return f"{number:,} {noun[:-1]}ies"
    return f"{number:,} {noun}{'es' if noun.endswith(('ch', 's')) else 's'}"


def wrapped(text: str, first: str = "  ", rest: str | None = None) -> list[str]:
    """Lines of at most 120 characters, the first one behind `first`, the others behind `rest` (else as many spaces)."""
    behind = " " * len(first) if rest is None else rest
    return textwrap.wrap(
        text,
        120,
        initial_indent=first,
        subsequent_indent=behind,
        break_long_words=False,
        break_on_hyphens=False,
    )


def size(number: float) -> str:
    """Bytes in decimal units, as vendors state their limits: 9500000 is "9.5 MB"."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} B" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def duration(seconds: float) -> str:
    """A duration a person can plan with: "12 s", "3 min 20 s", "5 h 2 min"."""
    whole = int(seconds + 0.999)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"


def clock_time(seconds: float) -> str:
    """The time on the person's clock in so many seconds: "14:05", with its seconds where it is less than a minute off."""
    moment = dt.datetime.now().astimezone() + dt.timedelta(seconds=seconds)
    return moment.strftime("%H:%M" if seconds >= 60 else "%H:%M:%S")


def table(headers: Sequence[str], rows: Sequence[Sequence[object]], indent: str = "  ") -> list[str]:
    """Lines of an aligned table: numbers (and texts made from them) to the right, words to the left."""
    cells = [[count(cell) if isinstance(cell, int) else safe(cell) for cell in row] for row in rows]
    widths = [max(len(text) for text in column) for column in zip(headers, *cells, strict=True)]
    right = [bool(rows) and all(isinstance(row[at], int) for row in rows) for at in range(len(headers))]

    def line(texts: Sequence[str]) -> str:
        parts = [
            text.rjust(width) if flush_right else text.ljust(width)
            for text, width, flush_right in zip(texts, widths, right, strict=True)
        ]
        return (indent + "  ".join(parts)).rstrip()

    return [line(headers), line(["-" * width for width in widths]), *(line(row) for row in cells)]
