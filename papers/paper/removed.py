"""The page of a paper that moderators have removed, for its own address and for those below it."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from papers.models import RemovedPaper


def removed(request: HttpRequest, arxiv_id: str) -> HttpResponse | None:
    """The page that says why the paper was removed, or a redirect to the one that it was merged into.

    None if moderators have done neither.
    """
    rows = RemovedPaper.objects.defer("archive", "moved").select_related("merged_into")
    found = rows.filter(arxiv_id=arxiv_id).first()
    if found is None:
        return None
    if found.merged_into:
        return redirect(found.merged_into)
    return render(request, "papers/paper/removed_paper.html", {"removed": found}, status=410)


def below_paper(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view of an address below a paper's: what moderators have removed answers as the paper does."""

    @wraps(view)
    def guarded(request, ref, *args, **kwargs):
        try:
            return view(request, ref, *args, **kwargs)
        except Http404:
            response = removed(request, ref[0])
            if response is None:
                raise
            return response

    return guarded
