"""Memory that is freed goes back to the system: the allocators of Arrow and glibc both keep it, 100 MB and more."""

import contextlib
import ctypes

# M_MMAP_THRESHOLD of glibc's mallopt (malloc.h): larger blocks are mapped, and given back when they are freed.
_MMAP_THRESHOLD = -3


def give_back() -> None:
    """Have freed memory leave the process at once, from now on; for commands that stream millions of records."""
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, 131_072)


def give_back_now() -> None:
    """Have what was freed in small pieces leave the process too, before a step that needs memory of its own."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
