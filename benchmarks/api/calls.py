"""The calls that are measured, and who makes them."""

from collections.abc import Mapping
from functools import cache

from allauth.headless.tokens.strategies.jwt.internal import create_access_token
from django.contrib.sessions.backends.db import SessionStore

from benchmarks.api.appointments import id_of, session_key_of
from people.models import User

# Variant → where its paths begin.
VARIANTS = {"real": "/api/v1", "raw": "/raw", "plain": "/plain"}
# Call → its path. What a phone that syncs sends is made beforehand.
SYNC = "sync"
CALLS = {
    "home": "/home",
    SYNC: "/sync",
    "occasions": "/occasions",
    "quota": "/assignments/{assignment}/quota",
}
# Variant → what it asks with for what changed since.
Since = Mapping[str, str]


def path_of(variant: str, call: str, person: int, since: Since | None = None) -> str:
    """Return where a contact person finds the answer of a variant."""
    path = VARIANTS[variant] + CALLS[call].format(assignment=id_of("assignment", person))
    return f"{path}?{since[variant]}" if since else path


@cache
def token_of(person: int) -> str:
    """Return an access token of a contact person's session."""
    return str(create_access_token(User(pk=id_of("person", person)), SessionStore(session_key_of(person)), {}))
