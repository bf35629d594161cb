"""`crosswalk migrate` from Mixpanel: whole days, profiles of this migration, and never back into the project it came from."""

import base64
import datetime as dt
import gzip
import json
from collections.abc import Iterator

import pytest
from standin.mixpanel_export import ExportApis, profiles, truth
from standin.server import Standin

from cli.migrations import QuickBuild, set_clock
from cli.support import Project, Result

FIRST = dt.date(2024, 1, 1)
NOW = dt.datetime(2024, 1, 5, 15, tzinfo=dt.UTC)


class FromMixpanel:
    """A Mixpanel project with 60 events over three days, both destinations, and the quick build."""

    def __init__(self, project: Project, apis: ExportApis, standin: Standin, build: QuickBuild) -> None:
        self.project, self.apis, self.standin, self.build = project, apis, standin, build

    def migrate(self, *arguments: str, to: str = "mixpanel") -> Result:
        """`crosswalk migrate --source mixpanel`."""
        return self.project.run("migrate", "--source", "mixpanel", "--to", to, *arguments)

    def truth(self) -> list[str]:
        """Every insert id."""
        rows = (json.loads(line) for lines in self.apis.days.values() for line in lines)
        return sorted(row["properties"]["$insert_id"] for row in rows)

    def delivered(self) -> list[str]:
        """The insert id of every event that came in."""
        return sorted(one["properties"]["$insert_id"] for one in self.standin.mixpanel.raw_events)

    def pages(self) -> int:
        """How often profiles were asked for."""
        return sum(one.what.startswith("page") for one in self.apis.asked)


@pytest.fixture
def away(connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Iterator[FromMixpanel]:
    """The source's service account and the destination's token, as a person sets them."""
    build = QuickBuild(connected)
    monkeypatch.setattr("crosswalk.migrate.build_step.run_build", build)
    monkeypatch.setattr("crosswalk.extract.mixpanel_quota.HOUR_SECONDS", 0.0)
    monkeypatch.setattr("crosswalk.extract.mixpanel_quota.SECOND_SECONDS", 0.0)
    set_clock(monkeypatch, NOW)
    with ExportApis(truth(60, FIRST, 3), profiles(5), hour=0.0, second=0.0) as apis:
        for name, value in {
            "MIXPANEL_DATA_URL": apis.url,
            "MIXPANEL_QUERY_URL": apis.url,
            "MIXPANEL_SERVICE_ACCOUNT": apis.account,
            "MIXPANEL_SERVICE_SECRET": apis.secret,
            "MIXPANEL_PROJECT_ID": apis.project_id,
        }.items():
            monkeypatch.setenv(name, value)
        yield FromMixpanel(connected, apis, standin, build)


def test_the_last_30_days_to_the_project_of_the_token(away: FromMixpanel) -> None:
    done = away.migrate("--yes")
    assert done.code == 0, done.err
    assert (
        "days from 2023-12-06 to 2024-01-04, both included, the last 30 days that Mixpanel had in full"
        in done.out
    )
    assert away.delivered() == away.truth()
    sign_in = "Basic " + base64.b64encode(f"{away.standin.token}:".encode()).decode()
    imports = [one for one in away.standin.requests if one.path == "/import"]
    assert {one.headers["authorization"] for one in imports} == {sign_in}
    assert all("project_id" not in one.query for one in imports)
    given = away.build.variables[0]
    assert (given["sources"], given["destinations"]) == (["mixpanel"], ["mixpanel"])
    assert given["mixpanel_profile_files"] == ["data/mixpanel/profiles/mixpanel_4242_profiles.ndjson.gz"]
    assert (
        len(
            gzip.decompress((away.project.folder / given["mixpanel_profile_files"][0]).read_bytes()).split(
                b"\n"
            )
        )
        == 6
    )
    requests, asked = len(away.standin.requests), len(away.apis.asked)
    assert away.migrate().code == 0
    assert (len(away.standin.requests), len(away.apis.asked)) == (requests, asked)


def test_without_a_token_nothing_goes_back_to_the_source(
    away: FromMixpanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MIXPANEL_PROJECT_TOKEN")
    refused = away.migrate("--yes")
    assert refused.code == 3
    assert "it names the destination project" in refused.err
    assert (away.apis.asked, away.standin.requests) == ([], [])


def test_profiles_are_of_this_migration(away: FromMixpanel, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that goes on keeps the list that it fetched; the next one fetches it anew."""
    assert away.migrate(to="posthog").code == 8
    assert away.migrate("--yes", to="posthog").code == 0
    assert away.pages() == 1
    set_clock(monkeypatch, dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2))
    assert away.migrate("--dry-run", "--start", "2024-01-01", "--end", "2024-01-03", to="posthog").code == 0
    assert away.pages() == 2


@pytest.mark.parametrize(
    ("clock", "zone", "last"),
    [
        ("2024-03-09T11:59", (), "2024-03-07"),  # at UTC-12 it is still the 8th
        ("2024-03-09T12:00", (), "2024-03-08"),
        ("2024-03-09T00:00", ("--timezone", "UTC"), "2024-03-08"),
        ("2024-03-09T16:00", ("--timezone", "Asia/Tokyo"), "2024-03-09"),
    ],
)
def test_the_last_day_is_over_in_the_project(
    away: FromMixpanel, monkeypatch: pytest.MonkeyPatch, clock: str, zone: tuple[str, ...], last: str
) -> None:
    set_clock(monkeypatch, dt.datetime.fromisoformat(f"{clock}+00:00"))
    away.apis.days = truth(9, dt.date(2024, 3, 1), 3)
    assert away.migrate("--dry-run", *zone).code == 0
    (path,) = (away.project.state / "migrate").glob("mixpanel-to-mixpanel-*.json")
    journey = json.loads(path.read_text())
    assert journey["last"] == last
    assert dt.date.fromisoformat(journey["first"]) == dt.date.fromisoformat(last) - dt.timedelta(days=29)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (("2024-01-01T05", "2024-01-02"), "--start is '2024-01-01T05', which is no day"),
        (("2024-01-02", "2024-01-01"), "is before --start"),
        (
            ("2024-02-02", "2024-02-03"),
            "2024-02-02 has not begun in the project yet: give an earlier --start",
        ),
    ],
)
def test_wrong_days(away: FromMixpanel, span: tuple[str, str], words: str) -> None:
    refused = away.migrate("--start", span[0], "--end", span[1])
    assert refused.code == 2
    assert words in refused.err
    assert away.apis.asked == []


def test_a_day_that_is_not_over_keeps_it_open(away: FromMixpanel, monkeypatch: pytest.MonkeyPatch) -> None:
    span = ("--start", "2024-01-01", "--end", "2024-01-03")
    set_clock(monkeypatch, dt.datetime(2024, 1, 3, 15, tzinfo=dt.UTC))
    early = away.migrate("--yes", *span)
    assert early.code == 0, early.err
    assert "1 day of the range are not over yet" in early.out
    (path,) = (away.project.state / "migrate").glob("*-to-*.json")
    assert json.loads(path.read_text())["delivered"] == {}
