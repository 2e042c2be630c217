"""Every counter, and what follows from other rows as counters do, against those rows."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from papers.models import Affiliation, Author, Collection, CollectionFollow, Day, Item, Paper, SearchEntry, Vote


@dataclass(frozen=True)
class Drift:
    """A counter that is not what its rows say."""

    what: str
    counter: str
    stands: int
    should: int


def _rows(rows, column: str):
    """How many of these rows point to the one in question."""
    counted = rows.filter(**{column: OuterRef("pk")}).order_by().values(column).annotate(n=Count("*"))
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)


_SHOULD = {
    "vote_count": F("imported_votes") + _rows(Vote.objects, "paper"),
    "author_count": _rows(Author.objects, "paper"),
}
_OF_COLLECTIONS = {
    "paper_count": _rows(Item.objects.kept(), "collection"),
    "follower_count": _rows(CollectionFollow.objects, "collection"),
}


def drifts() -> list[Drift]:
    """Counters of papers, collections and days that are wrong, and papers that search cannot find."""
    found = _miscounted(Paper.objects, "arxiv_id", _SHOULD) + _miscounted(Collection.objects, "key", _OF_COLLECTIONS)
    shown = Paper.objects.misattributed().order_by("pk").values_list("arxiv_id", "organisation", "first")
    found += [Drift(arxiv_id, "organisation", stands or 0, right or 0) for arxiv_id, stands, right in shown]
    lost = Paper.objects.filter(entry=None).values_list("arxiv_id", flat=True)
    found += [Drift(arxiv_id, "search entries", 0, 1) for arxiv_id in lost]
    right = dict(Paper.objects.order_by().values_list("listed_on").annotate(n=Count("*")))
    stands = dict(Day.objects.values_list("date", "paper_count"))
    for date in sorted(right.keys() | stands.keys()):
        if right.get(date, 0) != stands.get(date, 0):
            found.append(Drift(str(date), "paper_count", stands.get(date, 0), right.get(date, 0)))
    return found


def _miscounted(rows, name: str, counters: dict) -> list[Drift]:
    found = []
    for counter, should in counters.items():
        wrong = _wrong(rows, counter, should).order_by("pk")
        found += [Drift(*told) for told in wrong.values_list(name, Value(counter), counter, "should")]
    return found


def _wrong(rows, counter: str, should):
    """With what it `should` be."""
    return rows.annotate(should=should).exclude(**{counter: F("should")})


@transaction.atomic
def mend() -> None:
    """Bring every counter in line with its rows."""
    for counter, should in _SHOULD.items():
        Paper.objects.touch(_lock(_wrong(Paper.objects, counter, should)), **{counter: should})
    for counter, should in _OF_COLLECTIONS.items():
        ids = _lock(_wrong(Collection.objects, counter, should))
        Collection.objects.filter(pk__in=ids).update(**{counter: should})
    Affiliation.objects.refresh_organisation(_lock(Paper.objects.misattributed()))
    lost = list(Paper.objects.filter(entry=None).prefetch_related("authors"))
    SearchEntry.objects.refresh(lost, {paper.pk: [a.name for a in paper.authors.all()] for paper in lost})
    Day.objects.recount()


def _lock(wrong) -> list[int]:
    """The ids of these rows, whose counters no one else moves from here on."""
    ids = list(wrong.values_list("pk", flat=True))
    return wrong.model.objects.filter(pk__in=ids).lock()
