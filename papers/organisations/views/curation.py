"""What admins of an organisation see of its draft: the whole page, and its shelves to arrange."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from lib.refusals import BadInput
from lib.verbs import verb
from orgs.models import Organisation
from orgs.models.curated import MOST
from orgs.views.page import editable
from papers.organisations.pinned import SHELVES
from papers.organisations.views.page import draw

OFFERED = 30


@login_required
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    return draw(request, editable(request, slug).drafted(), is_preview=True)


@login_required
def shelf(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """The rows on a shelf of the draft, to be arranged, and the latest of those that could be put on it."""
    organisation, shelf = editable(request, slug).drafted(), SHELVES[name]
    pks, offered = getattr(organisation, name), shelf.offered(organisation)
    rows = offered.in_bulk(pks)
    context = {
        "org": organisation,
        "name": name,
        "shelf": shelf,
        "rows": [(rows[pk], getattr(rows[pk], shelf.handle)) for pk in pks if pk in rows],
        "offered": [(row, getattr(row, shelf.handle)) for row in offered.exclude(pk__in=pks)[:OFFERED]],
        "most": MOST[name],
    }
    return render(request, "papers/organisations/pinned.html", context)


@verb
def put(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Put what `what` names on the shelf. The shelf's page, which only editors see, says what cannot be put on it."""
    organisation, shelf = editable(request, slug), SHELVES[name]
    try:
        row = shelf.find(organisation, request.POST.get("what", ""))
        organisation.put(request.user, name, row.pk, shelf.offered(organisation))
    except BadInput as error:
        messages.error(request, str(error))
    return redirect(f"papers:{name}", slug)


@verb
def take(request: HttpRequest, slug: str, name: str, handle: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation, slug=slug)
    organisation.take(request.user, name, _row(name, handle).pk, SHELVES[name].offered(organisation))
    return redirect(f"papers:{name}", slug)


@verb
def move(request: HttpRequest, slug: str, name: str, handle: str) -> HttpResponse:
    """Move a row to the place that the button names, from 0; a second time changes nothing."""
    organisation, place = get_object_or_404(Organisation, slug=slug), request.POST.get("place", "")
    if not place.isdecimal():
        raise BadInput("A place is a number, from 0.")
    among = SHELVES[name].offered(organisation)
    organisation.move(request.user, name, _row(name, handle).pk, int(place[:4]), among)
    return redirect(f"papers:{name}", slug)


def _row(name: str, handle: str):
    """The row with this handle, also if it does not belong to the organisation any more: it can be taken away."""
    shelf = SHELVES[name]
    return get_object_or_404(shelf.model, **{shelf.handle: handle})
