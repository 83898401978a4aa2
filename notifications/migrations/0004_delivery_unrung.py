from django.db import migrations


class Migration(migrations.Migration):
    """Forget when a bell was rung; the column stays for the release before, which still writes it."""

    dependencies = [("notifications", "0003_delivery_created")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name="delivery", name="rung_at")]
        ),
    ]
