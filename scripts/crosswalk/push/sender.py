"""A batch's way through the ledger: in flight, sent, fates written, dead letters kept."""

import hashlib
from dataclasses import dataclass

import pyarrow as pa

from crosswalk.progress import Progress
from crosswalk.push.attempt import Line, Undecided
from crosswalk.push.batches import Batch
from crosswalk.push.dead_letters import DeadLetter, DeadLetters
from crosswalk.push.deliver import Delivery, Refusal, deliver
from crosswalk.push.ledger import Ledger, Outcome, Rejected
from crosswalk.push.rows import joined, packed_hashes, payload_text


@dataclass(frozen=True)
class Books:
    """Where a run writes down what happens."""

    ledger: Ledger
    letters: DeadLetters
    destination_id: int
    run_id: int
    resent: bool


class Sender:
    """Sends batches; one for all workers."""

    def __init__(self, line: Line, books: Books, progress: Progress) -> None:
        self._line = line
        self._books = books
        self._progress = progress

    def send(self, batch: Batch) -> None:
        """Send one batch and write down its fate, also when it stays undecided. Raises what ended the run."""
        books = self._books
        sha256 = hashlib.sha256(joined(batch.rows)).hexdigest()
        batch_id = books.ledger.begin_batch(books.destination_id, books.run_id, batch, sha256, books.resent)
        delivery = Delivery()
        state: str | None = "unknown"
        try:
            deliver(self._line, batch.endpoint, batch.rows, delivery)
            state = None
        except Undecided as undecided:
            state = "unknown" if undecided.ambiguous or delivery.accepted else "planned"
            raise undecided.reason from undecided
        finally:
            self._write(batch_id, delivery, state)
            self._progress.add(delivery.accepted_records() + len(delivery.refused))

    def withhold(self, rows: pa.RecordBatch) -> None:
        """Records that the vendor would refuse: dead letters with the limit as the reason, never sent."""
        refusals = [
            Refusal(rows.slice(index, 1), str(rows.column("refusal")[index].as_py()), 0, "not sent")
            for index in range(rows.num_rows)
        ]
        self._books.letters.append([_letter(one) for one in refusals])
        self._books.ledger.reject(
            self._books.destination_id, self._books.run_id, [_rejected(one) for one in refusals]
        )
        self._line.tally.add(withheld=rows.num_rows)
        self._progress.add(rows.num_rows)

    def _write(self, batch_id: int, delivery: Delivery, state: str | None) -> None:
        books = self._books
        books.letters.append([_letter(one) for one in delivery.refused])
        outcome = Outcome(
            state=state or _final_state(delivery),
            accepted=delivery.accepted_records(),
            hashes=delivery.hashes(),
            rejected=[_rejected(one) for one in delivery.refused],
        )
        books.ledger.finish_batch(books.destination_id, books.run_id, batch_id, outcome)


def _final_state(delivery: Delivery) -> str:
    if not delivery.refused:
        return "accepted"
    return "partly_accepted" if delivery.accepted else "rejected"


def _letter(refusal: Refusal) -> DeadLetter:
    row = refusal.row
    kind, record_id = (str(row.column(name)[0].as_py()) for name in ("kind", "record_id"))
    return DeadLetter(kind, record_id, refusal.reason, refusal.status, refusal.text, payload_text(row, 0))


def _rejected(refusal: Refusal) -> Rejected:
    row = refusal.row
    packed = packed_hashes(row)
    kind, record_id = (str(row.column(name)[0].as_py()) for name in ("kind", "record_id"))
    return Rejected(packed[:8], packed[8:], kind, record_id, refusal.reason, refusal.status)
