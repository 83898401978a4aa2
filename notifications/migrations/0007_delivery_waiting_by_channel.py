from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Pushes go on being sent while the index is made.
    atomic = False

    dependencies = [
        ('notifications', '0006_digest_at'),
    ]

    operations = [
        # What was broken off leaves an index that is not used and in the way.
        migrations.RunSQL('DROP INDEX CONCURRENTLY IF EXISTS delivery_waiting_by_channel', migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name='delivery',
            index=models.Index(
                condition=models.Q(('status__in', ['queued', 'retrying'])),
                fields=['channel', 'next_try_at'],
                name='delivery_waiting_by_channel',
            ),
        ),
        # The release before finds what is due in the new one, only less quickly.
        RemoveIndexConcurrently(model_name='delivery', name='delivery_waiting'),
    ]
