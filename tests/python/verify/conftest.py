"""A delivery at the stand-in that can be read back: three days, two batches each, profiles and identities too."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from cli.conftest import clean_environment, no_waiting, project, standin
from cli.support import Project, Record, Result, mixpanel_event, mixpanel_profile, posthog_event
from standin.server import Standin

__all__ = ["clean_environment", "no_waiting", "project", "standin"]
DAYS = 3
EVENTS = 24  # a day
_VARIABLES = ("POSTHOG_PERSONAL_API_KEY", "POSTHOG_PROJECT_ID", "MIXPANEL_DATA_URL")
NAMES = ("Song Played", "Song Liked")


def mixpanel_records() -> list[Record]:
    """Events of seven users in two buckets a day, and two profiles."""
    events = []
    for day in range(DAYS):
        for number in range(EVENTS):
            whole = mixpanel_event(
                day * EVENTS + number,
                day,
                number % 2,
                import_id="move-1",
                price=number / 4,
                nested={"a": [number]},
            )
            payload = whole.payload.replace("Song Played", NAMES[number % 2], 1)
            events.append(replace(whole, payload=payload))
    return [*events, mixpanel_profile(1), mixpanel_profile(2)]


def posthog_records() -> list[Record]:
    """The same at PostHog, and an `$identify` that joins two distinct ids."""
    events = []
    for day in range(DAYS):
        for number in range(EVENTS):
            properties = {
                "step": number,
                "price": number / 4,
                "nested": {"a": [number]},
                "$import_job_id": "move-1",
            }
            name = NAMES[number % 2]
            events.append(
                posthog_event(day * EVENTS + number, day, number % 2, event=name, properties=properties)
            )
    joins = {"$anon_distinct_id": "device-1", "$import_job_id": "move-1"}
    return [*events, posthog_event(9999, kind="identify", distinct_id="user-1", properties=joins)]


@dataclass
class Delivery:
    """A project whose records are at the stand-in."""

    project: Project
    standin: Standin
    destination: str

    def rows(self) -> list[dict[str, Any]]:
        """The destination's rows, to be tampered with."""
        vendor = self.standin.mixpanel if self.destination == "mixpanel" else self.standin.posthog
        return vendor.raw_events

    def verify(self, *arguments: str) -> Result:
        """Run the command with --json."""
        return self.project.run("verify", "--to", self.destination, "--json", *arguments)

    def key(self, row: dict[str, Any]) -> str:
        """The record id of a row."""
        return str(row["uuid"] if self.destination == "posthog" else row["properties"]["$insert_id"])


def connect(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all credentials lead to the stand-in."""
    values = {
        "MIXPANEL_API_URL": standin.url,
        "MIXPANEL_DATA_URL": standin.url,
        "MIXPANEL_PROJECT_TOKEN": standin.token,
        "MIXPANEL_SERVICE_ACCOUNT": standin.account,
        "MIXPANEL_SERVICE_SECRET": standin.account_secret,
        "MIXPANEL_PROJECT_ID": standin.project_id,
        "POSTHOG_URL": standin.url,
        "POSTHOG_PROJECT_API_KEY": standin.api_key,
        "POSTHOG_PERSONAL_API_KEY": standin.posthog.personal_key,
        "POSTHOG_PROJECT_ID": standin.posthog.project_id,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def clean_reading_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the person who runs the tests reaches them."""
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=["mixpanel", "posthog"])
def delivery(
    request: pytest.FixtureRequest, project: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> Delivery:
    """All records at one destination."""
    return deliver(request.param, project, standin, monkeypatch)


def deliver(
    destination: str, project: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> Delivery:
    """Build and push."""
    connect(standin, monkeypatch)
    is_mixpanel = destination == "mixpanel"
    project.build(
        mixpanel=mixpanel_records() if is_mixpanel else (), posthog=() if is_mixpanel else posthog_records()
    )
    assert project.push(destination).code == 0
    return Delivery(project, standin, destination)


def found(report: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The findings of a kind."""
    return [one for one in report["findings"] if one["kind"] == kind]
