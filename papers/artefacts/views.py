"""The page on which authors, submitters and moderators add and remove models, datasets and demos of a paper."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts.factors import moderators_prove
from lib.http import form_page
from lib.limits import request_limit
from lib.refusals import Gone, Refusal
from lib.verbs import form_verb, verb
from papers.artefacts.forms import ArtefactForm
from papers.models import Artefact, Paper
from papers.models.links import source_of
from papers.paper.removed import below_paper

_count_change = request_limit("artefacts", person=100, network=300, period=timedelta(days=1))


@below_paper
@form_verb
@moderators_prove
def artefacts(request: HttpRequest, ref) -> HttpResponse:
    """Show the artefacts of the paper and the form that adds one, or add one."""
    paper = get_object_or_404(Paper, arxiv_id=ref[0])
    if not request.refusal:
        source_of(request.user, paper)
    form = ArtefactForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _add(request, paper, form.cleaned_data)
            return redirect("papers:artefacts", paper.arxiv_id)
        except Refusal as refusal:
            form.refuse(refusal)
    rows = paper.artefacts.kept().most_liked_first()
    context = {"paper": paper, "form": form, "artefacts": rows}
    return form_page(request, "papers/artefacts/artefacts.html", context)


def _add(request: HttpRequest, paper: Paper, values: dict) -> None:
    """Add an artefact, and say so. Raises what was refused."""
    if request.refusal:
        raise request.refusal
    _count_change(request)
    added = Artefact.objects.add(request.user, paper, values["kind"], values["url"])
    messages.success(request, f"Listed: {added.get_kind_display().lower()} {added.name}.")


@verb
@moderators_prove
def remove(request: HttpRequest, ref) -> HttpResponse:
    """Remove the artefact whose key the form has."""
    key = request.POST.get("artefact", "")
    rows = Artefact.objects.select_related("paper").filter(paper__arxiv_id=ref[0])
    row = rows.filter(pk=key).first() if key.isdecimal() and len(key) < 19 else None
    if row is None:
        raise Gone("This is not listed any more.")
    _count_change(request)
    row.remove(request.user)
    messages.success(request, f"Removed: {row.get_kind_display().lower()} {row.name}.")
    return redirect("papers:artefacts", ref[0])
