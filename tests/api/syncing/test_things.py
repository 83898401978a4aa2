"""What phones keep: all of it is watched over, and described."""

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from api.syncing.serializers import TYPES, SyncedChangeSerializer
from api.syncing.things import SYNCED
from core.changes import Present, Scope, Snapshot, SyncedModel
from expenses.serializers import ExpenseSerializer
from occasions.serializers import OccasionSerializer
from people.models import User
from tests import world

TABLES = sorted(model._meta.db_table for model in apps.get_models() if issubclass(model, SyncedModel))
DOCS = Path(settings.BASE_DIR, "docs/sync.md").read_text()


@pytest.mark.django_db
def test_a_trigger_watches_over_each_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'note_change' ORDER BY 1")
        assert [table for (table,) in cursor.fetchall()] == TABLES


def test_each_type_is_in_the_description_and_in_the_docs() -> None:
    assert TYPES == ("assignment", *SYNCED) == tuple(SyncedChangeSerializer().fields)[2:]
    for type_ in TYPES:
        assert f"| `{type_}` |" in DOCS


def test_the_docs_name_what_is_left_out() -> None:
    for name, whole in (("occasion", OccasionSerializer), ("expense", ExpenseSerializer)):
        left_out = [one for one in whole.Meta.fields if one not in SYNCED[name].serializer.Meta.fields]
        assert f"{', '.join(f'`{one}`' for one in left_out)} |" in DOCS


@pytest.mark.django_db
def test_an_index_leads_to_what_changed(karin: User) -> None:
    changed = Present("", Snapshot(2000, (1000, 1500)), 3000).since(Snapshot(900, (700, 800)))
    scope = Scope(karin.pk, world.NOW, changed, frozenset([karin.pk]))
    with connection.cursor() as cursor:
        # What earlier tests left behind in the files of the indexes has a say in which is the cheapest.
        cursor.execute(
            f"TRUNCATE {', '.join(one.changed(scope).model._meta.db_table for one in SYNCED.values())} CASCADE"
        )
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    for name, index in {"occasion": "occasion_changed", "expense": "expense_changed", "receipt": "receipt_changed",
                        "series": "occasion_series_changed", "pre_approval": "pre_approval_changed",
                        "notification": "notification_changed",
                        "occasion_draft": "occasion_draft_changed"}.items():  # fmt: skip
        plan = SYNCED[name].changed(scope).order_by().values("pk").explain()
        assert f"using {index}" in plan
        assert "changed_in >= '700'" in plan.split("Filter")[0]
