import time

from django.core.management.base import BaseCommand

from api.dump import writing


class Command(BaseCommand):
    help = "Writes all papers, as everybody may see them, into the files that /dump offers."

    def handle(self, **options) -> None:
        started_at = time.perf_counter()
        index = writing.write(lambda entry: self.stdout.write(f"{entry['name']}: {entry['papers']:,} papers"))
        size = sum(entry["bytes"] for entry in index["files"]) / 1e6
        seconds = time.perf_counter() - started_at
        self.stdout.write(f"{index['papers']:,} papers, {size:.1f} MB in {seconds:.1f} s")
