"""What a person's page says above its lists, as Markdown."""

from collections.abc import Mapping

from django.urls import reverse

from lib.commonmark import item, link
from lib.rewriting import rewritten
from papers.paper.markdown import absolute, blocks, fact, leading_to


def above(context: Mapping) -> str:
    """What stands above the papers or comments on the page with this context."""
    person, page = context["person"], reverse("papers:person", args=[context["person"].username])
    memberships, collections = context["memberships"], context["collections"]
    tabs = (link(name.capitalize(), absolute(f"{page}/{name}")) for name in context["person_tabs"])
    facts = {
        "Username": person.username,
        "Joined": f"{person.date_joined:%Y-%m}",
        "Links": ", ".join(link(its["label"], its["url"]) for its in person.links),
        "Organisations": ", ".join(map(_membership, memberships)),
        "Lists": ", ".join(tabs),
    }
    shown = [fact(name, value) for name, value in facts.items() if value]
    shown += [_collection(collection) for collection in collections]
    return blocks([rewritten(person.about), "\n".join(shown)])


def _membership(membership) -> str:
    found = membership.organisation
    role = "" if membership.role == "member" else f" ({membership.get_role_display().lower()})"
    return leading_to(found.name, found.get_absolute_url()) + role


def _collection(collection) -> str:
    counts = {"papers": collection.paper_count}
    return item(f"Collection {leading_to(collection.name, collection.get_absolute_url(), counts)}")
