"""The measurements of `make bench-api`, once Django knows the large database."""

import gzip
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from statistics import median, quantiles
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.api.calls import CALLS, SYNC, VARIANTS, Since, path_of, token_of
from benchmarks.api.house import Web, connect, name_of
from benchmarks.api.load import Phone, ask_for, request_of
from benchmarks.api.syncing import CHANGES, change_after_pulling
from benchmarks.progress import say

ROUNDS = int(os.environ.get("ROUNDS") or 9)
SECONDS = float(os.environ.get("SECONDS") or 3)  # a round of a call and variant
PHONES = 6
SYNCING = 120  # contact persons whose phones pull changes
LOOKED_AT = range(0, 40, 2)  # contact persons whose queries are counted: some have two assignments


@dataclass
class Found:
    """What the rounds of a call found."""

    speeds: dict[str, list[float]] = field(default_factory=lambda: {variant: [] for variant in VARIANTS})
    # Seconds of processors that an answer takes: what a busy machine disturbs less.
    costs: dict[str, list[float]] = field(default_factory=lambda: {variant: [] for variant in VARIANTS})
    # Milliseconds until an answer was there, with all data and with a hundredth.
    large_ms: list[float] = field(default_factory=list)
    small_ms: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        """Return the figures by name."""
        large, small = p95(self.large_ms), p95(self.small_ms)
        return {
            "vs_raw": ratio(self.speeds["real"], self.speeds["raw"]),
            "vs_drf": ratio(self.speeds["real"], self.speeds["plain"]),
            "p95_growth": round(large / small, 2),
            **{f"{variant}_per_second": round(median(speeds), 1) for variant, speeds in self.speeds.items()},
            "p95_ms": round(large, 2),
            "p95_ms_small": round(small, 2),
            "vs_raw_in_processor_time": ratio(self.costs["raw"], self.costs["real"]),
            "vs_drf_in_processor_time": ratio(self.costs["plain"], self.costs["real"]),
        }


class Bench:
    """Two web servers: one with all contact persons, one with a hundredth of them."""

    def __init__(self, large: tuple[int, Web], small: tuple[int, Web]) -> None:
        """Take how many contact persons each has, and the server."""
        self._large, self._small = large, small
        self._random = Random(6)  # noqa: S311
        self._since = {persons: self._prepare(persons, web) for persons, web in (large, small)}

    def measure(self) -> dict[str, object]:
        """Return all figures by name."""
        queries = {call: self._queries(call) for call in CALLS}
        for call in CALLS:  # what is made once for each process is made before
            self._round(call, Found())
        found = {call: Found() for call in CALLS}
        for number in range(1, ROUNDS + 1):
            for call in CALLS:
                self._round(call, found[call])
                last = ", ".join(f"{variant} {speeds[-1]:.0f}" for variant, speeds in found[call].speeds.items())
                say(f"Round {number} of {ROUNDS}, {call}, answers a second: {last}")
        figures = {call: found[call].figures() | {"queries": queries[call]} for call in CALLS}
        return {**figures, "persons": self._large[0], "persons_small": self._small[0]}

    def _round(self, call: str, found: Found) -> None:
        for variant in VARIANTS:
            self._go(call, variant, found)
        for large, small in self._times(call):
            found.large_ms.append(large)
            found.small_ms.append(small)

    def _go(self, call: str, variant: str, found: Found) -> None:
        """Let phones of contact persons drawn from all ask for a while."""
        persons, web = self._large
        drawn = [self._request(call, variant, persons) for _ in range(500)]
        began = web.processor_seconds()
        answers, took = ask_for(SECONDS, web.port, lambda number: drawn[number % len(drawn)], phones=PHONES)
        found.speeds[variant].append(answers / took)
        found.costs[variant].append((web.processor_seconds() - began) / answers)

    def _times(self, call: str) -> Iterator[tuple[float, float]]:
        """Yield how long an answer takes in milliseconds with all the data and with a hundredth, by turns."""
        lines = [(persons, Phone(web.port)) for persons, web in (self._large, self._small)]
        until = time.perf_counter() + SECONDS
        while time.perf_counter() < until:
            both = []
            for persons, line in lines:
                request = self._request(call, "real", persons)
                began = time.perf_counter()
                line.ask(request)
                both.append((time.perf_counter() - began) * 1000)
            yield both[0], both[1]
        for _, line in lines:
            line.close()

    def _request(self, call: str, variant: str, persons: int) -> bytes:
        if call == SYNC:
            person, since = self._random.choice(list(self._since[persons].items()))
            return request_of(path_of(variant, call, person, since), token_of(person))
        person = self._random.randrange(persons)
        return request_of(path_of(variant, call, person), token_of(person))

    def _prepare(self, persons: int, web: Web) -> dict[int, Since]:
        """Let some phones pull all that there is, and change fifty things of each."""
        say(f"Changing {CHANGES} things after a first pull, of {SYNCING} of {persons} contact persons")
        drawn = {*LOOKED_AT, *self._random.sample(range(persons), min(SYNCING, persons))}
        line = Phone(web.port)

        def ask(person: int, path: str) -> dict[str, Any]:
            head, _, body = line.ask(request_of(path, token_of(person))).partition(b"\r\n\r\n")
            page: dict[str, Any] = json.loads(gzip.decompress(body) if b"Content-Encoding: gzip" in head else body)
            return page

        with connect(name_of(persons)) as database, database.cursor() as cursor:
            since = change_after_pulling(drawn, ask, cursor)
        line.close()
        return since

    def _queries(self, call: str) -> int:
        """Count the queries of a call. Raise RuntimeError when not everybody's are as many."""
        client, counts = Client(SERVER_NAME="localhost"), set[int]()
        since = self._since[self._large[0]]
        for person in LOOKED_AT:
            headers = {"Authorization": f"Bearer {token_of(person)}"}
            path = path_of("real", call, person, since[person] if call == SYNC else None)
            with CaptureQueriesContext(connection) as asked:
                client.get(path, headers=headers)
                counts.add(len(asked.captured_queries))
        if len(counts) != 1:
            raise RuntimeError(f"the queries of {call} are not as many for everybody: {sorted(counts)}")
        return counts.pop()


def p95(times: list[float]) -> float:
    """Return what nineteen of twenty stay below."""
    return quantiles(times, n=20)[-1]


def ratio(ours: list[float], others: list[float]) -> float:
    """Return the median of the ratios: the two of a round saw the same machine."""
    return round(median(our / other for our, other in zip(ours, others, strict=True)), 2)
