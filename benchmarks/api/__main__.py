"""Measures. From the environment: PERSONS (40000), ROUNDS (9) of SECONDS (3) for each call and floor."""

import json
import os
import sys

import django

from benchmarks.api.house import database, house, url_of, web
from benchmarks.progress import say

PERSONS = int(os.environ.get("PERSONS") or 40_000)


def measure() -> None:
    """Measure, and print all figures."""
    small = max(PERSONS // 100, 40)
    with house():
        urls = [database(persons) for persons in (small, PERSONS)]
        os.environ["DATABASE_URL"] = urls[-1]
        django.setup()
        from benchmarks.api.runs import Bench  # which needs the settings that the house has made

        say("Starting a web server for each")
        with web(urls[0]) as small_web, web(urls[1]) as large_web:
            figures = Bench((PERSONS, large_web), (small, small_web)).measure()
    sys.stdout.write(json.dumps(figures) + "\n")


def look(persons: str, *which: str) -> None:
    """Look at one call inside this process, with a database that a measurement has left."""
    with house():
        os.environ["DATABASE_URL"] = url_of(int(persons))
        django.setup()
        from benchmarks.api.look import look

        look(*which)


def seed(persons: str) -> None:
    """Fill the database at DATABASE_URL."""
    django.setup()
    from benchmarks.api.seed import seed

    seed(int(persons))


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            measure()
        case ["look", persons, *which]:
            look(persons, *which)
        case ["seed", persons]:
            seed(persons)
