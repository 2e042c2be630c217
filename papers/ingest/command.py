"""What the importing commands share: their options, the progress they show, the report and the exit code."""

import time
from argparse import ArgumentTypeError
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import batched, islice

from django.core.management.base import BaseCommand, CommandError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from papers.ingest.client import Client, FetchError
from papers.ingest.files import SourceError
from papers.ingest.record import PaperRecord, Problem
from papers.ingest.save import BATCH, Tally, save

type Items = Iterable[PaperRecord | Problem]


def positive(text: str) -> int:
    """For argparse: a whole number from 1 up."""
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"“{text}” is not a whole number from 1 up")
    return int(text)


class ImportCommand(BaseCommand):
    """Reads sources one after the other, saves their records in batches, and says what came of it.

    What is bad is told on stderr as “file, record 3: reason” while the rest goes on; the exit code is 1 then.
    """

    def add_arguments(self, parser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count what would change, write nothing")
        parser.add_argument("--limit", type=positive, metavar="N", help="take the first N records only")

    @cached_property
    def client(self) -> Client:
        return Client()

    def run(self, sources: list[tuple[str, Items]], *, dry_run: bool, limit: int | None) -> None:
        """`sources` are names with what is read there. Raises CommandError if anything was bad."""
        started, tally, self.bad = time.perf_counter(), Tally(), 0
        count = TextColumn("{task.fields[records]:,} records")
        columns = BarColumn(), MofNCompleteColumn(), count, TimeElapsedColumn()
        self.progress = Progress(*columns, disable=not self.stdout.isatty())
        self.task = self.progress.add_task("", total=len(sources), records=0)
        with self.progress:
            records = islice(self._records(sources), limit)
            # A dry run leaves nothing that a second batch could be compared with, so it has but one.
            for batch in [tuple(records)] if dry_run else batched(records, BATCH):
                tally += save(batch, dry_run=dry_run)
                self.progress.update(self.task, records=tally.records)
        self._report(tally, time.perf_counter() - started, dry_run)

    def _records(self, sources: list[tuple[str, Items]]) -> Iterator[PaperRecord]:
        for name, items in sources:
            count = 0
            for item in _to_the_end(name, items):
                if isinstance(item, Problem):
                    self._complain(item)
                else:
                    count += 1
                    yield item
            self.progress.advance(self.task)
            if self.progress.disable:
                self.stdout.write(f"{name}: {count:,} records")

    def _complain(self, problem: Problem) -> None:
        self.bad += 1
        if self.progress.disable or not self.stderr.isatty():
            self.stderr.write(str(problem))
        else:  # above the bar
            self.progress.console.print(str(problem), style="red", markup=False, highlight=False)

    def _report(self, tally: Tally, seconds: float, dry_run: bool) -> None:
        if dry_run:
            self.stdout.write("A dry run, nothing was written. It would have been:")
        self.stdout.write(f"{tally}, {self.bad:,} bad in {seconds:.1f} s ({tally.records / seconds:,.0f} records/s)")
        if not tally.new and not tally.changed:
            self.stdout.write("Nothing changed.")
        if self.bad:
            raise CommandError(f"{self.bad:,} bad; each was told above.")


def _to_the_end(name: str, items: Items) -> Iterator[PaperRecord | Problem]:
    """The items; what breaks them off is the last Problem."""
    try:
        yield from items
    except (SourceError, FetchError) as error:
        yield Problem(name, None, str(error))
