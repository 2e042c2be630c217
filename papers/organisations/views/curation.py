"""What admins of an organisation see of its draft: the whole page, and its shelves to arrange."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from lib.http import verb
from lib.refusals import BadInput
from orgs.models.curated import MOST
from orgs.views.page import editable
from papers.lists.views.general import searches_limited
from papers.organisations.pinned import SHELVES
from papers.organisations.views.page import draw

OFFERED = 30


@login_required
@searches_limited
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    return draw(request, editable(request, slug).drafted(), is_preview=True)


@login_required
def shelf(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """What stands on the draft's shelf, to arrange; beneath it the latest of what could."""
    organisation, chosen = editable(request, slug).drafted(), SHELVES[name]
    pks, offered = getattr(organisation, name), chosen.offered(organisation)
    here = offered.in_bulk(pks)
    context = {
        "org": organisation,
        "name": name,
        "shelf": chosen,
        "rows": [(here[pk], getattr(here[pk], chosen.handle)) for pk in pks if pk in here],
        "offered": [(row, getattr(row, chosen.handle)) for row in offered.exclude(pk__in=pks)[:OFFERED]],
        "most": MOST[name],
    }
    return render(request, "papers/organisations/pinned.html", context)


@verb
def put(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Something of the organisation's, by anything that names it; what can't stand here is explained there."""
    organisation, chosen = editable(request, slug), SHELVES[name]
    try:
        row = chosen.find(organisation, request.POST.get("what", ""))
        organisation.put(name, row.pk, request.user, chosen.offered(organisation))
    except BadInput as error:
        messages.error(request, str(error))
    return redirect(f"papers:{name}", slug)


@verb
def take(request: HttpRequest, slug: str, name: str, handle: str) -> HttpResponse:
    organisation = editable(request, slug)
    organisation.take(name, _row(name, handle).pk, request.user, SHELVES[name].offered(organisation))
    return redirect(f"papers:{name}", slug)


@verb
def move(request: HttpRequest, slug: str, name: str, handle: str) -> HttpResponse:
    """To the place that the button names, from 0: so twice is once."""
    organisation, place = editable(request, slug), request.POST.get("place", "")
    if not place.isdecimal():
        raise BadInput("A place is a number, from 0.")
    among = SHELVES[name].offered(organisation)
    organisation.move(name, _row(name, handle).pk, int(place[:4]), request.user, among)
    return redirect(f"papers:{name}", slug)


def _row(name: str, handle: str):
    """Whosever it is by now: what is no longer theirs must be possible to take away."""
    shelf = SHELVES[name]
    return get_object_or_404(shelf.model, **{shelf.handle: handle})
