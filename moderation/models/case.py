from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from lib import statements
from moderation.models.about import About, AboutQuerySet
from moderation.subjects import Kind


class Question(models.TextChoices):
    """What moderators have to decide."""

    FLAGS = "flags", "Flagged"
    ANSWER = "answer", "Answer from a person concerned"


class CaseQuerySet(AboutQuerySet):
    def open(self):
        return self.filter(closed_at=None)

    def with_age(self):
        """Cases with `age`, by which a descending order begins with the oldest."""
        return self.annotate(age=-F("id"))


class CaseManager(models.Manager.from_queryset(CaseQuerySet)):
    def ensure(self, kind: Kind, pk: int, label: str, question: Question) -> "Case":
        """Lock and return the open case about this row and question; open one if there is none."""
        params = {"kind": kind.key, "pk": pk, "label": label, "question": question, "now": timezone.now()}
        [(key,)] = statements.rows(_ENSURE, params)
        return self.get(pk=key)

    def close(self, kind: Kind, pk: int) -> list[int]:
        """Close all open cases about this row, and return their ids."""
        keys = list(self.open().about(kind, pk).select_for_update(no_key=True).values_list("pk", flat=True))
        self.filter(pk__in=keys).update(closed_at=timezone.now())
        return keys

    def reopen(self, keys: list[int]) -> None:
        """Open these cases again, but for those about whose question there is another open case by now."""
        same = self.open().filter(
            kind=models.OuterRef("kind"), subject_id=models.OuterRef("subject_id"), question=models.OuterRef("question")
        )
        self.filter(~models.Exists(same), pk__in=keys).update(closed_at=None)


# One statement, so that nobody closes the case before it is locked.
_ENSURE = """
    INSERT INTO moderation_case (kind, subject_id, label, question, opened_at)
    VALUES (%(kind)s, %(pk)s, %(label)s, %(question)s, %(now)s)
    ON CONFLICT (kind, subject_id, question) WHERE closed_at IS NULL DO UPDATE SET label = excluded.label
    RETURNING id
"""


class Case(About):
    """A question about something that moderators have to decide. There is one open case for each question."""

    question = models.CharField(max_length=10, choices=Question)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)

    objects = CaseManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id", "question"], condition=Q(closed_at=None), name="case_open_once"
            ),
            models.CheckConstraint(condition=Q(question__in=Question.values), name="case_question_exists"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(closed_at=None), name="case_queue"),
            models.Index(fields=["kind", "subject_id"], name="case_about"),
        ]

    def __str__(self) -> str:
        return f"{self.get_question_display()}: {self.label}"
