"""From rows to fates: halve what is refused as a whole until the records at fault stand alone."""

from dataclasses import dataclass, field

from crosswalk.errors import ConfigError
from crosswalk.push.attempt import Line, decide
from crosswalk.push.rows import Rows, packed_hashes, take, total_bytes
from crosswalk.push.verdict import Kind, Verdict

# Refused one by one, with none ever accepted: then the request is at fault, not the records.
_HOPELESS = 25


@dataclass(frozen=True)
class Refusal:
    """One refused record: its row, and why."""

    row: Rows
    reason: str
    status: int
    text: str


@dataclass
class Delivery:
    """What became of a batch's rows so far; it grows while the batch is worked on, so that nothing known is lost."""

    accepted: list[Rows] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def accepted_records(self) -> int:
        """Records that the vendor took."""
        return sum(rows.num_rows for rows in self.accepted)

    def hashes(self) -> bytes:
        """The packed hashes of the accepted records."""
        return packed_hashes(*self.accepted)


def deliver(line: Line, endpoint: str, rows: Rows, delivery: Delivery) -> None:
    """Send the rows, in their order, and write each one's fate into `delivery`. Raises Undecided, ConfigError."""
    verdict = decide(line, endpoint, rows, total_bytes(rows))
    if verdict.kind is Kind.ACCEPTED:
        delivery.accepted.append(rows)
        line.tally.add(accepted=rows.num_rows)
    elif verdict.kind is Kind.PARTIAL:
        _credit(line, rows, verdict, delivery)
    elif rows.num_rows > 1:
        half = rows.num_rows // 2
        deliver(line, endpoint, rows.slice(0, half), delivery)
        deliver(line, endpoint, rows.slice(half), delivery)
    else:
        _refuse_alone(line, rows, verdict, delivery)


def _credit(line: Line, rows: Rows, verdict: Verdict, delivery: Delivery) -> None:
    """The listed records are refused, all others are in."""
    good = [index for index in range(rows.num_rows) if index not in verdict.failed]
    if good:
        delivery.accepted.append(take(rows, good))
    for index, reason in sorted(verdict.failed.items()):
        delivery.refused.append(Refusal(rows.slice(index, 1), reason, verdict.status, reason))
    line.tally.add(accepted=len(good), refused=len(verdict.failed))


def _refuse_alone(line: Line, rows: Rows, verdict: Verdict, delivery: Delivery) -> None:
    delivery.refused.append(Refusal(rows, verdict.reason, verdict.status, verdict.text))
    line.tally.add(refused=1)
    counts = line.tally.counts()
    if not line.proven and counts.accepted == 0 and counts.refused >= _HOPELESS:
        raise ConfigError(
            f"{line.vendor.label} refused each of the first {counts.refused} records ({verdict.status}: {verdict.text}): "
            "that looks like the address or the project's settings, so nothing more is sent; check them, run the same "
            f"command again, and after it `crosswalk replay --to {line.vendor.name}` for these records."
        )
