"""The base of the import commands: their options, progress, report and exit code."""

import time
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import batched, islice

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from papers.ingest.client import Client, FetchError
from papers.ingest.comments import PaperComments
from papers.ingest.files import SourceError
from papers.ingest.milestone import Milestone
from papers.ingest.problem import Note, Problem
from papers.ingest.record import PaperRecord
from papers.ingest.save import BATCH_SIZE, ImportCounts, save
from papers.search import indexing

_NOTHING = ImportCounts()

type Record = PaperRecord | PaperComments | Milestone
type Items = Iterable[Record | Problem]


def positive(text: str) -> int:
    """Return the text as an integer from 1, as an argparse type does. Raises ArgumentTypeError."""
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"“{text}” is not a whole number from 1 up")
    return int(text)


class ImportCommand(BaseCommand):
    """A command that reads sources, saves their records in batches, and reports the counts.

    A record that cannot be used is reported on stderr as “file, record 3: reason” and skipped; the exit code is then 1.
    Notes are reported in the same way and do not change the exit code.
    """

    def add_arguments(self, parser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count what would change, write nothing")
        parser.add_argument("--limit", type=positive, metavar="N", help="take the first N records only")

    site = ""  # that is fetched from, instead of HUB_URL

    @cached_property
    def client(self) -> Client:
        return Client(site=self.site)

    def run(
        self,
        sources: list[tuple[str, Items]],
        *,
        dry_run: bool,
        limit: int | None,
        save: Callable[..., ImportCounts] = save,
        batch_size: int = BATCH_SIZE,
        counts: ImportCounts = _NOTHING,
    ) -> None:
        """Import pairs of a source's name and its items. Raises CommandError if there was any Problem, and at Ctrl-C.

        `save` writes a batch and returns its counts, which are added to `counts`.
        """
        started_at, self.problems, self.notes = time.perf_counter(), 0, 0
        count = TextColumn("{task.fields[records]:,} records")
        columns = BarColumn(), MofNCompleteColumn(), count, TimeElapsedColumn()
        self.progress = Progress(*columns, disable=not self.stdout.isatty())
        self.task = self.progress.add_task("", total=len(sources), records=0)
        try:
            with self.progress:
                records = islice(self._records(sources), limit)
                # A dry run is a single batch, since a second one could not be compared with the first, which is not
                # saved.
                for batch in [tuple(records)] if dry_run else batched(records, batch_size):
                    counts += save(batch, dry_run=dry_run)
                    self.progress.update(self.task, records=counts.records)
        except KeyboardInterrupt:
            raise CommandError(f"Interrupted: {counts}. Run it again for the rest.") from None
        self._report(counts, time.perf_counter() - started_at, dry_run)

    def _records(self, sources: list[tuple[str, Items]]) -> Iterator[Record]:
        for name, items in sources:
            count = 0
            for item in _catch_errors(name, items):
                if isinstance(item, Problem):
                    self._report_problem(item)
                else:
                    count += not isinstance(item, Milestone)
                    yield item
            self.progress.advance(self.task)
            if self.progress.disable:
                self.stdout.write(f"{name}: {count:,} records")

    def _report_problem(self, problem: Problem) -> None:
        if isinstance(problem, Note):
            self.notes += 1
        else:
            self.problems += 1
        if self.progress.disable or not self.stderr.isatty():
            self.stderr.write(str(problem))
        else:
            self.progress.console.print(str(problem), style="red", markup=False, highlight=False)

    def _report(self, counts: ImportCounts, seconds: float, dry_run: bool) -> None:
        if dry_run:
            self.stdout.write("A dry run, nothing was written. It would have been:")
        speed = f"{seconds:.1f} s ({counts.records / seconds:,.0f} records/s)"
        notes = f", {self.notes:,} note{pluralize(self.notes)}" if self.notes else ""
        self.stdout.write(f"{counts}, {self.problems:,} bad{notes} in {speed}")
        if not counts.changes:
            self.stdout.write("Nothing changed.")
        elif not dry_run and (waiting := indexing.waiting()):
            self.stdout.write(
                f"Vectors to compute: {waiting:,}. The worker does it in time; “manage.py embed” does it now."
            )
        if self.problems:
            raise CommandError(f"{self.problems:,} bad; each is reported above.")


def _catch_errors(name: str, items: Items) -> Iterator[Record | Problem]:
    """Yield the items, and a Problem for an error of the source that ends them."""
    try:
        yield from items
    except (SourceError, FetchError) as error:
        yield Problem(name, None, str(error))
