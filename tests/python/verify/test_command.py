"""What `crosswalk verify` says and does where nothing can be compared, and around it."""

import json
from pathlib import Path

import pytest
from cli.support import Project, mixpanel_event, posthog_event
from crosswalk.verify.result import read_result
from standin.server import Failure, Standin

from verify.conftest import Delivery, connect

PATHS = {"mixpanel": "/api/2.0/export", "posthog": "/api/projects/77/query/"}


@pytest.mark.parametrize(
    ("destination", "variable"),
    [
        ("mixpanel", "MIXPANEL_SERVICE_SECRET"),
        ("posthog", "POSTHOG_PERSONAL_API_KEY"),
        ("posthog", "POSTHOG_PROJECT_ID"),
    ],
)
def test_without_a_key_that_reads_nothing_is_green(
    destination: str, variable: str, project: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(standin, monkeypatch)
    monkeypatch.delenv(variable)
    result = project.run("verify", "--to", destination)
    assert result.code == 3
    assert "NOT VERIFIED" in result.out
    assert variable in result.err
    stored = read_result(project.state, destination)
    assert stored is not None
    assert stored.status == "not_verified"
    assert variable in stored.reason


@pytest.mark.parametrize(("status", "code"), [(401, 3), (403, 3), (400, 2)])
def test_a_refusal_is_not_green(delivery: Delivery, status: int, code: int) -> None:
    assert delivery.verify().code == 0
    delivery.standin.fail(PATHS[delivery.destination], Failure(status, {"detail": "no"}))
    result = delivery.verify()
    assert result.code == code, result.err
    assert result.report()["status"] == "not_verified"
    stored = read_result(delivery.project.state, delivery.destination)
    assert stored is not None
    assert stored.status == "not_verified"


def test_a_dead_destination_is_not_green(delivery: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    delivery.standin.fail(PATHS[delivery.destination], *[Failure(503)] * 12)
    result = delivery.verify()
    assert result.code == 5, result.err
    assert result.report()["status"] == "not_verified"


@pytest.mark.parametrize(
    "failure",
    [
        Failure(503),
        Failure(429),
        Failure(reset=True),
        Failure(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"),
        Failure(200, b'{"event":"Song Played","prope'),
    ],
    ids=["503", "429", "reset", "cut", "not whole"],
)
def test_an_answer_that_is_not_whole_is_asked_for_again(delivery: Delivery, failure: Failure) -> None:
    delivery.standin.fail(PATHS[delivery.destination], failure)
    result = delivery.verify()
    assert result.code == 0, result.out + result.err


@pytest.mark.parametrize("destination", ["mixpanel", "posthog"])
def test_nothing_sent_is_not_green(
    destination: str, project: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(standin, monkeypatch)
    project.build(mixpanel=[mixpanel_event(1)], posthog=[posthog_event(1)])
    result = project.run("verify", "--to", destination)
    assert result.code == 2
    assert "crosswalk push" in result.err
    assert not standin.requests


@pytest.mark.parametrize("destination", ["mixpanel", "posthog"])
def test_a_push_that_is_not_done_is_a_difference(
    destination: str, project: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(standin, monkeypatch)
    project.build(
        mixpanel=[mixpanel_event(n, import_id="m") for n in range(9)],
        posthog=[posthog_event(n) for n in range(9)],
    )
    project.push(destination, "--limit", "8")
    result = project.run("verify", "--to", destination, "--json")
    assert result.code == 4, result.err
    [finding] = result.report()["findings"]
    assert "1 event of 9 have no answer yet" in finding["text"]
    assert finding["next"] == f"crosswalk push --to {destination}"


@pytest.mark.parametrize("destination", ["mixpanel", "posthog"])
def test_records_without_a_mark_are_told_by_their_ids(
    destination: str, project: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(standin, monkeypatch)
    project.build(
        mixpanel=[mixpanel_event(n) for n in range(9)], posthog=[posthog_event(n) for n in range(9)]
    )
    project.push(destination)
    rows = (standin.mixpanel if destination == "mixpanel" else standin.posthog).raw_events
    live = json.loads(json.dumps(rows[0]))
    (live["properties"] if destination == "mixpanel" else live)[
        "$insert_id" if destination == "mixpanel" else "uuid"
    ] = "22222222-0000-4000-8000-000000000000"
    rows.append(live)
    result = project.run("verify", "--to", destination, "--json")
    assert result.code == 0, result.out + result.err
    assert "no import mark" in str(result.report()["unverified"])
    rows.pop(0)
    assert project.run("verify", "--to", destination, "--json").report()["findings"][0]["kind"] == "dropped"


def test_live_data_beside_the_import_is_left_alone(delivery: Delivery) -> None:
    live = json.loads(json.dumps(delivery.rows()[0]))
    live["properties"].pop("import_id", None)
    live["properties"].pop("$import_job_id", None)
    (live if "uuid" in live else live["properties"])["uuid" if "uuid" in live else "$insert_id"] = "live-1"
    delivery.rows().append(live)
    assert delivery.verify().code == 0


@pytest.mark.parametrize("delivery", ["mixpanel"], indirect=True)
def test_another_seed_draws_other_records(delivery: Delivery) -> None:
    drawn = {}
    for seed in (1, 2):
        for row in delivery.rows():
            row["properties"]["price"] = -1
        drawn[seed] = [
            one["text"] for one in delivery.verify("--sample", "2", "--seed", str(seed)).report()["findings"]
        ]
    assert len(drawn[1]) == len(drawn[2]) == 1
    assert drawn[1] != drawn[2]
    assert drawn[1] == [one["text"] for one in delivery.verify("--sample", "2").report()["findings"]]


def test_the_report_is_green_only_then(delivery: Delivery) -> None:
    def shown() -> str:
        return str(delivery.project.run("status", "--json").objects()[-1]["verdict"]["code"])

    assert shown() == "not_verified"
    assert delivery.verify().code == 0
    assert shown() == "verified"
    delivery.rows().pop(7)
    assert delivery.verify().code == 4
    assert shown() == "different"
    delivery.standin.fail(PATHS[delivery.destination], Failure(403, {"detail": "no"}))
    assert delivery.verify().code == 3
    assert shown() == "not_verified"


def test_text_and_file(delivery: Delivery) -> None:
    lost = delivery.rows().pop(7)
    result = delivery.project.run("verify", "--to", delivery.destination)
    assert result.code == 4
    assert result.out.startswith("DIFFERENT: 1 finding")
    assert delivery.key(lost) in result.out
    path = delivery.project.state / "verify" / f"{delivery.destination}.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list((delivery.project.state / "tmp").glob("*/verify.duckdb"))


def test_no_secret_is_written(delivery: Delivery) -> None:
    delivery.verify()
    standin = delivery.standin
    secrets = (standin.account_secret, standin.posthog.personal_key, standin.api_key, standin.token)
    for path in [one for one in Path(delivery.project.state).rglob("*") if one.is_file()]:
        data = path.read_bytes()
        assert not [one for one in secrets if one.encode() in data], path


def test_the_app_host_is_asked_and_not_the_ingestion(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crosswalk.settings import Environment, posthog_query_settings

    monkeypatch.setenv("POSTHOG_PERSONAL_API_KEY", "phx_1234567890")
    monkeypatch.setenv("POSTHOG_PROJECT_ID", "5")
    environment = Environment(project.folder)
    assert posthog_query_settings(environment, "us").url == "https://us.posthog.com"
    assert posthog_query_settings(environment, "eu").url == "https://eu.posthog.com"
    monkeypatch.setenv("POSTHOG_URL", "https://eu.i.posthog.com")
    assert posthog_query_settings(Environment(project.folder), None).url == "https://eu.posthog.com"
    monkeypatch.setenv("POSTHOG_URL", "https://posthog.example.com/")
    assert posthog_query_settings(Environment(project.folder), None).url == "https://posthog.example.com"
