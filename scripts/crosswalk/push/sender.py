"""A batch's way through the ledger: in flight, sent, fates written, dead letters kept."""

from dataclasses import dataclass

import pyarrow as pa

from crosswalk import failpoints
from crosswalk.progress import Progress
from crosswalk.push.attempt import Line, Undecided
from crosswalk.push.batches import Batch
from crosswalk.push.dead_letters import DeadLetter, DeadLetters
from crosswalk.push.deliver import Delivery, Refusal, deliver
from crosswalk.push.entry import BatchCells, Entry, Letter, next_moment
from crosswalk.push.ledger import Ledger
from crosswalk.push.rows import batch_digest, packed_hashes, payload_text
from crosswalk.redact import clean


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
        failpoints.hit("before-begin")
        hashes = packed_hashes(batch.rows)
        cells = _cells(batch, batch_digest(hashes), books.resent)
        books.ledger.begin_batch(books.destination_id, books.run_id, cells, hashes)
        delivery = Delivery()
        state: str | None = "unknown"
        try:
            deliver(self._line, batch.endpoint, batch.rows, delivery)
            state = None
        except Undecided as undecided:
            state = "unknown" if undecided.ambiguous or delivery.accepted else "planned"
            raise undecided.reason from undecided
        finally:
            self._write(cells, delivery, state)
            self._progress.add(delivery.accepted_records() + len(delivery.refused))

    def withhold(self, rows: pa.RecordBatch) -> None:
        """Records that the vendor would refuse: dead letters with the limit as the reason, never sent."""
        refusals = [
            Refusal(rows.slice(index, 1), _limit_names(text), 0, f"not sent: {text}")
            for index, text in enumerate(rows.column("refusal").to_pylist())
        ]
        self._keep(Delivery(refused=refusals), None, "")
        self._line.tally.add(withheld=rows.num_rows)
        self._progress.add(rows.num_rows)

    def _write(self, cells: BatchCells, delivery: Delivery, state: str | None) -> None:
        self._keep(delivery, cells, state or _final_state(delivery))

    def _keep(self, delivery: Delivery, cells: BatchCells | None, state: str) -> None:
        """Dead letters first: what the ledger calls refused can be looked up in their file."""
        books = self._books
        if delivery.refused:
            books.letters.append([_dead_letter(one) for one in delivery.refused])
            failpoints.hit("after-dead-letter")
        letters = [_letter(one) for one in delivery.refused]
        entry = Entry(next_moment(), cells, state, delivery.hashes(), letters)
        books.ledger.write(books.destination_id, books.run_id, entry)
        failpoints.hit("after-commit")


def _cells(batch: Batch, digest: str, resent: bool) -> BatchCells:
    return BatchCells(
        day=batch.day.isoformat(),
        bucket=batch.bucket,
        endpoint=batch.endpoint,
        part=batch.part,
        records=batch.rows.num_rows,
        bytes=batch.bytes,
        sha256=digest,
        resent=resent,
    )


def _final_state(delivery: Delivery) -> str:
    if not delivery.refused:
        return "accepted"
    return "partly_accepted" if delivery.accepted else "rejected"


def _limit_names(refusal: str) -> str:
    """The reason without its figures, so that letters can be grouped: `event_bytes; property_count`."""
    return "; ".join(part.split(" ", 1)[0] for part in refusal.split("; "))


def _dead_letter(refusal: Refusal) -> DeadLetter:
    letter = _letter(refusal)
    return DeadLetter(
        letter=(letter.id_hash + letter.payload_hash).hex(),
        kind=letter.kind,
        record_id=letter.record_id,
        reason=letter.reason,
        status=letter.status,
        vendor_text=letter.text,
        payload=payload_text(refusal.row, 0),
    )


def _letter(refusal: Refusal) -> Letter:
    row = refusal.row
    packed = packed_hashes(row)
    kind, record_id = (str(row.column(name)[0].as_py()) for name in ("kind", "record_id"))
    return Letter(
        packed[:8], packed[8:], kind, record_id, clean(refusal.reason), refusal.status, clean(refusal.text)
    )
