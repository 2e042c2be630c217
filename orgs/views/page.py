import json
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from lib import profile_links
from lib.colour import readable
from lib.conflicts import digests, read
from lib.limits import uploads_limited
from lib.refusals import BadInput
from lib.verbs import verb
from orgs.forms import OrganisationForm
from orgs.models import Organisation
from orgs.models.curated import Overtaken
from orgs.roles import EDIT

STALE = "The page has changed since you looked at it, so nothing was done. This is how it stands now."


@login_required
@uploads_limited
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """What the form holds becomes the draft; with `?look` it is only drawn again, with what becomes of the Markdown."""
    organisation = editable(request, slug)
    form = OrganisationForm(request.POST or None, request.FILES or None, instance=organisation.drafted())
    base = request.POST.get("base") or json.dumps(digests(organisation.drafted().state()))
    if request.method == "POST" and form.is_valid() and "look" not in request.GET:
        try:
            others = organisation.save_draft(form.values(), read(base), request.user)
        except Overtaken as overtaken:
            return _overtaken(request, form, overtaken, read(base))
        if others:
            labels = ", ".join(form[name].label for name in others)
            messages.info(request, f"{organisation.editor} changed more meanwhile, which stays: {labels}.")
        return redirect("papers:preview_org", organisation.slug)
    context = {"form": form, "org": organisation, "base": base}
    return render(request, "orgs/edit.html", context, status=400 if form.errors else 200)


def _overtaken(request: HttpRequest, form: OrganisationForm, overtaken: Overtaken, base: dict) -> HttpResponse:
    """The form with all that was typed, beside what others have made of it; sent again, it is saved."""
    theirs, yours = overtaken.now.drafted(), form.instance
    changes = [(form[name], _told(theirs, name), _told(yours, name)) for name in overtaken.fields]
    seen = {name: digest for name, digest in digests(theirs.state()).items() if name in overtaken.fields}
    context = {"form": form, "org": overtaken.now, "base": json.dumps(base | seen), "changes": changes}
    return render(request, "orgs/edit.html", context, status=409)


def _told(organisation: Organisation, name: str):
    value = getattr(organisation, name)
    return profile_links.lines(value) if name == "links" else value


@verb
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    return _act(request, slug, Organisation.publish, "revision", "The page is published.")


@verb
def discard(request: HttpRequest, slug: str) -> HttpResponse:
    return _act(request, slug, Organisation.discard, "revision", "The draft is discarded.")


@verb
def undo(request: HttpRequest, slug: str) -> HttpResponse:
    said = "The page is as it was before. Undo once more, and the change is back."
    return _act(request, slug, Organisation.undo, "edition", said)


def _act(request: HttpRequest, slug: str, deed: Callable, number: str, said: str) -> HttpResponse:
    """Do it to the page that the button's number is of; if that is of the past, nothing is done, and said so."""
    organisation = editable(request, slug)
    if deed(organisation, _number(request, number), request.user):
        messages.success(request, said)
        return redirect(organisation)
    messages.info(request, STALE)
    organisation.refresh_from_db()
    return redirect("papers:preview_org" if organisation.draft else "papers:org", organisation.slug)


def editable(request: HttpRequest, slug: str) -> Organisation:
    """Raises PermissionDenied, in words, for those whose role does not allow it."""
    organisation = get_object_or_404(Organisation.objects.select_related("changed_by"), slug=slug)
    organisation.demand(request.user, EDIT)
    return organisation


def _number(request: HttpRequest, name: str) -> int:
    try:
        return int(request.POST.get(name, ""))
    except ValueError:
        raise BadInput("This button belongs to a page that is out of date. Go back and load it again.") from None


def accent(request: HttpRequest, slug: str, colour: str) -> HttpResponse:
    """The accent as a stylesheet, since no style is inline. It follows from its address, so it may be kept for ever."""
    light, dark = readable(f"#{colour}")
    css = f":root {{ --accent: light-dark({light}, {dark}); }}\n"
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return HttpResponse(css, content_type="text/css; charset=utf-8", headers=headers)
