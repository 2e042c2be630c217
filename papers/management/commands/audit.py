from django.core.management import BaseCommand, CommandError

from papers import audit


class Command(BaseCommand):
    help = "Checks every counter against its rows. The exit code is 1 if one is wrong and --fix is not given."

    def add_arguments(self, parser):
        parser.add_argument("--fix", action="store_true", help="repair the wrong counters")

    def handle(self, *, fix, **options):
        mismatches = audit.mismatches()
        for found in mismatches:
            self.stdout.write(f"{found.name}: {found.counter} is {found.stored}, should be {found.expected}")
        if not mismatches:
            self.stdout.write("Every counter agrees with its rows.")
        elif fix:
            audit.repair()
            self.stdout.write(f"{len(mismatches)} repaired.")
        else:
            raise CommandError(f"{len(mismatches)} wrong; audit --fix repairs them.", returncode=1)
