"""The lists of a person's page, each of which the person shows or hides."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, Concat, NullIf
from django.urls import reverse

from papers.lists import catalogue
from papers.lists.list import List, Order, Privacy
from papers.models import Paper

User = get_user_model()


@catalogue.entry("papers:person", "papers:person_submitted")
def submitted(username: str, tab: str = "") -> List:
    return _of_person(username, "submitted", Paper.objects.submitted_by, order="newest")


@catalogue.entry("papers:person_upvoted")
def upvoted(username: str, tab: str = "") -> List:
    order = {"upvoted": Order("Last upvoted", ("voted_at", "id"))}
    papers = Paper.objects.upvoted_by
    return _of_person(username, "upvoted", papers, order="upvoted", own_orders=order, since="voted_at")


@dataclass(frozen=True)
class Tab:
    """A tab of a person's page: its list, and what `User.shows` calls it."""

    make: Callable[[str], List]
    shown_as: str

    def is_hidden(self, person) -> bool:
        return not person.shows(self.shown_as, to=None)


TABS = {"submitted": Tab(submitted, "submissions"), "upvoted": Tab(upvoted, "votes")}


def _of_person(username: str, tab: str, papers: Callable[[QuerySet], QuerySet], **options) -> List:
    """The papers of these people, who are this person or, where they are hidden from the viewer, nobody."""
    people = User.objects.filter(username=username, is_active=True)
    title = Concat(Coalesce(NullIf("name", Value("")), F("username")), Value(f": {tab}"))
    return List(
        reverse(f"papers:person_{tab}", args=[username]),
        lambda viewer: people.values_list(title, flat=True),
        lambda viewer: papers(people.showing(TABS[tab].shown_as, to=viewer).values("pk")[:1]),
        privacy=Privacy.HIDEABLE,
        **options,
    )
