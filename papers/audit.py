"""Every counter, and what follows from other rows as counters do, against those rows."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from papers.models import Affiliation, Author, Collection, Day, Item, Paper, SearchEntry, Vote


@dataclass(frozen=True)
class Drift:
    """A counter that is not what its rows say."""

    what: str
    counter: str
    stands: int
    should: int


def _rows(model):
    """How many rows of the model point to the paper."""
    counted = model.objects.filter(paper=OuterRef("pk")).order_by().values("paper").annotate(n=Count("*"))
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)


_SHOULD = {
    "vote_count": F("imported_votes") + _rows(Vote),
    "author_count": _rows(Author),
}
_KEPT = Item.objects.kept().filter(collection=OuterRef("pk")).order_by().values("collection").annotate(n=Count("*"))
_HELD = Coalesce(Subquery(_KEPT.values("n"), output_field=IntegerField()), 0)


def drifts() -> list[Drift]:
    """Counters of papers, collections and days that are wrong, and papers that search cannot find."""
    found = []
    for counter, should in _SHOULD.items():
        wrong = Paper.objects.annotate(should=should).exclude(**{counter: F("should")}).order_by("pk")
        rows = wrong.values_list("arxiv_id", counter, "should")
        found += [Drift(arxiv_id, counter, stands, right) for arxiv_id, stands, right in rows]
    rows = _miscounted().values_list("key", "paper_count", "should")
    found += [Drift(key, "paper_count", stands, right) for key, stands, right in rows]
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


def _miscounted():
    return Collection.objects.annotate(should=_HELD).exclude(paper_count=F("should")).order_by("pk")


@transaction.atomic
def mend() -> None:
    """Bring every counter in line with its rows."""
    for counter, should in _SHOULD.items():
        ids = _lock(Paper.objects.annotate(should=should).exclude(**{counter: F("should")}))
        Paper.objects.filter(pk__in=ids).update(**{counter: should}, revision=F("revision") + 1)
    Affiliation.objects.show(_lock(Paper.objects.misattributed()))
    lost = list(Paper.objects.filter(entry=None).prefetch_related("authors"))
    SearchEntry.objects.refresh(lost, {paper.pk: [a.name for a in paper.authors.all()] for paper in lost})
    Day.objects.recount()
    Collection.objects.hold(*_miscounted())
    _miscounted().order_by().update(paper_count=F("should"))


def _lock(wrong) -> list[int]:
    """The ids of these papers, whose counters no one else moves from here on."""
    ids = list(wrong.values_list("pk", flat=True))
    return [paper.pk for paper in Paper.objects.select_for_update(no_key=True).filter(pk__in=ids)]
