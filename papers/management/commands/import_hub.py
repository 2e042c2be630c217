from collections.abc import Callable, Iterator
from datetime import timedelta

from django.core.management.base import CommandError

from papers import identifiers
from papers.ingest import comments, dump, files, hub, milestone
from papers.ingest.client import FetchError
from papers.ingest.command import ImportCommand, Items, positive
from papers.period import today

_DAYS = 7


class Command(ImportCommand):
    help = (
        "Imports papers from answers of the Hub's /api/daily_papers: saved files (JSON, also .gz) or addresses. "
        "With --comments, imports the comments on papers that are here: by arXiv id, or from answers of "
        "/api/papers/ID?field=comments. With --dump, imports the dump of another Broadsheet."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("sources", nargs="*", metavar="FILE|URL|ARXIV_ID")
        parser.add_argument("--comments", action="store_true", help="import comments, with one request for each paper")
        parser.add_argument("--dump", metavar="URL|FOLDER", help="import a dump, such as https://other.site/dump/")
        parser.add_argument(
            "--days",
            type=positive,
            help="with --comments and without sources: how far back among the papers that have comments (7)",
        )
        super().add_arguments(parser)

    def handle(self, *, sources, days, dry_run, limit, **options) -> None:
        if options["dump"] and (sources or options["comments"]):
            raise CommandError("--dump goes without sources and --comments.")
        if days and (sources or not options["comments"]):
            raise CommandError("--days goes with --comments, and without sources.")
        if options["comments"]:
            named = self._comments_of(sources) if sources else self._recent_comments(days or _DAYS)
            counts = comments.CommentCounts()
            self.run(named, dry_run=dry_run, limit=limit, save=comments.save, counts=counts, batch_size=1)
        elif options["dump"]:
            self._import_dump(options["dump"], dry_run=dry_run, limit=limit)
        elif sources:
            parsed = iter(files.parsed([name for name in sources if not _is_address(name)], hub.parse))
            named = [(name, hub.fetch(name, self.client)) if _is_address(name) else next(parsed) for name in sources]
            self.run(named, dry_run=dry_run, limit=limit)
        else:
            raise CommandError("Name files or addresses, or use --comments.")

    def _import_dump(self, place: str, **options) -> None:
        self.site = place if _is_address(place) else ""
        try:
            months = dump.months(place, self.client)
        except (files.SourceError, FetchError) as error:
            raise CommandError(f"{place}: {error}") from error
        self.run(months, save=milestone.save, **options)

    def _comments_of(self, sources: list[str]) -> list[tuple[str, Items]]:
        arxiv_ids = list(filter(None, map(_arxiv_id, sources)))
        named = [(name, self._read(name, comments.parse)) for name in sources if not _arxiv_id(name)]
        return [*named, ("ids", comments.fetch(arxiv_ids, self.client))] if arxiv_ids else named

    def _recent_comments(self, days: int) -> list[tuple[str, Items]]:
        arxiv_ids = comments.recent(today() - timedelta(days=days - 1))
        return [(f"{days} days", comments.fetch(arxiv_ids, self.client))]

    def _read(self, name: str, parse: Callable[[bytes, str], Items]) -> Iterator:
        if _is_address(name):
            for url, body in self.client.pages(name):
                yield from parse(body, url)
        else:
            yield from parse(files.read(name), name)


def _is_address(source: str) -> bool:
    return "://" in source


def _arxiv_id(source: str) -> str | None:
    try:
        return identifiers.parse(source)[0]
    except ValueError:
        return None
