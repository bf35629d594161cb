"""Runs of the command that are killed: a server that has all modules loaded forks a process a run.

A fork starts in milliseconds where a new interpreter takes half a second, and it dies by SIGKILL like any process.
"""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"
_LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class Ended:
    """How a run ended: `code` is negative for a signal, as in subprocess; `seconds` is how long it took."""

    code: int
    seconds: float
    out: str
    err: str


class ForkServer:
    """Starts runs one after the other; use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        paths = os.pathsep.join([str(_SCRIPTS), str(Path(__file__).resolve().parents[1])])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cli.forked"],
            env={**os.environ, "PYTHONPATH": paths},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "ForkServer":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=30)

    def run(self, *argv: str, failpoint: str = "", kill_after: float | None = None) -> Ended:
        """Run the command to its end, or to its death at a failpoint or after some seconds."""
        order: dict[str, Any] = {
            "argv": argv,
            "failpoint": failpoint,
            "kill_after": kill_after,
            "folder": str(self._folder),
        }
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        ended = json.loads(self._process.stdout.readline())
        out, err = ((self._folder / name).read_text(encoding="utf-8") for name in ("out", "err"))
        return Ended(ended["code"], ended["seconds"], out, err)


def _child(order: dict[str, Any]) -> None:
    from crosswalk import failpoints
    from crosswalk.cli import main

    for number, name in ((1, "out"), (2, "err")):
        handle = os.open(f"{order['folder']}/{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, number)
    failpoints.arm(order["failpoint"])
    code = main(order["argv"])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _watched(pid: int, seconds: float) -> int:
    """Wait for the child, kill it when its time is over; it is not reaped before, so its id is its own."""
    end = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= end:
            os.kill(pid, signal.SIGKILL)
            end += _LONGEST_SECONDS
        time.sleep(0.001)


def serve() -> None:
    """Read orders, a JSON object a line, until stdin ends."""
    import crosswalk.plan_text
    import crosswalk.push.mixpanel
    import crosswalk.push.posthog
    import crosswalk.push.replay
    import crosswalk.push.run  # noqa: F401

    for line in sys.stdin:
        order = json.loads(line)
        started = time.monotonic()
        pid = os.fork()
        if not pid:
            try:
                _child(order)
            finally:
                os._exit(1)
        code = _watched(pid, _LONGEST_SECONDS if order["kill_after"] is None else order["kill_after"])
        print(json.dumps({"code": code, "seconds": time.monotonic() - started}), flush=True)


if __name__ == "__main__":
    serve()
