"""Comparison of every counter, and other values that are derived from rows, with those rows, and their repair."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import CharField, Count, Exists, F, OuterRef, Value
from django.db.models.functions import Concat

from accounts.models import User
from orgs.models import Organisation
from papers.models import (
    Affiliation,
    Author,
    AuthorClaim,
    Collection,
    CollectionFollow,
    Comment,
    CommentVote,
    Day,
    Item,
    Paper,
    SearchEntry,
)
from papers.models.artefact import artefact_counters
from papers.models.comment import paper_counters
from papers.models.counts import count_of
from papers.models.vote import vote_counters


@dataclass(frozen=True)
class Mismatch:
    """A derived value that differs from its rows. `name` identifies the row that stores it."""

    name: str
    counter: str
    stored: int
    expected: int


_PAPER_COUNTERS = {
    **vote_counters(),
    "author_count": count_of(Author.objects, "paper"),
    **paper_counters(),
    **artefact_counters(),
}
_COMMENT_COUNTERS = {
    "by_author": Exists(AuthorClaim.objects.granted().filter(paper=OuterRef("paper"), user=OuterRef("author"))),
    "vote_count": count_of(CommentVote.objects, "comment"),
    "reply_count": count_of(Comment.objects, "parent"),
}
_COLLECTION_COUNTERS = {
    "paper_count": count_of(Item.objects.kept(), "collection"),
    "follower_count": count_of(CollectionFollow.objects, "collection"),
}


def mismatches() -> list[Mismatch]:
    """Return the mismatches of papers, comments, collections and days, and the papers without a search entry."""
    found = _miscounted(Paper.objects, F("arxiv_id"), _PAPER_COUNTERS)
    found += _miscounted(Comment.objects, Concat(Value("comment "), "pk", output_field=CharField()), _COMMENT_COUNTERS)
    found += _miscounted(Collection.objects, F("key"), _COLLECTION_COUNTERS)
    organisations = Paper.objects.misattributed().order_by("pk").values_list("arxiv_id", "organisation", "first")
    found += [Mismatch(arxiv_id, "organisation", old or 0, new or 0) for arxiv_id, old, new in organisations]
    unindexed = Paper.objects.filter(entry=None).values_list("arxiv_id", flat=True)
    found += [Mismatch(arxiv_id, "search entries", 0, 1) for arxiv_id in unindexed]
    expected = dict(Paper.objects.listed().order_by().values_list("listed_on").annotate(n=Count("*")))
    stored = dict(Day.objects.values_list("date", "paper_count"))
    for date in sorted(expected.keys() | stored.keys()):
        if expected.get(date, 0) != stored.get(date, 0):
            found.append(Mismatch(str(date), "paper_count", stored.get(date, 0), expected.get(date, 0)))
    return found


def used_pictures() -> set[str]:
    """Returns the names of all pictures that rows refer to: of papers, people and organisations, and of drafts."""
    used = {name for organisation in Organisation.objects.iterator() for name in organisation.pictures()}
    used |= set(User.objects.exclude(portrait="").values_list("portrait", flat=True))
    held = User.objects.filter(held_profile__isnull=False).values_list("held_profile", flat=True)
    used |= {profile["portrait"] for profile in held if profile["portrait"]}
    return used | set(Paper.objects.exclude(picture="").values_list("picture", flat=True))


def _miscounted(rows, name, counters: dict) -> list[Mismatch]:
    found = []
    for counter, expected in counters.items():
        wrong = _wrong(rows, counter, expected).order_by("pk")
        found += [Mismatch(*row) for row in wrong.values_list(name, Value(counter), counter, "expected")]
    return found


def _wrong(rows, counter: str, expected):
    return rows.annotate(expected=expected).exclude(**{counter: F("expected")})


def repair() -> None:
    """Set every counter and derived value to what its rows say, each in a transaction of its own."""
    for counter, expected in _COMMENT_COUNTERS.items():
        with transaction.atomic():
            Comment.objects.touch(_lock(_wrong(Comment.objects, counter, expected)), **{counter: expected})
    for counter, expected in _PAPER_COUNTERS.items():
        with transaction.atomic():
            Paper.objects.touch(_lock(_wrong(Paper.objects, counter, expected)), **{counter: expected})
    for counter, expected in _COLLECTION_COUNTERS.items():
        with transaction.atomic():
            ids = _lock(_wrong(Collection.objects, counter, expected))
            Collection.objects.filter(pk__in=ids).update(**{counter: expected})
    _repair_derived()


@transaction.atomic
def _repair_derived() -> None:
    """Set organisations of papers, add what the search lacks, and count the papers of each day."""
    Affiliation.objects.refresh_organisation(_lock(Paper.objects.misattributed()))
    unindexed = list(Paper.objects.filter(entry=None).prefetch_related("authors"))
    SearchEntry.objects.refresh(unindexed, {paper.pk: [a.name for a in paper.authors.all()] for paper in unindexed})
    Day.objects.recount()


def _lock(wrong) -> list[int]:
    """Lock these rows, so that nobody changes their counters until the transaction ends, and return their ids."""
    ids = list(wrong.values_list("pk", flat=True))
    return wrong.model.objects.filter(pk__in=ids).lock()
