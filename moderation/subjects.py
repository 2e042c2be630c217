"""What can be moderated, and most of it flagged: one Kind for each model."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import models
from django.urls import reverse

from accounts.models import User
from lib import profile_links
from lib.refusals import NotAllowed
from lib.text import line, quoted
from orgs.models import Organisation
from orgs.roles import EDIT, roles_with
from papers.models import AuthorClaim, Collection, Comment, Paper

MAX_DIGITS = 19  # of an id


@dataclass(frozen=True)
class Kind:
    """A kind of things that can be moderated.

    * `rows`: those that this viewer may see, and so flag; `all_rows`: those of moderators. Both have what the functions
      below read.
    * `label`: what the public log calls it, which quotes nothing that moderators may have to hide.
    * `yours`: what those concerned read of it, if that is not the label.
    * `content`: what moderators read of it.
    * `author`: the person who is responsible for it, or None.
    * `people`: the ids of those who are notified of what moderators do with it.
    * `is_flaggable`: whether readers can flag it.
    * `is_personal`: whether what moderators decide about it is about its author (see `concerns`).
    * `is_secret`: whether its address is a secret of those who have the link, so that the public log leaves it out.
    * `is_private`: whether its owner keeps it private, so that moderators see it only while a case about it is open.
    * `handle`: the column that identifies it in the addresses of readers, as in the address of its page.
    """

    key: str
    name: str
    all_rows: Callable[[], models.QuerySet]
    rows: Callable[[models.Model], models.QuerySet]
    label: Callable[[models.Model], str]
    content: Callable[[models.Model], str]
    author: Callable[[models.Model], models.Model | None]
    people: Callable[[models.Model], Iterable[int]]
    handle: str
    url: Callable[[models.Model], str] = lambda row: row.get_absolute_url()
    is_private: Callable[[models.Model], bool] = lambda row: False
    is_flaggable: bool = True
    is_personal: bool = True
    is_secret: bool = False
    yours: Callable[[models.Model], str] | None = None

    def label_for_people(self, row: models.Model) -> str:
        """What a notification of those concerned calls the row."""
        return (self.yours or self.label)(row)

    def concerns(self, row: models.Model | None, user) -> bool:
        """Whether this is about the user: a comment, a collection, a claim or a profile of theirs.

        A paper that they submitted and an organisation that they edit are not, so that a site with one moderator can
        moderate all of its papers.
        """
        return self.is_personal and row is not None and self.author(row) == user

    def demand_not_own(self, row: models.Model, user) -> None:
        """Raises NotAllowed if the row is this user's own, and so cannot be flagged by them."""
        if self.concerns(row, user):
            raise NotAllowed("You can't flag what is your own.")

    def find(self, pk: int) -> models.Model | None:
        """The row with this id, whoever may see it, or None."""
        return self.all_rows().filter(pk=pk).first()

    def find_for(self, viewer, handle: str) -> models.Model | None:
        """The row that this viewer may see at this address, or None."""
        if self.handle == "pk" and not (handle.isascii() and handle.isdigit() and len(handle) < MAX_DIGITS):
            return None
        return self.rows(viewer).filter(**{self.handle: handle}).first()


def _author_alone(author: Callable) -> Callable[[models.Model], list[int]]:
    return lambda row: [author(row).pk] if author(row) else []


def _editors(organisation: Organisation) -> list[int]:
    """The ids of those who may edit the organisation's page."""
    members = organisation.memberships.filter(role__in=roles_with(EDIT))
    return list(members.values_list("user", flat=True))


def _owners(collection: Collection) -> list[int]:
    return _editors(collection.organisation) if collection.organisation else [collection.user_id]


def _papers() -> models.QuerySet:
    return Paper.objects.select_related("submitted_by")


def _comments() -> models.QuerySet:
    return Comment.objects.select_related("author", "paper")


def _collections() -> models.QuerySet:
    return Collection.objects.select_related("user", "organisation")


def _texts(*texts: str) -> str:
    """The texts that are not empty, one below the other."""
    return "\n\n".join(filter(None, texts))


KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "paper",
            "Paper",
            _papers,
            lambda viewer: _papers(),
            lambda paper: f"the paper {quoted(paper)}",
            lambda paper: _texts(paper.plain_title, paper.code_url, paper.project_url, paper.abstract),
            lambda paper: paper.submitted_by,
            _author_alone(lambda paper: paper.submitted_by),
            "arxiv_id",
            is_personal=False,
        ),
        Kind(
            "comment",
            "Comment",
            _comments,
            lambda viewer: _comments().standing(),
            lambda comment: f"a comment on {quoted(comment.paper)}",
            lambda comment: comment.text,
            lambda comment: comment.author,
            _author_alone(lambda comment: comment.author),
            "pk",
            yours=lambda comment: f"your comment on {quoted(comment.paper)}",
        ),
        Kind(
            "collection",
            "Collection",
            _collections,
            lambda viewer: _collections().open_to(viewer),
            lambda collection: "a collection",
            lambda collection: _texts(collection.name, collection.description),
            lambda collection: collection.user,
            _owners,
            "key",
            is_private=lambda collection: collection.is_private and not collection.held_reason,
            is_secret=True,
            yours=lambda collection: f"your collection {quoted(collection)}",
        ),
        Kind(
            "organisation",
            "Organisation",
            Organisation.objects.all,
            lambda viewer: Organisation.objects.all(),
            lambda organisation: f"the page of {organisation}",
            lambda organisation: _texts(
                organisation.name,
                organisation.website,
                profile_links.lines(organisation.links),
                organisation.news,
                organisation.description,
            ),
            lambda organisation: None,
            _editors,
            "slug",
        ),
        Kind(
            "person",
            "Person",
            User.objects.all,
            lambda viewer: User.objects.filter(is_active=True),
            str,
            lambda person: _texts(f"{person} ({person.username})", profile_links.lines(person.links), person.about),
            lambda person: person,
            _author_alone(lambda person: person),
            "username",
            lambda person: reverse("papers:person", args=[person.username]),
            yours=lambda person: "you",
        ),
        Kind(
            "authorclaim",
            "Claim of authorship",
            lambda: AuthorClaim.objects.select_related("user", "paper"),
            lambda viewer: AuthorClaim.objects.none(),
            lambda claim: f"a claim to be {line(claim.name, 80)} on {quoted(claim.paper)}",
            lambda claim: claim.message,
            lambda claim: claim.user,
            _author_alone(lambda claim: claim.user),
            "pk",
            lambda claim: claim.paper.get_absolute_url(),
            is_flaggable=False,
        ),
    )
}


class KindConverter:
    """The part of an address that names a kind, such as `comment`."""

    regex = "|".join(KINDS)

    def to_python(self, value: str) -> Kind:
        return KINDS[value]

    def to_url(self, value) -> str:
        return getattr(value, "key", value)
