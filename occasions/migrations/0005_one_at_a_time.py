"""Nobody is at two occasions at once."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

OVERLAPPING = """
    SELECT one.id, other.id FROM occasions_occasion one JOIN occasions_occasion other
    ON one.contact_person_id = other.contact_person_id AND one.id < other.id
    AND tstzrange(one.starts_at, one.ends_at) && tstzrange(other.starts_at, other.ends_at)
    WHERE one.status IN ('planned', 'completed') AND other.status IN ('planned', 'completed') LIMIT 20
"""


class Overlapping(Exception):
    """Somebody has to say what is true before the database can hold on to it."""


def expect_no_overlap(apps, schema_editor):
    """Raise Overlapping with the ids of what can't both be true."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(OVERLAPPING)
        pairs = [f"{one} and {other}" for one, other in cursor.fetchall()]
    if pairs:
        raise Overlapping(f"Occasions of one person at the same time; cancel or move one of each: {'; '.join(pairs)}")


class Migration(migrations.Migration):
    dependencies = [("occasions", "0004_fill_units_by_policy")]
    operations = [
        migrations.RunPython(expect_no_overlap, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='occasion',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('status__in', ['planned', 'completed'])), deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[('contact_person', '='), (models.Func(models.F('starts_at'), models.F('ends_at'), django.contrib.postgres.fields.ranges.RangeBoundary(), function='TSTZRANGE', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&'), (django.db.models.functions.comparison.Coalesce('outing', 'id'), '<>')], name='occasion_one_at_a_time'),
        ),
        # The database asks for it from the next release on, for what still runs of the last one.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='occasion',
                    name='contact_person',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='occasions', to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
    ]
