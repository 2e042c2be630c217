"""Following and unfollowing, the list of papers of followed targets, and the page to manage follows."""

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
from lib.text import quoted
from lib.verbs import verb
from papers import lists
from papers.following.lists import following as following_list
from papers.following.suggestions import suggestions
from papers.models import follow as follow_models

MAX_NAME = 60  # characters on the sign-in page
_limited = limited("follow", person=60, network=600, period=timedelta(minutes=1))


def _purpose(request: HttpRequest, kind: str) -> str:
    """What a stranger signs in for. Topics and authors are not named, since anybody can make up a name for them."""
    try:
        _, target = _target(request, kind)
    except (BadInput, Http404):
        return "follow this"
    return f"follow {'this' if isinstance(target, str) else quoted(target, MAX_NAME)}"


@verb(purpose=_purpose)
@_limited
def follow(request: HttpRequest, kind: str) -> HttpResponse:
    """Follow the target with the handle `what`. Topics and authors need not exist."""
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


def _target(request: HttpRequest, kind: str) -> tuple[type[follow_models.Follow], object]:
    """Return the model of this kind of follows, and the target with the handle `what`. Raises Http404."""
    try:
        model = follow_models.kinds()[kind]
        return model, model.find(request.POST.get("what", ""))
    except (KeyError, ObjectDoesNotExist):
        raise Http404 from None


def _answer(request: HttpRequest, model: type[follow_models.Follow], target) -> HttpResponse:
    """Answer with the follow button to htmx, or else with a redirect back."""
    if not request.htmx:
        return redirect_back(request)
    return render(request, "papers/following/_follow.html", {"follow": model.objects.state(request.user, target)})


@login_required
def following(request: HttpRequest) -> HttpResponse:
    """Show the papers of all that the user follows."""
    count = partial(follow_models.count, request.user)
    template = "papers/following/following.html"
    return lists.page(request, following_list(), template, section="following", follow_count=count)


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Show topics and organisations that a new reader may want to follow."""
    return render(request, "papers/following/start.html", {"groups": suggestions(request.user)})


@login_required
def manage(request: HttpRequest) -> HttpResponse:
    """Show the user's follows, by kind."""
    groups = [(model, model.objects.of(request.user)) for model in follow_models.kinds().values()]
    count = sum(len(rows) for _, rows in groups)
    context = {"groups": groups, "count": count, "max_follows": follow_models.MAX_FOLLOWS}
    return render(request, "papers/following/followed.html", context)
