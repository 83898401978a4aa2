"""The calls that are measured, and who makes them."""

from collections.abc import Callable, Mapping
from functools import cache

from allauth.headless.tokens.strategies.jwt.internal import create_access_token
from django.contrib.sessions.backends.db import SessionStore

from benchmarks.api.appointments import id_of, session_key_of
from people.models import User

# Variant → where its paths begin.
VARIANTS = {"real": "/api/v1", "raw": "/raw", "plain": "/plain"}
# Call → its path, for the number of a contact person and of the first assignment.
CALLS: Mapping[str, Callable[[int], str]] = {
    "home": lambda _: "/home",
    "occasions": lambda _: "/occasions",
    "quota": lambda person: f"/assignments/{id_of('assignment', person)}/quota",
}


def path_of(variant: str, call: str, person: int) -> str:
    """Return where a contact person finds the answer of a variant."""
    return f"{VARIANTS[variant]}{CALLS[call](person)}"


@cache
def token_of(person: int) -> str:
    """Return an access token of a contact person's session."""
    return str(create_access_token(User(pk=id_of("person", person)), SessionStore(session_key_of(person)), {}))
