"""The log of the admin, for moderators."""

from django.contrib.admin.models import LogEntry
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.factors import for_moderators
from lib import keyset

ENTRIES = 50


@login_required
@for_moderators
def staff(request: HttpRequest) -> HttpResponse:
    """Show who added, changed or deleted what in the admin, the latest first."""
    entries = LogEntry.objects.select_related("user", "content_type")
    page = keyset.page(entries, ("action_time", "id"), request.GET.get("older", ""), ENTRIES)
    return render(request, "config/staff.html", {"page": page})
