"""The undo plan names the import, the requests and what stays; a plan says so before the push."""

import pytest
from cli.support import Project

from verify.conftest import mixpanel_records, posthog_records


@pytest.fixture
def built(project: Project) -> Project:
    """Both destinations, nothing sent."""
    project.build(mixpanel=mixpanel_records(), posthog=posthog_records())
    return project


@pytest.mark.parametrize(
    ("destination", "needed"),
    [
        (
            "mixpanel",
            (
                "data-deletions/v3.0",
                'import_id is not "move-1"',
                "180 days",
                "$delete",
                "stay linked",
                "2025-03-03",
            ),
        ),
        (
            "posthog",
            (
                "persons/bulk_delete/?delete_events=true",
                "properties.$import_job_id = 'move-1'",
                '$import_job_id does not equal "move-1"',
                "Merged people stay merged",
                "2025-03-01",
            ),
        ),
    ],
)
def test_the_steps_name_the_import(built: Project, destination: str, needed: tuple[str, ...]) -> None:
    result = built.run("undo-plan", "--to", destination)
    assert result.code == 0, result.err
    for text in (*needed, "What cannot be taken back", "Nothing is deleted"):
        assert text in result.out
    report = built.run("undo-plan", "--to", destination, "--json").report()
    assert report["import_id"] == "move-1"
    assert report["steps"][0]["title"].startswith("Hide")
    assert report["stays"]
    assert sum(report["records"].values()) == len(
        mixpanel_records() if destination == "mixpanel" else posthog_records()
    )


@pytest.mark.parametrize("destination", ["mixpanel", "posthog"])
def test_a_plan_says_it_before_the_push(built: Project, destination: str) -> None:
    result = built.run("plan", "--to", destination)
    [line] = [one for one in result.out.splitlines() if one.startswith("To undo:")]
    assert f"crosswalk undo-plan --to {destination}" in line


def test_a_mark_cannot_break_out_of_the_query(project: Project) -> None:
    from cli.support import posthog_event

    project.build(posthog=[posthog_event(1, properties={"$import_job_id": "a' or '1'='1"})])
    report = project.run("undo-plan", "--to", "posthog", "--json").report()
    queries = [line for step in report["steps"] for line in step["use"] if "select" in line]
    assert queries
    assert all("'a\\' or \\'1\\'=\\'1'" in one for one in queries)


def test_without_payloads_there_is_a_sentence(project: Project) -> None:
    result = project.run("undo-plan", "--to", "posthog")
    assert result.code == 6
    assert "dbt build" in result.err


def test_the_query_reaches_the_last_moment_of_the_last_day(built: Project) -> None:
    """In UTC, whatever the time zone of the project is."""
    report = built.run("undo-plan", "--to", "posthog", "--json").report()
    [query] = [line for step in report["steps"] for line in step["use"] if line.startswith("query: ")]
    assert "timestamp >= toDateTime('2025-03-01 00:00:00', 'UTC')" in query
    assert "timestamp < toDateTime('2025-03-04 00:00:00', 'UTC')" in query
