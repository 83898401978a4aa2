"""Looks at one call inside this process: its queries, and where its time goes.

`python -m benchmarks.api look PERSONS CALL [VARIANT]`, with the database of so many that a measurement has left.
"""

import cProfile
import json
import pstats
import sys
import time
from statistics import median

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.api.calls import SYNC, Since, path_of, token_of
from benchmarks.api.syncing import change_after_pulling

TIMES = 60
PERSONS = 40


def look(call: str, variant: str = "real") -> None:
    """Print the queries of a call, its median time over many contact persons, and what takes it."""
    client = Client(SERVER_NAME="localhost")

    def read(person: int, path: str, **headers: str) -> bytes:
        answer = client.get(path, headers={"Authorization": f"Bearer {token_of(person)}", **headers})
        if answer.status_code != 200:
            raise RuntimeError(answer.content)
        return bytes(answer.content)

    since: dict[int, Since] = {}
    if call == SYNC:
        with connection.cursor() as cursor:
            since = change_after_pulling(range(PERSONS), lambda *what: json.loads(read(*what)), cursor)

    def ask(person: int) -> int:
        path = path_of(variant, call, person, since.get(person))
        return len(read(person, path, **{"Accept-Encoding": "gzip"}))

    ask(7)
    with CaptureQueriesContext(connection) as asked:
        size = ask(8)
        queries = list(asked)
    for number, query in enumerate(queries, start=1):
        sys.stdout.write(f"{number:3}. {float(query['time']) * 1000:5.1f} ms {query['sql'][:400]}\n")
    for person in range(PERSONS):
        ask(person)
    times, began = [], time.process_time()
    for turn in range(TIMES):
        asked_at = time.perf_counter()
        ask(turn % PERSONS)
        times.append((time.perf_counter() - asked_at) * 1000)
    processor = (time.process_time() - began) / TIMES * 1000
    profile = cProfile.Profile()
    profile.enable()
    for turn in range(TIMES):
        ask(turn % PERSONS)
    profile.disable()
    stats = pstats.Stats(profile, stream=sys.stdout).strip_dirs()
    stats.sort_stats("cumulative").print_stats(70)
    stats.sort_stats("tottime").print_stats(25)
    sys.stdout.write(
        f"{variant} {call}: {len(queries)} queries, {size} bytes; {processor:.2f} ms of this processor, "
        f"{median(times):.2f} ms in the median, {min(times):.2f} ms at best\n"
    )
