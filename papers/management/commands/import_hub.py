from collections.abc import Iterator

from papers.ingest import files, hub
from papers.ingest.command import ImportCommand
from papers.ingest.record import PaperRecord, Problem


class Command(ImportCommand):
    help = "Imports papers from answers of the Hub's /api/daily_papers: saved files (JSON, also .gz) or addresses."

    def add_arguments(self, parser) -> None:
        parser.add_argument("sources", nargs="+", metavar="FILE|URL")
        super().add_arguments(parser)

    def handle(self, *, sources, dry_run, limit, **options) -> None:
        self.run([(name, self._parse(name)) for name in sources], dry_run=dry_run, limit=limit)

    def _parse(self, name: str) -> Iterator[PaperRecord | Problem]:
        if "://" in name:
            yield from hub.fetch(name, self.client)
        else:
            yield from hub.parse(files.read(name), name)
