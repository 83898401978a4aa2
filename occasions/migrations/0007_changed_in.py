"""Which transaction wrote a row last. Rows that are there get the one that adds the column, and are not rewritten."""

from django.db import migrations

import core.changes

TABLES = ("occasions_occasion", "occasions_occasionseries")
# What was done belongs to the occasion. It may be written alone, and many at once.
CREATE_ACTIVITIES = """
    CREATE FUNCTION note_activities_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE occasions_occasion SET changed_in = pg_current_xact_id()
        WHERE id IN (SELECT occasion_id FROM written) AND changed_in <> pg_current_xact_id();
        RETURN NULL;
    END $$;
    CREATE TRIGGER note_inserted AFTER INSERT ON occasions_activity REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION note_activities_change();
    CREATE TRIGGER note_updated AFTER UPDATE ON occasions_activity REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION note_activities_change();
    CREATE TRIGGER note_deleted AFTER DELETE ON occasions_activity REFERENCING OLD TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION note_activities_change();
"""
DROP_ACTIVITIES = """
    DROP TRIGGER note_inserted ON occasions_activity;
    DROP TRIGGER note_updated ON occasions_activity;
    DROP TRIGGER note_deleted ON occasions_activity;
    DROP FUNCTION note_activities_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_note_change"),
        ("occasions", "0006_series"),
    ]
    operations = [
        migrations.AddField(
            model_name="occasion",
            name="changed_in",
            field=core.changes.TransactionIdField(db_default=core.changes.CurrentTransactionId(), editable=False),
        ),
        migrations.AddField(
            model_name="occasionseries",
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
        migrations.RunSQL(CREATE_ACTIVITIES, DROP_ACTIVITIES),
    ]
