"""Writing a register of assignments: all of it, or nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from assignments.import_scopes import notes, refusals, units_to_keep
from assignments.models import Assignment, Decision, LegalBasis, Policy
from assignments.register.problems import Problem
from assignments.register.register import AssignmentKey, Register, RegisterRefused, clashes, read_register
from assignments.register.sheets import Row
from people.models import Client, Municipality, Role, User
from people.recording import Tally, record_rows
from people.register_services import RecordedMembers, record_clients, record_members


@dataclass
class ImportReport:
    """What became of each kind, and what was left as it was and why."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    notes: list[Problem] = field(default_factory=list)
    has_policy: bool = True

    def __str__(self) -> str:
        return "; ".join(f"{kind}: {tally}" for kind, tally in self.tallies.items())


def import_register(
    *, municipality: Municipality, sheet: Sequence[Row], now: datetime, dry_run: bool
) -> ImportReport:
    """Write a register's clients, decisions, contact persons and assignments; a dry run takes it all back.

    The same register again changes nothing. Raises RegisterRefused with all that has to be mended, and
    then nothing is written.
    """
    bases = {basis.code: (basis.first_day, basis.last_day) for basis in LegalBasis.objects.all()}
    register = read_register(sheet, bases)
    with transaction.atomic():
        # One import at a time in a municipality. No key is changed, so others may go on adding rows to it.
        Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
        _check(register, municipality)
        report = _write(register, municipality, now)
        report.has_policy = Policy.objects.filter(municipality=municipality).exists()
        transaction.set_rollback(dry_run)
    return report


def _check(register: Register, municipality: Municipality) -> None:
    """Refuse what goes against the assignments that are there. Raises RegisterRefused."""
    rows = Assignment.objects.filter(decision__client__municipality=municipality).values_list(
        "decision__client__reference", "decision__reference", "contact_person__email", "first_day", "last_day"
    )
    present: dict[AssignmentKey, date | None] = {(row[0], row[1], row[2], row[3]): row[4] for row in rows}
    if problems := list(clashes(register, present)):
        raise RegisterRefused(problems)


def _write(register: Register, municipality: Municipality, now: datetime) -> ImportReport:
    clients, of_clients = record_clients(
        municipality=municipality,
        names={reference: row.client_name for reference, row in register.clients.items()},
        now=now,
    )
    # Before decisions: locks are taken in the order in which everybody takes them.
    members = record_members(
        municipality=municipality,
        role=Role.CONTACT_PERSON,
        names={email: row.contact_person_name for email, row in register.contact_persons.items()},
        now=now,
    )
    present = _present_decisions(clients)
    said = list(_look_at_scopes(register, present, municipality.today(now)))
    decisions, of_decisions = _record_decisions(register, clients, present, now)
    of_assignments = _record_assignments(register, decisions, members.users, now)
    tallies = {
        "clients": of_clients,
        "decisions": of_decisions,
        "contact persons": members.tally,
        "assignments": of_assignments,
    }
    return ImportReport(tallies, sorted([*said, *_notes(register, members)]))


def _present_decisions(clients: dict[str, Client]) -> dict[tuple[str, str], Decision]:
    """Return the decisions of clients, locked: nobody changes their scope meanwhile."""
    references = {client.pk: reference for reference, client in clients.items()}
    rows = Decision.objects.filter(client__in=references).order_by("pk").select_for_update(no_key=True)
    return {(references[row.client_id], row.reference): row for row in rows.prefetch_related("scope_changes")}


def _look_at_scopes(
    register: Register, present: dict[tuple[str, str], Decision], today: date
) -> Iterator[Problem]:
    """Tell of the past that the register changes. Raises RegisterRefused for what it can't change."""
    both = [(row, present[key].terms) for key, row in register.decisions.items() if key in present]
    if problems := [problem for row, terms in both for problem in refusals(row, terms)]:
        raise RegisterRefused(problems)
    for row, terms in both:
        yield from notes(row, terms, today)


def _record_decisions(
    register: Register,
    clients: dict[str, Client],
    present: dict[tuple[str, str], Decision],
    now: datetime,
) -> tuple[dict[tuple[str, str], Decision], Tally]:
    wanted = {
        key: {
            "client_id": clients[row.client_reference].pk,
            "reference": row.decision_reference,
            "kind": row.decision_kind,
            "legal_basis_id": row.legal_basis,
            "units": units_to_keep(row, present[key].terms) if key in present else row.units,
            "period": row.period,
            "first_day": row.decision_first_day,
            "last_day": row.decision_last_day,
        }
        for key, row in register.decisions.items()
    }
    references = {client.pk: reference for reference, client in clients.items()}

    def key_of(decision: Decision) -> tuple[str, str]:
        return references[decision.client_id], decision.reference

    return record_rows(Decision, wanted, present=present.values(), key=key_of, now=now)


def _record_assignments(
    register: Register, decisions: dict[tuple[str, str], Decision], users: dict[str, User], now: datetime
) -> Tally:
    wanted: dict[tuple[UUID, UUID, date], dict[str, Any]] = {}
    for (client, decision, email, first_day), row in register.assignments.items():
        decision_id, user_id = decisions[client, decision].pk, users[email].pk
        wanted[decision_id, user_id, first_day] = {
            "decision_id": decision_id,
            "contact_person_id": user_id,
            "first_day": first_day,
            "last_day": row.assignment_last_day,
            "fee": row.fee,
            "allowance": row.allowance,
        }
    present = Assignment.objects.filter(decision__in=[decision.pk for decision in decisions.values()])

    def key_of(assignment: Assignment) -> tuple[UUID, UUID, date]:
        return assignment.decision_id, assignment.contact_person_id, assignment.first_day

    return record_rows(Assignment, wanted, present=present, key=key_of, now=now)[1]


def _notes(register: Register, members: RecordedMembers) -> Iterator[Problem]:
    """Tell of what the register could not change."""
    for email in members.deactivated:
        row = register.contact_persons[email].row
        yield Problem(row, "contact_person_email", "the user or the role is deactivated, and was left so")
    for email in members.named_elsewhere:
        row = register.contact_persons[email].row
        yield Problem(row, "contact_person_name", "the user has roles elsewhere, and the name was left as it is")
