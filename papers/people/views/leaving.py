from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.forms import LeaveForm
from lib import locks
from orgs import succession
from papers.models.item import PAPERS_LOCK


@login_required
@reauthentication_required
def leave(request: HttpRequest) -> HttpResponse:
    """Show what the deletion of the account deletes, or delete it if the form has its user name."""
    form = LeaveForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        _leave(request.user)
        logout(request)
        messages.success(request, "Your account was deleted.")
        return redirect("papers:today")
    owned = succession.owned_only_by(request.user)
    context = {
        "form": form,
        "to_hand_over": [organisation for organisation in owned if organisation.has_others],
        "left_alone": [organisation for organisation in owned if not organisation.has_others],
    }
    return render(request, "papers/people/leave.html", context, status=400 if form.errors else 200)


@transaction.atomic
def _leave(user) -> None:
    """Delete the account while no paper is deleted or merged, which would need the rows of its votes and its person."""
    locks.share(PAPERS_LOCK)
    succession.leave(user)
