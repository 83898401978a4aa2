"""Who was at each occasion, when it was cancelled, and which units were not the ones of the table."""

from bisect import bisect_right
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import migrations

PLACE = "assignment__decision__client__municipality"
PEOPLE = """
    UPDATE occasions_occasion SET contact_person_id = assignment.contact_person_id
    FROM assignments_assignment assignment
    WHERE assignment.id = assignment_id AND occasions_occasion.contact_person_id IS NULL
"""
CANCELLED = "UPDATE occasions_occasion SET cancelled_at = updated_at WHERE status = 'cancelled' AND cancelled_at IS NULL"
UNITS = "UPDATE occasions_occasion SET units = own_units WHERE own_units > 0"


def keep_own_units(apps, schema_editor):
    """Keep what an occasion counted as where the table of its own date says otherwise, as for every family's."""
    Occasion, Policy = apps.get_model("occasions", "Occasion"), apps.get_model("assignments", "Policy")
    tables = {}
    for policy in Policy.objects.order_by("first_day"):
        tables.setdefault(policy.municipality_id, []).append((policy.first_day, policy.weight_steps))
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT id, units FROM occasions_occasion")
        counted = dict(cursor.fetchall())
    changed = []
    for occasion in Occasion.objects.select_related(PLACE).iterator(chunk_size=2000):
        decision = occasion.assignment.decision
        place = decision.client.municipality
        on = occasion.starts_at.astimezone(ZoneInfo(place.time_zone)).date()
        versions = tables.get(place.pk)
        if decision.kind == "contact_person" and versions:
            steps = versions[max(bisect_right(versions, on, key=lambda one: one[0]) - 1, 0)][1]
            length = occasion.ends_at - occasion.starts_at
            weight = [units for minutes, units in steps if timedelta(minutes=minutes) <= length][-1]
            if Decimal(str(weight)) == counted[occasion.pk]:
                continue
        occasion.own_units = counted[occasion.pk]
        changed.append(occasion)
    Occasion.objects.bulk_update(changed, ["own_units"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("occasions", "0003_units_by_policy")]
    operations = [
        migrations.RunSQL(PEOPLE, migrations.RunSQL.noop),
        migrations.RunSQL(CANCELLED, migrations.RunSQL.noop),
        migrations.RunPython(keep_own_units, lambda apps, schema_editor: schema_editor.execute(UNITS)),
    ]
