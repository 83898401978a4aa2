"""Built while rows are being written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("expenses", "0017_drafts_index")]
    operations = [
        AddIndexConcurrently(
            model_name="expense",
            index=models.Index(
                fields=["assignment"],
                condition=models.Q(("status__in", ["draft", "returned"])),
                name="expense_to_send",
            ),
        ),
    ]
