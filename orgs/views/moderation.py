"""Claims to decide and organisations to merge: pages of moderators, which answer everybody else with a 404."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.factors import for_moderators
from lib import keyset
from lib.refusals import BadInput
from lib.verbs import verb
from orgs.forms import AnswerForm, MergeForm, RefusalForm
from orgs.merging import joining, merge
from orgs.models import Claim, FormerSlug

CLAIMS = 30


@login_required
@for_moderators
def claims(request: HttpRequest) -> HttpResponse:
    """Open claims, the latest first."""
    return _queue(request, request.GET.get("older", ""))


def _queue(request: HttpRequest, cursor: str = "", invalid: tuple = (None, None)) -> HttpResponse:
    """The queue; `invalid` is the id of a claim and the form with an answer to it that is not valid."""
    pk, form = invalid
    page = keyset.page(Claim.objects.waiting(), ("created_at", "id"), cursor, CLAIMS)
    rows = [(claim, form if claim.pk == pk else AnswerForm(auto_id=f"id_{claim.pk}_%s")) for claim in page.rows]
    return render(request, "orgs/moderation/claims.html", {"page": page, "claims": rows}, status=400 if form else 200)


def _claim(pk: int) -> Claim:
    return get_object_or_404(Claim.objects.select_related("organisation", "user"), pk=pk)


@verb
@for_moderators
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    claim, form = _claim(pk), AnswerForm(request.POST, auto_id=f"id_{pk}_%s")
    if not form.is_valid():
        return _queue(request, invalid=(pk, form))
    claim.grant(request.user, form.cleaned_data["answer"])
    return _to_queue(request, claim)


@verb
@for_moderators
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    claim, form = _claim(pk), RefusalForm(request.POST, auto_id=f"id_{pk}_%s")
    if not form.is_valid():
        return _queue(request, invalid=(pk, form))
    claim.refuse(request.user, form.cleaned_data["answer"])
    return _to_queue(request, claim)


def _to_queue(request: HttpRequest, claim: Claim) -> HttpResponse:
    messages.success(request, f"{claim.user} is notified.")
    return redirect("orgs:claims")


@login_required
@for_moderators
def merging(request: HttpRequest) -> HttpResponse:
    """The form that names two organisations, and what merging them will do."""
    form = MergeForm(request.GET or None)
    context = {"form": form}
    if form.is_bound and form.is_valid():
        context |= form.cleaned_data | {"joining": joining(**form.cleaned_data)}
    return render(request, "orgs/moderation/merge.html", context, status=400 if form.errors else 200)


@verb
@for_moderators
def carry_out(request: HttpRequest) -> HttpResponse:
    """Merge the two organisations that the page before showed; a second time only leads to the result."""
    slugs = {"slug": request.POST.get("old", ""), "organisation__slug": request.POST.get("into", "")}
    if merged := FormerSlug.objects.filter(**slugs).select_related("organisation").first():
        return redirect(merged.organisation)
    form = MergeForm(request.POST)
    if not form.is_valid():
        raise BadInput("One of these organisations no longer exists. Look them up again.")
    merge(request.user, **form.cleaned_data)
    messages.success(request, f"{form.cleaned_data['old']} is now part of {form.cleaned_data['into']}.")
    return redirect(form.cleaned_data["into"])
