"""The body of a raw export as whole lines: records that Mixpanel broke are put together again, nothing else is touched.

Sources: Mixpanel docs, raw event export (a JSON object a line); Airbyte's Mixpanel connector, which met both a record
over several lines and the last words `terminated early`.
"""

import json
from collections.abc import Iterable, Iterator

# More parts or bytes than this are no broken record: the lines stay as they are, and staging quarantines them.
_PARTS_CAP = 50
_BYTES_CAP = 20_000_000
_LAST_WORDS = b"terminated early"


class EndedEarlyError(Exception):
    """The body is not all there is; the message completes "Mixpanel … ": why."""


class RecordLines:
    """Lines in, records out; `mended` counts records that were put together, `odd` lines that are no record.

    `first` is the beginning of the text; `has_events` says whether any line may be an event.
    """

    def __init__(self) -> None:
        self.mended = 0
        self.odd = 0
        self.first = b""
        self.has_events = False
        self._previous = b""
        self._held: list[bytes] = []

    def records(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The text of whole records, each with its line end, many at a time. Raises EndedEarlyError."""
        rest = b""
        for piece in pieces:
            rest += piece
            head, line_break, tail = rest.rpartition(b"\n")
            if line_break:
                rest = tail
                yield b"".join(self._lines(head.split(b"\n")))
            elif len(rest) > _BYTES_CAP:
                raise EndedEarlyError("sent a line without an end")
        yield b"".join(self._end(rest))

    def _lines(self, lines: list[bytes]) -> Iterator[bytes]:
        for raw in lines:
            line = raw.removesuffix(b"\r")
            self.first = self.first or line[:200]
            self.has_events = self.has_events or b'"event"' in line
            if line.strip() or (line and self._is_within_record()):
                yield from self._line(line)

    def _is_within_record(self) -> bool:
        """Whether even blanks may be part of a text; a record broken behind a `}}` in one only looks whole."""
        return bool(self._held) or bool(self._previous and not _is_object(self._previous))

    def _line(self, line: bytes) -> Iterator[bytes]:
        if line.strip().lower() == _LAST_WORDS:
            raise EndedEarlyError("ended the export early")
        if not self._held and self._previous and not line.startswith(b"{") and not _is_object(self._previous):
            self._held, self._previous = [self._previous], b""
        if self._held:
            yield from self._continued(line)
            return
        yield from self._flush()
        if _looks_whole(line) or _is_object(line):
            self._previous = line
        else:
            self._held = [line]

    def _continued(self, line: bytes) -> Iterator[bytes]:
        """A line behind a broken one: the rest of it, or one more part, or a record of its own."""
        whole = b"".join([*self._held, line])
        if _is_object(whole):
            self._held, self._previous = [], whole
            self.mended += 1
        elif _looks_whole(line) and _is_object(line):
            yield from self._flush()
            self._previous = line
        else:
            self._held.append(line)
            if len(self._held) > _PARTS_CAP or len(whole) > _BYTES_CAP:
                yield from self._flush()

    def _flush(self) -> Iterator[bytes]:
        if self._previous:
            yield self._previous + b"\n"
        for part in self._held:
            self.odd += 1
            yield part + b"\n"
        self._previous, self._held = b"", []

    def _end(self, rest: bytes) -> Iterator[bytes]:
        """What is behind the last line end has to be a record, or the end of one: else the body was cut."""
        yield from self._lines([rest])
        if rest.strip() and (self._held or not _is_object(self._previous)):
            raise EndedEarlyError("stopped in the middle of a record")
        yield from self._flush()


def _looks_whole(line: bytes) -> bool:
    """What nearly every line looks like; parsing each would take longer than all the rest."""
    return line.startswith(b'{"event"') and line.endswith(b"}}")


def _is_object(line: bytes) -> bool:
    text = line.strip()
    if not (text.startswith(b"{") and text.endswith(b"}")):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
