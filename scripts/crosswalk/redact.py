"""Keeps credentials out of everything that is printed or stored.

Vendors echo parts of a request in their error texts, so each text that leaves the process (log line, dead letter,
error message, traceback) passes through `clean` first.
"""

import base64
import json
import logging
import urllib.parse

_MARK = "[secret]"
_forms: set[str] = set()


def register(secret: str) -> None:
    """Remember a secret, and the forms in which it could come back: URL-encoded, JSON-escaped, Basic."""
    if len(secret) < 4:
        return
    _forms.update(
        (
            secret,
            urllib.parse.quote(secret, safe=""),
            urllib.parse.quote_plus(secret),
            json.dumps(secret)[1:-1],
            base64.b64encode(secret.encode()).decode(),
            base64.b64encode(f"{secret}:".encode()).decode(),
        )
    )


def clean(text: str) -> str:
    """The text with each registered secret replaced by a mark, longest form first."""
    for form in sorted(_forms, key=len, reverse=True):
        text = text.replace(form, _MARK)
    return text


class RedactingFormatter(logging.Formatter):
    """A log formatter whose lines, tracebacks included, hold no registered secret."""

    def format(self, record: logging.LogRecord) -> str:
        """Format the record as usual, then clean the whole text."""
        return clean(super().format(record))
