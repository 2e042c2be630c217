"""Who moderates the site: a page of superusers, which answers everybody else with a 404."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.factors import for_superusers
from accounts.forms import AppointForm
from accounts.models import User
from lib.verbs import verb


@login_required
@for_superusers
def moderators(request: HttpRequest) -> HttpResponse:
    """Show all moderators, and the form that appoints one."""
    return _page(request, AppointForm())


def _page(request: HttpRequest, form: AppointForm) -> HttpResponse:
    people = User.objects.privileged().order_by("username")
    return render(
        request, "accounts/moderators.html", {"people": people, "form": form}, status=400 if form.errors else 200
    )


@verb
@for_superusers
def appoint(request: HttpRequest) -> HttpResponse:
    form = AppointForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    person = form.cleaned_data["username"]
    if person.appoint(request.user):
        messages.success(request, f"{person} is a moderator now.")
    return redirect("accounts:moderators")


@verb
@for_superusers
def dismiss(request: HttpRequest, username: str) -> HttpResponse:
    person = get_object_or_404(User, username=username)
    if person.dismiss(request.user):
        messages.success(request, f"{person} is not a moderator any more.")
    return redirect("accounts:moderators")
