"""Whatever is killed while thousands of reminders go out, each arrives, and nearly all of them once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

COUNT = 5000
MOST_REPEATED = 0.005
pytestmark = pytest.mark.xdist_group("processes")


def test_a_storm_loses_no_reminder_and_shows_none_twice() -> None:
    command = [sys.executable, "-m", "tests.worker.storm", str(COUNT)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    sys.stdout.write(f"\n{json.dumps(found)}\n")
    assert (found["notifications"], found["sent"] + found["failed"], found["lost"]) == (COUNT, COUNT, 0)
    assert found["failed"] == 0
    assert found["repeated"] < MOST_REPEATED * COUNT
    assert found["shown_twice"] == 0
