from collections.abc import Iterable

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from lib import statements
from moderation.models.about import About, AboutQuerySet
from moderation.questions import FACTORS, Question
from moderation.seen import Seen
from moderation.subjects import Kind


class CaseQuerySet(AboutQuerySet):
    def open(self):
        return self.filter(closed_at=None)

    def settled(self):
        """Cases about answers to actions that were all undone."""
        standing = Case.objects.filter(answers__isnull=False, answers__action__undone_at=None)
        return self.filter(question=Question.ANSWER).exclude(pk__in=standing.values("pk"))

    def with_age(self):
        """Cases with `age`, by which a descending order begins with the oldest."""
        return self.annotate(age=-F("id"))


class CaseManager(models.Manager.from_queryset(CaseQuerySet)):
    def ensure(self, kind: Kind, pk: int, label: str, question: Question) -> "Case":
        """Lock and return the open case about this row and question; open one if there is none."""
        params = {"kind": kind.key, "pk": pk, "label": label, "question": question, "now": timezone.now()}
        [(key,)] = statements.rows(_ENSURE, params)
        return self.get(pk=key)

    @transaction.atomic
    def add_hold(self, kind: Kind, pk: int, label: str, number: int, factors: dict[str, float]) -> None:
        """Write into the case about the votes for this paper how many more are held for a review, and why."""
        case = self.ensure(kind, pk, label, Question.VOTES)
        case.holds.append({"number": number, "factors": factors})
        case.save(update_fields=["holds"])

    def close(self, kind: Kind, pk: int, questions: Iterable[Question]) -> list[int]:
        """Close the open cases about this row and these questions, and return their ids."""
        cases = self.open().about(kind, pk).filter(question__in=questions).order_by("pk")
        keys = list(cases.select_for_update(no_key=True).values_list("pk", flat=True))
        self.filter(pk__in=keys).update(closed_at=timezone.now())
        return keys

    def settle(self, kind: Kind, pk: int) -> None:
        """Close the case about answers to actions on this row, if all of these actions were undone."""
        list(self.open().about(kind, pk).select_for_update(no_key=True))  # so that no answer comes meanwhile
        self.open().about(kind, pk).settled().update(closed_at=timezone.now())

    def has_newer(self, keys: list[int], seen: Seen) -> bool:
        """Whether one of these cases (ids), which are locked, has a flag or an answer later than the ones seen."""
        later = Q(flags__pk__gt=seen.flag) | Q(answers__pk__gt=seen.answer)
        return self.filter(later, pk__in=keys).exists()

    def reopen(self, keys: list[int], questions: Iterable[Question]) -> None:
        """Open those of these cases (ids) again that are about these questions.

        Those for which there is another open case by now stay closed, and those about answers that are settled.
        """
        same = self.open().filter(
            kind=models.OuterRef("kind"), subject_id=models.OuterRef("subject_id"), question=models.OuterRef("question")
        )
        closed = self.filter(~models.Exists(same), pk__in=keys, question__in=questions)
        closed.exclude(pk__in=self.settled().values("pk")).update(closed_at=None)


# One statement, so that nobody closes the case before it is locked.
_ENSURE = """
    INSERT INTO moderation_case (kind, subject_id, label, question, holds, opened_at)
    VALUES (%(kind)s, %(pk)s, %(label)s, %(question)s, '[]', %(now)s)
    ON CONFLICT (kind, subject_id, question) WHERE closed_at IS NULL DO UPDATE SET label = excluded.label
    RETURNING id
"""


class Case(About):
    """A question about something that moderators have to decide. There is one open case for each question.

    `holds`: each time that votes for the paper were held, as {"number": how many, "factors": see `papers.rings.Ring`}.
    """

    question = models.CharField(max_length=10, choices=Question)
    holds = models.JSONField(default=list)
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

    @property
    def described_holds(self) -> list[dict]:
        """The holds for people: dictionaries of `number`, `risk` (None if it was not computed) and `factors`."""
        return [
            {"number": hold["number"], "risk": hold["factors"].get("risk"), "factors": _labelled(hold["factors"])}
            for hold in self.holds
        ]


def _labelled(factors: dict[str, float]) -> list[tuple[str, float]]:
    return [(label, factors[name]) for name, label in FACTORS.items() if name in factors]
