"""How fast deliveries go out, from due rows to `sent`, against firebase-admin's own `send_each` of the same.

Both talk to the same double of FCM, a process of its own, with the same client. From the environment, with
defaults for three minutes: MESSAGES a run, ROUNDS of runs, PROCESSES of a worker, MEMORY_MESSAGES while the
worker's memory is watched, WAITING rows that are not due when the sweep is timed.
"""

import json
import sys

import django
from django.core.management import call_command

from benchmarks.progress import say
from benchmarks.push_house import house


def main() -> None:
    """Measure, and print all figures."""
    with house() as (folder, double):
        django.setup()
        say("Migrating")
        call_command("migrate", verbosity=0)
        from benchmarks.push_runs import Bench  # which needs the settings that the house has made

        figures = Bench(folder, double).measure()
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
