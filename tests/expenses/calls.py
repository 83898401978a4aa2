"""What the tests about expenses say to the API, and how they see what became of it."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from assignments.models import Assignment, Policy
from expenses.models import Expense, PreApproval, Receipt, receipt_path
from expenses.processing_services import process_receipt
from people.models import Municipality, User
from tests import world
from tests.expenses import files

RECEIPTS, EXPENSES = "/api/v1/receipts", "/api/v1/expenses"
PRE_APPROVALS = "/api/v1/pre-approvals"
DRIVE = {"from": "Kalix", "to": "Luleå", "purpose": "Bio och middag", "km": 81.5}
MULTIPART = "multipart/form-data; boundary=edge"
UNSAID = "application/octet-stream"


def jpeg() -> bytes:
    """A small picture."""
    return files.saved(files.picture(), "JPEG")


def upload(user: User, data: bytes, *, name: str = "receipt.jpg", declared: str = UNSAID, **fields: Any) -> Any:
    """Send a file the way an app does."""
    form = {"file": SimpleUploadedFile(name, data, declared), **{key: str(value) for key, value in fields.items()}}
    return world.signed_in(user).post(RECEIPTS, form, format="multipart")


def sent_in(user: User, data: bytes, **fields: Any) -> Receipt:
    """Send a file, let the worker look at it, and return what became of it."""
    answer = upload(user, data, **fields)
    assert answer.status_code == 201, answer.data
    process_receipt(UUID(answer.data["id"]), timezone.now())
    return Receipt.objects.get(pk=answer.data["id"])


def stored_names(receipt: Receipt) -> set[str]:
    """Name the files that the storage has of a receipt."""
    folder = Path(settings.MEDIA_ROOT, receipt_path(receipt, "")).parent / str(receipt.pk)
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def part(content: bytes, disposition: bytes = b'name="file"; filename="a.jpg"', more: bytes = b"") -> bytes:
    """One part of a form, written by hand."""
    return b"--edge\r\nContent-Disposition: form-data; %s\r\n%s\r\n%s\r\n" % (disposition, more, content)


def send_raw(user: User, body: bytes, content_type: str = MULTIPART, **headers: str) -> Any:
    """Send bytes as they are."""
    client: Any = world.signed_in(user)  # its stubs know of texts only
    return client.generic("POST", RECEIPTS, body, content_type=content_type, **headers)


def kept_files() -> list[Path]:
    """Name all files that are in the storage or where uploads are kept meanwhile."""
    folders = [Path(settings.MEDIA_ROOT), Path(settings.FILE_UPLOAD_TEMP_DIR or "")]
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def send(user: User, method: str, path: str, body: object, version: object = None) -> Any:
    """Send JSON in ASCII, as some phones do: it holds half a character as well as a whole one."""
    headers = {} if version is None else {"if-match": f'"{version}"'}
    client = world.signed_in(user)
    return client.generic(method, path, json.dumps(body), content_type="application/json", headers=headers)


def claim(user: User, assignment: Assignment, **values: Any) -> Any:
    """Start an expense: a coffee from a coin machine, unless said otherwise."""
    body = {"assignment": str(assignment.pk), "category": "coins", "claimed_amount": "100.00"}
    return send(user, "POST", EXPENSES, {**body, "spent_on": "2026-06-05", **values})


def claim_drive(user: User, assignment: Assignment, **drive: Any) -> Any:
    """Start an expense about a drive: from Kalix to Luleå, unless said otherwise."""
    body = {"assignment": str(assignment.pk), "category": "car", "spent_on": "2026-06-05"}
    return send(user, "POST", EXPENSES, {**body, "mileage": DRIVE | drive})


def ask_first(user: User, assignment: Assignment, **values: Any) -> Any:
    """Ask whether SEK 800 may be spent, unless said otherwise."""
    body = {"assignment": str(assignment.pk), "category": "coins", "amount": "800.00"}
    return send(user, "POST", PRE_APPROVALS, {**body, **values})


def answer(user: User, action: str, question: PreApproval | str, *, seen: object = None, **body: Any) -> Any:
    """Approve, decline or withdraw a question."""
    row_id = question.pk if isinstance(question, PreApproval) else question
    return send(user, "POST", f"{PRE_APPROVALS}/{row_id}/{action}", body, seen)


def rule(municipality: Municipality, **values: Any) -> None:
    """Let a municipality's policy rule so, whatever it did before."""
    municipality.policies.update(**values)


def edit(user: User, expense: Expense, *, seen: int | None = None, **values: Any) -> Any:
    """Change an expense as it is now, or as it was in a version."""
    version = seen or Expense.objects.get(pk=expense.pk).version
    return send(user, "PATCH", f"{EXPENSES}/{expense.pk}", values, version)


def act(user: User, action: str, expense: Expense | UUID, *, seen: object = None, **body: Any) -> Any:
    """Submit, approve, return or reject; `seen` is the version that the caller looked at."""
    row_id = expense.pk if isinstance(expense, Expense) else expense
    return send(user, "POST", f"{EXPENSES}/{row_id}/{action}", body, seen)


def refused_with(answer: Any) -> tuple[int, str]:
    """Read a problem: its status and code."""
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return answer.status_code, problem["code"]


def first_error(answer: Any) -> tuple[str, str]:
    """Read what a problem blames: the pointer and code of its first error."""
    error = answer.json()["errors"][0]
    return error["pointer"], error["code"]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make calls in threads of their own that start together, and return their answers."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def let_two_look_above(amount: int) -> None:
    """Let every policy want two people for more than an amount, SEK."""
    Policy.objects.update(second_person_above=amount)


@contextmanager
def nothing_kept() -> Iterator[None]:
    """See to it that no file is kept of what happens inside."""
    before = set(kept_files())
    yield
    assert set(kept_files()) == before
