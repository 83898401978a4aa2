"""Phones without much of a network, while coordinators decide and assignments end: is all that was written there, once?

`make bench-sync`. From the environment: PHONES, WRITES that they make together, and SEED.
"""

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import django
from django.core.management import call_command

from benchmarks.fleet_house import servers, web
from benchmarks.fleet_person import Budget, People
from benchmarks.fleet_phone import Phone
from benchmarks.push_house import say

PHONES = int(os.environ.get("PHONES") or 200)
WRITES = int(os.environ.get("WRITES") or 2_000)
SEED = int(os.environ.get("SEED") or 1)
AT_ONCE = 12  # phones that are awake
MOST_AT_A_TIME = 5  # writes of a stretch without a network
STAYS_AWAY = 0.3  # of the stretches end without a network too
SHOWN = 20  # of what was wrong


class Fleet:
    """All phones, and what happens around them."""

    def __init__(self, town: Any, offices: list[Any], register: Any) -> None:
        """Take who takes part."""
        self.phones: list[Phone] = town.phones
        self.offices, self.register = offices, register
        self.budget = Budget(WRITES)
        self.people = People(self.budget)
        self._asleep, self._chance, self._lock = list(self.phones), Random(SEED), threading.Lock()
        self._failed: list[BaseException] = []

    def live(self) -> None:
        """Let everybody do what they do until all writes are made."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self._begin, self.phones))
            say(f"{len(self.phones)} phones have all that is theirs")
            around = [
                threading.Thread(target=self._until_done, args=(office.decide, 0.1)) for office in self.offices
            ]
            around.append(threading.Thread(target=self._until_done, args=(self._let_things_change, 0.05)))
            around.append(threading.Thread(target=self._until_done, args=(self._tell, 2)))
            for thread in around:
                thread.start()
            list(pool.map(lambda _: self._until_done(self._wake_one, 0), range(AT_ONCE)))
            for thread in around:
                thread.join()
        if self._failed:
            raise self._failed[0]

    def settle(self) -> None:
        """Let every phone have a network, send what it has, and then ask for all that is new."""
        self.register.give_back()
        for phone in self.phones:
            phone.network.is_lossy = False
        with ThreadPoolExecutor(AT_ONCE) as pool:
            say("All phones send what they have left")
            list(pool.map(lambda phone: phone.send(self.people.correct), self.phones))
            say("All phones ask for the rest")
            list(pool.map(lambda phone: phone.pull(), self.phones))

    def _begin(self, phone: Phone) -> None:
        phone.register()
        phone.pull()

    def _until_done(self, step: Callable[[], object], pause: float) -> None:
        from django.db import connection

        try:
            while self.budget.made < WRITES and not self._failed:
                step()
                time.sleep(pause)
        except BaseException as error:
            self._failed.append(error)
        finally:
            connection.close()

    def _wake_one(self) -> None:
        """Let a phone be used for a while without a network, and then perhaps with one."""
        with self._lock:
            phone = self._asleep.pop(self._chance.randrange(len(self._asleep)))
        for _ in range(phone.chance.randint(1, MOST_AT_A_TIME)):
            if not self.people.write(phone):
                break
        if phone.chance.random() > STAYS_AWAY:
            phone.go_online(self.people.correct)
        with self._lock:
            self._asleep.append(phone)

    def _let_things_change(self) -> None:
        """Change the register as often as writes are made: once for five."""
        if self.register.changes < self.budget.made / 10:
            self.register.change()

    def _tell(self) -> None:
        say(f"{self.budget.made} of {WRITES} writes are made")


def main() -> bool:
    """Play, account for everything, print the figures; tell whether all is well."""
    with servers() as folder:
        django.setup()
        say("Migrating")
        call_command("migrate", verbosity=0)
        with web(folder) as port:
            return _play(port)


def _play(port: int) -> bool:
    from benchmarks.fleet_account import (
        account_for,
        differences,
    )  # these need the settings that the house has made
    from benchmarks.fleet_town import Office, Register, Town

    chance = Random(SEED)
    town = Town(port, PHONES, chance)
    offices = [Office(user, port, chance) for user in town.coordinators]
    fleet = Fleet(town, offices, Register(chance))
    began = time.monotonic()
    fleet.live()
    fleet.settle()
    seconds = time.monotonic() - began
    say("Comparing")
    writes = fleet.budget.writes
    waiting = {write.item["id"] for phone in fleet.phones for write in phone.queue}
    account = account_for(writes, waiting, offices[0].late_writes())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        differing = [found for found in pool.map(differences, fleet.phones) if found]
    for line in [*account.lines, *(line for found in differing for line in found)][:SHOWN]:
        say(line)
    fates = Counter(write.fate or "waiting" for write in writes)
    calls = sum(phone.network.calls for phone in fleet.phones)
    figures = {
        "phones": PHONES,
        "writes": len(writes),
        "lost": len(account.lost),
        "doubled": len(account.doubled),
        "diverged": len(differing),
        "undone_but_there": len(account.undone),
        "done": fates["done"],
        "merged": sum(write.merged for write in writes),
        "conflicts": fates["conflict"],
        "refused": dict(Counter(write.code for write in writes if write.fate == "refused")),
        "late_writes": fates["late"],
        "waiting_for_a_role": fates["waiting"],
        "decided": sum(office.decided for office in offices),
        "changes_of_the_register": fleet.register.changes,
        "calls": calls,
        "lost_calls_and_answers": sum(phone.network.lost for phone in fleet.phones),
        "calls_per_second": round(calls / seconds),
        "seconds": round(seconds, 1),
        "seed": SEED,
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    return not (account.lost or account.doubled or account.undone or differing)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
