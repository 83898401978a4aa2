"""A phone: the copy that it keeps, and the queue of what its person did, as docs/sync.md tells both."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from benchmarks.fleet_network import Lost, Network

SYNC = "/api/v1/sync"
PATIENCE = 5  # how often a call is repeated before the phone says that there is no network
TURNS = 4  # how often a queue is sent until nothing in it moves any more
Store = dict[tuple[str, str], Any]


@dataclass
class Write:
    """One thing that a person did: the item, what it leaves behind on the server, and what became of it."""

    what: str
    tag: str
    item: dict[str, Any]
    fate: str = ""  # "" while it is in the queue; done, late, refused or conflict
    code: str | None = None
    merged: bool = False

    @property
    def object_id(self) -> str:
        """The id of what it creates or is about."""
        return str(self.item["body"].get("id") or self.item["path"].split("/")[2])


class RefusedError(Exception):
    """The server said what docs/sync.md does not tell."""


@dataclass
class Phone:
    """One installation of one person's, whose clock is wrong."""

    user_id: str
    installation_id: str
    network: Network
    renew: Callable[[], str]
    chance: Random
    skew: timedelta = timedelta()
    store: Store = field(default_factory=dict)
    queue: list[Write] = field(default_factory=list)
    unpulled: list[Write] = field(default_factory=list)  # done, and perhaps not in the store yet
    cursor: str = ""
    token: str = ""
    _mid_pull: bool = False

    def now(self) -> datetime:
        """Look at the phone's clock."""
        return datetime.now(UTC) + self.skew

    def new_id(self) -> str:
        """Make an id."""
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    def register(self) -> None:
        """Tell the server of this installation, until it answers."""
        device = {"platform": "android", "fid": self.installation_id, "locale": "sv-SE", "app_version": "1.0.0"}
        while not self._patiently("PUT", f"/api/v1/devices/{self.installation_id}", device):
            pass

    def go_online(self, correct: Callable[["Phone", Write, Any], Write | None]) -> None:
        """Send the queue, then ask what is new, as far as the network lets it."""
        if self.send(correct):
            self.pull()

    def send(self, correct: Callable[["Phone", Write, Any], Write | None]) -> bool:
        """Send the queue until nothing in it moves; `correct` is the person, who is shown what was refused.

        Return False when there was no network.
        """
        for _ in range(TURNS):
            if not self.queue:
                break
            sent = list(self.queue)
            answer = self._patiently("POST", SYNC, {"items": [write.item for write in sent]})
            if answer is None:
                return False
            status, body = answer
            if status == 403:
                break
            if status != 200:
                raise RefusedError(f"POST /sync: {status} {body}")
            self._settle(sent, body["results"], correct)
            if len(self.queue) == len(sent):
                break
        return True

    def _settle(
        self, sent: list[Write], results: list[Any], correct: Callable[["Phone", Write, Any], Write | None]
    ) -> None:
        """Drop what is dealt with, keep what waits, and put corrections where the refused item was."""
        kept = []
        for write, result in zip(sent, results, strict=True):
            status, code = result["status"], result["code"]
            if result["id"] != write.item["id"]:
                raise RefusedError(f"a result for another item: {result}")
            if status == 424 or status >= 500:
                kept.append(write)
                continue
            write.code = code
            if status == 202:
                write.fate = "late"
            elif status < 300:
                write.fate, write.merged = "done", _is_merged(write, result["body"])
                self.unpulled.append(write)
            else:
                write.fate = "conflict" if code == "edit_conflict" else "refused"
                if corrected := correct(self, write, result["body"]):
                    kept.append(corrected)
        self.queue = kept

    def pull(self, limit: int = 0) -> bool:
        """Ask for all that is new, page by page; tell whether it came to the end."""
        answered_for, resumed = len(self.unpulled), self._mid_pull
        while True:
            query: dict[str, Any] = {"limit": limit or self.chance.choice((5, 20, 50))}
            if self.cursor:
                query |= {"cursor": self.cursor}
            answer = self._patiently("GET", f"{SYNC}?{urlencode(query)}")
            if answer is None:
                return False
            status, page = answer
            if status == 403:  # nothing here is theirs any more
                self._forget_all()
                return True
            if status == 410 or page.get("code") == "invalid_cursor":
                self._forget_all()
                continue
            if status != 200:
                raise RefusedError(f"GET /sync: {status} {page}")
            self._take_in(page)
            if not self._mid_pull:
                break
        if resumed:  # its end was fixed before what was sent since
            return self.pull(limit)
        del self.unpulled[:answered_for]
        return True

    def _take_in(self, page: Any) -> None:
        for removal in page["removals"]:
            self.store.pop((removal["type"], removal["id"]), None)
            if removal["type"] == "assignment":
                gone = removal["id"]
                self.store = {key: one for key, one in self.store.items() if one.get("assignment") != gone}
        for change in page["changes"]:
            self.store[change["type"], change["id"]] = change[change["type"]]
        self.cursor, self._mid_pull = page["next_cursor"], page["has_more"]

    def _forget_all(self) -> None:
        self.store, self.cursor, self._mid_pull = {}, "", False
        self.unpulled.clear()

    def _patiently(self, method: str, path: str, body: Any = None) -> tuple[int, Any] | None:
        """Make the same call until an answer comes; None when the phone gives up for now."""
        for _ in range(PATIENCE):
            try:
                status, answer = self.network.call(method, path, self.token or self._sign_in(), body)
            except Lost:
                continue
            if status == 401:
                self.token = ""
            elif status != 429 and status < 500:
                return status, answer
        return None

    def _sign_in(self) -> str:
        self.token = self.renew()
        return self.token

    def shows(self, type_: str) -> dict[str, Any]:
        """Return what the person sees by id: the copy, and over it what they did since."""
        shown = {row_id: one for (kind, row_id), one in self.store.items() if kind == type_}
        for write in self._since(type_):
            body = write.item["body"]
            if write.what in CREATES:
                shown.setdefault(write.object_id, LOCAL[type_] | body)
            elif write.object_id in shown:
                shown[write.object_id] = shown[write.object_id] | AFTER.get(write.what, body)
        return shown

    def _since(self, type_: str) -> Iterable[Write]:
        return (one for one in (*self.unpulled, *self.queue) if TYPE_OF[one.what] == type_)


TYPE_OF = {
    **dict.fromkeys(("plan", "note", "title", "complete", "cancel"), "occasion"),
    **dict.fromkeys(("claim", "amount", "submit"), "expense"),
    "series": "series",
    "ask": "pre_approval",
    "read": "notification",
}
CREATES = frozenset({"plan", "claim", "series", "ask"})
# How something looks that the server has not answered for, and what an action makes of it.
LOCAL: dict[str, dict[str, Any]] = {
    "occasion": {"status": "planned", "note": "", "title": ""},
    "expense": {"status": "draft", "receipt": None, "pre_approval": None, "mileage": None},
    "series": {},
    "pre_approval": {"status": "waiting"},
    "notification": {},
}
AFTER = {
    "complete": {"status": "completed", "settled": True},
    "cancel": {"status": "cancelled"},
    "submit": {"status": "submitted"},
    "read": {"read_at": "now"},
}


def _is_merged(write: Write, body: Any) -> bool:
    """Tell whether an edit went through over another's."""
    seen = (write.item.get("base") or {}).get("version")
    return bool(seen and body and body["version"] > seen + 1)
