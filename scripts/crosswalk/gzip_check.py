"""Which export files are whole: each `.gz` file is read to its end, several at a time."""

import glob
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from crosswalk.gzip_stream import fault_of


def find_files(patterns: Iterable[str], folder: Path) -> Iterator[str]:
    """The `.gz` files of globs, spelled as the patterns spell them (relative to `folder` where they are relative)."""
    for pattern in patterns:
        for found in sorted(glob.glob(pattern, root_dir=folder, recursive=True)):  # noqa: PTH207 - keeps absolute patterns and spelling
            if found.endswith(".gz") and (folder / found).is_file():
                yield found


def unreadable(files: list[str], folder: Path, checked: Callable[[], None]) -> dict[str, str]:
    """The files that are not whole, each with its fault; `checked` is called after each file."""

    def check(name: str) -> str | None:
        fault = fault_of(folder / name)
        checked()
        return fault

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        faults = pool.map(check, files)
        return {name: fault for name, fault in zip(files, faults, strict=True) if fault}
