"""What the tables that phones keep a copy of call when a row is written, whichever way."""

from django.db import migrations

CREATE = """
    CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.changed_in := pg_current_xact_id();
        RETURN NEW;
    END $$
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_heartbeat_runs")]
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION note_change()")]
