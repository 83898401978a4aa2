"""Measures. From the environment: PERSONS (40000), ROUNDS (9) of SECONDS (3) for each call and floor."""

import json
import os
import sys

import django

from benchmarks.api.house import house, prepare_database, url_of, web
from benchmarks.progress import say

PERSONS = int(os.environ.get("PERSONS") or 40_000)


def measure() -> None:
    """Measure, and print all figures."""
    small = max(PERSONS // 100, 40)
    with house():
        for persons in (small, PERSONS):
            prepare_database(persons)
        os.environ["DATABASE_URL"] = url_of(PERSONS)
        django.setup()
        from benchmarks.api.runs import Bench  # which needs the settings that the house has made

        say("Starting a web server for each")
        with web(small) as small_web, web(PERSONS) as large_web:
            figures = Bench(large_web, small_web).measure()
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
