"""The sitemap: an index, and files of at most 50,000 addresses (https://www.sitemaps.org/protocol.html).

Papers, organisations and collections are divided into files by ranges of their ids, so that a file always has the same
rows and is made without reading the others. People are left out: they can hide their lists at any time, but not the
copies of a sitemap that others keep.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.urls import reverse

from orgs.models import Organisation
from papers.models import Affiliation, Collection, Paper
from papers.period import Period, today

MAX_ADDRESSES = 50_000  # of a file, by the protocol
_PAGES = [
    *("front", "trending", "archive", "collections", "organisations", "topics", "fields", "feeds"),
    *("about_ranking", "about_search", "about_embed", "about_keys"),
]

type Entry = tuple[str, datetime | None]  # the path of a page, and when it last changed


@dataclass(frozen=True)
class Kind:
    """A kind of pages, one a row: their URL name, the column of its argument, and the rows, annotated `changed`."""

    url_name: str
    column: str
    rows: Callable[[], QuerySet]

    def files(self) -> list[tuple[int, datetime]]:
        """Return the number of each file that has rows, and when one of them last changed."""
        rows = self.rows().annotate(file=F("pk") / MAX_ADDRESSES).order_by()
        return sorted(rows.values_list("file").annotate(Max("changed")))  # faster than sorting in PostgreSQL

    def entries(self, file: int) -> list[Entry]:
        """Return the entries of the file with this number by their ids, or an empty list if there is no such file."""
        in_file = self.rows().filter(pk__gte=file * MAX_ADDRESSES, pk__lt=(file + 1) * MAX_ADDRESSES)
        rows = list(in_file.order_by("pk").values_list(self.column, "changed"))
        if not rows:
            return []
        # Reversing the address of every row would take a second.
        prefix = reverse(self.url_name, args=rows[0][:1]).removesuffix(rows[0][0])
        return [(prefix + value, changed) for value, changed in rows]


def _papers() -> QuerySet:
    return Paper.objects.filter(listed_on__lte=today()).annotate(changed=F("changed_at"))


def _organisations() -> QuerySet:
    """Return all organisations; one has changed when its row did or a paper was accepted."""
    accepted = Affiliation.objects.accepted().filter(organisation=OuterRef("pk")).order_by("-since")
    last_accepted = Subquery(accepted.values("since")[:1])
    return Organisation.objects.annotate(changed=Greatest("updated_at", last_accepted))


def _collections() -> QuerySet:
    return Collection.objects.listed().filter(paper_count__gt=0).annotate(changed=F("updated_at"))


KINDS = {
    "papers": Kind("papers:paper", "arxiv_id", _papers),
    "organisations": Kind("papers:org", "slug", _organisations),
    "collections": Kind("papers:collection", "key", _collections),
}


def files() -> list[Entry]:
    """Return the entries of the index, by one statement for each kind."""
    numbered = {name: kind.files() for name, kind in KINDS.items()}
    newest = max((changed for _, changed in numbered["papers"]), default=None)
    return [
        (reverse("papers:sitemap_of_lists"), newest),
        *(
            (reverse("papers:sitemap_file", args=[name, number]), changed)
            for name, files in numbered.items()
            for number, changed in files
        ),
    ]


def lists() -> Iterator[Entry]:
    """Yield the entries of the fixed pages, and of the days with papers, their weeks and their months."""
    days = list(Paper.objects.filter(listed_on__lte=today()).changes_by_day())
    yield from ((reverse(f"papers:{name}"), None) for name in _PAGES)
    for length in ("day", "week", "month"):
        for period, group in groupby(days, lambda day, length=length: Period.around(length, day[0])):
            yield period.get_absolute_url(), max(changed for _, changed in group)


def write(root: str, row: str, entries: Iterable[Entry]) -> str:
    """Return a `urlset` of `url` elements, or a `sitemapindex` of `sitemap` elements, with dates in W3C format."""
    rows = "".join(
        f"<{row}><loc>{settings.BASE_URL}{escape(address)}</loc>"
        f"{f'<lastmod>{changed.isoformat(timespec="seconds")}</lastmod>' if changed else ''}</{row}>\n"
        for address, changed in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</{root}>\n'
    )
