"""Contact persons with their phones, drawn from all that a web server knows."""

import gzip
import json
from random import Random
from typing import Any

from benchmarks.api.calls import SYNC, Since, path_of, token_of
from benchmarks.api.house import Web, connect, name_of
from benchmarks.api.load import Phone, request_of
from benchmarks.api.syncing import CHANGES, change_after_pulling
from benchmarks.progress import say

SYNCING = 120  # contact persons whose phones pull changes
LOOKED_AT = range(0, 40, 2)  # contact persons whose queries are counted: some have two assignments


class Callers:
    """Those of one web server."""

    def __init__(self, web: Web) -> None:
        """Let some phones pull all that there is, and change fifty things of each."""
        say(f"Changing {CHANGES} things after a first pull, of {SYNCING} of {web.persons} contact persons")
        self.web, self._random = web, Random(6)  # noqa: S311
        drawn = {*LOOKED_AT, *self._random.sample(range(web.persons), min(SYNCING, web.persons))}
        self._line = Phone(web.port)
        with connect(name_of(web.persons)) as database, database.cursor() as cursor:
            self._since = change_after_pulling(drawn, self._read, cursor)
        self._line.close()

    def _read(self, person: int, path: str) -> dict[str, Any]:
        head, _, body = self._line.ask(request_of(path, token_of(person))).partition(b"\r\n\r\n")
        page: dict[str, Any] = json.loads(gzip.decompress(body) if b"Content-Encoding: gzip" in head else body)
        return page

    def path(self, call: str, variant: str, person: int) -> str:
        """Return where a contact person finds an answer."""
        since: Since | None = self._since[person] if call == SYNC else None
        return path_of(variant, call, person, since)

    def request(self, call: str, variant: str) -> bytes:
        """Return what somebody of them sends."""
        person = self._random.choice(list(self._since) if call == SYNC else range(self.web.persons))
        return request_of(self.path(call, variant, person), token_of(person))
