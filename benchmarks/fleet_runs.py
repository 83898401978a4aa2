"""What `make bench-sync` plays and counts, once Django knows its servers."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from random import Random

from django.db import connection

from benchmarks.fleet_account import account_for, differences
from benchmarks.fleet_person import Budget, People
from benchmarks.fleet_phone import Phone
from benchmarks.fleet_town import Office, Register, Town
from benchmarks.progress import say

AT_ONCE = 12  # phones that are awake
MOST_AT_A_TIME = 5  # writes of a stretch without a network
STAYS_AWAY = 0.3  # of the stretches, after which there is no network either
WRITES_FOR_EACH_CHANGE = 4  # of the register
STAGNANT_SECONDS = 2
SHOWN = 20  # of what was wrong


class Fleet:
    """All phones, and what happens around them."""

    def __init__(self, port: int, *, phones: int, writes: int, seed: int) -> None:
        """Make the municipality and all who are in it."""
        town = Town(port, phones, Random(seed))
        self.phones = town.phones
        self.offices = [Office(one, port, Random(f"{seed} {one.email}")) for one in town.coordinators]
        self.register = Register(Random(seed))
        self.budget = Budget(writes)
        self.people = People(self.budget)
        self._asleep, self._chance, self._lock = list(self.phones), Random(seed), threading.Lock()
        self._changed_at = time.monotonic()
        self._failed: list[BaseException] = []

    def live(self) -> None:
        """Let everybody do what they do until all writes are made."""
        around: list[tuple[Callable[[], object], float]] = [(office.decide, 0.3) for office in self.offices]
        around += [(self._change_register, 0.05), (self._tell, 2)]
        threads = [threading.Thread(target=self._repeat, args=one) for one in around]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(Phone.register, self.phones))
            list(pool.map(Phone.pull, self.phones))
            say(f"{len(self.phones)} phones have all that is theirs")
            for thread in threads:
                thread.start()
            list(pool.map(lambda _: self._repeat(self._wake_one, 0), range(AT_ONCE)))
        for thread in threads:
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
            list(pool.map(Phone.pull, self.phones))

    def close(self) -> None:
        """Hang up everywhere."""
        for network in (*(one.network for one in self.phones), *(one.network for one in self.offices)):
            network.close()

    def _repeat(self, step: Callable[[], object], pause: float) -> None:
        """Do something again and again while writes are made, and nothing has failed."""
        try:
            while self.budget.made < self.budget.count and not self._failed:
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

    def _change_register(self) -> None:
        """Change it as writes are made; and when none are, since perhaps nobody is left who can."""
        is_due = self.register.changes * WRITES_FOR_EACH_CHANGE < self.budget.made
        if is_due or time.monotonic() > self._changed_at + STAGNANT_SECONDS:
            self.register.change()
            self._changed_at = time.monotonic()

    def _tell(self) -> None:
        say(f"{self.budget.made} of {self.budget.count} writes are made")


def play(port: int, *, phones: int, writes: int, seed: int) -> dict[str, object]:
    """Let so many phones make so many writes against a server, and return all figures; show what is wrong."""
    with closing(Fleet(port, phones=phones, writes=writes, seed=seed)) as fleet:
        return {"phones": phones, **_play(fleet), "seed": seed}


def _play(fleet: Fleet) -> dict[str, object]:
    began = time.monotonic()
    fleet.live()
    fleet.settle()
    seconds = time.monotonic() - began
    say("Comparing")
    made = fleet.budget.writes
    waiting = {write.item["id"] for phone in fleet.phones for write in phone.queue}
    account = account_for(made, waiting, fleet.offices[0].late_writes())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        differing = [found for found in pool.map(differences, fleet.phones) if found]
    for line in [*account.lines, *(line for found in differing for line in found)][:SHOWN]:
        say(line)
    fates = Counter(write.fate for write in made)
    networks = [phone.network for phone in fleet.phones]
    calls = sum(network.calls for network in networks)
    return {
        "writes": len(made),
        "lost": len(account.lost),
        "doubled": len(account.doubled),
        "diverged": len(differing),
        "undone": len(account.undone),
        "done": fates["done"],
        "merged": sum(write.merged for write in made),
        "conflicts": fates["conflict"],
        "late_writes": fates["late"],
        "refused": dict(Counter(write.code for write in made if write.fate == "refused")),
        "still_waiting": fates[""],
        "decisions": sum(office.decided for office in fleet.offices),
        "changes_of_the_register": fleet.register.changes,
        "calls": calls,
        "calls_and_answers_lost": sum(network.lost for network in networks),
        "calls_per_second": round(calls / seconds),
        "seconds": round(seconds, 1),
    }
