from collections.abc import Callable, Iterable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.moderators import demand_moderator, demand_superuser
from lib import locks
from lib.fields import LineField
from lib.refusals import Conflict, Gone, NotAllowed
from moderation.decisions.appointments import APPOINTMENTS
from moderation.decisions.decision import DECISIONS, Decision
from moderation.models.about import About, AboutQuerySet
from moderation.models.case import Case
from moderation.questions import Question
from moderation.seen import Seen
from moderation.signals import action_changed
from moderation.subjects import Kind

SAME_WITHIN = timedelta(minutes=1)  # in which the same action of the same moderator is the same form, sent twice


class ActionQuerySet(AboutQuerySet):
    def standing(self):
        """Actions that were not undone."""
        return self.filter(undone_at=None)

    def concerning(self, user):
        """Actions that the user was notified of, and may answer."""
        return self.filter(people=user)

    def counts_of(self, people: Iterable[int]) -> dict[int, int]:
        """How many of these actions concern each of these people (ids)."""
        rows = self.filter(people__in=list(people)).order_by().values_list("people")
        return dict(rows.annotate(actions=models.Count("*")))


class ActionManager(models.Manager.from_queryset(ActionQuerySet)):
    @transaction.atomic
    def take(self, actor, decision: Decision, pk: int, kind: Kind, values: dict, seen: Seen) -> "Action":
        """Carry out a decision on the row of this kind with this id, close its open cases, and write the public log.

        `values` are those of its form, among them the `reason`; `seen` is what the actor had read about the row. Doing
        the same again returns the first action. Raises NotAllowed (see `_demand_other`), Gone if the row was deleted,
        and Conflict if another moderator came first, if there is a flag or an answer that the actor has not read, or if
        there is nothing to do any more.
        """
        decision.prepare()
        row = self._lock(actor, kind, pk, lambda row: decision.lock(row, values))
        _demand_other(actor, kind, row)
        latest = self.about(kind, pk).order_by("-pk").first()
        if latest and latest.pk > seen.action:
            if latest.is_same_as(actor, decision, values):
                return latest
            raise Conflict(f"{latest.sentence} Look at it again before you decide.")
        if row is None and not decision.needs_case:
            raise Gone("This was deleted meanwhile.")
        cases = Case.objects.close(kind, pk, decision.questions if row else list(Question))
        if Case.objects.has_newer(cases, seen):
            raise Conflict("There is a new flag or answer. Read it before you decide.")
        if (row and not decision.applies_to(row)) or (decision.needs_case and not cases):
            raise Conflict("There is nothing to do any more. Look at it again before you decide.")
        people = list(kind.people(row)) if row and decision.notifies else []
        action = self._new(actor, decision, kind, pk, row, values["reason"])
        action.label = action.label or Case.objects.get(pk=cases[0]).label
        action.data = decision.carry_out(actor, row, values) | {"cases": cases, "values": _plain(values)}
        action.save()
        action.people.set(people)
        action_changed.send(Action, action=action)
        return action

    def note(self, actor, decision: Decision, kind: Kind, row: models.Model) -> "Action":
        """Write into the log what the actor has done to the row elsewhere, without a reason."""
        action = self._new(actor, decision, kind, row.pk, row, "")
        action.save()
        return action

    def _new(self, actor, decision: Decision, kind: Kind, pk: int, row: models.Model | None, reason: str) -> "Action":
        action = self.model(moderator=actor, moderator_name=str(actor), decision=decision.key, reason=reason)
        action.kind, action.subject_id = kind.key, pk
        action.label, action.url = decision.mention(kind, row) if row else ("", "")
        return action

    def _lock(self, actor, kind: Kind, pk: int, lock: Callable[[models.Model], None]) -> models.Model | None:
        """Lock the actor, and the row by `lock`, and return the row, or None if it was deleted.

        People are locked in the order of their keys.
        """
        people = [actor.pk, pk] if kind.key == "person" else [actor.pk]
        list(get_user_model().objects.filter(pk__in=people).order_by("pk").select_for_update(no_key=True))
        actor.lock()
        demand_moderator(actor)
        row = kind.find(pk)
        if row and kind.key != "person":
            lock(row)
        return kind.find(pk)


class Action(About):
    """What a moderator did, as a line of the public log. Nothing in it says who flagged, or who is concerned.

    * `url`: the path of the page that it is about, as it was then; "" if not everybody may have it.
    * `people`: those who are notified and may answer.
    * `data`: what undoing needs, and the values of the form, as JSON.
    """

    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    moderator_name = LineField(max_length=120)
    decision = models.CharField(max_length=20)
    reason = LineField(max_length=200)
    url = models.CharField(max_length=200, blank=True)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="moderated")
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    undone_by_name = LineField(max_length=120, blank=True)
    undone_reason = LineField(max_length=200, blank=True)

    objects = ActionManager()

    class Meta:
        indexes = [models.Index(fields=["kind", "subject_id", "id"], name="action_about")]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_reason="") | (Q(undone_at__isnull=False) & ~Q(undone_reason="")),
                name="action_undone_has_reason",
            ),
            models.CheckConstraint(condition=~Q(reason="") | Q(decision__in=APPOINTMENTS), name="action_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.moderator_name} {self.text}"

    def get_absolute_url(self) -> str:
        return reverse("moderation:action", args=[self.pk])

    @property
    def text(self) -> str:
        """What was done, to go on after a name, such as "hid a comment on “Attention”"."""
        return DECISIONS[self.decision].line(self)

    @property
    def sentence(self) -> str:
        """What was done last and why."""
        if self.undone_at:
            return f"{self.undone_by_name} has just undone this: {self.moderator_name} {self.text}."
        reason = f" ({self.reason})" if self.reason else ""
        return f"{self.moderator_name} has just done this: {self.text}{reason}."

    def is_same_as(self, actor, decision: Decision, values: dict) -> bool:
        """Whether it is this decision of this moderator with these values, just now."""
        is_new = self.created_at > timezone.now() - SAME_WITHIN and self.undone_at is None
        ours = (self.moderator_id, self.decision, self.data.get("values"))
        return is_new and ours == (actor.pk, decision.key, _plain(values))

    @transaction.atomic
    def undo(self, actor, reason: str) -> None:
        """Take back what was done, for a reason that everybody reads. Doing it again changes nothing.

        The cases that it had closed are open again, and answers to it are settled.

        Raises NotAllowed (see `_demand_other`), Gone if what it was done to was deleted, and Conflict if the same was
        done again later and stands, if another moderator has undone it for another reason, or if it is not undoable.
        """
        decision = DECISIONS[self.decision]
        decision.prepare()
        row = Action.objects._lock(actor, self.subject_kind, self.subject_id, lambda row: row.lock())
        locks.lock_row(self, "This decision was just deleted.")
        _demand_other(actor, self.subject_kind, row)
        if not decision.is_undoable:
            raise Conflict("This can't be undone here. Superusers appoint and dismiss moderators on their page.")
        if self.undone_at:
            if (self.undone_by_id, self.undone_reason) == (actor.pk, reason):
                return
            raise Conflict(self.sentence)
        later = Action.objects.about(self.subject_kind, self.subject_id).standing().filter(pk__gt=self.pk)
        if other := later.filter(decision=self.decision).order_by("-pk").first():
            raise Conflict(f"{other.moderator_name} took the same action later. Undo that first.")
        self.undone_at, self.undone_by, self.undone_by_name = timezone.now(), actor, str(actor)
        self.undone_reason = reason
        self.save()
        Case.objects.settle(self.subject_kind, self.subject_id)
        Case.objects.reopen(self.data["cases"], decision.reopens)
        decision.undo(actor, self)
        action_changed.send(Action, action=self)


def _demand_other(actor, kind: Kind, row: models.Model | None) -> None:
    """Raises NotAllowed unless the actor is a moderator whom the row does not concern.

    Only superusers decide on people who moderate.
    """
    demand_moderator(actor)
    if kind.concerns(row, actor):
        raise NotAllowed("This is about yourself, so another moderator has to decide.")
    if kind.key == "person" and row and row.is_privileged:
        demand_superuser(actor)


def _plain(values: dict) -> dict[str, str]:
    """The values of a form as JSON, to compare them; rows are their keys."""
    return {name: str(getattr(value, "pk", value)) for name, value in values.items()}
