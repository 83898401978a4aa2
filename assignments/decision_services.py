"""What may be done to a decision: its scope changes, and units are added or taken away."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import transaction

from assignments.models import Adjustment, Assignment, Decision, OwnAssignment, ScopeChange
from assignments.standing import check_leads_all
from core.errors import DomainError, InvalidInput
from core.periods import two_years_after
from core.repeats import create_once, fingerprint
from core.text import Text
from people.models import Role, User


class UnitsOutOfStep(InvalidInput):
    """A contact person's units are whole, a contact family's are halves."""

    code = "units_out_of_step"
    text = Text(
        sv="Ange hela tal, eller halva dygn för en kontaktfamilj, och inte 0.",
        en="Give whole numbers, or halves for a contact family, and not 0.",
    )


class OutsideDecision(DomainError):
    """The day is none of the decision's."""

    code = "outside_decision"
    text = Text(sv="Beslutet gäller inte den dagen.", en="The decision is not in force on that day.")


class DayTooFar(InvalidInput):
    """Nobody knows so long before what will be needed, and the ledger would have to reach that far."""

    code = "day_too_far"
    text = Text(
        sv="Dagen får ligga högst två år framåt.",
        en="The day can be two years ahead at most.",
    )


class ScopeDayTaken(DomainError):
    """The scope changes once a day."""

    code = "scope_day_taken"
    text = Text(sv="Omfattningen ändras redan den dagen.", en="The scope changes already on that day.")


def adjust_units(
    *, user: User, now: datetime, decision_id: UUID, on: date, units: Decimal, reason: str, id: UUID | None = None
) -> tuple[Adjustment, bool]:
    """Add units to a decision in the period of a day, or take some away; return it and whether it is new.

    For coordinators. Raise NotYours, IdConflict, OwnAssignment, DeputyForClaimant, DayTooFar, OutsideDecision or
    UnitsOutOfStep.
    """
    asked = fingerprint("adjust_units", {"decision": decision_id, "on": on, "units": units, "reason": reason})
    with transaction.atomic():
        decision = _locked(decision_id, user, Role.COORDINATOR)
        return create_once(
            Adjustment.objects.filter(decision=decision),
            row_id=id,
            asked=asked,
            create=lambda: _adjust(
                decision,
                Adjustment(
                    pk=id or uuid4(),
                    decision=decision,
                    on=on,
                    units=units,
                    reason=reason,
                    made_by=user,
                    creation_fingerprint=asked,
                ),
                now,
            ),
        )


def _adjust(decision: Decision, adjustment: Adjustment, now: datetime) -> Adjustment:
    check_leads_all(adjustment.made_by, decision.client.municipality.pk, _contact_persons(decision))
    _check(decision, adjustment.on, adjustment.units, now=now, field="on")
    adjustment.save(force_insert=True)
    return adjustment


def change_scope(
    *, user: User, now: datetime, decision_id: UUID, first_day: date, units: Decimal, id: UUID | None = None
) -> tuple[ScopeChange, bool]:
    """Let a decision grant another number of units a period from a day on; return it and whether it is new.

    For case officers. Raise NotYours, IdConflict, OwnAssignment, DayTooFar, OutsideDecision, UnitsOutOfStep or
    ScopeDayTaken.
    """
    asked = fingerprint("change_scope", {"decision": decision_id, "first_day": first_day, "units": units})
    with transaction.atomic():
        decision = _locked(decision_id, user, Role.CASE_OFFICER)
        change = ScopeChange(
            pk=id or uuid4(),
            decision=decision,
            first_day=first_day,
            units=units,
            made_by=user,
            creation_fingerprint=asked,
        )
        return create_once(
            ScopeChange.objects.filter(decision=decision),
            row_id=id,
            asked=asked,
            create=lambda: _change_scope(decision, change, now),
        )


def _change_scope(decision: Decision, change: ScopeChange, now: datetime) -> ScopeChange:
    if change.made_by.pk in _contact_persons(decision):
        raise OwnAssignment
    _check(decision, change.first_day, change.units, now=now, field="first_day")
    if change.units < 0:
        raise UnitsOutOfStep(field="units")
    taken = decision.scope_changes.filter(first_day=change.first_day)
    if change.first_day == decision.first_day or taken.exists():
        raise ScopeDayTaken(field="first_day")
    change.save(force_insert=True)
    return change


def _contact_persons(decision: Decision) -> set[UUID]:
    return set(Assignment.objects.filter(decision=decision).values_list("contact_person", flat=True))


def _check(decision: Decision, on: date, units: Decimal, *, now: datetime, field: str) -> None:
    if on > two_years_after(decision.client.municipality.today(now)):
        raise DayTooFar(field=field)
    terms = decision.terms
    if not terms.covers(on):
        raise OutsideDecision(field=field)
    if not units or units % terms.step:
        raise UnitsOutOfStep(field="units")


def _locked(decision_id: UUID, user: User, role: Role) -> Decision:
    """Lock the decision, which owns the units. Raise NotYours unless the user has the role where it was made."""
    here = Decision.objects.select_related("client__municipality").of_staff(user, {role})
    return here.select_for_update(of=("self",), no_key=True).get_one(decision_id)
