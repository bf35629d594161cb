"""`crosswalk doctor`, and a ledger that is torn, garbled, old or gone."""

import os
import shutil
import sqlite3
from dataclasses import asdict
from pathlib import Path

import pytest
from crosswalk.push.history import read_history
from standin.server import Standin

from cli.support import Project, Result, mixpanel_event, posthog_event


def _checks(result: Result) -> dict[str, tuple[str, str]]:
    return {one["name"]: (one["status"], one["next"]) for one in result.objects()}


def _doctor(project: Project) -> dict[str, tuple[str, str]]:
    return _checks(project.run("doctor", "--json"))


def _pushed(project: Project, number: int = 30) -> None:
    project.build(
        posthog=[posthog_event(one, day=one % 3) for one in range(number)], mixpanel=[mixpanel_event(0)]
    )
    assert project.push("posthog", "--batch-size", "5").code == 0


def _history(project: Project) -> dict[str, object]:
    """What `status` knows from the ledger, whatever the warehouse holds now; the last run apart."""
    return {**asdict(read_history(project.state)[0]), "last_run": None}


def test_all_is_well(connected: Project) -> None:
    _pushed(connected)
    result = connected.run("doctor")
    assert result.code == 0
    lines = result.out.splitlines()
    assert {line.split()[0] for line in lines} == {"ok"}, result.out
    assert "ok    ledger: sound, 30 records accepted" in lines
    assert "ok    posthog_payloads: 30 records" in lines
    assert "set: MIXPANEL_PROJECT_TOKEN, POSTHOG_PROJECT_API_KEY" in result.out
    assert not (connected.folder / "target").exists()


def test_a_fresh_project(project: Project) -> None:
    result = project.run("doctor", "--json")
    assert result.code == 6, "the exit code of the first failure: the warehouse is not there"
    checks = _checks(result)
    assert checks["warehouse"][0] == "fail"
    assert "dbt build" in checks["warehouse"][1]
    assert checks["credentials"][0] == "warn"
    assert not project.state.exists(), "the doctor changes nothing"


def test_surroundings(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.build()
    env_file = project.folder / ".env"
    env_file.write_text(
        "POSTHOG_PROJECT_API_KEY=phx_personal_key_of_somebody\nMIXPANEL_PROJECT_TOKEN=abcdef\n"
    )
    env_file.chmod(0o644)
    result = project.run("doctor", "--json", "--region", "eu")
    assert result.code == 3
    checks = _checks(result)
    assert checks["posthog"][0] == "fail"
    assert checks[".env"] == ("warn", f"chmod 600 {env_file}")
    assert checks["mixpanel"][0] == "ok"
    assert checks["posthog_payloads"][0] == "warn"
    assert "personal_key" not in result.out + result.err
    assert _doctor(project)["mixpanel"] == (
        "warn",
        "set MIXPANEL_REGION or MIXPANEL_API_URL, or give --region with each push",
    )
    project.write_profile("type: snowflake")
    assert project.run("doctor").code == 2


def test_leftovers_and_stale_locks(connected: Project) -> None:
    _pushed(connected)
    (connected.state / "tmp" / "known.duckdb").write_bytes(b"x" * 5000)
    lock = next((connected.state / "locks").iterdir())
    lock.write_text('{"pid": 1, "host": "h", "started_at": "2025-01-01T00:00:00"}')
    lock.chmod(0o644)
    checks = _doctor(connected)
    assert checks["leftovers"][0] == checks[f"lock {lock.stem}"][0] == checks["file modes"][0] == "warn"


def _ledger(project: Project) -> Path:
    return project.state / "ledger.sqlite"


def _remove(project: Project) -> None:
    for path in project.state.glob("ledger.sqlite*"):
        path.unlink()


def _empty(project: Project) -> None:
    _remove(project)
    _ledger(project).touch()


def _garble(project: Project) -> None:
    data = bytearray(_ledger(project).read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    _ledger(project).write_bytes(data)


def _garble_a_hash(project: Project) -> None:
    """A change that SQLite itself cannot see."""
    with sqlite3.connect(_ledger(project)) as connection:
        hashes = bytearray(connection.execute("select hashes from batches where id = 2").fetchone()[0])
        hashes[3] ^= 1
        connection.execute("update batches set hashes = ? where id = 2", (bytes(hashes),))


def _cut(project: Project) -> None:
    os.truncate(_ledger(project), _ledger(project).stat().st_size - 5000)


def _lose_the_log(project: Project) -> None:
    """What a killed first run and a lost write-ahead log leave behind: all tables were still in it."""
    _remove(project)
    with sqlite3.connect(_ledger(project)) as connection:
        connection.execute("pragma journal_mode = wal")


@pytest.mark.parametrize("damage", [_remove, _empty, _garble, _garble_a_hash, _cut, _lose_the_log])
def test_a_lost_or_damaged_ledger_is_made_anew(
    connected: Project, standin: Standin, damage: object, request: pytest.FixtureRequest
) -> None:
    assert callable(damage)
    records = [posthog_event(one, distinct_id=" " if one == 7 else "someone") for one in range(30)]
    connected.build(posthog=records)
    assert connected.push("posthog", "--batch-size", "5").code == 7
    before = _history(connected)
    damage(connected)
    connected.build(posthog=[*records, posthog_event(30)])
    requests = len(standin.requests)
    refused = connected.push("posthog")
    assert refused.code == 6
    assert "crosswalk doctor --rebuild-ledger" in refused.err
    assert len(standin.requests) == requests, "it does not begin at 0"
    failed = connected.run("doctor", "--json")
    assert failed.code == 6
    assert "--rebuild-ledger" in _checks(failed)["ledger"][1]
    assert connected.run("doctor", "--rebuild-ledger").code == 0
    assert _history(connected) == before
    report = connected.push("posthog").report()
    assert (report["already_accepted"], report["rejected_before"], report["accepted"]) == (29, 1, 1)
    kept = list(connected.state.glob("ledger.sqlite.*.old"))
    assert len(kept) == (damage not in (_remove,)), "the old file is put aside, not deleted"


def test_a_sound_ledger_is_not_made_anew(connected: Project) -> None:
    _pushed(connected)
    shutil.rmtree(connected.state / "journals")
    result = connected.run("doctor", "--rebuild-ledger")
    assert result.code == 2
    assert "sound" in result.err
    assert connected.run("status", "--json").report()["accepted"] == 30


def test_without_journals_an_empty_ledger_is_begun_knowingly(connected: Project, standin: Standin) -> None:
    _pushed(connected)
    shutil.rmtree(connected.state / "journals")
    _remove(connected)
    assert "everything goes out again" in connected.push("posthog").err
    assert connected.run("status").code == 6
    result = connected.run("doctor", "--rebuild-ledger")
    assert result.code == 0
    assert "the next push sends everything" in result.out
    assert connected.push("posthog").code == 0
    assert (standin.counts()["posthog_events"], standin.counts()["posthog_events_raw"]) == (30, 60)


def test_a_ledger_without_its_write_ahead_log_catches_up(connected: Project, standin: Standin) -> None:
    _pushed(connected)
    older = _ledger(connected).read_bytes()
    connected.build(posthog=[posthog_event(one, day=one % 3) for one in range(60)])
    connected.push("posthog")
    _remove(connected)
    _ledger(connected).write_bytes(older)
    _ledger(connected).chmod(0o600)
    assert (
        _doctor(connected)[next(one for one in _doctor(connected) if one.startswith("journal"))][0] == "warn"
    )
    requests = len(standin.requests)
    result = connected.push("posthog")
    assert (result.code, result.report()["already_accepted"]) == (0, 60)
    assert "caught up" in result.err
    assert len(standin.requests) == requests


def test_a_lost_journal_is_written_anew(connected: Project) -> None:
    records = [posthog_event(one, distinct_id=" " if one == 7 else "someone") for one in range(30)]
    connected.build(posthog=records)
    connected.push("posthog")
    journal = next((connected.state / "journals").iterdir())
    journal.unlink()
    assert _doctor(connected)[f"journal {journal.stem}"][0] == "warn"
    connected.push("posthog")
    _remove(connected)
    connected.run("doctor", "--rebuild-ledger")
    report = connected.push("posthog").report()
    assert (report["already_accepted"], report["rejected_before"], report["requests"]) == (29, 1, 0)


@pytest.mark.parametrize("torn", [1, 20, 100])
def test_a_torn_journal(connected: Project, standin: Standin, torn: int) -> None:
    _pushed(connected)
    journal = next((connected.state / "journals").iterdir())
    whole = journal.read_bytes()
    journal.write_bytes(whole + whole[:torn])
    connected.build(posthog=[posthog_event(one, day=one % 3) for one in range(31)])
    result = connected.push("posthog")
    assert (result.code, result.report()["accepted"]) == (0, 1)
    assert "in the middle of an entry" in result.err
    assert journal.read_bytes().startswith(whole)
    _remove(connected)
    connected.run("doctor", "--rebuild-ledger")
    assert connected.push("posthog").report()["already_accepted"] == 31


def test_a_journal_damaged_in_the_middle_still_tells_the_rest(connected: Project, standin: Standin) -> None:
    _pushed(connected)
    journal = next((connected.state / "journals").iterdir())
    data = bytearray(journal.read_bytes())
    data[len(data) // 2] ^= 255
    journal.write_bytes(data)
    _remove(connected)
    result = connected.run("doctor", "--rebuild-ledger")
    assert "are damaged" in result.out
    report = connected.push("posthog").report()
    assert (report["already_accepted"], report["accepted"]) == (25, 5), "one batch of 5 is not known"
    assert standin.counts()["posthog_events"] == 30


def test_a_ledger_of_version_1(connected: Project, standin: Standin) -> None:
    records = [posthog_event(one, distinct_id=" " if one == 7 else "someone") for one in range(30)]
    connected.build(posthog=records)
    connected.push("posthog")
    shutil.rmtree(connected.state / "journals")
    with sqlite3.connect(_ledger(connected)) as connection:
        connection.executescript(_BACK_TO_1)
    assert "brings an older one up to date" in connected.run("status").err
    requests = len(standin.requests)
    result = connected.push("posthog")
    report = result.report()
    assert (report["already_accepted"], report["rejected_before"]) == (29, 1), result.err
    assert len(standin.requests) == requests
    assert connected.run("status", "--json").report()["rejected"] == 1
    assert list((connected.state / "journals").iterdir())


def test_a_ledger_of_a_newer_version(connected: Project) -> None:
    _pushed(connected)
    with sqlite3.connect(_ledger(connected)) as connection:
        connection.execute("update meta set value = '99' where name = 'version'")
    result = connected.push("posthog")
    assert result.code == 2
    assert "newer version" in result.err


_BACK_TO_1 = """
create table rejected (
    destination_id integer not null references destinations (id), id_hash blob not null, payload_hash blob not null,
    kind text not null, record_id text not null, reason text not null, status integer not null,
    run_id integer not null references runs (id), primary key (destination_id, id_hash, payload_hash)
) without rowid;
insert into rejected select destination_id, id_hash, payload_hash, kind, record_id, reason, status, run_id from letters;
drop table marks;
drop table letters;
alter table destinations drop column journal_bytes;
alter table runs drop column settled;
alter table batches drop column accepted_at;
alter table batches drop column crc;
alter table batches drop column sent;
update meta set value = '1' where name = 'version';
"""
