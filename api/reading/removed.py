"""What a paper answers that moderators have removed, or merged into another one."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse

from papers.models import RemovedPaper
from papers.paper.removed import answering


def _answer(request: HttpRequest, paper: RemovedPaper) -> HttpResponse:
    """The reason why moderators have removed the paper, or a redirect to the one that it was merged into."""
    if paper.merged_into:
        address = reverse(request.resolver_match.view_name, kwargs={"ref": paper.merged_into.arxiv_id})
        query = request.META["QUERY_STRING"]
        return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
    response = HttpResponse(status=410)
    response.message = f"Moderators have removed this paper: {paper.reason}"
    return response


of_paper = answering(_answer)  # decorates the operations below a paper's address
