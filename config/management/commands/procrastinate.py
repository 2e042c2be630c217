"""procrastinate's command, whose worker does no job of a site that is being restored."""

from django.core.checks import Tags
from django.db import connection
from procrastinate.contrib.django.management.commands import procrastinate


class Command(procrastinate.Command):
    def handle(self, *args, **options):
        """Raises SystemCheckError before a worker has begun if the checks of the database find an error."""
        if options["command"] == "worker":
            self.check(tags=[Tags.database], databases=["default"])
            connection.close()  # the worker has connections of its own
        super().handle(*args, **options)
