"""Exit codes of the `crosswalk` command: part of its public interface, so scripts may rely on them."""

DONE = 0
BUG = 1
USAGE = 2
CREDENTIALS = 3
COUNTS = 4
UNAVAILABLE = 5
LOCAL = 6
REJECTED = 7
PLAN = 8
LOCKED = 11
HUNG_UP = 129
INTERRUPTED = 130
TERMINATED = 143


def of_signal(number: int) -> int:
    """128 and the signal's number, as shells have it: 129, 130 or 143."""
    return 128 + number
