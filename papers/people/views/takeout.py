"""The page of a user's data export, its making, and its download."""

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from lib.jobs import defer
from lib.verbs import verb
from papers.models import DataExport
from papers.models.dataexport import stored
from papers.people import takeout, tasks


@login_required
def data(request: HttpRequest) -> HttpResponse:
    """Show the state of the user's export."""
    export = DataExport.objects.filter(user=request.user).first()
    return render(request, "papers/people/data.html", {"export": export, "names": takeout.FILES})


@verb
def make_export(request: HttpRequest) -> HttpResponse:
    """Start an export, unless one is being made."""
    with transaction.atomic():
        if export := DataExport.objects.ask(request.user):
            defer(tasks.make_export, {"token": export.token})
    return redirect("papers:data")


@never_cache
@login_required
def fetch_export(request: HttpRequest, token: str) -> FileResponse:
    """Send the archive to its owner. Raises Http404 if it is somebody else's or has expired."""
    return _send(request, get_object_or_404(DataExport.objects.ready(), token=token, user=request.user))


@reauthentication_required
def _send(request: HttpRequest, export: DataExport) -> FileResponse:
    try:
        file = stored().open(export.file_name)
    except FileNotFoundError:
        raise Http404 from None
    name = f"broadsheet-{request.user.username}-{export.requested_at:%Y-%m-%d}.zip"
    length = {"Content-Length": str(file.size)}
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip", headers=length)
