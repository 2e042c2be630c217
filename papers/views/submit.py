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
