"""`crosswalk migrate`: from step to step, resumed after whatever ended it, nothing sent without a yes, nothing twice."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from crosswalk.errors import ConfigError
from crosswalk.migrate.patterns import below, covering
from crosswalk.push.lock import Lock
from standin.amplitude import ExportApi, Fault, truth
from standin.server import Failure, Standin

from cli.migrations import RANGE, START, Between, QuickBuild, set_clock
from cli.support import Project

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


@pytest.fixture
def between(connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Iterator[Between]:
    """150 events over twelve hours of two days at Amplitude, both destinations, and the quick build."""
    build = QuickBuild(connected)
    monkeypatch.setattr("crosswalk.migrate.build_step.run_build", build)
    monkeypatch.delenv("AMPLITUDE_REGION", raising=False)
    with ExportApi(truth(150, START + 18 * HOUR, 12)) as api:
        monkeypatch.setenv("AMPLITUDE_URL", api.url)
        monkeypatch.setenv("AMPLITUDE_API_KEY", api.api_key)
        monkeypatch.setenv("AMPLITUDE_SECRET_KEY", api.secret_key)
        yield Between(connected, api, standin, build)


def test_all_steps_once(between: Between) -> None:
    done = between.migrate("--yes")
    assert done.code == 0, done.err
    assert between.delivered() == sorted(between.truth())
    heads = [line for line in done.out.splitlines() if line.startswith("Step ")]
    steps = ("extract", "build", "plan", "push", "verify")
    assert heads == [f"Step {number} of 5: {name}" for number, name in enumerate(steps, start=1)]
    assert "not verified: " in done.out
    assert between.build.variables[0]["sources"] == ["amplitude"]
    assert between.build.variables[0]["destinations"] == ["posthog"]


def test_a_second_run_asks_nobody_anything(between: Between) -> None:
    between.migrate("--yes")
    sent, asked = len(between.standin.requests), len(between.api.asked)
    again = between.migrate()  # not even for a yes
    assert again.code == 0, again.err
    assert (len(between.standin.requests), len(between.api.asked)) == (sent, asked)
    assert len(between.build.variables) == 1


def test_nothing_is_sent_without_a_yes(between: Between) -> None:
    refused = between.migrate()
    assert refused.code == 8
    assert "was not approved. To send it: crosswalk " in refused.err
    assert refused.err.rstrip().endswith("--yes")
    assert between.standin.requests == []
    assert between.migrate("--yes").code == 0
    assert between.delivered() == sorted(between.truth())
    assert len(between.build.variables) == 1


@pytest.mark.parametrize(("word", "code"), [("y", 0), ("n", 8)])
def test_a_person_is_asked(between: Between, monkeypatch: pytest.MonkeyPatch, word: str, code: int) -> None:
    asked: list[str] = []

    def answer(question: str) -> bool:
        asked.append(question)
        return word == "y"

    monkeypatch.setattr("crosswalk.commands.push.agreed", answer)
    assert between.migrate().code == code
    assert asked == [f"Send this to PostHog at {between.standin.url}? [y/N] "]
    assert bool(between.standin.requests) == (code == 0)


def test_a_dry_run_sends_nothing_and_spoils_nothing(
    between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.delenv("POSTHOG_PROJECT_API_KEY")  # a plan needs no destination
        dry = between.migrate("--dry-run")
    assert dry.code == 0, dry.err
    assert between.standin.requests == []
    assert "Step 3 of 3: plan" in dry.out
    assert (
        f"Plan {json.loads(next((between.project.state / 'plans').iterdir()).read_text())['plan_id']}"
        in dry.out
    )
    assert sorted(path.name for path in between.project.state.iterdir()) == [
        "hashes",
        "migrate",
        "personal",
        "plans",
        "tmp",
    ]
    done = between.migrate("--yes")
    assert done.code == 0, done.err
    assert between.delivered() == sorted(between.truth())


def _fail_extract(between: Between) -> None:
    between.api.fail(Fault(status=403))


def _fail_build(between: Between) -> None:
    between.build.failures.append(ConfigError("dbt stopped: no."))


def _fail_test(between: Between) -> None:
    between.build.failures.append("fail")


def _fail_push(between: Between) -> None:
    between.standin.fail("/batch/", Failure(status=401))


@pytest.mark.parametrize(
    ("fail", "step", "code"),
    [(_fail_extract, "1 of 5, extract", 3), (_fail_build, "2 of 5, build", 2), (_fail_test, "2 of 5, build", 4),
     (_fail_push, "4 of 5, push", 3)],
)  # fmt: skip
def test_a_step_that_fails_ends_it_and_the_same_command_goes_on(
    between: Between, fail: object, step: str, code: int
) -> None:
    assert callable(fail)
    fail(between)
    failed = between.migrate("--yes")
    assert failed.code == code
    assert f"tep {step}" in failed.err
    assert "To go on: crosswalk " in failed.err.splitlines()[-1]
    asked = len(between.api.asked)
    done = between.migrate("--yes")
    assert done.code == 0, done.err
    assert between.delivered() == sorted(between.truth())
    if step.startswith("2"):
        assert len(between.build.variables) == 2
    if step.startswith("4"):
        assert (len(between.api.asked), len(between.build.variables)) == (asked, 1)


def test_rejected_records_are_said_and_the_rest_is_delivered(between: Between) -> None:
    between.standin.fail("/batch/", *[Failure(status=400)] * 8)  # down to one record of 150
    done = between.migrate("--yes", "--json")
    assert done.code == 7
    last = done.report()
    assert (last["type"], last["outcome"], last["exit_code"]) == ("migrate", "rejected", 7)
    assert last["accepted"] == len(between.delivered()) == last["records"] - 1
    assert between.migrate().code == 7
    assert len(between.delivered()) == last["accepted"]


def test_json_is_an_object_a_line(between: Between) -> None:
    objects = between.migrate("--yes", "--json").objects()
    assert [one["type"] for one in objects] == ["extract", "build", "plan", "push", "verify", "migrate"]
    assert objects[4]["status"] == "not_verified"
    assert objects[4]["reason"]
    assert objects[5]["verified"] is False
    assert not (between.project.state / "verify").exists()


def test_only_the_files_of_the_range_are_read(between: Between) -> None:
    """Other days of the same project, and another project's files of the same days, stand in the folder too."""
    between.migrate("--dry-run")
    dest = between.project.folder / "data" / "amplitude"
    donor = next(dest.glob("*.json.gz"))
    (dest / donor.name.replace("187520_", "999_")).write_bytes(donor.read_bytes())
    between.migrate("--dry-run", span=("--start", "2024-01-01T19", "--end", "2024-01-01T22"))
    hours = {int(name.split("_")[2].split("#")[0]) for name in between.build.files()}
    assert {name.split("_")[1] for name in between.build.files()} == {"2024-01-01"}
    assert min(hours) >= 19
    assert max(hours) <= 22
    wanted = {
        path.name
        for path in dest.glob("187520_2024-01-01_*.json.gz")
        if 19 <= int(path.name.split("_")[2].split("#")[0]) <= 22
    }
    assert between.build.files() == wanted


def test_the_build_is_done_anew_where_something_has_changed(between: Between) -> None:
    def builds() -> int:
        done = between.migrate("--dry-run")
        assert done.code == 0, done.err
        return len(between.build.variables)

    assert (builds(), builds()) == (1, 1)
    model = between.project.folder / "models" / "mine.sql"
    model.parent.mkdir()
    model.write_text("select 1")
    assert builds() == 2
    between.project.build()  # somebody else's build in the same warehouse
    assert builds() == 3
    between.project.warehouse.unlink()
    assert builds() == 4
    assert {json.dumps(one, sort_keys=True) for one in between.build.variables} == {
        json.dumps(between.build.variables[0], sort_keys=True)
    }


def test_what_a_broken_build_left_is_not_taken_for_the_build_before(between: Between) -> None:
    """It may have replaced some relations, and not the payloads."""
    between.migrate("--dry-run")
    model = between.project.folder / "models" / "mine.sql"
    model.parent.mkdir()
    model.write_text("select 1")
    _fail_build(between)
    assert between.migrate("--dry-run").code == 2
    model.unlink()
    assert between.migrate("--dry-run").code == 0
    assert len(between.build.variables) == 3


def _span(between: Between) -> list[tuple[str, str]]:
    return [(one["first"], one["last"]) for one in between.journeys()]


def test_the_last_30_days_stay_the_same_until_they_are_delivered(
    between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ("2023-12-05T00", "2024-01-03T23")
    set_clock(monkeypatch, START + 3 * DAY + dt.timedelta(hours=2, minutes=1))
    refused = between.migrate(span=())
    assert refused.code == 8
    assert (
        "from 2023-12-05T00 to 2024-01-03T23 (UTC), both included, the last 30 days that Amplitude had"
        in refused.out
    )
    set_clock(monkeypatch, START + 9 * DAY)
    done = between.migrate("--yes", span=())
    assert done.code == 0, done.err
    assert "the range of the migration that began 2024-01-04 02:01 UTC" in done.out
    assert _span(between) == [first]
    assert between.delivered() == sorted(between.truth())
    assert between.migrate("--dry-run", span=()).code == 0
    assert sorted(_span(between)) == [first, ("2023-12-10T00", "2024-01-08T23")]


def test_another_project_gets_the_same_days(between: Between, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test project first, then the real one: what was looked at is what goes out."""
    set_clock(monkeypatch, START + 4 * DAY)
    assert between.migrate("--yes", span=()).code == 0
    set_clock(monkeypatch, START + 6 * DAY)
    with Standin() as real:
        monkeypatch.setenv("POSTHOG_URL", real.url)
        assert between.migrate(span=()).code == 8
        assert between.migrate("--yes", span=()).code == 0
        assert len(_span(between)) == 1
        assert sorted(event["uuid"] for event in real.posthog.raw_events) == sorted(between.truth())


def test_restart_takes_the_last_30_days_as_of_now(between: Between, monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, START + 4 * DAY)
    between.migrate("--dry-run", span=())
    set_clock(monkeypatch, START + 5 * DAY)
    between.migrate("--dry-run", "--restart", span=())
    set_clock(monkeypatch, START + 6 * DAY)
    between.migrate("--dry-run", span=())
    assert sorted(one[1] for one in _span(between)) == ["2024-01-03T23", "2024-01-04T23"]


@pytest.mark.parametrize(
    ("clock", "last"), [("00:30", "2024-03-07T23"), ("01:59", "2024-03-07T23"), ("02:00", "2024-03-08T23")]
)
def test_the_last_day_is_one_that_amplitude_has_in_full(
    between: Between, monkeypatch: pytest.MonkeyPatch, clock: str, last: str
) -> None:
    set_clock(monkeypatch, dt.datetime.fromisoformat(f"2024-03-09T{clock}:00+00:00"))
    between.api.rows = truth(5, dt.datetime(2024, 3, 1, tzinfo=dt.UTC), 5)
    assert between.migrate("--dry-run", span=()).code == 0
    (span,) = _span(between)
    assert span[1] == last
    hours = dt.datetime.fromisoformat(f"{span[1]}:00") - dt.datetime.fromisoformat(f"{span[0]}:00")
    assert hours == 30 * DAY - dt.timedelta(hours=1)


def test_hours_that_are_to_come_keep_it_open(between: Between, monkeypatch: pytest.MonkeyPatch) -> None:
    night = START + DAY + 2 * HOUR
    set_clock(monkeypatch, night)
    between.api.now = night
    early = between.migrate("--yes")
    assert early.code == 0, early.err
    assert "24 hours of the range are not over yet" in early.out
    assert 0 < len(between.delivered()) < 150
    assert between.journeys()[0]["delivered"] == {}
    between.api.now = START + 4 * DAY
    set_clock(monkeypatch, START + 4 * DAY)
    assert between.migrate().code == 8
    assert between.migrate("--yes").code == 0
    assert between.delivered() == sorted(between.truth())


def test_one_migration_at_a_time(between: Between) -> None:
    folder = between.project.state / "migrate"
    folder.mkdir(parents=True)
    lock = Lock(folder, "migrate")
    try:
        refused = between.migrate("--yes")
    finally:
        lock.release()
    assert refused.code == 11
    assert between.api.asked == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--start", "2024-01-01"), 2, "both --start and --end"),
        (("--start", "2024-01-02", "--end", "2024-01-01"), 2, "is before --start"),
        ((*RANGE, "--restart"), 2, "leave out --start and --end"),
        ((*RANGE, "--timezone", "Europe/Berlin"), 2, "--timezone is about a Mixpanel source"),
        (("--start", "2019-01-01", "--end", "2019-01-02", "--yes"), 2, "no events from 2019-01-01T00 to 2019-01-02T23"),
    ],
)  # fmt: skip
def test_wrong_wishes(between: Between, arguments: tuple[str, ...], code: int, words: str) -> None:
    refused = between.migrate(span=arguments)
    assert (refused.code, between.standin.requests) == (code, [])
    assert words in refused.err


def test_regions_of_source_and_destination(between: Between, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are settled before anything is fetched."""
    monkeypatch.delenv("POSTHOG_URL")
    refused = between.migrate("--source-region", "eu")
    assert refused.code == 2
    assert "add --region us|eu, or set POSTHOG_REGION" in refused.err
    monkeypatch.delenv("AMPLITUDE_URL")
    refused = between.migrate("--region", "eu")
    assert refused.code == 2
    assert "add --source-region us|eu, or set AMPLITUDE_REGION" in refused.err
    assert between.api.asked == []


def test_another_warehouse_than_duckdb_is_refused_before_anything_is_fetched(between: Between) -> None:
    between.project.write_profile(
        "type: postgres", "host: 127.0.0.1", "user: me", "dbname: x", "schema: main"
    )
    refused = between.migrate("--yes")
    assert refused.code == 2
    assert "only DuckDB reads" in refused.err
    assert between.api.asked == []


def test_a_damaged_file_of_a_migration(between: Between) -> None:
    between.migrate("--dry-run")
    path = next((between.project.state / "migrate").glob("*-to-*.json"))
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("{")
    refused = between.migrate("--yes")
    assert refused.code == 6
    assert f"{path} cannot be read: delete it" in refused.err


def test_no_key_stands_in_the_state(between: Between) -> None:
    between.migrate("--yes")
    for path in (between.project.state / "migrate").rglob("*.json"):
        text = path.read_text()
        for secret in (between.api.api_key, between.api.secret_key, between.standin.api_key):
            assert secret not in text


def test_patterns_match_what_is_wanted_and_nothing_else(tmp_path: Path) -> None:
    """Held against DuckDB's own reading of globs, in a folder whose name is one."""
    folder = tmp_path / "odd [a-z] *"
    folder.mkdir()
    days = [dt.date(2024, 1, 1) + number * DAY for number in range(70)]
    there = [f"187520_{day}_{hour}#{hour}.json.gz" for day in days for hour in (0, 7, 23)]
    there += ["999_2024-01-05_7#1.json.gz", "187520_2024-01-05.json.gz", "notes.txt", "187520_2024-02-01x"]
    for name in there:
        (folder / name).touch()
    for first, last in ((0, 69), (3, 69), (0, 66), (4, 4), (31, 59)):
        wanted = {
            name
            for name in there[:210]
            if days[first] <= dt.date.fromisoformat(name.split("_")[1]) <= days[last]
        }
        globs = covering({*wanted, "187520_2025-01-01_1#1.json.gz"}, there)
        found = [
            Path(row[0]).name
            for one in below(str(folder), globs)
            for row in duckdb.execute("select file from glob(?)", [one]).fetchall()
        ]
        assert sorted(found) == sorted(wanted)
        assert len(globs) <= last - first + 5  # of 5 January, each file
    assert covering(there[:93], there[:210]) == ["187520_2024-01-*"]
