from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from orgs.forms import OrganisationForm
from orgs.models import Organisation
from orgs.roles import EDIT


@login_required
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Name, description, website and logo; for those whose role allows it."""
    organisation = get_object_or_404(Organisation, slug=slug)
    if not organisation.allows(request.user, EDIT):
        raise PermissionDenied("Only owners and admins of this organisation may edit its page.")
    form = OrganisationForm(request.POST or None, request.FILES or None, instance=organisation)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "The page is saved.")
        return redirect(organisation)
    status = 400 if form.errors else 200
    return render(request, "orgs/edit.html", {"form": form, "org": organisation}, status=status)
