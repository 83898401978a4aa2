"""Which transaction wrote a row last. Rows that are there get the one that adds the column, and are not rewritten."""

from django.db import migrations

import core.changes

TABLES = ("expenses_expense", "expenses_preapproval", "expenses_receipt")
# Whose expense refers to a receipt says who sees it.
CREATE_REFERRED = """
    CREATE FUNCTION note_receipt_referred() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE expenses_receipt SET changed_in = pg_current_xact_id()
        WHERE id IN (OLD.receipt_id, NEW.receipt_id) AND changed_in <> pg_current_xact_id();
        RETURN NULL;
    END $$;
    CREATE TRIGGER note_inserted AFTER INSERT ON expenses_expense FOR EACH ROW
    WHEN (NEW.receipt_id IS NOT NULL) EXECUTE FUNCTION note_receipt_referred();
    CREATE TRIGGER note_updated AFTER UPDATE ON expenses_expense FOR EACH ROW
    WHEN (NEW.receipt_id IS DISTINCT FROM OLD.receipt_id) EXECUTE FUNCTION note_receipt_referred();
    CREATE TRIGGER note_deleted AFTER DELETE ON expenses_expense FOR EACH ROW
    WHEN (OLD.receipt_id IS NOT NULL) EXECUTE FUNCTION note_receipt_referred();
"""
DROP_REFERRED = """
    DROP TRIGGER note_inserted ON expenses_expense;
    DROP TRIGGER note_updated ON expenses_expense;
    DROP TRIGGER note_deleted ON expenses_expense;
    DROP FUNCTION note_receipt_referred();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_note_change"),
        ("expenses", "0013_receipt_original_type"),
    ]
    operations = [
        migrations.AddField(
            model_name="expense",
            name="changed_in",
            field=core.changes.TransactionIdField(db_default=core.changes.CurrentTransactionId(), editable=False),
        ),
        migrations.AddField(
            model_name="preapproval",
            name="changed_in",
            field=core.changes.TransactionIdField(db_default=core.changes.CurrentTransactionId(), editable=False),
        ),
        migrations.AddField(
            model_name="receipt",
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
        migrations.RunSQL(CREATE_REFERRED, DROP_REFERRED),
    ]
