import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from lib import statements

KEPT = timedelta(days=30)
GRACE = timedelta(seconds=30)  # after which a worker that does nothing is mentioned to the reader


class SubmissionState(models.TextChoices):
    WAITING = "waiting"
    FETCHED = "fetched"
    LISTED = "listed"
    FAILED = "failed"


OPEN = (SubmissionState.WAITING, SubmissionState.FETCHED)


# From the archives of `papers.models.removedpaper`, since the submissions were deleted with their papers.
_COUNT_REMOVED = """
    SELECT count(*) FROM papers_removedpaper removed,
        jsonb_populate_recordset(NULL::papers_submission, removed.archive -> 'papers_submission') archived
    WHERE removed.removed_at >= %(since)s AND archived.listed_at >= %(since)s AND archived.user_id = %(user)s
        AND (removed.archive #>> '{papers_paper,0,submitted_by_id}')::bigint = %(user)s
"""


class Progress(models.TextChoices):
    """How far a submission is that waits, as its page shows it. LATE: no worker has taken it up in time."""

    FETCHING = "fetching"
    RETRYING = "retrying"
    LATE = "late"


class SubmissionQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=SubmissionState.WAITING)

    def open(self):
        """Those that wait for arXiv, or for their person to look at what was fetched."""
        return self.filter(state__in=OPEN)

    def listed_since(self, moment: datetime):
        """Those whose person has brought the paper to the site at this moment or later."""
        return self.filter(listed_at__gte=moment, paper__submitted_by=F("user"))

    def count_removed(self, user, since: datetime) -> int:
        """How many papers this person has brought to the site since this moment that were removed or merged since."""
        [(number,)] = statements.rows(_COUNT_REMOVED, {"user": user.pk, "since": since})
        return number

    def finish(self, paper) -> None:
        """End all open submissions of this paper, which is on the site now."""
        rows = self.open().filter(arxiv_id=paper.arxiv_id)
        rows.update(state=SubmissionState.LISTED, listed_at=timezone.now(), paper=paper, problem="", record=None)

    def discard(self) -> None:
        """Delete those that are open, whose person does not want to list the paper. The job then finds nothing."""
        self.open().delete()

    def clear(self) -> None:
        """Delete submissions that were submitted more than KEPT ago: those that ended, and those left undecided."""
        self.exclude(state=SubmissionState.WAITING).filter(submitted_at__lt=timezone.now() - KEPT).delete()


class Submission(models.Model):
    """A person's attempt to bring in a paper by its arXiv id.

    The worker fetches arXiv's `record` of the paper (`PaperRecord.as_json`). The person looks at it, and then lists the
    paper: at `listed_at` the paper was on the site, whoever listed it.
    `due_at` is the moment by which the worker should have begun, ended or repeated its work on it. `problem` says in
    words for the person why it failed or, while it waits, why the last try failed.
    """

    key = models.CharField(max_length=43, unique=True, default=secrets.token_urlsafe)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="submissions")
    arxiv_id = models.CharField("arXiv id", max_length=32)
    submitted_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=7, choices=SubmissionState, default=SubmissionState.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    problem = models.CharField(max_length=500, blank=True)
    record = models.JSONField(null=True)
    listed_at = models.DateTimeField(null=True)
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="submissions", null=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["arxiv_id", "user"], condition=Q(state__in=OPEN), name="submission_open_once_a_person"
            ),
            models.CheckConstraint(condition=Q(state__in=SubmissionState.values), name="submission_state_known"),
            models.CheckConstraint(
                condition=Q(state="listed", paper__isnull=False, listed_at__isnull=False)
                | (~Q(state="listed") & Q(paper=None, listed_at=None)),
                name="submission_listed_has_paper",
            ),
            models.CheckConstraint(
                condition=Q(state="fetched", record__isnull=False) | (~Q(state="fetched") & Q(record__isnull=True)),
                name="submission_fetched_has_record",
            ),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(problem=""), name="submission_failed_has_problem"),
        ]

    def __str__(self) -> str:
        return f"submission {self.pk} of arXiv {self.arxiv_id}"

    def get_absolute_url(self) -> str:
        return reverse("papers:submission", args=[self.key])

    @property
    def is_waiting(self) -> bool:
        return self.state == SubmissionState.WAITING

    @property
    def is_fetched(self) -> bool:
        return self.state == SubmissionState.FETCHED

    @property
    def progress(self) -> Progress:
        """How far it is, while it waits."""
        if timezone.now() > self.due_at + GRACE:
            return Progress.LATE
        return Progress.RETRYING if self.problem else Progress.FETCHING

    @property
    def summary(self) -> str:
        """Its state in a few words, while it is open."""
        if self.is_fetched:
            return "Ready to be listed"
        return {
            Progress.FETCHING: "Fetching from arXiv",
            Progress.RETRYING: "Trying again: arXiv could not be reached",
            Progress.LATE: "Waiting for the worker",
        }[self.progress]

    def start(self, until: datetime) -> None:
        """Record that a try has begun, which ends at this moment at the latest."""
        self._change(due_at=until)

    def postpone(self, problem: str, until: datetime) -> None:
        """Record that a try failed with this problem, and that the next one begins at this moment."""
        self._change(problem=problem, due_at=until)

    def store(self, record: dict) -> None:
        """Keep what was fetched, for the person to look at."""
        self._change(record=record, problem="", state=SubmissionState.FETCHED)

    def fail(self, problem: str) -> None:
        """Record that it has failed for good with this problem, unless it ended otherwise meanwhile."""
        self._change(problem=problem, state=SubmissionState.FAILED)

    def _change(self, **values) -> None:
        type(self).objects.waiting().filter(pk=self.pk).update(**values)
