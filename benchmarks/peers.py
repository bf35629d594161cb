"""The limit and the peers: what they are, how much of the files each is given, how each is run."""

from __future__ import annotations

import functools
import gzip
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import environments
from measured import Cost, Failed, run

HERE = Path(__file__).resolve().parent
LONGEST = 3600.0


@dataclass(frozen=True)
class Peer:
    """One row of the comparison. `most` is how many events it is given, since some would run for hours; None is all of them."""

    name: str
    what: str
    program: str
    arguments: tuple[str, ...] = ()
    home: str = ""
    most: int | None = None

    @property
    def published(self) -> bool:
        """Whether it is somebody's package, and not a script of this folder."""
        return bool(self.home)


LIMIT = Peer("limit", "DuckDB reads, SQL renders, Arrow, isal, POST; nothing checked", "limit.py")
PEERS = (
    Peer("plain script", "gzip, json, a dictionary an event, batches of 2,000", "peer_naive.py"),
    Peer(
        "mixpanel-import, module",
        "npm; the defaults of its module",
        "peer_mixpanel_import.cjs",
        ("module",),
        "node",
        1_000_000,
    ),
    Peer(
        "mixpanel-import, command",
        "npm; the defaults of its command",
        "peer_mixpanel_import.cjs",
        ("cli",),
        "node",
        200_000,
    ),
    Peer(
        "posthog, as documented",
        "PostHog's Amplitude page on its SDK, defaults",
        "peer_posthog.py",
        ("documented",),
        "python",
        300_000,
    ),
    Peer(
        "posthog, large batches",
        "the same; flush_at 2000, gzip, 2 threads",
        "peer_posthog.py",
        ("batched",),
        "python",
        100_000,
    ),
    Peer(
        "posthog, sync_mode", "the same; an event a request", "peer_posthog.py", ("sync",), "python", 50_000
    ),
    Peer(
        "mixpanel-utils",
        "import_from_amplitude, one fault mended",
        "peer_mixpanel_utils.py",
        (),
        "python",
        100_000,
    ),
    Peer("pandas loop", "read_json, iterrows, the SDK's capture", "peer_pandas.py", (), "python", 50_000),
)


def first(place: Path, pattern: str, events: int, rows: int) -> Path:
    """A folder with the first rows of the files in `place`, so many as `events` events and their duplicates are; made once.

    `rows` is how many rows stand for one million events.
    """
    part = place.with_name(f"{place.name}-first-{events}")
    done = part.with_suffix(".done")
    if done.exists():
        return part
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    left = events * rows // 1_000_000
    for name in sorted(place.glob(pattern)):
        with gzip.open(name, "rb") as lines, gzip.open(part / name.name, "wb", compresslevel=1) as kept:
            for line in lines:
                kept.write(line)
                left -= 1
                if not left:
                    done.touch()
                    return part
    done.touch()
    return part


class Runner:
    """Runs peers, each in an environment of its own that holds no secrets and reaches no network."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "peers"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._python = functools.cache(lambda: environments.python(self._folder))
        self._node = functools.cache(lambda: environments.node(self._folder))
        self._missing: dict[str, str] = {}

    def run(self, peer: Peer, files: str, url: str) -> Cost:
        """Run one peer. Raises environments.Missing where it cannot be had, and Failed where it ends with an error."""
        command = self._command(peer)
        scratch = self._folder / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        log = self._folder / f"{peer.name.replace(', ', '-').replace(' ', '-')}.log"
        try:
            command = [*command, files, url, *peer.arguments]
            return run(command, scratch, self._environment(peer, scratch), log, alone=True, longest=LONGEST)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _command(self, peer: Peer) -> list[str]:
        if peer.home in self._missing:
            raise environments.Missing(self._missing[peer.home])
        program = str(HERE / peer.program)
        try:
            if peer.home == "node":
                return [self._node()[0], program]
            return [str(self._python()) if peer.home == "python" else sys.executable, program]
        except environments.Missing as missing:
            self._missing[peer.home] = str(missing)
            raise

    def _environment(self, peer: Peer, scratch: Path) -> dict[str, str]:
        nowhere = "http://127.0.0.1:9"  # the port that nothing listens on
        proxies = {f"{scheme}_proxy": nowhere for scheme in ("http", "https", "all")}
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(scratch),
            "TMPDIR": str(scratch),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "DO_NOT_TRACK": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "no_proxy": "127.0.0.1,localhost",
            "NO_PROXY": "127.0.0.1,localhost",
            **proxies,
            **{name.upper(): value for name, value in proxies.items()},
        }
        if peer.home == "node":
            environment["PEER_MODULES"] = str(self._node()[1])
        return environment


Say = Callable[[str], None]


def attempt(runner: Runner, peer: Peer, files: str, url: str, say: Say) -> Cost | None:
    """Run one peer; one that cannot be had or fails is left out, with one line that says so."""
    try:
        return runner.run(peer, files, url)
    except environments.Missing as missing:
        say(f"{peer.name} is left out: {missing}.")
    except Failed as failed:
        say(f"{peer.name} is left out: it failed; {str(failed).strip().splitlines()[-1][:200]}")
    return None
