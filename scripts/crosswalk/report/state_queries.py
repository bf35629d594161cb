"""The questions to the state folder: the ledger, read only, the dead letters, the plan and what was verified."""

from pathlib import Path

from crosswalk.report.book import Book, Row

_LETTERS = 300


def find_project(book: Book, destination: str) -> Row:
    """The destination project that was sent to last, as a row; an empty one where there is none yet."""
    book.ledger(
        "projects",
        "Destination projects, the one sent to last first",
        f"""
select d.id, d.host, d.project, d.fingerprint, coalesce(max(r.id), 0) as last_run
from destinations as d left join runs as r on r.destination_id = d.id
where d.vendor = '{destination}'
group by d.id, d.host, d.project, d.fingerprint
order by last_run desc, d.id desc""",
    )
    return book["projects"].first()


def ask_core(book: Book, project: Row) -> None:
    """What the verdict rests on: records taken and refused, and the last run."""
    here = f"destination_id = {int(project.get('id', 0))}"
    book.ledger(
        "accepted",
        "Records that the destination accepted",
        f"""
select coalesce(sum(accepted), 0) as records, count(*) as batches,
    coalesce(sum(case when state in ('unknown', 'in_flight') then records - accepted else 0 end), 0) as unknown
from batches where {here}""",
    )
    book.ledger(
        "rejected",
        "Records that were refused",
        f"select count(distinct id_hash) as records from {_refused(book)} where {here}",
    )
    book.ledger(
        "last_run",
        "The last run",
        f"""
select plan_id, started_at, finished_at, outcome, requests, accepted, rejected
from runs where {here} order by id desc limit 1""",
    )


def _refused(book: Book) -> str:
    """What is refused and not settled since: a table of the ledger's first version, letters without a mark since then."""
    if not book.ledger_has("letters"):
        return "rejected as refused"
    return "(select * from letters where id not in (select letter_id from marks)) as refused"


def ask_all(book: Book, project: Row) -> None:
    """Batches by day, reasons, runs."""
    here = f"destination_id = {int(project.get('id', 0))}"
    book.ledger(
        "accepted_days",
        "Records sent and accepted by day",
        f"""
select day, count(*) as batches, sum(records) as sent, sum(accepted) as accepted,
    sum(case when state in ('accepted', 'partly_accepted', 'rejected') then records - accepted else 0 end) as refused,
    sum(case when state in ('accepted', 'partly_accepted', 'rejected') then 0 else records - accepted end) as open
from batches where {here}
group by day order by day""",
    )
    book.ledger(
        "states",
        "Batches by state",
        f"""
select state, count(*) as batches, sum(records) as records, sum(accepted) as accepted
from batches where {here}
group by state order by state""",
    )
    # A record that was over a limit has the value in its reason; the limit's name makes the group.
    reason = "case when status = 0 and instr(reason, ' ') > 0 then substr(reason, 1, instr(reason, ' ') - 1) else reason end"
    book.ledger(
        "reasons",
        "Refused records by reason",
        f"""
select {reason} as reason, status, kind, count(*) as records, min(r.started_at) as first_at, max(r.started_at) as last_at
from {_refused(book)} inner join runs as r on r.id = refused.run_id
where refused.{here}
group by 1, 2, 3 order by records desc, 1, 2, 3""",
        masked={"reason": "words"},
    )
    book.ledger(
        "runs",
        "Runs, the last one first",
        f"""
select plan_id, started_at, finished_at, coalesce(outcome, 'open') as outcome, requests, accepted, rejected
from runs where {here} order by id desc limit 20""",
    )


def ask_letters(book: Book, state_dir: Path, destination: str) -> None:
    """Examples of dead letters with the vendor's words; payloads stay where they are."""
    name = f"dead_letters/{destination}.ndjson"
    if (state_dir / name).is_file():
        book.files(
            "letters",
            f"The last {_LETTERS} dead letters",
            f"""
select "at", kind, record_id, reason, status, vendor_text
from read_json('{name}', format = 'newline_delimited', ignore_errors = true, columns = {{
    "at": 'varchar', kind: 'varchar', record_id: 'varchar', reason: 'varchar', status: 'bigint', vendor_text: 'varchar'}})
where record_id is not null
order by "at" desc, record_id
limit {_LETTERS}""",
            masked={"vendor_text": "words", "reason": "words"},
        )
        book.files(
            "letters_total",
            "Dead letters that were ever written",
            f"""
select count(*) as letters
from read_json('{name}', format = 'newline_delimited', ignore_errors = true, columns = {{record_id: 'varchar'}})
where record_id is not null""",
        )


def ask_plan(book: Book, state_dir: Path, destination: str) -> None:
    """The plan of the last run, else the newest one for the destination."""
    plan_id = str(book["last_run"].first().get("plan_id") or "")
    path = state_dir / "plans" / f"{plan_id}.json"
    if not plan_id or not path.is_file():
        path = newest_plan(state_dir, destination)
    if path.is_file():
        book.files(
            "plan",
            "The plan",
            f"""
select plan_id, made_at, records, to_send, requests, rate, duration_seconds
from read_json('plans/{path.name}', columns = {{
    plan_id: 'varchar', made_at: 'varchar', records: 'bigint', to_send: 'bigint', requests: 'bigint', rate: 'bigint',
    duration_seconds: 'double'}})""",
        )
        _ask_plan_notes(book, path.name)


def _ask_plan_notes(book: Book, name: str) -> None:
    """What the plan warns of, the gravest first, what it found of personal data, and the vendor's conditions."""
    warnings = "struct(severity varchar, text varchar, records bigint, next varchar)"
    book.files(
        "plan_warnings",
        "What the plan warns of, the gravest first",
        f"""
select severity, text, records, next
from (
    {_unnested(f"plans/{name}", "warnings", warnings[7:-1])}
)
order by case severity when 'loss' then 1 when 'cost' then 2 when 'privacy' then 3 else 4 end, records desc, text""",
    )
    book.files(
        "plan_conditions",
        "What has to be seen to before a push",
        f"""
select unnest(preconditions) as text from read_json('plans/{name}', columns = {{preconditions: 'varchar[]'}})""",
    )
    findings = (
        "struct(name varchar, kind varchar, records bigint, example varchar, place varchar, what varchar)"
    )
    book.files(
        "personal",
        "Personal data in the payloads, by property and kind",
        f"""
select name, what, kind, records, example
from (
    select unnest(personal.findings, recursive := true)
    from read_json('plans/{name}', columns = {{personal: 'struct(records bigint, findings {findings}[])'}})
)
order by records desc, name, kind""",
    )
    book.files(
        "personal_looked_at",
        "Payloads that were looked at for personal data",
        f"""
select personal.records as records, coalesce(personal.line, '') as line
from read_json('plans/{name}', columns = {{personal: 'struct(records bigint, line varchar)'}})
where personal is not null""",
    )
    book.files(
        "plan_checks",
        "What the plan counted besides",
        f"""
select billable, billable_rule, duplicates, trial.text as trial, trial.people as trial_people,
    trial.rows_left_out as trial_rows, live_people.answer as live_people, live_people.advice as live_advice
from read_json('plans/{name}', columns = {{billable: 'bigint', billable_rule: 'varchar', duplicates: 'bigint',
    trial: 'struct(text varchar, people bigint, rows_left_out bigint)',
    live_people: 'struct(answer varchar, advice varchar)'}})""",
    )


def newest_plan(state_dir: Path, destination: str) -> Path:
    """The newest plan file of the destination; a path that is no file where there is none."""
    import json

    files = sorted(state_dir.glob("plans/*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[:50]:
        try:
            if json.loads(path.read_text(encoding="utf-8"))["destination"] == destination:
                return path
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return state_dir / "plans" / "none"


def ask_verified(book: Book, destination: str) -> None:
    """The last verification, from its file."""
    name = f"verify/{destination}.json"
    _ask_verified_events(book, name)
    _ask_verified_rest(book, name)


def _unnested(name: str, part: str, columns: str) -> str:
    """The rows of one list of the result's file."""
    return (
        f"select unnest({part}, recursive := true) from read_json('{name}', "
        f"columns = {{{part}: 'struct({columns})[]'}})"
    )


def _ask_verified_events(book: Book, name: str) -> None:
    columns = "day varchar, event varchar, source bigint, delivered bigint, accepted bigint, found bigint"
    events = _unnested(name, "events", columns)
    cast_sums = ", ".join(
        f"cast(sum({column}) as bigint) as {column}"
        for column in ("source", "delivered", "accepted", "found")
    )
    book.files(
        "verified_total", "Events compared", f"select count(*) as pairs, {cast_sums}\nfrom (\n    {events}\n)"
    )
    book.files(
        "verified_days",
        "Events found by day",
        f"select day, {cast_sums}\nfrom (\n    {events}\n)\ngroup by day order by day",
    )
    book.files(
        "verified_events",
        "Events found by name",
        f"select event, {cast_sums}\nfrom (\n    {events}\n)\ngroup by event order by delivered desc, event",
    )
    book.files(
        "verified_off",
        "Days and events that differ",
        f"""
select day, event, delivered, accepted, found
from (
    {events}
)
where found <> coalesce(accepted, delivered)
order by day, event""",
    )


def _ask_verified_rest(book: Book, name: str) -> None:
    users = _unnested(name, "users", "day varchar, sent bigint, found bigint")
    book.files(
        "verified_users",
        "Distinct ids by day",
        f"select day, sent, found\nfrom (\n    {users}\n)\norder by day",
    )
    hours = _unnested(name, "hours", "weekday bigint, hour bigint, found bigint")
    book.files(
        "hours_found",
        "Events found by hour of the week, UTC",
        f"select weekday, hour, found as events\nfrom (\n    {hours}\n)\norder by 1, 2",
    )
    columns = (
        "kind varchar, text varchar, records bigint, day varchar, event varchar, batch varchar, next varchar"
    )
    findings = _unnested(name, "findings", columns)
    book.files(
        "findings",
        "What differs",
        f"""
select kind, day, event, batch, records, text, next
from (
    {findings}
)
order by records desc, day, event, kind""",
    )
    book.files(
        "sample",
        "Records compared field by field",
        f"""
select sample.records as records, sample.equal as equal, sample.missing as missing,
    sample.upper_bound as upper_bound, sample.confidence as confidence
from read_json('{name}', columns = {{sample:
    'struct(records bigint, equal bigint, missing bigint, upper_bound double, confidence double)'}})
where sample is not null""",
    )
