"""Built while rows are being written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("expenses", "0014_changed_in")]
    operations = [
        AddIndexConcurrently(
            model_name="expense",
            index=models.Index(fields=["assignment", "changed_in"], name="expense_changed"),
        ),
        AddIndexConcurrently(
            model_name="preapproval",
            index=models.Index(fields=["assignment", "changed_in"], name="pre_approval_changed"),
        ),
        AddIndexConcurrently(
            model_name="receipt",
            index=models.Index(fields=["owner", "changed_in"], name="receipt_changed"),
        ),
    ]
