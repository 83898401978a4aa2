"""Two imports at once do not get in each other's way."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection

from assignments.import_services import ImportReport, import_register
from assignments.models import Assignment
from people.models import Client, Membership, Municipality, Role, User
from tests import world
from tests.assignments import registers

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def sheet(count: int) -> Any:
    """Return so many assignments, each of its own client and contact person."""
    rows = [{"client_reference": f"B-{n}", "contact_person_email": f"k{n}@kalix.example"} for n in range(count)]
    return list(enumerate(registers.table(*rows), start=1))


def at_once(*imports: Any) -> list[ImportReport]:
    def closing(one: Any) -> ImportReport:
        try:
            report: ImportReport = one(now=world.NOW, dry_run=False)
            return report
        finally:
            connection.close()

    with ThreadPoolExecutor(len(imports)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(closing, one) for one in imports]]


def test_the_same_register_twice_at_once_is_written_once(kalix: Municipality) -> None:
    one = partial(import_register, municipality=kalix, sheet=sheet(200))
    created = sorted(report.tallies["assignments"].created for report in at_once(one, one))
    assert created == [0, 200]
    assert Client.objects.count() == Assignment.objects.count() == 200


def test_two_municipalities_may_bring_the_same_people_at_once(kalix: Municipality, leksand: Municipality) -> None:
    head, *rows = sheet(200)
    other_way = [head, *reversed(rows)]  # so that locks would be asked for crosswise
    reports = at_once(
        partial(import_register, municipality=kalix, sheet=[head, *rows]),
        partial(import_register, municipality=leksand, sheet=other_way),
    )
    assert all(report.tallies["assignments"].created == 200 for report in reports)
    assert User.objects.count() == 200
    assert Membership.objects.count() == 400


def test_others_add_to_the_municipality_while_an_import_runs(kalix: Municipality) -> None:
    """The import's lock keeps out imports, and nothing else."""

    def invite(**_: Any) -> ImportReport:
        for number in range(20):
            world.make_user(f"new{number}@kalix.example", kalix, Role.COORDINATOR)
        return ImportReport()

    at_once(partial(import_register, municipality=kalix, sheet=sheet(200)), invite)
    assert User.objects.count() == 220
