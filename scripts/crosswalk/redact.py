"""Keeps credentials out of everything that is printed or stored.

Vendors echo parts of a request in their error texts, so each text that leaves the process (log line, dead letter,
error message, traceback) passes through `clean` first.
"""

import base64
import json
import logging
import re
import urllib.parse
from collections.abc import Iterator

_MARK = "[secret]"
_SHORTEST_BASE64 = 8
_forms: set[str] = set()


def register(secret: str) -> None:
    """Remember a secret, and the forms in which it could come back: URL-encoded, JSON-escaped, base64 at any place."""
    if len(secret) < 4:
        return
    quoted = {
        urllib.parse.quote(secret, safe=""),
        urllib.parse.quote(secret),
        urllib.parse.quote_plus(secret),
    }
    escaped = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    escaped |= {json.dumps(one)[1:-1] for one in escaped} | {repr(secret)[1:-1]}
    lower = {re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), one) for one in quoted}
    _forms.update({secret, *quoted, *lower, *escaped, *_base64_forms(secret), *_base64_forms(f"{secret}:")})


def _base64_forms(text: str) -> Iterator[str]:
    """The characters that base64 has for the text wherever it stands in what is encoded, in both alphabets.

    At its ends the text shares characters with its neighbours; those are left out, and what is too short to be told from
    other text is no form.
    """
    data = text.encode()
    for ahead in range(3):
        encoded = base64.b64encode(bytes(ahead) + data)
        first = (ahead * 8 + 5) // 6
        last = (ahead + len(data)) * 8 // 6
        form = encoded[first:last].decode()
        if len(form) >= _SHORTEST_BASE64:
            yield from (form, form.replace("+", "-").replace("/", "_"), urllib.parse.quote(form, safe=""))
    whole = base64.b64encode(data).decode()
    yield whole
    yield whole.rstrip("=")


def clean(text: str) -> str:
    """The text with each registered secret replaced by a mark, longest form first."""
    for form in sorted(_forms, key=len, reverse=True):
        if form in text:
            text = text.replace(form, _MARK)
    return text


class RedactingFormatter(logging.Formatter):
    """A log formatter whose lines, tracebacks included, hold no registered secret."""

    def format(self, record: logging.LogRecord) -> str:
        """Format the record as usual, then clean the whole text."""
        return clean(super().format(record))
