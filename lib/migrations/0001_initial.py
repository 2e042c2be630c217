from django.db import migrations

CREATE = """
    CREATE UNLOGGED TABLE lib_throttle (
        key text PRIMARY KEY, free_at timestamptz NOT NULL, each interval NOT NULL, period interval NOT NULL
    );
    CREATE INDEX lib_throttle_free_at ON lib_throttle (free_at);
"""


class Migration(migrations.Migration):
    """The table of `lib.throttle`. There is no model: `lib` has none."""

    initial = True
    dependencies = []
    operations = [migrations.RunSQL(CREATE, "DROP TABLE lib_throttle")]
