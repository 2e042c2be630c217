from django.conf import settings
from django.core.checks import Tags
from django.core.management import BaseCommand, call_command
from django.db import transaction

from accounts.models import User
from config import demo
from lib import staticfiles
from lib.locks import holding
from orgs.models import Organisation
from papers.models import Paper, directory
from papers.search import indexing

_LOCK_ID = 0x70726570617265  # an arbitrary number that no other advisory lock has


class Command(BaseCommand):
    help = "Bring the database, the cache table and the static files up to date; on first start, load the demo."

    def handle(self, **options):
        """Prepare one node at a time, because the last steps of migrate must not run twice at once."""
        with holding(_LOCK_ID):
            self.prepare()

    def prepare(self) -> None:
        self.check(tags=[Tags.database], databases=["default"])
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        if not settings.DEBUG and not staticfiles.are_collected():
            self.stdout.write("Compressing the static files, which takes some seconds …")
            staticfiles.collect()
        if settings.BROADSHEET_DEMO:
            self.load_demo()
            self.enable_demo()
        else:
            demo.disable_sign_in()

    @transaction.atomic
    def load_demo(self) -> None:
        """Load the demo into an empty site, all or nothing."""
        if not any(model.objects.exists() for model in (Paper, Organisation, User)):
            demo.load()
            indexing.recount()
            directory.recount()

    def enable_demo(self) -> None:
        if people := demo.enable_sign_in(settings.BROADSHEET_DEMO_PASSWORD):
            self.stdout.write(f"Demo: sign in as {', '.join(people.names)} with the password {people.password}")
