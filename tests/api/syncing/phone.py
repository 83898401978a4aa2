"""A phone that keeps what it is told, and what its server would tell it."""

from typing import Any

from people.models import User
from tests import world

SYNC = "/api/v1/sync"
Store = dict[tuple[str, str], Any]


class Phone:
    """What a person's phone has in its store, and where it stands."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.store: Store = {}
        self.cursor = ""

    def ask(self, limit: int = 200, *, cursor: str | None = None, language: str | None = None) -> Any:
        """Call once, with the cursor that it has unless another is given."""
        given = self.cursor if cursor is None else cursor
        query = {"limit": limit} | ({"cursor": given} if given else {})
        headers = {"Accept-Language": language} if language else {}
        return world.signed_in(self.user).get(SYNC, query, headers=headers)

    def turn_page(self, limit: int = 200) -> Any:
        """Take in one page."""
        answer = self.ask(limit)
        assert answer.status_code == 200, answer.json()
        page = answer.json()
        assert len(page["changes"]) + len(page["removals"]) <= limit
        self.take_in(page)
        return page

    def take_in(self, page: Any) -> None:
        """Keep a page as docs/sync.md says."""
        for removal in page["removals"]:
            self.forget(removal["type"], removal["id"])
        for change in page["changes"]:
            self.store[change["type"], change["id"]] = change[change["type"]]
        self.cursor = page["next_cursor"]

    def forget(self, type_: str, row_id: str) -> None:
        """Forget a thing, with an assignment all that names it."""
        self.store.pop((type_, row_id), None)
        if type_ == "assignment":
            self.store = {key: one for key, one in self.store.items() if one.get("assignment") != row_id}

    def pull(self, limit: int = 200) -> list[Any]:
        """Turn pages until there are no more, and return them."""
        pages = [self.turn_page(limit)]
        while pages[-1]["has_more"]:
            pages.append(self.turn_page(limit))
        return pages

    def news(self, limit: int = 200) -> list[tuple[str, str]]:
        """Pull, and return what changed and, with a minus before its type, what is to be forgotten."""
        pages = self.pull(limit)
        changed = [(one["type"], one["id"]) for page in pages for one in page["changes"]]
        return changed + [(f"-{one['type']}", one["id"]) for page in pages for one in page["removals"]]


def started(user: User) -> Phone:
    """Return a phone that has everything."""
    phone = Phone(user)
    phone.pull()
    return phone


LISTS = {
    "assignment": "/api/v1/assignments",
    "series": "/api/v1/occasion-series",
    "occasion": "/api/v1/occasions",
    "pre_approval": "/api/v1/pre-approvals",
    "expense": "/api/v1/expenses",
    "notification": "/api/v1/notifications",
    "occasion_draft": "/api/v1/occasion-drafts",
}


def told_by_lists(user: User) -> Store:
    """Return what the server's own lists, and each receipt's own call, show a contact person."""
    client = world.signed_in(user)
    store: Store = {}
    for type_, path in LISTS.items():
        where: str | None = f"{path}?limit=200"
        while where:
            page = client.get(where).json()
            store |= {(type_, one["id"]): one for one in page["results"]}
            where = page["next"]
    for receipt_id in user.receipts.values_list("pk", flat=True):
        answer = client.get(f"/api/v1/receipts/{receipt_id}")
        if answer.status_code == 200:
            store["receipt", str(receipt_id)] = answer.json()
    return store


def the_same(store: Store, told: Store) -> bool:
    """Tell whether a store holds just what was told, as far as it keeps that."""
    assert store.keys() == told.keys()
    for key, one in store.items():
        assert one == {name: told[key][name] for name in one}, key
    return True
