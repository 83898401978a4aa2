"""Who is appointed to whom in the data set. Ids follow from numbers, so that nobody has to look them up."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

PERSONS_OF_A_MUNICIPALITY = 1000
ONE_IN = 20  # contact persons has two assignments


def id_of(kind: str, number: int) -> UUID:
    """Return the id of a thing of the data set."""
    return UUID(bytes=blake2b(f"{kind} {number}".encode(), digest_size=16).digest(), version=4)


def session_key_of(person: int) -> str:
    """Return the key of a contact person's session."""
    return id_of("session", person).hex


@dataclass(frozen=True, slots=True)
class Appointment:
    """An assignment by numbers. With the second one of two a person meets on other days."""

    number: int
    person: int
    municipality: int
    is_second: bool


def municipalities_of(persons: int) -> int:
    """Return in how many municipalities so many contact persons are: two at least, with a policy each."""
    return max(2, persons // PERSONS_OF_A_MUNICIPALITY)


def appointments(persons: int) -> Iterator[Appointment]:
    """Yield the assignments of so many contact persons."""
    places = municipalities_of(persons)
    for person in range(persons):
        yield Appointment(person, person, person % places, is_second=False)
    for number, person in enumerate(range(0, persons, ONE_IN), start=persons):
        yield Appointment(number, person, person % places, is_second=True)
