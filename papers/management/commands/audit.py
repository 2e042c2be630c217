from django.core.management import BaseCommand, CommandError

from papers import audit


class Command(BaseCommand):
    help = "Check every counter against its rows. Exit code 1 if one is wrong and stays so."

    def add_arguments(self, parser):
        parser.add_argument("--fix", action="store_true", help="mend what is wrong")

    def handle(self, *, fix, **options):
        drifts = audit.drifts()
        for drift in drifts:
            self.stdout.write(f"{drift.what}: {drift.counter} is {drift.stands}, should be {drift.should}")
        if not drifts:
            self.stdout.write("Every counter agrees with its rows.")
        elif fix:
            audit.mend()
            self.stdout.write(f"{len(drifts)} mended.")
        else:
            raise CommandError(f"{len(drifts)} wrong; audit --fix mends them.", returncode=1)
