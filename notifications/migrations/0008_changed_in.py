"""Which transaction wrote a row last. Rows that are there get the one that adds the column, and are not rewritten."""

from django.db import migrations

import core.changes

TABLES = ("notifications_notification",)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_note_change"),
        ("notifications", "0007_delivery_waiting_by_channel"),
    ]
    operations = [
        migrations.AddField(
            model_name="notification",
            name="changed_in",
            field=core.changes.TransactionIdField(db_default=core.changes.CurrentTransactionId(), editable=False),
        ),
        *(
            migrations.RunSQL(
                f"""
                CREATE TRIGGER note_change BEFORE INSERT OR UPDATE ON {table}
                FOR EACH ROW EXECUTE FUNCTION note_change()
                """,
                f"DROP TRIGGER note_change ON {table}",
            )
            for table in TABLES
        ),
    ]
