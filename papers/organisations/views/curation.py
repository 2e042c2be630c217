"""The draft of an organisation's page for its admins: a preview, and its pinned lists to arrange."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from lib.refusals import BadInput
from lib.verbs import verb
from orgs.models.curated import MOST
from orgs.views.page import editable
from papers.organisations.pinned import PINNED_LISTS
from papers.organisations.views.page import draw

MAX_CANDIDATES = 30


@login_required
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    return draw(request, editable(request, slug).drafted(), is_preview=True)


@login_required
def pinned(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Show a pinned list of the draft, to be arranged, and the latest candidates for it."""
    organisation, pinned_list = editable(request, slug).drafted(), PINNED_LISTS[name]
    pks, candidates = getattr(organisation, name), pinned_list.candidates(organisation)
    rows = candidates.in_bulk(pks)
    context = {
        "org": organisation,
        "name": name,
        "pinned_list": pinned_list,
        "rows": [(rows[pk], getattr(rows[pk], pinned_list.handle)) for pk in pks if pk in rows],
        "candidates": [
            (row, getattr(row, pinned_list.handle)) for row in candidates.exclude(pk__in=pks)[:MAX_CANDIDATES]
        ],
        "most": MOST[name],
    }
    return render(request, "papers/organisations/pinned.html", context)


@verb
def put(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Pin the row that `what` identifies. The list's page, which only editors see, says what cannot be pinned."""
    organisation, pinned_list = editable(request, slug), PINNED_LISTS[name]
    try:
        row = pinned_list.find(organisation, request.POST.get("what", ""))
        organisation.put(request.user, name, row.pk, pinned_list.candidates(organisation))
    except BadInput as error:
        messages.error(request, str(error))
    return redirect(f"papers:{name}", slug)


@verb
def take(request: HttpRequest, slug: str, name: str, handle: str) -> HttpResponse:
    organisation = editable(request, slug)
    organisation.take(request.user, name, _row(name, handle).pk, PINNED_LISTS[name].candidates(organisation))
    return redirect(f"papers:{name}", slug)


@verb
def move(request: HttpRequest, slug: str, name: str, handle: str) -> HttpResponse:
    """Move a row to the place that the button names, from 0; a second time changes nothing."""
    organisation, place = editable(request, slug), request.POST.get("place", "")
    if not place.isdecimal():
        raise BadInput("A place is a number from 0.")
    among = PINNED_LISTS[name].candidates(organisation)
    organisation.move(request.user, name, _row(name, handle).pk, int(place[:4]), among)
    return redirect(f"papers:{name}", slug)


def _row(name: str, handle: str):
    """The row with this handle, also if it does not belong to the organisation any more: it can be taken away."""
    pinned_list = PINNED_LISTS[name]
    return get_object_or_404(pinned_list.model, **{pinned_list.handle: handle})
