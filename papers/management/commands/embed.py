import time

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from papers.ingest.command import positive
from papers.models import Embedding
from papers.search import indexing
from papers.search.embedding import Unavailable, embedder


class Command(BaseCommand):
    help = "Brings search up to date: counts words if papers have changed much, and embeds what is new or changed."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--limit", type=positive, metavar="N", help="embed N papers at most")

    def handle(self, *, limit, **options) -> None:
        if words := indexing.recount():
            self.stdout.write(f"{words:,} words counted.")
        if embedder() is None:
            raise CommandError("There is no model: EMBEDDING is none.")
        if not Embedding.objects.is_ready():
            kind = f"vectors of {settings.EMBEDDING_DIMENSIONS} numbers"
            raise CommandError(f"The database cannot keep {kind}: it needs pgvector and then manage.py migrate.")
        started = time.perf_counter()
        try:
            count = self.embed(limit)
        except Unavailable as error:
            raise CommandError(f"{error}. What was embedded is kept.") from error
        seconds = time.perf_counter() - started
        self.stdout.write(f"{count:,} embedded in {seconds:.1f} s ({count / seconds:,.0f} papers/s)")
        if not count:
            self.stdout.write("Nothing to do.")

    def embed(self, limit: int | None) -> int:
        total = indexing.stale()[:limit].count()
        columns = BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        with Progress(*columns, disable=not self.stdout.isatty()) as progress:
            task = progress.add_task("", total=total)

            def tell() -> None:
                progress.advance(task)
                done = progress.tasks[task].completed
                if progress.disable and done % indexing.BATCH == 0:
                    self.stdout.write(f"{done:,} of {total:,}")

            return indexing.embed(limit, tell)
