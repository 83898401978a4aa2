"""Measures, with PERSONS (40000) contact persons and a hundredth of them, in ROUNDS of SECONDS for each call."""

import sys

import django

from benchmarks.api.house import database, house

if __name__ == "__main__":
    match sys.argv[1:]:
        case ["seed", persons]:
            django.setup()
            from benchmarks.api.seed import seed

            seed(int(persons))
        case ["look", persons, *which]:
            import os
            with house():
                os.environ["DATABASE_URL"] = database(int(persons))
                django.setup()
                from benchmarks.api.look import look

                look(*which)
