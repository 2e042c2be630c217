"""Submitting a paper: its facts come from arXiv, its place on today's list from the reader."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from papers.forms import SubmitForm
from papers.models import Paper


@login_required
def submit(request: HttpRequest) -> HttpResponse:
    form = SubmitForm(request.POST or None, initial={"arxiv_id": request.GET.get("arxiv_id", "")})
    if request.method == "POST" and form.is_valid():
        arxiv_id = form.cleaned_data["arxiv_id"]
        paper = Paper.objects.filter(arxiv_id=arxiv_id).first() or _bring_in(arxiv_id, request.user, form)
        if paper:
            return redirect(paper)
    context = {"form": form, "section": "submit"}
    return render(request, "papers/submit.html", context, status=400 if form.errors else 200)


def _bring_in(arxiv_id: str, user, form: SubmitForm) -> Paper | None:
    """Fetch the paper from arXiv and list it now; None, with the reason in the form, if that can't be done."""
    try:
        record = arxiv.fetch(arxiv_id)
    except FetchError as error:
        form.add_error(None, f"arXiv could not be asked: {error}. Your id is kept below; try again later.")
        return None
    if record is None:
        form.add_error("arxiv_id", f"arXiv knows no paper {arxiv_id}.")
        return None
    save([dataclasses.replace(record, listed_at=timezone.now())])
    Paper.objects.filter(arxiv_id=arxiv_id).update(submitted_by=user)
    return Paper.objects.get(arxiv_id=arxiv_id)
