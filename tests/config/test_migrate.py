"""A migration and the note that it was made are written together, and once."""

import pytest
from django.conf import settings
from django.db import connection, migrations, models
from django.db.migrations.recorder import MigrationRecorder

from config.management.commands.migrate import Executor

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    pass


class KilledBeforeTheNote(Executor):
    def record_migration(self, app_label, name):
        raise Killed


def test_a_migration_is_not_made_without_its_note():
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)  # its constraint made Django note it later
    migration = migrations.Migration("halves", "papers")
    migration.operations = [
        migrations.CreateModel("Half", [("id", models.AutoField(primary_key=True)), ("by", reader)])
    ]
    executor = KilledBeforeTheNote(connection)
    state = executor.loader.project_state()
    with pytest.raises(Killed):
        executor.apply_migration(state, migration)
    assert "papers_half" not in connection.introspection.table_names()


def test_a_migration_that_another_start_has_just_made_is_not_made_again():
    executor = Executor(connection)
    node = ("papers", "0001_initial")
    before = executor.loader.project_state(node, at_end=False)
    after = executor.apply_migration(before, executor.loader.get_migration(*node))
    assert ("papers", "vote") in after.models
    assert MigrationRecorder.Migration.objects.filter(app="papers", name="0001_initial").count() == 1
