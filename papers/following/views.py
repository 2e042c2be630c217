"""What a reader follows: two verbs, each safe to repeat, the list that it brings in, and the page to manage it."""

from datetime import timedelta
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRedirect

from lib.http import here, limited, redirect_back, verb
from lib.refusals import BadInput
from papers.following import matches
from papers.lists.views.general import searches_limited, show
from papers.models import follow as follows
from papers.search.results import bounded

_limited = limited("follow", person=60, network=600, period=timedelta(minutes=1))


@verb
@_limited
def follow(request: HttpRequest, kind: str) -> HttpResponse:
    """What the form names as `what`; a topic or an author is known by name alone."""
    return _act(request, kind, "make")


@verb
@_limited
def unfollow(request: HttpRequest, kind: str) -> HttpResponse:
    return _act(request, kind, "unmake")


def _act(request: HttpRequest, kind: str, deed: str) -> HttpResponse:
    """Do it, then answer with the button as it is now, or lead back."""
    try:
        model = follows.kinds()[kind]
        target = model.find(request.POST.get("what", ""))
    except (KeyError, ObjectDoesNotExist):
        raise Http404 from None
    try:
        getattr(model.objects, deed)(request.user, target)
    except BadInput as error:
        if not request.htmx:
            raise
        messages.error(request, str(error))
        return HttpResponseClientRedirect(here(request))
    if not request.htmx:
        return redirect_back(request)
    return render(request, "papers/following/_follow.html", {"follow": model.objects.standing(request.user, target)})


@login_required
@searches_limited
def brought(request: HttpRequest) -> HttpResponse:
    """The list of what a reader's follows bring in."""
    number = partial(follows.count, request.user)
    context = {"title": "Following", "section": "following", "number_followed": number, "needs_key": True}
    with bounded():
        papers = matches.papers(request.user)
        why = partial(matches.reasons, request.user)
        return show(request, papers, context, template="papers/following/following.html", order="newest", why=why)


@login_required
def manage(request: HttpRequest) -> HttpResponse:
    """All that a reader follows, by kind."""
    shelves = [(kind, kind.objects.of(request.user)) for kind in follows.kinds().values()]
    number = sum(len(rows) for _, rows in shelves)
    return render(
        request, "papers/following/followed.html", {"shelves": shelves, "number": number, "most": follows.MOST}
    )
