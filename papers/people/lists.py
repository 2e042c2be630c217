"""The lists of a person's page, which the person may hide, except for the papers that the person has written."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.contrib.auth import get_user_model
from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Concat, NullIf
from django.urls import reverse

from papers.lists import catalogue
from papers.lists.list import List, Order, Privacy
from papers.models import Origin, Paper

User = get_user_model()


@catalogue.entry("papers:person", "papers:person_submitted")
def submitted(username: str, tab: str = "", owner: User | None = None) -> List:
    return _of_person(username, "submitted", owner, Paper.objects.submitted_by, order="newest")


@catalogue.entry("papers:person_upvoted")
def upvoted(username: str, tab: str = "", owner: User | None = None) -> List:
    order = {"upvoted": Order("Last upvoted", ("voted_at", "id"))}
    papers = Paper.objects.upvoted_by
    return _of_person(username, "upvoted", owner, papers, order="upvoted", own_orders=order, since="voted_at")


@catalogue.entry("papers:person_authored")
def authored(username: str, tab: str = "", owner: User | None = None) -> List:
    """The papers that a person has claimed to be an author of, which everybody may know."""
    person = User.objects.filter(username=username, is_active=True)
    title = Concat(Value("Papers of "), Coalesce(NullIf("name", Value("")), F("username")), output_field=CharField())
    return List(
        reverse("papers:person_authored", args=[username]),
        lambda viewer: person.values_list(title, flat=True),
        lambda viewer: Paper.objects.claimed_by(owner or person.values("pk")[:1]),
        order="claimed",
        own_orders={"claimed": Order("Last claimed", ("claimed_at", "id"))},
        since="claimed_at",
    )


def by_submitter(list_: List, username: str) -> List:
    """Those papers of the list that a person of this name has submitted, here or at the source of an import.

    Those of somebody here are left out for a viewer from whom that person hides them.
    """
    person = User.objects.filter(username=username)
    imported = Origin.objects.filter(submitter_username=username).values("pk")

    def papers(viewer) -> QuerySet:
        people = person.showing("submissions", to=viewer).values("pk")
        return list_.papers(viewer).filter(Q(submitted_by__in=people) | Q(pk__in=imported))

    return replace(list_, papers=papers, privacy=Privacy.HIDEABLE, is_costly=True)


@dataclass(frozen=True)
class Tab:
    """A tab of a person's page: the function that makes its list, and the list's name in `User.shows`, if any."""

    make: Callable[..., List]
    privacy_name: str = ""

    def is_hidden(self, person) -> bool:
        return bool(self.privacy_name) and not person.shows(self.privacy_name, to=None)


TABS = {"submitted": Tab(submitted, "submissions"), "authored": Tab(authored), "upvoted": Tab(upvoted, "votes")}


def _of_person(username: str, tab: str, owner: User | None, papers: Callable[..., QuerySet], **options) -> List:
    """Return the list of a person's papers, which is empty for a viewer from whom the person hides it.

    `owner` is the person, where it has been read: knowing the id, PostgreSQL expects the right number of papers.
    """
    privacy_name, person = TABS[tab].privacy_name, User.objects.filter(username=username, is_active=True)

    def visible_to(viewer) -> QuerySet:
        if owner is None:
            return papers(person.showing(privacy_name, to=viewer).values("pk")[:1])
        visible = papers(owner)
        return visible if owner.shows(privacy_name, to=viewer) else visible.none()

    title = Concat(Coalesce(NullIf("name", Value("")), F("username")), Value(f": {tab}"))
    return List(
        reverse(f"papers:person_{tab}", args=[username]),
        lambda viewer: person.values_list(title, flat=True),
        visible_to,
        privacy=Privacy.HIDEABLE,
        **options,
    )
