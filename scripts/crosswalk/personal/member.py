"""One process of a crew: batches of lines in, what they hold out, until the input ends."""

import json
import sys

import pyarrow as pa

from crosswalk.personal.scan import Scanner


def main() -> None:
    """Each batch is an Arrow stream of its own, and is answered with a line; whoever asks may be gone at any time."""
    pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own keeps more of what was freed
    scanner = Scanner()
    try:
        with open(sys.stdin.fileno(), "rb", closefd=False) as given:
            while given.peek(1):
                for batch in pa.ipc.open_stream(given):
                    scanner.add(batch.column("line"))
                sys.stdout.write(json.dumps(scanner.taken()) + "\n")
                sys.stdout.flush()
    except (OSError, pa.ArrowException):
        sys.exit(1)


if __name__ == "__main__":
    main()
