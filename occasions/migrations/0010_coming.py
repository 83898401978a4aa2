"""Built while rows are being written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("occasions", "0009_drafts")]
    operations = [
        AddIndexConcurrently(
            model_name="occasion",
            index=models.Index(
                fields=["assignment", "starts_at"],
                condition=models.Q(("status", "planned")),
                name="occasion_coming",
            ),
        ),
    ]
