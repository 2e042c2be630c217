from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from lib.verbs import verb
from orgs.forms import ClaimForm
from orgs.models import Claim, Organisation
from orgs.models.claim import demand_unowned, proof


@login_required
def claim(request: HttpRequest, slug: str) -> HttpResponse:
    """How to become the owner of a page that nobody owns: at once with an address at its domain, or by moderators."""
    organisation = get_object_or_404(Organisation, slug=slug)
    demand_unowned(organisation)
    form = ClaimForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            Claim.objects.ask(request.user, organisation, form.cleaned_data["reason"])
            return redirect("orgs:claim", slug)
        except ValidationError as error:
            form.add_error(None, error)
    context = {
        "org": organisation,
        "form": form,
        "address": proof(request.user, organisation),
        "earlier": organisation.claims.filter(user=request.user).order_by("-created_at").first(),
    }
    return render(request, "orgs/claim.html", context, status=400 if form.errors else 200)


@verb
def prove(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation, slug=slug)
    Claim.objects.prove(request.user, organisation)
    messages.success(request, f"You are now the owner of {organisation}.")
    return redirect(organisation)
