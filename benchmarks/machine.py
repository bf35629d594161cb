"""The machine and the versions that figures were taken with; names only, no paths."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import environments

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "pyarrow", "isal")


def described() -> dict[str, str]:
    """What stands above the tables."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    load = os.getloadavg()[0]
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "Date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "CPUs": f"{usable}, {_model()}",
        "Memory": f"{pages / 1e9:.0f} GB",
        "System": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "Load when it began": f"{load:.1f}",
        "Crosswalk": _commit(),
        "Python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
        "Node": _node(),
        **environments.versions(),
    }


def _model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "of an unknown kind"
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "none"


def _node() -> str:
    node = shutil.which("node")
    if not node:
        return "none"
    return (
        subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
        or "none"
    )


def _commit() -> str:
    git = shutil.which("git")
    if not git:
        return "of an unknown commit"
    asked = [git, "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=10", "--exclude=*"]
    return (
        subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
        or "of an unknown commit"
    )
