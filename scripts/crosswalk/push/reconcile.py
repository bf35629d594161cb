"""Ledger and journal agree before anything is sent: the one that is behind is brought up to date from the other."""

from pathlib import Path

from crosswalk.output import log, plural, size
from crosswalk.push.entry import Entry
from crosswalk.push.journal import Journal, Piece, scan
from crosswalk.push.ledger import Ledger

_ENTRIES_AT_ONCE = 200


def reconciled(ledger: Ledger, state_dir: Path, destination_id: int, run_id: int) -> bool:
    """Bring journal and ledger in step and keep them so; whether the ledger learned something from the journal.

    The caller holds the project's lock. Raises LocalError.
    """
    about = ledger.about(destination_id)
    journal = Journal(state_dir, about["fingerprint"], about)
    known = ledger.journal_bytes(destination_id)
    learned = False
    if journal.size < known or (known == 0 and ledger.knows_records(destination_id)):
        log.warning(
            f"The journal {journal.path.name} was missing or cut: it is written anew from the ledger."
        )
        journal.write_anew(ledger.entries(destination_id))
        ledger.catch_up(destination_id, run_id, [], journal.size)
    elif journal.size > max(known, journal.head_size()):
        learned = _catch_up(ledger, journal, destination_id, run_id, known)
    ledger.attach(journal)
    return learned


def _catch_up(ledger: Ledger, journal: Journal, destination_id: int, run_id: int, known: int) -> bool:
    """Read on from where the ledger is; from the beginning where that is no place that an entry begins at."""
    first = next(scan(journal.path, known), None)
    pieces = scan(journal.path, known if first and first.text else 0)
    waiting: list[Entry] = []
    batches, end = 0, journal.size
    for piece in pieces:
        if piece.text is None:
            end = _damage(journal, piece)
        elif "fingerprint" not in piece.text:
            waiting.append(piece.entry())
        if len(waiting) >= _ENTRIES_AT_ONCE:
            ledger.catch_up(destination_id, run_id, waiting, known)
            batches, waiting = batches + len(waiting), []
    ledger.catch_up(destination_id, run_id, waiting, end)
    batches += len(waiting)
    if batches:
        log.info(f"The ledger was behind its journal by {plural(batches, 'batch')}: it has caught up.")
    return batches > 0


def _damage(journal: Journal, piece: Piece) -> int:
    """A torn end is taken away, its batch counts as unknown; damage in the middle is stepped over. The good size."""
    if piece.end == journal.size:
        journal.cut_at(piece.start)
        log.info("The journal ended in the middle of an entry: that batch counts as unknown.")
        return piece.start
    log.warning(
        f"{size(piece.end - piece.start)} of {journal.path.name} are damaged: records in there count as not sent, "
        "and the destination takes out what it has already."
    )
    return journal.size
