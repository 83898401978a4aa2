"""The command, from a file to the database and back."""

import io
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from assignments.models import Assignment, Decision, Policy, ScopeChange
from assignments.register.rows import KINDS
from core.periods import PERIOD_KINDS
from people.models import Client, Membership, Municipality, Role, User
from tests import world
from tests.assignments import registers

SVEN = {"contact_person_email": "Sven@Kalix.example", "contact_person_name": "Sven Lund"}
NOBODY_NEW = "contact persons: 0 created, 0 changed, 1 unchanged"


def run(path: Path, *options: str, municipality: str = "kalix") -> str:
    """Import a file and return what was said."""
    out = io.StringIO()
    call_command("import_assignments", str(path), "--municipality", municipality, *options, stdout=out)
    return out.getvalue()


def refuse(path: Path, *options: str, municipality: str = "kalix") -> str:
    """Import a file that is refused, and return all that was said. Nothing may have been written."""
    err = io.StringIO()
    before = counts()
    with pytest.raises(CommandError) as refused:
        call_command("import_assignments", str(path), "--municipality", municipality, *options, stderr=err)
    assert counts() == before
    return f"{err.getvalue()}{refused.value}"


def counts() -> list[int]:
    return [model.objects.count() for model in (Client, Decision, User, Membership, EmailAddress, Assignment)]


@pytest.fixture
def put(tmp_path: Path) -> Any:
    """Put rows that differ so from a good one into a file."""
    return lambda *changes: registers.put(tmp_path, registers.as_csv(registers.table(*changes)))


@pytest.mark.parametrize("name", ["register-template.csv", "register-template.xlsx"])
def test_the_template_imports_cleanly_and_twice(name: str, kalix: Municipality) -> None:
    path = Path(__file__).parents[2] / "docs" / name
    assert run(path).splitlines()[-1] == (
        "clients: 2 created, 0 changed, 0 unchanged; decisions: 2 created, 0 changed, 0 unchanged; "
        "contact persons: 3 created, 0 changed, 0 unchanged; assignments: 3 created, 0 changed, 0 unchanged"
    )
    family = Decision.objects.get(reference="2026-0058")
    assert (family.units, family.last_day, family.client.reference) == (Decimal("2.5"), None, "00124")
    again = run(path).splitlines()[-1]
    assert re.findall(r"\d+ (?:created|changed)", again) == ["0 created", "0 changed"] * 4


@pytest.mark.parametrize(("column", "choices"), [("decision_kind", KINDS), ("period", PERIOD_KINDS)])
def test_the_workbook_offers_what_may_be_chosen(column: str, choices: tuple[str, ...]) -> None:
    sheet = load_workbook(Path(__file__).parents[2] / "docs" / "register-template.xlsx").worksheets[0]
    letter = next(cell.column_letter for cell in sheet[1] if cell.value == column)
    (offered,) = [one for one in sheet.data_validations.dataValidation if str(one.sqref).startswith(letter)]
    assert offered.formula1 == f'"{",".join(choices)}"'


def test_csv_and_workbook_mean_the_same(kalix: Municipality) -> None:
    docs = Path(__file__).parents[2] / "docs"
    run(docs / "register-template.csv")
    assert "1 created" not in run(docs / "register-template.xlsx").replace("0 created", "")


def test_a_contact_person_can_sign_in_by_code(put: Any, kalix: Municipality) -> None:
    run(put(SVEN))
    sven = User.objects.get(email="sven@kalix.example")
    assert not sven.has_usable_password()
    assert sven.roles == {Role.CONTACT_PERSON}
    address = EmailAddress.objects.get(user=sven)
    assert (address.email, address.verified, address.primary) == (sven.email, True, True)


def test_what_differs_is_changed_and_counted(put: Any, kalix: Municipality) -> None:
    run(put({}))
    said = run(
        put({"client_name": "Maj-Britt Ek", "units": "3", "contact_person_name": "Karin Falk", "fee": "950"})
    )
    assert said.count("0 created, 1 changed, 0 unchanged") == 4
    assignment = Assignment.objects.get()
    assert (assignment.fee, assignment.version) == (Decimal(950), 2)
    assert (assignment.decision.units, assignment.decision.client.name) == (Decimal(3), "Maj-Britt Ek")
    assert assignment.contact_person.name == "Karin Falk"


def test_units_that_change_the_past_are_told_of(put: Any, kalix: Municipality, noon: Any) -> None:
    run(put({}))
    said = run(put({"units": "3"}))
    assert (
        "Note: row 2, units: counts from the decision's first day (2026-01-01) on, where it was 4: periods that"
        in said
    )
    assert "Note" not in run(put({"units": "3"}))


def test_a_changed_scope_is_neither_overwritten_nor_in_the_way(
    put: Any, kalix: Municipality, noon: Any, inger: User
) -> None:
    run(put({}))
    decision = Decision.objects.get()
    ScopeChange.objects.create(decision=decision, first_day=date(2026, 5, 1), units=2, made_by=inger)
    for units in ("4", "2"):
        assert "decisions: 0 created, 0 changed, 1 unchanged" in run(put({"units": units}))
    assert "decisions: 0 created, 1 changed" in run(put({"units": "2", "decision_last_day": "2027-12-31"}))
    assert "row 2, units: must be one that the decision has had (4, 2 from 2026-05-01)" in refuse(
        put({"units": "3", "client_name": "Maj-Britt Ek"})
    )
    decision.refresh_from_db()
    assert (decision.units, decision.client.name) == (Decimal(4), "Maj-Britt Söderlund")


def test_an_end_and_a_new_beginning_go_in_together(put: Any, kalix: Municipality) -> None:
    run(put({}))
    said = run(put({"assignment_last_day": "2026-06-30"}, {"assignment_first_day": "2026-07-01"}))
    assert "assignments: 1 created, 1 changed, 0 unchanged" in said


def test_a_dry_run_says_what_it_would_do_and_does_nothing(put: Any, kalix: Municipality) -> None:
    before = counts()
    said = run(put({}), "--dry-run")
    assert "assignments: 1 created" in said
    assert said.splitlines()[-1] == "Dry run: nothing was written."
    assert counts() == before


def test_one_bad_cell_keeps_everything_out_and_names_nobody(put: Any, kalix: Municipality) -> None:
    said = refuse(put({}, SVEN | {"units": "fyra"}))
    assert said == "row 3, units: must be a number such as 2,5, found “fyra”\n1 to mend. Nothing was written."


def test_an_assignment_that_overlaps_one_in_the_database_is_named(put: Any, kalix: Municipality) -> None:
    run(put({}))
    said = refuse(put({"assignment_first_day": "2026-03-01"}))
    assert (
        "row 2, assignment_first_day: the assignment overlaps one from 2026-02-01 that is not in the file" in said
    )


def test_a_decision_cannot_shrink_away_from_an_assignment(put: Any, kalix: Municipality) -> None:
    run(put({}, SVEN))
    shorter = {"decision_last_day": "2026-06-30", "assignment_last_day": "2026-06-30"}
    assert "row 2, decision_last_day: leaves out an assignment from 2026-02-01" in refuse(put(shorter))


def test_unknown_municipalities_and_files_are_told(put: Any, kalix: Municipality, tmp_path: Path) -> None:
    assert "no municipality with the code “kiruna”" in refuse(put({}), municipality="kiruna")
    assert "Nothing was written" in refuse(tmp_path / "missing.csv")


def test_a_user_of_another_municipality_gets_the_role_and_keeps_the_name(
    put: Any, kalix: Municipality, anna: User
) -> None:
    said = run(put({"contact_person_email": anna.email, "contact_person_name": "Anna from Kalix"}))
    assert "Note: row 2, contact_person_name: the user has roles elsewhere" in said
    assert "contact persons: 0 created, 1 changed, 0 unchanged" in said
    again = User.objects.get(pk=anna.pk)
    assert again.name == anna.name
    assert again.municipality_ids(Role.CONTACT_PERSON) == anna.municipality_ids() | {kalix.pk}


def test_the_same_references_elsewhere_are_others(put: Any, kalix: Municipality, leksand: Municipality) -> None:
    run(put({}))
    said = run(put({}), municipality="leksand")
    assert "clients: 1 created, 0 changed, 0 unchanged" in said
    assert Client.objects.count() == 2


def test_who_was_shut_out_stays_out(put: Any, kalix: Municipality) -> None:
    run(put({}))
    Membership.objects.update(is_active=False)
    said = run(put({}))
    assert "Note: row 2, contact_person_email: the user or the role is deactivated, and was left so" in said
    assert NOBODY_NEW in said
    assert not Membership.objects.filter(is_active=True).exists()


def test_a_user_made_in_another_way_gets_what_sign_in_needs(put: Any, kalix: Municipality, karin: User) -> None:
    User.objects.filter(pk=karin.pk).update(name="Karin Ek")
    assert "contact persons: 0 created, 1 changed, 0 unchanged" in run(put({}))
    assert NOBODY_NEW in run(put({}))


def test_a_municipality_without_a_policy_is_told(put: Any, kalix: Municipality) -> None:
    Policy.objects.all().delete()
    assert "Note: kalix has no policy yet" in run(put({}))


def test_the_number_of_queries_does_not_grow_with_the_rows(
    tmp_path: Path, kalix: Municipality, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    many = [
        {"client_reference": f"B-{n}", "client_name": f"Client {n}", "contact_person_email": f"k{n}@kalix.example"}
        for n in range(300)
    ]
    path = registers.put(tmp_path, registers.as_csv(registers.table(*many)))
    with django_assert_max_num_queries(30):
        run(path)
    assert Assignment.objects.filter(first_day=date(2026, 2, 1)).count() == 300


def test_an_imported_assignment_shows_on_the_phone(put: Any, kalix: Municipality, noon: Any) -> None:
    run(put({}))
    karin = User.objects.get(email="karin@kalix.example")
    answer = world.signed_in(karin).get("/api/v1/assignments").json()
    assert answer["results"][0]["client"]["name"] == "Maj-Britt Söderlund"
