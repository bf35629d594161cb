"""What an answer of a vendor means for the records that were sent."""

import datetime as dt
import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crosswalk.output import whole_text
from crosswalk.push.retry import parse_date, parse_retry_after


@dataclass(frozen=True)
class Answer:
    """An HTTP answer: header names in lower case, the body decoded and cut at a few megabytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def text(self, length: int = 500) -> str:
        """The beginning of the body, for people."""
        return self.body.decode("utf-8", "replace").strip()[:length]

    def parsed(self) -> Any:
        """The body as JSON; None for one that is none. Its texts can be written wherever they go."""
        try:
            found = json.loads(self.body)
            return (
                json.loads(whole_text(json.dumps(found, ensure_ascii=False)))
                if b"\\u" in self.body
                else found
            )
        except (ValueError, RecursionError):
            return None

    def retry_after(self) -> float | None:
        """Seconds of the Retry-After header; a date in it is held against the vendor's own clock where it shows one."""
        now = parse_date(self.headers.get("date")) or dt.datetime.now(dt.UTC)
        return parse_retry_after(self.headers.get("retry-after"), now)


class Kind(enum.Enum):
    """What to do next."""

    ACCEPTED = "accepted"  # every record is in
    PARTIAL = "partial"  # the listed records are refused, the others are in
    SPLIT = "split"  # refused as a whole: halve, down to the record that is at fault
    RETRY = "retry"  # not decided: send the same bytes again
    STOP = "stop"  # no record can be sent now: end the run


@dataclass(frozen=True)
class Verdict:
    """The meaning of one answer; `reason` is a short name, `text` the vendor's own words."""

    kind: Kind
    status: int = 0
    reason: str = ""
    text: str = ""
    failed: Mapping[int, str] = field(default_factory=dict)
    retry_after: float | None = None
    rate_limited: bool = False
    ambiguous: bool = False
    stop: Exception | None = None
    attempts: int | None = None
