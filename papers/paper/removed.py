"""What answers for a paper that moderators have removed, at its own address and at those below it."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from papers.models import RemovedPaper

type View = Callable[..., HttpResponse]
type Answer = Callable[[HttpRequest, RemovedPaper], HttpResponse]


def _page(request: HttpRequest, paper: RemovedPaper) -> HttpResponse:
    """The page that says why the paper was removed, or a redirect to the one that it was merged into."""
    if paper.merged_into:
        return redirect(paper.merged_into)
    return render(request, "papers/paper/removed_paper.html", {"removed": paper}, status=410)


def removed(request: HttpRequest, arxiv_id: str, answer: Answer = _page) -> HttpResponse | None:
    """The answer for the paper that moderators have removed or merged; None if they have done neither."""
    rows = RemovedPaper.objects.defer("archive", "moved").select_related("merged_into")
    found = rows.filter(arxiv_id=arxiv_id).first()
    return None if found is None else answer(request, found)


def answering(answer: Answer) -> Callable[[View], View]:
    """Return a decorator of views of addresses below a paper's: what moderators have removed gets this answer."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request, ref, *args, **kwargs):
            try:
                return view(request, ref, *args, **kwargs)
            except Http404:
                response = removed(request, ref[0], answer)
                if response is None:
                    raise
                return response

        return guarded

    return decorate


below_paper = answering(_page)
