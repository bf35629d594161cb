"""Named points at which a test ends the process as a power cut would: `CROSSWALK_FAILPOINT=name:n` kills at the n-th hit.

With the variable unset a point costs one comparison. The names are in `POINTS`, so that a test can go through all.
"""

import itertools
import os
import signal
from collections.abc import Iterator

VARIABLE = "CROSSWALK_FAILPOINT"
POINTS = (
    "before-begin",  # a batch is cut, the ledger does not know it yet
    "before-send",  # it is in flight, no byte has left
    "after-send",  # the vendor has answered, nothing is written down
    "after-dead-letter",  # the refused records are in the file of dead letters
    "after-journal",  # the journal has the batch's fate, the ledger has not
    "before-commit",  # the ledger's transaction is written, not committed
    "after-commit",
    "before-rename",  # a file is whole under its temporary name
    "after-rename",
)
_name = ""
_at = 0
_hits: Iterator[int] = itertools.count(1)


def arm(text: str) -> None:
    """Set the point and the hit that kills; an empty text disarms."""
    global _name, _at, _hits
    _name, _, number = text.partition(":")
    _at = int(number or 1)
    _hits = itertools.count(1)


def hit(name: str) -> None:
    """Pass a point, or die at it without any clean-up."""
    if name == _name and next(_hits) == _at:
        os.kill(os.getpid(), signal.SIGKILL)


arm(os.environ.get(VARIABLE, ""))
