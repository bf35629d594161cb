"""Where the peers are installed: one place for Python, one for Node, made on demand from files that pin all by hash."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON_LOCK = HERE.parent / "requirements-bench.txt"
NODE_LOCK = HERE / "peers" / "package-lock.json"
MINUTES = 15


class Missing(Exception):
    """A peer cannot be had here; the message is one line that says why."""


def python(folder: Path) -> Path:
    """The interpreter that has the Python peers. Raises Missing."""
    place = folder / "python"
    interpreter = place / "bin" / "python"
    stamp = _stamp(place, [PYTHON_LOCK], sys.version)
    if interpreter.exists() and stamp.exists():
        return interpreter
    shutil.rmtree(place, ignore_errors=True)
    pinned = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(PYTHON_LOCK)]
    uv = shutil.which("uv")
    if uv:
        _do([uv, "venv", "--quiet", "--python", sys.executable, str(place)], folder)
        _do([uv, "pip", "install", "--quiet", "--python", str(interpreter), *pinned], folder)
    else:
        _do([sys.executable, "-m", "venv", str(place)], folder)
        _do(
            [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pinned],
            folder,
        )
    stamp.touch()
    return interpreter


def node(folder: Path) -> tuple[str, Path]:
    """Node and the folder with the npm peers. Raises Missing."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if not program or not npm:
        raise Missing("there is no node with npm here")
    place = folder / "node"
    stamp = _stamp(place, [NODE_LOCK, NODE_LOCK.with_name("package.json")], program)
    if not stamp.exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(NODE_LOCK.with_name(name), place / name)
        _do([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"], place)
        stamp.touch()
    return program, place


def versions() -> dict[str, str]:
    """The peers' versions as they are pinned."""
    lines = PYTHON_LOCK.read_text().splitlines()
    found = (re.match(r"([a-z-]+)==([^ ;]+)", line) for line in lines)
    pinned = {match[1]: match[2] for match in found if match}
    packages = json.loads(NODE_LOCK.read_text())["packages"]
    return {
        "mixpanel-import": packages["node_modules/mixpanel-import"]["version"],
        **{name: pinned[name] for name in ("posthog", "mixpanel-utils", "pandas")},
    }


def _stamp(place: Path, locks: list[Path], more: str) -> Path:
    digest = hashlib.sha256(b"".join(lock.read_bytes() for lock in locks) + more.encode())
    return place / f"made-{digest.hexdigest()[:16]}"


def _do(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=MINUTES * 60
        )
    except subprocess.TimeoutExpired:
        raise Missing(f"{Path(command[0]).name} took more than {MINUTES} minutes") from None
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        raise Missing(f"{Path(command[0]).name} could not install it: {said[-1][:160]}")
