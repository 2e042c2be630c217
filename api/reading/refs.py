"""Addresses of one paper: the parameter with its id, and what a paper answers that is not here any more."""

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from ninja import Path
from pydantic import WithJsonSchema

from papers.models import RemovedPaper

_PATTERN = r"^(\d{4}\.\d{4,5}|[a-z]+(-[a-z]+)*/\d{7})(v[1-9]\d{0,2})?$"
# Django's converter has read it as the id and the version.
ArxivRef = Annotated[
    Any,
    WithJsonSchema({"type": "string", "maxLength": 32, "pattern": _PATTERN}),
    Path(description="The arXiv id, with or without a version.", examples=["2509.08721", "hep-th/9901001"]),
]


def of_paper(operation: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate an operation below a paper's address: removed and merged papers answer as their pages do."""

    @wraps(operation)
    def guarded(request: HttpRequest, ref, *args, **kwargs) -> HttpResponse:
        try:
            return operation(request, ref, *args, **kwargs)
        except Http404:
            response = _removed(request, ref[0])
            if response is None:
                raise
            return response

    return guarded


def _removed(request: HttpRequest, arxiv_id: str) -> HttpResponse | None:
    """The reason why moderators have removed the paper, or a redirect to the one that it was merged into, or None."""
    rows = RemovedPaper.objects.defer("archive", "moved").select_related("merged_into")
    found = rows.filter(arxiv_id=arxiv_id).first()
    if found is None:
        return None
    if found.merged_into:
        address = reverse(request.resolver_match.view_name, kwargs={"ref": found.merged_into.arxiv_id})
        query = request.META["QUERY_STRING"]
        return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
    response = HttpResponse(status=410)
    response.message = f"Moderators have removed this paper: {found.reason}"
    return response
