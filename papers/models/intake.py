import logging
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from lib.fields import LineField
from lib.refusals import Conflict

logger = logging.getLogger(__name__)

KEPT = timedelta(days=1)
LONGEST = timedelta(hours=1)  # until the worker has done it; one that was killed reports nothing


class IntakeState(models.TextChoices):
    READING = "reading"
    READY = "ready"
    WRITING = "writing"
    DONE = "done"
    FAILED = "failed"


RUNNING = (IntakeState.READING, IntakeState.WRITING)


class IntakeQuerySet(models.QuerySet):
    def pending(self):
        """Those that are read or written, wait for their person, or have upvotes left."""
        return self.exclude(state=IntakeState.FAILED).exclude(state=IntakeState.DONE, data__votes=[])


class IntakeManager(models.Manager.from_queryset(IntakeQuerySet)):
    @transaction.atomic
    def begin(self, actor, source: bytes, *, target_key: str = "", target_name: str = "") -> "Intake":
        """Keep what the actor wants to import until it is read, in the place of the actor's last import.

        Raises NotAllowed for an account that is not active, and Conflict while the last import is still being written.
        """
        actor.lock()
        if any(last.is_running for last in self.filter(user=actor, state=IntakeState.WRITING)):
            raise Conflict("Your last import is still running. Wait until it has finished, then try again.")
        self.filter(user=actor).delete()
        return self.create(user=actor, source=source, target_key=target_key, target_name=target_name)

    def clear(self) -> None:
        """Delete the rows that are older than KEPT."""
        self.filter(created_at__lt=timezone.now() - KEPT).delete()


class Intake(models.Model):
    """What a person brings from another place, from the upload until KEPT after it.

    `source` is the file until it is read. `data` is what was recognised in it (`papers.intake.recognised.Recognised`),
    which the person looks at before it is written, and `results` says what became of it. The papers go into the
    collection with the key `target_key`, into a new one with the name `target_name`, or into the bookmarks if both are
    "". `problem` says in words for the person why it failed. `changed_at` is when the state last changed.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="intake")
    key = models.CharField(max_length=43, unique=True, default=secrets.token_urlsafe)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=7, choices=IntakeState, default=IntakeState.READING)
    target_key = models.SlugField(max_length=80, blank=True, db_index=False)
    target_name = LineField(max_length=120, blank=True)
    source = models.BinaryField(null=True)
    data = models.JSONField(null=True)
    results = models.JSONField(default=list)
    problem = models.CharField(max_length=500, blank=True)

    objects = IntakeManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=IntakeState.values), name="intake_state_known"),
            models.CheckConstraint(condition=Q(target_key="") | Q(target_name=""), name="intake_has_one_target"),
            models.CheckConstraint(
                condition=Q(state="reading", source__isnull=False, data__isnull=True)
                | Q(state__in=["ready", "writing", "done"], source=None, data__isnull=False)
                | Q(state="failed", source=None),
                name="intake_has_source_or_data",
            ),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(problem=""), name="intake_failed_has_problem"),
        ]

    def __str__(self) -> str:
        return f"import {self.pk} of {self.created_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("papers:intake", args=[self.key])

    @property
    def is_running(self) -> bool:
        """Whether the worker may still do it."""
        return self.state in RUNNING and timezone.now() < self.changed_at + LONGEST

    @property
    def is_ready(self) -> bool:
        return self.state == IntakeState.READY

    @property
    def is_done(self) -> bool:
        return self.state == IntakeState.DONE

    @property
    def has_failed(self) -> bool:
        return self.state == IntakeState.FAILED or (self.state in RUNNING and not self.is_running)

    def store(self, data: dict) -> None:
        """Keep what was recognised, for the person to look at, and forget the file."""
        self._change(IntakeState.READING, state=IntakeState.READY, data=data, source=None)

    def start(self, data: dict | None = None) -> bool:
        """Record that writing begins, of these data if not all are wanted.

        Returns False if it has begun already, or if there is nothing to write.
        """
        return self._change(IntakeState.READY, state=IntakeState.WRITING, data=data or self.data)

    def finish(self, results: list[dict]) -> None:
        """Record what became of everything but the upvotes, which are cast afterwards (`record_votes`)."""
        self._change(IntakeState.WRITING, state=IntakeState.DONE, results=results)

    def fail(self, problem: str) -> None:
        """Record that it has failed with this problem."""
        logger.warning("The %s has failed", self)
        for state in RUNNING:
            self._change(state, state=IntakeState.FAILED, problem=problem[:500], source=None)

    @transaction.atomic
    def record_votes(self, done: set[str], counts: dict[str, int]) -> None:
        """Record that the upvotes of these papers (arXiv ids) were cast or could not be, and how many of each."""
        now = type(self).objects.select_for_update().filter(pk=self.pk, state=IntakeState.DONE).first()
        if now is None:
            return
        left = [vote for vote in now.data["votes"] if vote["id"] not in done]
        earlier = now.results[-1] if now.results and now.results[-1]["kind"] == "votes" else {"kind": "votes"}
        totals = {name: earlier.get(name, 0) + number for name, number in counts.items()}
        others = [result for result in now.results if result["kind"] != "votes"]
        self._change(IntakeState.DONE, data=now.data | {"votes": left}, results=[*others, {"kind": "votes", **totals}])

    def _change(self, before: IntakeState, **values) -> bool:
        """Change a row that is in this state. False if it is in another one by now."""
        values |= {"changed_at": timezone.now()}
        changed = bool(type(self).objects.filter(pk=self.pk, state=before).update(**values))
        if changed:
            for name, value in values.items():
                setattr(self, name, value)
        return changed
