from django.conf import settings
from django.core.checks import Tags
from django.core.management import BaseCommand, call_command

from accounts.models import User
from config import demo
from lib import staticfiles
from orgs.models import Organisation
from papers.models import Paper
from papers.search import indexing


class Command(BaseCommand):
    help = "Bring the database, the cache table and the static files up to date; on first start, load the demo."

    def handle(self, **options):
        self.check(tags=[Tags.database], databases=["default"])
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        if not settings.DEBUG:
            staticfiles.collect()
        if settings.BROADSHEET_DEMO:
            self.demo()
        else:
            demo.disable_sign_in()

    def demo(self) -> None:
        if not any(model.objects.exists() for model in (Paper, Organisation, User)):
            demo.load()
            indexing.recount()
        if people := demo.enable_sign_in(settings.BROADSHEET_DEMO_PASSWORD):
            self.stdout.write(f"Demo: sign in as {', '.join(people.names)} with the password {people.password}")
