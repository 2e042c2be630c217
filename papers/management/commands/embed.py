import os
import time

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from papers.ingest.command import positive
from papers.models import Embedding
from papers.search import indexing
from papers.search.embedding import Unavailable, embedder


class Command(BaseCommand):
    help = "Updates the search index: counts words if many papers have changed, and embeds new and changed papers."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--limit", type=positive, metavar="N", help="embed N papers at most")

    def handle(self, *, limit, **options) -> None:
        if words := indexing.recount():
            self.stdout.write(f"{words:,} words counted.")
        if embedder() is None:
            raise CommandError("There is no model: EMBEDDING is none.")
        if not Embedding.objects.is_ready():
            vectors = f"vectors of {settings.EMBEDDING_DIMENSIONS} numbers"
            raise CommandError(f"The database cannot keep {vectors}: it needs pgvector and then manage.py migrate.")
        started_at = time.perf_counter()
        try:
            count = self.embed(limit)
        except Unavailable as error:
            raise CommandError(f"{error}. What was embedded is kept.") from error
        seconds = time.perf_counter() - started_at
        self.stdout.write(f"{count:,} embedded in {seconds:.1f} s ({count / seconds:,.0f} papers/s)")
        if not count:
            self.stdout.write("Nothing to do.")

    def embed(self, limit: int | None) -> int:
        total = indexing.stale()[:limit].count()
        columns = BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        with Progress(*columns, disable=not self.stdout.isatty()) as progress:
            task = progress.add_task("", total=total)

            def advance() -> None:
                progress.advance(task)
                done = progress.tasks[task].completed
                if progress.disable and done % indexing.BATCH == 0:
                    self.stdout.write(f"{done:,} of {total:,}")

            return indexing.embed(limit, advance, threads=os.cpu_count() or 1)
