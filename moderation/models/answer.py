from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from lib.refusals import NotAllowed
from moderation.models.action import Action
from moderation.models.case import Case
from moderation.questions import Question

MAX_ANSWER = 1_000  # characters


class AnswerManager(models.Manager):
    @transaction.atomic
    def write(self, actor, action: Action, text: str) -> "Answer":
        """Send moderators the actor's one message about an action; a second time returns the first message.

        Raises NotAllowed for somebody whom the action does not concern.
        """
        if not action.people.filter(pk=actor.pk).exists():
            raise NotAllowed("Only the person concerned can answer.")
        case = Case.objects.ensure(action.subject_kind, action.subject_id, action.label, Question.ANSWER)
        return self.get_or_create(action=action, user=actor, defaults={"case": case, "text": text})[0]


class Answer(models.Model):
    """What a person concerned by an action says to moderators, who alone read it."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="answers", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="answers_to_moderators")
    case = models.ForeignKey(Case, models.CASCADE, related_name="answers")
    text = models.TextField(max_length=MAX_ANSWER)
    created_at = models.DateTimeField(default=timezone.now)

    objects = AnswerManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "user"], name="answer_once_a_person")]

    def __str__(self) -> str:
        return self.text
