"""Phones on a bad network, while coordinators decide and assignments end: is what they wrote there, and once?

From the environment: PHONES, the WRITES that they make together, and SEED; with defaults for two minutes.
"""

import json
import os
import sys

import django
from django.core.management import call_command

from benchmarks.fleet_house import servers, web
from benchmarks.progress import say

PHONES = int(os.environ.get("PHONES") or 200)
WRITES = int(os.environ.get("WRITES") or 2_000)
SEED = int(os.environ.get("SEED") or 1)


def main() -> bool:
    """Play, and print all figures; tell whether all is well."""
    with servers() as folder:
        django.setup()
        say("Migrating")
        call_command("migrate", verbosity=0)
        from benchmarks.fleet_runs import play  # which needs the settings that the house has made

        with web(folder / "log" / "web.log") as port:
            figures = play(port, phones=PHONES, writes=WRITES, seed=SEED)
    sys.stdout.write(json.dumps(figures) + "\n")
    return not any(figures[name] for name in ("lost", "doubled", "diverged", "undone"))


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
