from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Pushes go on being sent while the index is made.
    atomic = False

    dependencies = [
        ('notifications', '0002_preferences'),
    ]

    operations = [
        # What was broken off leaves an index that is not used and in the way.
        migrations.RunSQL('DROP INDEX CONCURRENTLY IF EXISTS delivery_created', migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name='delivery',
            index=models.Index(fields=['created_at'], name='delivery_created'),
        ),
    ]
