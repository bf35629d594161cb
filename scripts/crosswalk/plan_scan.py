"""One pass over all payloads: the fingerprint of the content, and the personal data in it."""

import json
from pathlib import Path

from crosswalk.content import Content
from crosswalk.files import write_private
from crosswalk.memory import give_back_now
from crosswalk.output import plural
from crosswalk.personal.result import RULES, Personal, personal_of
from crosswalk.plan_notes import Note
from crosswalk.progress import Progress
from crosswalk.warehouse import Warehouse


def scan(warehouse: Warehouse, destination: str, state_dir: Path | None = None) -> tuple[Content, Personal]:
    """Read every payload, with a progress bar. What was found before in the same content, kept in `state_dir`, is not
    looked for again."""
    total = _records(warehouse, destination)
    start = f"{destination}-{total}-"
    if state_dir is not None and any((state_dir / "personal").glob(f"{start}*.json")):
        content = hashed(warehouse, destination, total)
        kept = _kept(state_dir / "personal" / f"{start}{content.text()}.json")
        if kept is not None:
            return content, kept
    content, found = _scan(warehouse, destination, total)
    give_back_now()
    if state_dir is not None:
        _keep(state_dir / "personal", f"{start}{content.text()}.json", destination, found)
    return content, found


def hashed(warehouse: Warehouse, destination: str, total: int | None = None) -> Content:
    """The fingerprint alone, with a progress bar."""
    content = Content()
    number = _records(warehouse, destination) if total is None else total
    with Progress(number, "records read") as progress:
        for batch in warehouse.stream_hashes(destination):
            content.add(batch.column("id_hash"), batch.column("payload_hash"))
            progress.add(len(batch))
    return content


def _scan(warehouse: Warehouse, destination: str, total: int) -> tuple[Content, Personal]:
    """Others look at one batch while this process reads the next."""
    from crosswalk.personal.crew import looker

    content = Content()
    with Progress(total, "records checked") as progress, looker(total) as looking:
        for batch in warehouse.stream_texts(destination):
            looking.add(batch.column("line"))
            content.add(batch.column("id_hash"), batch.column("payload_hash"))
            progress.add(len(batch))
            del batch  # before the next piece is read
        return content, looking.result()


def privacy_notes(found: Personal) -> list[Note]:
    """What the findings mean for a push: the line for the variables, and what no list of properties reaches."""
    notes = []
    properties = [one for one in found.findings if one.what == "property"]
    if properties:
        most = max(one.records for one in properties)
        named = ", ".join(dict.fromkeys(one.name for one in properties[:6]))
        more = f" and {len(found.properties()) - 6} more" if len(found.properties()) > 6 else ""
        notes.append(
            Note(
                "privacy",
                f"{len(found.properties())} properties hold personal data in up to {plural(most, 'record')}: {named}{more}."
                if len(found.properties()) > 1
                else f"The property {named} holds personal data in {plural(most, 'record')}.",
                most,
                f"{found.line()} (or hash_properties) in the vars of dbt_project.yml, then dbt build",
            )
        )
    ids = [one for one in found.findings if one.what == "id"]
    if ids:
        most = max(one.records for one in ids)
        kinds = ", ".join(sorted({one.kind for one in ids}))
        text = f"The ids of people or groups are personal data themselves ({kinds}), in up to {plural(most, 'record')}."
        notes.append(
            Note("privacy", text, most, "no list of properties reaches an id: give other ids at the source")
        )
    others = [one for one in found.findings if one.what in ("event", "name")]
    if others:
        most = max(one.records for one in others)
        text = (
            f"Names of events or properties hold personal data themselves, in up to {plural(most, 'record')}."
        )
        notes.append(Note("privacy", text, most, "rename them in crosswalk_events_custom, or at the source"))
    return notes


def _records(warehouse: Warehouse, destination: str) -> int:
    return int(warehouse.query(f"select count(*) as n from {warehouse.payloads(destination)}")[0]["n"])


def _keep(folder: Path, name: str, destination: str, found: Personal) -> None:
    """Write the findings in place of those of older contents."""
    write_private(folder / name, json.dumps(found.as_dict(), ensure_ascii=False) + "\n")
    for other in folder.glob(f"{destination}-*.json"):
        if other.name != name:
            other.unlink(missing_ok=True)


def _kept(path: Path) -> Personal | None:
    try:
        found = personal_of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if found.rules == RULES else None
