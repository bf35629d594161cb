"""What can be set about the network: whom to trust, how long to wait, and how long each step of a request may take."""

from dataclasses import dataclass, field
from pathlib import Path

# Long enough for an hourly quota to come back several times over.
MAX_WAIT_SECONDS = 12 * 3600.0


@dataclass(frozen=True)
class Timeouts:
    """Seconds. `connect`: to connect and to agree on TLS, each. `first_byte`: from the end of the request to the
    answer's first byte. `idle`: between two pieces, either way. `answer`: from the first byte of an answer to its last.
    `total`: for a whole request.
    """

    connect: float = 10.0
    first_byte: float = 60.0
    idle: float = 30.0
    answer: float = 120.0
    total: float = 900.0


TIMEOUTS = Timeouts()


@dataclass(frozen=True)
class Network:
    """`ca_file`: the certificates to trust in place of the system's. `max_wait`: seconds that a run may wait on end
    because the vendor limits its rate. `pause`: seconds between two batches of a worker.
    """

    ca_file: Path | None = None
    max_wait: float = MAX_WAIT_SECONDS
    pause: float = 0.0
    timeouts: Timeouts = field(default_factory=lambda: TIMEOUTS)
