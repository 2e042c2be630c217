import json

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

STALE = "The page has changed since you opened it, so nothing was done. This is the current version."


@login_required
@uploads_limited
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Save the form as the draft. With `preview` nothing is saved: the form is shown with the Markdown rendered."""
    organisation = editable(request, slug)
    editor = organisation.editor
    form = OrganisationForm(request.POST or None, request.FILES or None, instance=organisation.drafted())
    base = request.POST.get("base") or json.dumps(digests(organisation.drafted().state()))
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        try:
            others = organisation.save_draft(request.user, form.values(), read(base))
        except Overtaken as overtaken:
            return _overtaken(request, form, organisation, overtaken.fields, read(base))
        if others:
            labels = ", ".join(form[name].label for name in others)
            messages.info(request, f"{editor} also changed: {labels}. These changes are kept.")
        return redirect("papers:preview_org", organisation.slug)
    context = {"form": form, "org": organisation, "base": base}
    return render(request, "orgs/edit.html", context, status=400 if form.errors else 200)


def _overtaken(
    request: HttpRequest, form: OrganisationForm, organisation: Organisation, fields: list[str], base: dict
) -> HttpResponse:
    """The form with all that was typed, beside what others made of these fields; sent again, it is saved."""
    theirs, yours = organisation.drafted(), form.instance
    changes = [(form[name], _shown(theirs, name), _shown(yours, name)) for name in fields]
    seen = {name: digest for name, digest in digests(theirs.state()).items() if name in fields}
    context = {"form": form, "org": organisation, "base": json.dumps(base | seen), "changes": changes}
    return render(request, "orgs/edit.html", context, status=409)


def _shown(organisation: Organisation, name: str):
    value = getattr(organisation, name)
    return profile_links.lines(value) if name == "links" else value


@verb
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation, slug=slug)
    is_done = organisation.publish(request.user, _number(request, "revision"))
    return _answer(request, organisation, is_done, "Page published.")


@verb
def discard(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation, slug=slug)
    is_done = organisation.discard(request.user, _number(request, "revision"))
    return _answer(request, organisation, is_done, "Draft discarded.")


@verb
def undo(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation, slug=slug)
    is_done = organisation.undo(request.user, _number(request, "edition"))
    message = "Last change undone. Press Undo again to bring it back."
    return _answer(request, organisation, is_done, message)


def _answer(request: HttpRequest, organisation: Organisation, is_done: bool, message: str) -> HttpResponse:
    """To the page with this message, or to the page or its preview, as it is now, if nothing was done."""
    if is_done:
        messages.success(request, message)
        return redirect(organisation)
    messages.info(request, STALE)
    return redirect("papers:preview_org" if organisation.draft else "papers:org", organisation.slug)


def editable(request: HttpRequest, slug: str) -> Organisation:
    """The organisation, for a page that shows its draft. Raises NotAllowed for readers who may not edit it."""
    organisation = get_object_or_404(Organisation.objects.select_related("changed_by"), slug=slug)
    organisation.demand(request.user, EDIT)
    return organisation


def _number(request: HttpRequest, name: str) -> int:
    """The revision or edition of the page on which the button was pressed. Raises BadInput if there is none."""
    try:
        return int(request.POST.get(name, ""))
    except ValueError:
        raise BadInput("This page is out of date. Go back and reload it.") from None


def accent(request: HttpRequest, slug: str, colour: str) -> HttpResponse:
    """The accent as a stylesheet, because no style is inline. Caches keep it for ever, as its address names it."""
    light, dark = readable(f"#{colour}")
    css = f":root {{ --accent: light-dark({light}, {dark}); }}\n"
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return HttpResponse(css, content_type="text/css; charset=utf-8", headers=headers)
