"""Built while rows are being written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("occasions", "0007_changed_in")]
    operations = [
        AddIndexConcurrently(
            model_name="occasion",
            index=models.Index(fields=["assignment", "changed_in"], name="occasion_changed"),
        ),
        AddIndexConcurrently(
            model_name="occasionseries",
            index=models.Index(fields=["assignment", "changed_in"], name="occasion_series_changed"),
        ),
    ]
