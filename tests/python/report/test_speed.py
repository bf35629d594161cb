"""The report is made of aggregates: under 2 seconds of a core from 1,000,000 events. CROSSWALK_LONG=1 runs it."""

import os
import resource
import subprocess
import sys

import harness
from cli.support import Project

from report.support import made_up

EVENTS = int(os.environ.get("CROSSWALK_REPORT_EVENTS", "1000000"))
MOST_SECONDS = 2.0

if os.environ.get("CROSSWALK_LONG") == "1":

    def test_a_report_takes_less_than_two_seconds_of_a_core(project: Project) -> None:
        """The whole command: start, queries, page and twin."""
        made_up(project, days=900, events=500, properties=600, number=EVENTS)
        environment = os.environ | {"PYTHONPATH": str(harness.ROOT / "scripts")}
        command = [sys.executable, "-m", "crosswalk", "report", "--to", "posthog"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            command, cwd=project.folder, env=environment, capture_output=True, timeout=120, check=False
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert done.returncode == 0, done.stderr
        seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        print(f"\n{EVENTS:,} events: {seconds:.2f} s of a core, {after.ru_maxrss / 1024:.0f} MB")
        assert seconds < MOST_SECONDS
