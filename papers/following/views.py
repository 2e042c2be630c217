"""What a reader follows: two verbs, each safe to repeat, the list that it brings in, and the page to manage it."""

from datetime import timedelta
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRedirect

from lib.limits import limited
from lib.redirects import next_path, redirect_back
from lib.refusals import BadInput
from lib.verbs import verb
from papers import lists
from papers.following.lists import following as following_list
from papers.models import follow as follows

_limited = limited("follow", person=60, network=600, period=timedelta(minutes=1))


@verb
@_limited
def follow(request: HttpRequest, kind: str) -> HttpResponse:
    """Follow what the form names as `what`; topics and authors are followed by name, whether or not they exist."""
    model, target = _target(request, kind)
    try:
        model.objects.make(request.user, target)
    except BadInput as error:
        if not request.htmx:
            raise
        messages.error(request, str(error))
        return HttpResponseClientRedirect(next_path(request))
    return _answer(request, model, target)


@verb
@_limited
def unfollow(request: HttpRequest, kind: str) -> HttpResponse:
    model, target = _target(request, kind)
    model.objects.unmake(request.user, target)
    return _answer(request, model, target)


def _target(request: HttpRequest, kind: str) -> tuple[type[follows.Follow], object]:
    """The model of this kind of follow, and the target that the form names."""
    try:
        model = follows.kinds()[kind]
        return model, model.find(request.POST.get("what", ""))
    except (KeyError, ObjectDoesNotExist):
        raise Http404 from None


def _answer(request: HttpRequest, model: type[follows.Follow], target) -> HttpResponse:
    """The button as it is now, or the way back to the page that it was on."""
    if not request.htmx:
        return redirect_back(request)
    return render(request, "papers/following/_follow.html", {"follow": model.objects.standing(request.user, target)})


@login_required
def following(request: HttpRequest) -> HttpResponse:
    """The list of what a reader's follows bring in."""
    number = partial(follows.count, request.user)
    template = "papers/following/following.html"
    return lists.page(request, following_list(), template, section="following", number_followed=number)


@login_required
def manage(request: HttpRequest) -> HttpResponse:
    """All that a reader follows, by kind."""
    shelves = [(kind, kind.objects.of(request.user)) for kind in follows.kinds().values()]
    number = sum(len(rows) for _, rows in shelves)
    return render(
        request, "papers/following/followed.html", {"shelves": shelves, "number": number, "most": follows.MOST}
    )
