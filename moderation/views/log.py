"""The public log of what moderators did, one of its lines, and the answers of those concerned."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render

from accounts import suspension
from accounts.factors import acts_as_moderator
from lib import keyset
from lib.pages import page, versioned
from lib.secret_links import by_link
from moderation import feed as log_feed
from moderation.decisions.owners import Suspend
from moderation.forms import AnswerForm
from moderation.models import Action, Answer
from moderation.subjects import KINDS, Kind
from papers.syndication.formats import FORMATS
from papers.syndication.views.feeds import for_readers

LINES = 50


def log(request: HttpRequest) -> HttpResponse:
    """The log, the latest line first, for everybody."""
    found = keyset.page(Action.objects.all(), ("id",), request.GET.get("older", ""), LINES)
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
    found = get_object_or_404(Action, pk=pk)
    is_concerned = request.user.is_authenticated and found.people.filter(pk=request.user.pk).exists()
    context = {"action": found, "is_concerned": is_concerned, "moderates": acts_as_moderator(request)}
    return page(request, "moderation/action.html", context, version=_shown(found))


def decision(request: HttpRequest, subject: Kind, pk: int) -> HttpResponse:
    """Lead to the latest decision about this row that stands."""
    return redirect(get_object_or_404(Action.objects.about(subject, pk).standing().order_by("-pk")[:1]))


@login_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The form to answer moderators about an action that concerns the user, or the message that was sent."""
    found = get_object_or_404(Action.objects.concerning(request.user), pk=pk)
    return _answer(request, request.user, found)


@by_link
def suspended(request: HttpRequest, token: str) -> HttpResponse:
    """The same for the suspension of somebody who therefore cannot sign in, but has the link from the mail."""
    person = suspension.read(token)
    suspensions = Action.objects.about(KINDS["person"], person.pk).standing().filter(decision=Suspend.key)
    return _answer(request, person, get_object_or_404(suspensions.order_by("-pk")[:1]))


def _answer(request: HttpRequest, person, action: Action) -> HttpResponse:
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        Answer.objects.write(person, action, form.cleaned_data["text"])
        return HttpResponseRedirect(request.path)
    context = {"action": action, "form": form, "sent": action.answers.filter(user=person).first()}
    return render(request, "moderation/answer.html", context, status=400 if form.errors else 200)


def _shown(action: Action) -> tuple:
    """All that changes what is shown of an action, for an ETag."""
    return action.pk, str(action), action.url, action.undone_at, action.undone_by_name
