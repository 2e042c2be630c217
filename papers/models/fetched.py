from collections.abc import Iterable

from django.db import models
from django.utils import timezone

from lib.fields import LineField, UrlLineField
from papers.lengths import MAX_URL

_DUMP = r"^https?://[^/]+/dump/\d{4}-\d{2}$"


def dump_address(site: str, month: str) -> str:
    """Return the address under which it is kept that this month of the site's dump has been imported."""
    return f"{site}/dump/{month}"


class FetchedQuerySet(models.QuerySet):
    def of_pages(self):
        """Those of pages, and not those of the months of a dump."""
        return self.exclude(address__regex=_DUMP)


class FetchedManager(models.Manager.from_queryset(FetchedQuerySet)):
    def keep(self, answers: Iterable["Fetched"]) -> None:
        """Write that these answers have been imported, each instead of the last one of its address."""
        columns = ["etag", "next_address", "fetched_at"]
        self.bulk_create(answers, update_conflicts=True, unique_fields=["address"], update_fields=columns)


class Fetched(models.Model):
    """An answer of another site all of whose records are here: its ETag, and the address of the page after it, or "".

    One without an ETag is requested as a whole the next time; that may be because the site has no such paper.
    `fetched_at` is also when the site answered last that nothing has changed.
    """

    address = UrlLineField(max_length=MAX_URL, unique=True)
    etag = LineField(max_length=200, blank=True)
    next_address = UrlLineField(max_length=MAX_URL, blank=True)
    fetched_at = models.DateTimeField(default=timezone.now)

    objects = FetchedManager()

    def __str__(self) -> str:
        return self.address
