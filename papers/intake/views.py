"""The page on which people import papers, and the page that shows what was recognised and what became of it."""

from datetime import timedelta
from functools import partial

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRefresh

from lib.http import form_page
from lib.jobs import defer
from lib.limits import network_of, request_limit
from lib.refusals import Gone, Refusal
from lib.verbs import verb
from papers.intake import formats, tasks, writing
from papers.intake.forms import ImportForm, KindsForm
from papers.intake.preview import Preview
from papers.intake.recognised import Recognised
from papers.models import Intake
from papers.paper.limits import count_mark

_count_import = request_limit(
    "imports",
    person=20,
    network=200,
    period=timedelta(hours=1),
    message="You have imported often in the last hour. Try again later.",
)


@login_required
def import_papers(request: HttpRequest) -> HttpResponse:
    """Show the form, or read what was sent and lead to what was recognised."""
    form = ImportForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_begin(request, form))
        except Refusal as refusal:
            form.refuse(refusal)
    pending = Intake.objects.filter(user=request.user).pending().defer("source", "data").first()
    return form_page(request, "papers/intake/import.html", {"form": form, "pending": pending})


def _begin(request: HttpRequest, form: ImportForm) -> Intake:
    """Return the new import, which was read, or for which the worker has a job. Raises BadInput and TooMany."""
    _count_import(request)
    source = form.source
    found = formats.read(source) if writing.is_short_to_read(source) else None
    with transaction.atomic():
        intake = Intake.objects.begin(request.user, source, **form.target_values)
        if found:
            intake.store(found.as_json())
        else:
            defer(tasks.read_intake, {"pk": intake.pk})
    return intake


@never_cache
@login_required
def intake(request: HttpRequest, key: str) -> HttpResponse:
    """Show what was recognised, or the results. A page that polls is refreshed once the worker is done."""
    found = _get(request, key)
    if request.htmx:
        return HttpResponse(status=204) if found.is_running else HttpResponseClientRefresh()
    context = {"intake": found}
    try:
        context["preview"] = preview = Preview(found) if found.is_ready or found.is_done else None
    except Gone as refusal:
        context["problem"] = str(refusal)
    else:
        if found.is_ready and preview.found.is_archive:
            context["kinds"] = KindsForm(additions=preview.additions)
    return render(request, "papers/intake/intake.html", context)


@verb
def write(request: HttpRequest, key: str) -> HttpResponse:
    """Write everything, of an archive what was chosen, or let the worker do it; and cast upvotes, as many as may be.

    Raises BadInput if nothing was chosen.
    """
    found = _get(request, key)
    _start(found, request.POST)
    if found.is_done:
        writing.cast_votes(found, network_of(request), partial(count_mark, request))
    return redirect(found)


def _start(intake: Intake, choices: QueryDict) -> None:
    data = intake.data
    if intake.is_ready and data["is_archive"]:
        data = Recognised.from_json(data).only(KindsForm(choices).demand_kinds()).as_json()
    with transaction.atomic():
        if not intake.start(data):
            return
        if not writing.is_short(intake):
            defer(tasks.write_intake, {"pk": intake.pk})
            return
    writing.write(intake)


@verb
def discard(request: HttpRequest, key: str) -> HttpResponse:
    """Forget an import of the user. A second time is no error."""
    Intake.objects.filter(user=request.user, key=key).exclude(state="writing").delete()
    return redirect("papers:import_papers")


def _get(request: HttpRequest, key: str) -> Intake:
    """The import with this key. Raises Http404 if it is somebody else's, or was forgotten."""
    return get_object_or_404(Intake.objects.select_related("user").defer("source"), key=key, user=request.user)
