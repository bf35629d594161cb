"""Runs the command and ends the process, as a power cut would, before the N-th call that changes what the disk holds.

`python crash.py N crosswalk-arguments…`; exit code 137 where it came so far, else the command's own.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

_left = int(sys.argv[1])


def _counted(call: Callable[..., Any]) -> Callable[..., Any]:
    def counting(*arguments: Any, **options: Any) -> Any:
        global _left
        _left -= 1
        if _left == 0:
            os._exit(137)
        return call(*arguments, **options)

    return counting


for name in ("fsync", "replace", "rename", "unlink"):
    setattr(os, name, _counted(getattr(os, name)))

from crosswalk.cli import main  # noqa: E402 - after the calls are replaced

sys.exit(main(sys.argv[2:]))
