"""The public log of what moderators did, one of its lines, and the answers of those concerned."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.factors import acts_as_moderator
from lib import keyset
from lib.pages import page, versioned
from moderation import feed as log_feed
from moderation.forms import AnswerForm
from moderation.models import Action, Answer
from papers.syndication.formats import FORMATS
from papers.syndication.views.feeds import for_readers

LINES = 50


def log(request: HttpRequest) -> HttpResponse:
    """The log, the latest line first, for everybody."""
    actions = Action.objects.select_related("moderator")
    found = keyset.page(actions, ("id",), request.GET.get("older", ""), LINES)
    version = ([_shown(action) for action in found.rows], found.cursor)
    return page(request, "moderation/log.html", {"page": found}, version=version)


def feed(request: HttpRequest, format: str) -> HttpResponse:
    """The log as a feed."""
    if format not in FORMATS:
        raise Http404
    actions, writer = log_feed.newest(), FORMATS[format]

    def draw() -> bytes:
        return writer.write(log_feed.build(actions, request.get_full_path()))

    return for_readers(versioned(request, draw, writer.content_type, version=log_feed.version(actions)))


def action(request: HttpRequest, pk: int) -> HttpResponse:
    """One line of the log, with a link to answer for those concerned."""
    found = get_object_or_404(Action.objects.select_related("moderator"), pk=pk)
    is_concerned = request.user.is_authenticated and found.people.filter(pk=request.user.pk).exists()
    context = {"action": found, "is_concerned": is_concerned, "moderates": acts_as_moderator(request)}
    return page(request, "moderation/action.html", context, version=_shown(found))


@login_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of one's message to moderators about an action that concerns one, or the message that was sent."""
    found = get_object_or_404(Action.objects.concerning(request.user), pk=pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        Answer.objects.write(request.user, found, form.cleaned_data["text"])
        messages.success(request, "Your message was sent to the moderators.")
        return redirect("moderation:answer", pk)
    context = {"action": found, "form": form, "sent": found.answers.filter(user=request.user).first()}
    return render(request, "moderation/answer.html", context, status=400 if form.errors else 200)


def _shown(action: Action) -> tuple:
    """All that changes what is shown of an action, for an ETag."""
    moderator = action.moderator and (action.moderator.username, action.moderator.is_active)
    return action.pk, str(action), action.url, action.undone_at, moderator
