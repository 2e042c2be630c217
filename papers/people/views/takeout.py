"""What is one's own: everything one has here, to take along."""

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from lib.jobs import defer
from lib.verbs import verb
from papers.models import DataExport
from papers.people import takeout, tasks


@login_required
def data(request: HttpRequest) -> HttpResponse:
    """How the reader's export stands."""
    last = DataExport.objects.filter(user=request.user).first()
    kinds = [name.replace("_", " ") for name in takeout.KINDS]
    return render(request, "papers/people/data.html", {"export": last, "kinds": kinds})


@verb
def make_export(request: HttpRequest) -> HttpResponse:
    """Have one made; while it is being made, a second time changes nothing."""
    with transaction.atomic():
        if export := DataExport.objects.ask(request.user):
            defer(tasks.make_export, {"token": export.token})
    return redirect("papers:data")


@never_cache
@login_required
def fetch_export(request: HttpRequest, token: str) -> FileResponse:
    """The file, to its owner; one that is somebody else's or has expired is not there."""
    return _send(request, get_object_or_404(DataExport.objects.ready(), token=token, user=request.user))


@reauthentication_required
def _send(request: HttpRequest, export: DataExport) -> FileResponse:
    try:
        file = export.path.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    name = f"broadsheet-{request.user.username}-{export.asked_at:%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name)
