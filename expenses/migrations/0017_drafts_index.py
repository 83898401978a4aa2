"""Built while rows are being written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("expenses", "0016_drafts")]
    operations = [
        AddIndexConcurrently(
            model_name="expense",
            index=models.Index(
                fields=["updated_at"],
                condition=models.Q(status="draft", discarded_at=None),
                name="expense_drafts",
            ),
        ),
    ]
