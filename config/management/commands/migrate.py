"""Django's `migrate` writes down that a migration was made after the transaction that made it. Here it is one."""

from django.core.management.commands import migrate
from django.db import transaction
from django.db.migrations.executor import MigrationExecutor

from lib.locks import take

_LOCK_ID = 0x6D696772617465  # an arbitrary number that no other advisory lock has

Command = migrate.Command


class Executor(MigrationExecutor):
    def apply_migration(self, state, migration, fake=False, fake_initial=False):
        """Make the migration and write that down, both or neither, even if this process is killed.

        The lock waits for another start, perhaps a killed one whose last statement PostgreSQL still executes. What that
        one has made is not made again.
        """
        if not migration.atomic:
            return super().apply_migration(state, migration, fake, fake_initial)
        with transaction.atomic(self.connection.alias):
            take(_LOCK_ID, self.connection)
            if (migration.app_label, migration.name) in self.recorder.applied_migrations():
                return migration.mutate_state(state, preserve=False)
            return super().apply_migration(state, migration, fake, fake_initial)


migrate.MigrationExecutor = Executor
