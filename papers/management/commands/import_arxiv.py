from argparse import ArgumentTypeError
from datetime import timedelta

from django.core.management.base import CommandError

from papers.ingest import arxiv
from papers.ingest.command import ImportCommand, positive
from papers.ingest.files import parsed
from papers.period import today


def category(text: str) -> str:
    if not arxiv.CATEGORY.fullmatch(text):
        raise ArgumentTypeError(f"“{text}” is not an arXiv category: one looks like cs.CL or hep-th")
    return text


class Command(ImportCommand):
    help = "Imports papers from arXiv: by id, the latest of a category, or saved Atom and OAI-PMH answers (also .gz)."

    def add_arguments(self, parser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE.xml")
        parser.add_argument("--ids", nargs="+", default=[], metavar="ID")
        parser.add_argument("--category", type=category, help="such as cs.CL")
        parser.add_argument("--days", type=positive, default=3, help="how far back arXiv announced them (3)")
        super().add_arguments(parser)

    def handle(self, *, files, ids, category, days, dry_run, limit, **options) -> None:
        if not (files or ids or category):
            raise CommandError("Name files, --ids or a --category.")
        sources = parsed(files, arxiv.parse)
        if ids:
            sources.append(("ids", arxiv.fetch(ids, self.client)))
        if category:
            since = today() - timedelta(days=days)
            sources.append((category, arxiv.announced(category, since, self.client)))
        self.run(sources, dry_run=dry_run, limit=limit)
