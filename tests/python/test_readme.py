"""The README as a newcomer types it: the demo, and the lines for one's own data, in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from standin.server import Standin

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("macros", "models", "samples", "scripts", "seeds", "tests")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, with profiles.yml as `make setup` makes it."""
    folder = tmp_path_factory.mktemp("readme") / "crosswalk"
    folder.mkdir()
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "dbt_project.yml", folder)
    shutil.copy(ROOT / "profiles.example.yml", folder / "profiles.yml")
    return folder


def run(command: list[str], folder: Path, **variables: str) -> str:
    """Run a command with the programs of this environment; its output, once it ended well."""
    programs = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", **variables}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout[-3000:]}{done.stderr[-2000:]}"
    return done.stdout


def test_demo(project: Path) -> None:
    """`make demo` after the set-up: counts that add up, records ready to be sent, and what to do next."""
    output = run([sys.executable, "-m", "crosswalk.demo"], project)
    assert "Every row of the export is accounted for" in output
    counts = re.search(r"posthog +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)", output)
    assert counts is not None
    read, *parts = (int(number) for number in counts.groups())
    assert read == sum(parts) > 0
    assert "Type next" in output


def test_own_data(project: Path) -> None:
    """The lines of "Your own data", with the strict stand-in in place of PostHog and `--yes` in place of a person."""
    lines = re.search(r"activate`:\n\n```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert lines is not None
    shutil.copy(project / "samples/amplitude/amplitude_export.zip", project / "export.zip")
    with Standin() as server:
        variables = {"POSTHOG_PROJECT_API_KEY": server.posthog.api_key, "POSTHOG_URL": server.url}
        for line in lines.group(1).strip().splitlines():
            command = ["bash", "-c", f"{line} --yes" if line.startswith("crosswalk push") else line]
            run(command, project, **variables)
        assert server.posthog.raw_events
