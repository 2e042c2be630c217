from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.backup import database, uploads
from config.backup.manifest import DUMP, MEDIA, SECRET_KEY, Manifest
from config.backup.progress import step
from lib.env import DATA
from lib.refusals import Busy


class Command(BaseCommand):
    help = "Restore a backup into an empty site. If it is cut off, the site does not start until it is done again."

    def add_arguments(self, parser):
        parser.add_argument("source", type=Path, metavar="SOURCE", help="a folder that `manage.py backup` has written")

    def handle(self, *, source, **options):
        manifest = Manifest.read(source)
        manifest.check_release()
        with step(self.stderr, "Checked", len(manifest.files)) as advance:
            manifest.check_files(source, advance)
        try:
            self.restore(source, manifest)
        except Busy as error:
            raise CommandError(f"The store of the uploads failed: restore again. {error}") from error
        self.report(manifest)

    def restore(self, source: Path, manifest: Manifest) -> None:
        database.check_empty()
        if not database.is_unfinished():
            uploads.check_empty()
        database.begin()
        self.load(source, manifest)
        database.finish()

    def load(self, source: Path, manifest: Manifest) -> None:
        with step(self.stderr, "Tables", len(manifest.tables)) as advance:
            database.load(source / DUMP, advance)
        database.check_rows(manifest.tables)
        self.migrate()
        names = [name.removeprefix(f"{MEDIA}/") for name in manifest.files if name.startswith(f"{MEDIA}/")]
        with step(self.stderr, "Uploads", len(names)) as advance:
            uploads.load(names, source / MEDIA, advance)
        if SECRET_KEY in manifest.files:
            self.load_secret_key(source / SECRET_KEY)

    def migrate(self) -> None:
        """Bring the database of an older release up to date."""
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            self.stderr.write(f"Migrations: {', '.join(f'{each.app_label}.{each.name}' for each, _ in missing)}")
        call_command("migrate", interactive=False, verbosity=0)

    def load_secret_key(self, path: Path) -> None:
        """Put the key into the state folder, unless the environment has one, which the site then uses."""
        key = path.read_text()
        if not settings.SECRET_KEY_IS_SET:
            (DATA / SECRET_KEY).write_text(key)
        elif key != settings.SECRET_KEY:
            self.stderr.write(f"SECRET_KEY is another one than that in {path}: everybody has to sign in again.")

    def report(self, manifest: Manifest) -> None:
        rows = sum(manifest.tables.values())
        self.stdout.write(f"Restored: {rows:,} rows and {len(manifest.files):,} file(s) of {manifest.made_at}.")
        for name in manifest.missing:
            self.stdout.write(f"The picture {name} was missing when the backup was made.")
        try:
            call_command("audit", stdout=self.stdout)
        except CommandError as error:
            self.stdout.write(str(error))
