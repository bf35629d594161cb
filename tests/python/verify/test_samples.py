"""The sample exports, as dbt builds them: every record that the stand-in took is found, field by field."""

from pathlib import Path

import pytest
from cli.support import Project
from harness import Result
from report.support import copy_warehouse
from standin.server import Standin

from verify.conftest import connect


@pytest.mark.parametrize("destination", ["mixpanel", "posthog"])
def test_the_samples_are_verified(
    destination: str, samples: Result, tmp_path: Path, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(tmp_path / "samples")
    copy_warehouse(samples, project.warehouse)
    connect(standin, monkeypatch)
    assert project.push(destination).code in (0, 7)
    result = project.run("verify", "--to", destination, "--sample", "all", "--json")
    assert result.code == 0, result.out + result.err
    report = result.report()
    assert report["import_id"]
    assert report["sample"]["records"] == report["sample"]["equal"] > 0
    assert report["sample"]["is_all"]
    unknown = {one["event"] for one in report["events"] if one["source"] is None}
    assert unknown <= {"$identify", "$groupidentify", "$set"}, "only generated events are no rows of a source"
    known = [one for one in report["events"] if one["source"] is not None]
    assert known
    assert all(one["source"] >= one["delivered"] for one in known if one["event"] not in unknown)
    assert not [text for text in report["unverified"] if "audit tables" in text]
