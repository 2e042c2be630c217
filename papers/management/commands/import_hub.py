from collections.abc import Callable, Iterator
from datetime import timedelta

from django.conf import settings
from django.core.management.base import CommandError

from papers import identifiers
from papers.ingest import comments, daily, dump, files, hub, hub_papers, milestone
from papers.ingest.client import FetchError
from papers.ingest.command import ImportCommand, Items, positive
from papers.period import today

_DAYS = 7
_BATCH_SIZE = 20  # of papers that are requested one by one, so that an interruption loses seconds


class Command(ImportCommand):
    help = (
        "Imports papers from answers of the Hub's /api/daily_papers: saved files (JSON, also .gz) or addresses. "
        "With --comments, imports the comments on papers that are here: by arXiv id, or from answers of "
        "/api/papers/ID?field=comments. With --papers, requests papers one by one, with their artefacts. "
        "With --dump, imports the dump of another Broadsheet."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("sources", nargs="*", metavar="FILE|URL|ARXIV_ID")
        parser.add_argument("--comments", action="store_true", help="import comments, with one request for each paper")
        parser.add_argument("--papers", action="store_true", help="request each paper by itself, from its arXiv id")
        parser.add_argument("--follow", action="store_true", help="do now what IMPORT_HUB does on a schedule")
        parser.add_argument("--dump", metavar="URL|FOLDER", help="import a dump, such as https://other.site/dump/")
        parser.add_argument(
            "--days",
            type=positive,
            help="without sources: with --comments, how far back among the papers that have comments (7), and with "
            "--papers, how far back among those that came from the Hub (7)",
        )
        super().add_arguments(parser)

    def handle(self, *, sources, days, dry_run, limit, **options) -> None:
        modes = [name for name in ("comments", "papers", "dump", "follow") if options[name]]
        if len(modes) > 1:
            raise CommandError("Use only one of --comments, --papers, --dump and --follow.")
        if (options["dump"] or options["follow"]) and sources:
            raise CommandError("--dump and --follow take no sources.")
        if options["follow"] and (dry_run or limit):
            raise CommandError("--follow cannot be combined with --dry-run or --limit.")
        if days and (sources or modes not in (["comments"], ["papers"])):
            raise CommandError("--days needs --comments or --papers, and takes no sources.")
        if options["papers"]:
            named = [self._papers_of(sources) if sources else self._recent_papers(days or _DAYS)]
            self.run(named, dry_run=dry_run, limit=limit, batch_size=_BATCH_SIZE)
        elif options["comments"]:
            named = self._comments_of(sources) if sources else self._recent_comments(days or _DAYS)
            counts = comments.CommentCounts()
            self.run(named, dry_run=dry_run, limit=limit, save=comments.save, counts=counts, batch_size=1)
        elif options["follow"]:
            self._follow()
        elif options["dump"]:
            self._import_dump(options["dump"], dry_run=dry_run, limit=limit)
        elif sources:
            parsed = iter(files.parsed([name for name in sources if not _is_address(name)], hub.parse))
            named = [(name, hub.fetch(name, self.client)) if _is_address(name) else next(parsed) for name in sources]
            self.run(named, dry_run=dry_run, limit=limit)
        else:
            raise CommandError("Name files or addresses, or use --comments or --papers.")

    def _papers_of(self, sources: list[str]) -> tuple[str, Items]:
        if unknown := next((name for name in sources if not _arxiv_id(name)), ""):
            raise CommandError(f"“{unknown}” is not an arXiv id.")
        return "ids", hub_papers.fetch(map(_arxiv_id, sources), self.client)

    def _recent_papers(self, days: int) -> tuple[str, Items]:
        arxiv_ids = hub_papers.recent(today() - timedelta(days=days - 1))
        return f"{days} days", hub_papers.fetch(arxiv_ids, self.client)

    def _follow(self) -> None:
        try:
            self.stdout.write(f"From {settings.HUB_URL}: {daily.import_hub(self.client)}")
        except FetchError as error:
            raise CommandError(str(error)) from error

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
