"""What may be done with an object now. The app is told, so that it never guesses."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Allowed:
    """Whether an action is allowed now, and the problem code when it is not."""

    action: str
    allowed: bool
    code: str | None
