"""What crawlers are told of: an index, and files of at most 50,000 addresses (https://www.sitemaps.org/protocol.html).

Papers, organisations and collections are cut by their ids: a file always has the same rows, so that old ones rest while
new ones grow, and is read without the others. People are left out: nobody asked to be found by name, and what a person
shows can be hidden at any moment, while others keep such a file for as long as they like.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.urls import reverse

from orgs.models import Organisation
from papers.models import Affiliation, Collection, Paper
from papers.period import Period, today

MOST = 50_000  # addresses of one file: the protocol's limit
_PAGES = ["front", "trending", "archive", "collections", "about_ranking", "about_search", "about_embed", "feeds"]

type Entry = tuple[str, datetime | None]  # an address of this site, and when what stands there last changed


@dataclass(frozen=True)
class Kind:
    """Rows that have pages. `rows()` has `changed`; `handle` is the column in their addresses, which have this name."""

    name: str
    handle: str
    rows: Callable[[], QuerySet]

    def parts(self) -> list[tuple[int, datetime]]:
        """The number of each file that has rows, and when one of them last changed."""
        parts = self.rows().annotate(part=F("pk") / MOST).order_by()
        return sorted(parts.values_list("part").annotate(Max("changed")))  # sorting is quicker here than there

    def entries(self, part: int) -> list[Entry]:
        """The addresses in the file with this number, by their ids; an empty list if there is no such file."""
        of_part = self.rows().filter(pk__gte=part * MOST, pk__lt=(part + 1) * MOST)
        rows = list(of_part.order_by("pk").values_list(self.handle, "changed"))
        if not rows:
            return []
        before = reverse(self.name, args=rows[0][:1]).removesuffix(rows[0][0])  # 50,000 times took a second
        return [(before + handle, changed) for handle, changed in rows]


def _papers() -> QuerySet:
    return Paper.objects.filter(listed_on__lte=today()).annotate(changed=F("changed_at"))


def _organisations() -> QuerySet:
    """Changed: what it says of itself, or by a paper that came."""
    accepted = Affiliation.objects.accepted().filter(organisation=OuterRef("pk")).order_by("-since")
    came = Subquery(accepted.values("since")[:1])
    return Organisation.objects.annotate(changed=Greatest("updated_at", came))


def _collections() -> QuerySet:
    return Collection.objects.listed().filter(paper_count__gt=0).annotate(changed=F("updated_at"))


KINDS = {
    "papers": Kind("papers:paper", "arxiv_id", _papers),
    "organisations": Kind("papers:org", "slug", _organisations),
    "collections": Kind("papers:collection", "key", _collections),
}


def files() -> list[Entry]:
    """All files there are. A statement for each kind."""
    parts = {name: kind.parts() for name, kind in KINDS.items()}
    newest = max((changed for _, changed in parts["papers"]), default=None)
    return [
        (reverse("papers:sitemap_of_lists"), newest),
        *(
            (reverse("papers:sitemap_part", args=[name, part]), changed)
            for name, numbered in parts.items()
            for part, changed in numbered
        ),
    ]


def days() -> list[tuple[date, datetime]]:
    """Each day that has papers, and when one of them last changed."""
    return list(Paper.objects.filter(listed_on__lte=today()).changes_by_day())


def lists(days: list[tuple[date, datetime]]) -> Iterator[Entry]:
    """The pages that are always there, and the lists of these days, their weeks and their months."""
    yield from ((reverse(f"papers:{name}"), None) for name in _PAGES)
    for kind in ("day", "week", "month"):
        for start, those in groupby(days, lambda day, kind=kind: Period.around(kind, day[0])):
            yield start.get_absolute_url(), max(changed for _, changed in those)


def write(root: str, row: str, entries: Iterable[Entry]) -> str:
    """A `urlset` of `url` rows, or a `sitemapindex` of `sitemap` rows. Moments are W3C's."""
    rows = "".join(
        f"<{row}><loc>{settings.BASE_URL}{escape(address)}</loc>"
        f"{f'<lastmod>{changed.isoformat(timespec="seconds")}</lastmod>' if changed else ''}</{row}>\n"
        for address, changed in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</{root}>\n'
    )
