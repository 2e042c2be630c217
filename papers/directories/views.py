"""The directories of organisations, topics and people, and the arXiv categories that have papers."""

from functools import partial

from django.http import HttpRequest, HttpResponse

from lib.pages import PUBLIC_SECONDS, page
from lib.words import fold
from papers.categories import ARCHIVES, NAMES
from papers.directories import markdown
from papers.directories.directory import OF_ORGANISATIONS, OF_PEOPLE, OF_TOPICS, find, words_of
from papers.lists.list import Order
from papers.lists.query import query_string
from papers.models import OrganisationEntry, PersonEntry, TopicEntry


def organisations(request: HttpRequest) -> HttpResponse:
    entries = OrganisationEntry.objects.select_related("organisation")
    return _directory(request, "organisations", entries, OF_ORGANISATIONS)


def topics(request: HttpRequest) -> HttpResponse:
    return _directory(request, "topics", TopicEntry.objects.all(), OF_TOPICS)


def people(request: HttpRequest) -> HttpResponse:
    """The people who show papers to everybody. Since they may hide them at any moment, no shared cache keeps it."""
    entries = PersonEntry.objects.public().select_related("person")
    return _directory(request, "people", entries, OF_PEOPLE, seconds=0)


def fields(request: HttpRequest) -> HttpResponse:
    """The arXiv categories that have papers, the largest of each archive first."""
    found = TopicEntry.objects.in_bulk([fold(code) for code in NAMES])
    archives = {
        title: [found[fold(code)] for code in codes if fold(code) in found] for title, codes in ARCHIVES.items()
    }
    for entries in archives.values():
        entries.sort(key=lambda entry: entry.paper_count, reverse=True)
    context = {"archives": archives, "count": len(found), "section": "fields"}
    version = [entry.shown for entry in found.values()]
    write = partial(markdown.fields, archives)
    return page(request, "papers/directories/fields.html", context, version=version, markdown=write)


def _directory(request: HttpRequest, name: str, entries, orders: dict[str, Order], seconds=PUBLIC_SECONDS):
    """A page of these entries, searched and sorted as the address says. Raises BadInput for an unknown order."""
    order = request.GET.get("sort", next(iter(orders)))
    found = find(request, entries, orders, order, request.GET.get("older", ""))
    context = {"found": found, "words": words_of(request), "order": order, "orders": orders, "section": name}
    version = ([entry.shown for entry in found.rows], found.cursor)
    older = query_string(request.GET, older=found.cursor) if found.cursor else ""
    write = partial(markdown.directory, name.capitalize(), found.rows, older and request.path + older)
    return page(request, f"papers/directories/{name}.html", context, version=version, seconds=seconds, markdown=write)
