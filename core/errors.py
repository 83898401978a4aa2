"""What can go wrong, in words that a program (`code`) and a person (`text`) understand."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

from core.text import Language, Text


class DomainError(Exception):
    """A rule of the domain was broken. Subclasses stand beside the code that raises them.

    `present` is the object as it is now, for whoever has to decide what to do next.
    `field` names the input that is to blame, when it is one. Of many things that were asked in one call, `each`
    that was refused has its pointer into the body (RFC 6901) and its own error.
    """

    status: ClassVar[int] = 409
    code: ClassVar[str]
    text: ClassVar[Text]

    def __init__(self, *, present: object = None, field: str = "", **values: object) -> None:
        super().__init__(self.code)
        self.present = present
        self.field = field
        self.each: Sequence[tuple[str, DomainError]] = ()
        self.values = values

    def detail(self, language: Language) -> str:
        """Say in one sentence what is wrong."""
        return self.text.in_language(language, **self.values)


@contextmanager
def showing(present: object) -> Iterator[None]:
    """Let whoever is refused what is asked inside see the object as it is now."""
    try:
        yield
    except DomainError as error:
        error.present = present
        raise


class InvalidInput(DomainError):
    """What was sent can't be meant, whatever state things are in."""

    status = 400


class NotYours(DomainError):
    """It is not there, or not for this person: they can't tell which."""

    status = 404
    code = "not_found"
    text = Text(sv="Det finns inte.", en="It does not exist.")


class StaleVersion(DomainError):
    """Somebody changed the object since it was read."""

    status = 412
    code = "stale_version"
    text = Text(
        sv="Någon har ändrat det här sedan du läste det.",
        en="Somebody has changed this since you read it.",
    )


class VersionRequired(DomainError):
    """An edit must say what it is an edit of."""

    status = 428
    code = "version_required"
    text = Text(sv="Skicka If-Match med den version du läste.", en="Send If-Match with the version you read.")


class IdConflict(DomainError):
    """A client-made id was used before, for something else."""

    code = "id_conflict"
    text = Text(sv="Id:t är redan använt för något annat.", en="The id is already used for something else.")


class DeputyForClaimant(DomainError):
    """Nobody decides what is their own by naming somebody who does."""

    code = "deputy_for_claimant"
    text = Text(
        sv="Du ersätter den som det gäller, och kan inte besluta om det.",
        en="You stand in for the person whom it is about, and can't decide it.",
    )


class ReasonRequired(InvalidInput):
    """Somebody will ask why."""

    code = "reason_required"
    text = Text(sv="Skriv en anledning.", en="Give a reason.")
