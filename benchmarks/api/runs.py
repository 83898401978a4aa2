"""The measurements of `make bench-api`, once Django knows the large database."""

import os
import time
from dataclasses import dataclass, field
from statistics import median, quantiles

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.api.callers import LOOKED_AT, Callers
from benchmarks.api.calls import CALLS, VARIANTS, token_of
from benchmarks.api.house import Web
from benchmarks.api.load import Phone, ask_for
from benchmarks.progress import say

ROUNDS = int(os.environ.get("ROUNDS") or 9)
SECONDS = float(os.environ.get("SECONDS") or 3)  # of a round, for each call and variant
PHONES = 6
LARGE, SMALL = "large", "small"


@dataclass
class Found:
    """What the rounds of a call found, a number for each round but of `times`."""

    # Answers a second, by variant.
    speeds: dict[str, list[float]] = field(default_factory=lambda: {variant: [] for variant in VARIANTS})
    # Seconds of processors that an answer takes, by variant, and of the real one by how much data there is:
    # what a busy machine disturbs less.
    costs: dict[str, list[float]] = field(default_factory=lambda: {one: [] for one in (*VARIANTS, LARGE, SMALL)})
    # Milliseconds until an answer was there, by how much data there is.
    times: dict[str, list[float]] = field(default_factory=lambda: {LARGE: [], SMALL: []})

    def figures(self) -> dict[str, float]:
        """Return the figures by name."""
        speeds, costs = self.speeds, self.costs
        large, small = p95(self.times[LARGE]), p95(self.times[SMALL])
        return {
            "vs_raw": ratio(speeds["real"], speeds["raw"]),
            "vs_drf": ratio(speeds["real"], speeds["plain"]),
            "p95_growth": round(large / small, 2),
            "real_per_second": round(median(speeds["real"]), 1),
            "raw_per_second": round(median(speeds["raw"]), 1),
            "drf_per_second": round(median(speeds["plain"]), 1),
            "p95_ms": round(large, 2),
            "p95_ms_small": round(small, 2),
            "vs_raw_in_processor_time": ratio(costs["raw"], costs["real"]),
            "vs_drf_in_processor_time": ratio(costs["plain"], costs["real"]),
            "growth_in_processor_time": ratio(costs[LARGE], costs[SMALL]),
        }


class Bench:
    """Two web servers: one with all contact persons, one with a hundredth of them."""

    def __init__(self, large: Web, small: Web) -> None:
        """Prepare who asks them."""
        self._callers = {LARGE: Callers(large), SMALL: Callers(small)}

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
        figures = {call: {**found[call].figures(), "queries": queries[call]} for call in CALLS}
        persons = {f"persons_{name}": callers.web.persons for name, callers in self._callers.items()}
        return {**figures, **persons}

    def _round(self, call: str, found: Found) -> None:
        for variant in VARIANTS:
            self._ask_together(call, variant, found)
        self._ask_by_turns(call, found)

    def _ask_together(self, call: str, variant: str, found: Found) -> None:
        """Let some phones ask for a while, each time as somebody else."""
        callers = self._callers[LARGE]
        drawn = [callers.request(call, variant) for _ in range(500)]
        began = callers.web.processor_seconds()
        answers, took = ask_for(
            SECONDS, callers.web.port, lambda number: drawn[number % len(drawn)], phones=PHONES
        )
        found.speeds[variant].append(answers / took)
        found.costs[variant].append((callers.web.processor_seconds() - began) / answers)

    def _ask_by_turns(self, call: str, found: Found) -> None:
        """Let one phone ask with all the data, another with a hundredth of it, and so on for a while."""
        lines = {name: Phone(callers.web.port) for name, callers in self._callers.items()}
        began = {name: callers.web.processor_seconds() for name, callers in self._callers.items()}
        before, until = len(found.times[LARGE]), time.perf_counter() + SECONDS
        while time.perf_counter() < until:
            for name, line in lines.items():
                request = self._callers[name].request(call, "real")
                asked_at = time.perf_counter()
                line.ask(request)
                found.times[name].append((time.perf_counter() - asked_at) * 1000)
        answers = len(found.times[LARGE]) - before
        for name, line in lines.items():
            line.close()
            took = self._callers[name].web.processor_seconds() - began[name]
            found.costs[name].append(max(took, 0.01) / answers)  # the kernel's clock has ticks of so much

    def _queries(self, call: str) -> int:
        """Count the queries of a call. Raise RuntimeError when not everybody's are as many."""
        client, counts = Client(SERVER_NAME="localhost"), set[int]()
        for person in LOOKED_AT:
            path = self._callers[LARGE].path(call, "real", person)
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(path, headers={"Authorization": f"Bearer {token_of(person)}"})
                counts.add(len(asked.captured_queries))
            if answer.status_code != 200:
                raise RuntimeError(answer.content)
        if len(counts) != 1:
            raise RuntimeError(f"the queries of {call} are not as many for everybody: {sorted(counts)}")
        return counts.pop()


def p95(times: list[float]) -> float:
    """Return what nineteen of twenty stay below."""
    return quantiles(times, n=20)[-1]


def ratio(ours: list[float], others: list[float]) -> float:
    """Return the median of the ratios: the two of a round saw the same machine."""
    return round(median(our / other for our, other in zip(ours, others, strict=True)), 2)
