"""Pages of moderators: the queue, a subject with everything about it, and the decisions. Everybody else gets a 404."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.factors import for_moderators
from lib.http import refused
from lib.refusals import Refusal
from lib.verbs import verb
from moderation import review
from moderation.decisions import DECISIONS, ReasonForm
from moderation.models import Action
from moderation.subjects import Kind

REVISIONS = 50  # of a comment


@login_required
@for_moderators
def queue(request: HttpRequest) -> HttpResponse:
    """The open cases, the oldest first."""
    lines, cursor = review.queue(request.user, request.GET.get("older", ""))
    return render(request, "moderation/queue.html", {"lines": lines, "cursor": cursor})


@login_required
@for_moderators
def subject(request: HttpRequest, subject: Kind, pk: int) -> HttpResponse:
    """A subject with its open cases, its history, and what moderators can do."""
    return _draw(request, subject, pk)


@verb
@for_moderators
def act(request: HttpRequest, subject: Kind, pk: int, decision: str) -> HttpResponse:
    """Carry out a decision on the subject."""
    if decision not in DECISIONS or subject.key not in DECISIONS[decision].kinds:
        raise Http404
    form = DECISIONS[decision].form(request.POST, auto_id=f"id_{decision}_%s")
    if not form.is_valid():
        return _draw(request, subject, pk, (decision, form))
    values = dict(form.cleaned_data)
    seen = values.pop("seen")
    try:
        action = Action.objects.take(request.user, DECISIONS[decision], pk, subject, values, seen)
    except Refusal as refusal:
        return _refuse(request, subject, pk, (decision, form), refusal)
    messages.success(request, f"You {action.text}.")
    return redirect("moderation:queue")


@verb
@for_moderators
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back an action."""
    action = get_object_or_404(Action, pk=pk)
    form = ReasonForm(request.POST, auto_id=f"id_undo{pk}_%s")
    if not form.is_valid():
        return _draw(request, action.subject_kind, action.subject_id, (f"undo{pk}", form))
    try:
        action.undo(request.user, form.cleaned_data["reason"])
    except Refusal as refusal:
        return _refuse(request, action.subject_kind, action.subject_id, (f"undo{pk}", form), refusal)
    messages.success(request, f"Undone: you {action.text}.")
    return redirect("moderation:subject", action.kind, action.subject_id)


def _refuse(
    request: HttpRequest, kind: Kind, pk: int, invalid: tuple[str, ReasonForm], refusal: Refusal
) -> HttpResponse:
    """The page of a subject with a form whose decision is refused, and why.

    Raises the refusal for somebody who does not moderate any more, and for a subject that has no page any more.
    """
    if not request.user.is_moderator or review.find(kind, pk) is None:
        raise refusal
    invalid[1].refuse(refusal)
    return refused(_draw(request, kind, pk, invalid), refusal)


def _draw(request: HttpRequest, kind: Kind, pk: int, invalid: tuple[str, ReasonForm] | None = None) -> HttpResponse:
    """The page of a subject; `invalid` is the key of a form and the form, which was sent and is not valid."""
    found = review.find(kind, pk)
    if found is None:
        raise Http404
    context = review.context(found, request.user)
    context["forms"] = review.forms_of(found, context, invalid)
    context["undoing"] = [
        (action, None if context["is_own"] else _undo_form(action, invalid)) for action in context["actions"]
    ]
    shown = [form for _, form in context["forms"] + context["undoing"]]
    context["refusal"] = invalid[1].refusal if invalid and invalid[1] not in shown else None
    if kind.key == "comment" and found.row:
        context["revisions"] = found.row.revisions.order_by("-pk")[:REVISIONS]
    return render(request, "moderation/subject.html", context, status=400 if invalid else 200)


def _undo_form(action: Action, invalid: tuple[str, ReasonForm] | None) -> ReasonForm | None:
    """The form that takes the action back, or None if that is not possible, or was done."""
    if action.undone_at or not DECISIONS[action.decision].is_undoable:
        return None
    key = f"undo{action.pk}"
    return invalid[1] if invalid and invalid[0] == key else ReasonForm(auto_id=f"id_{key}_%s")
