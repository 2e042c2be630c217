"""When a reader was here, and what is new since then."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection, models
from django.db.models import Case, When
from django.utils import timezone

from papers.period import today

BREAK = timedelta(minutes=30)  # without activity, which ends a visit
RECORDED_EVERY = timedelta(minutes=10)
MAX_NEW = 100  # papers that are counted
MAX_DAYS = 30  # that one can catch up on
FIRST_DAYS = 7  # for a reader without an earlier visit


@dataclass(frozen=True)
class VisitState:
    """What the line above a list says.

    * `since`: the end of the reader's last visit, or None if this is the first one.
    * `must_record`: whether the page has to post that the reader is here.
    * `new_count`: the number of papers of the list that are new since then, at most MAX_NEW.
    * `is_done`: whether the reader is done with the first day of the list.
    * `day_count`: the number of days that the reader can catch up on.
    """

    since: datetime | None
    must_record: bool
    new_count: int
    is_done: bool
    day_count: int

    @property
    def new_label(self) -> str:
        return str(self.new_count) if self.new_count < MAX_NEW else f"{MAX_NEW - 1}+"

    @property
    def since_label(self) -> str:
        """The day of `since` in a sentence: "today", "on 26 November", or with the year if that is not this year."""
        day = self.since.astimezone(UTC).date()
        if day == today():
            return "today"
        year = f" {day.year}" if day.year != today().year else ""
        return f"on {day.day} {day:%B}{year}"


class VisitManager(models.Manager):
    def record(self, user) -> None:
        """Record that the user is here. After a BREAK, a new visit begins."""
        now = timezone.now()
        ended = When(current_at__lt=now - BREAK, then="current_at")
        rows = self.filter(user=user)
        if not rows.update(previous_at=Case(ended, default="previous_at"), current_at=now):
            self.get_or_create(user=user, defaults={"current_at": now})

    def since(self, user) -> datetime | None:
        """The end of the user's last visit, or None if there was none before this one."""
        return self._row(user, "SELECT since FROM visit")[0]

    def first_day(self, user) -> date:
        """The first of the days that the user can catch up on."""
        return self._row(user, "SELECT first_day FROM visit")[0]

    def state(self, user, start: date | None = None, end: date | None = None) -> VisitState:
        """The state for the list of papers from `start` up to but without `end`, or of all papers. One statement."""
        since, recorded_at, *counts = self._row(user, _STATE, start=start, end=end)
        must_record = recorded_at is None or recorded_at < timezone.now() - RECORDED_EVERY
        return VisitState(since, must_record, *counts)

    def _row(self, user, select: str, **params) -> tuple:
        params |= {
            "user": user.pk,
            "break": timezone.now() - BREAK,
            "today": today(),
            "max_new": MAX_NEW,
            "earliest_day": today() - timedelta(days=MAX_DAYS - 1),
            "default_day": today() - timedelta(days=FIRST_DAYS - 1),
        }
        with connection.cursor() as cursor:
            cursor.execute(_VISIT + select, params)
            return cursor.fetchone()


class Visit(models.Model):
    """When the reader was last here (`current_at`), and when the visit before that one ended (`previous_at`)."""

    user = models.OneToOneField("accounts.User", models.CASCADE, primary_key=True, related_name="+")
    current_at = models.DateTimeField()
    previous_at = models.DateTimeField(null=True, blank=True)

    objects = VisitManager()


# The aggregates make one row of none. `since` is the same before and after the page has posted the visit.
_VISIT = """
    WITH activity AS (
        SELECT max(current_at) AS current_at,
               max(CASE WHEN current_at < %(break)s THEN current_at ELSE previous_at END) AS since
        FROM papers_visit WHERE user_id = %(user)s
    ), visit AS (
        SELECT current_at, since,
               greatest(coalesce((since AT TIME ZONE 'UTC')::date, %(default_day)s), %(earliest_day)s) AS first_day
        FROM activity
    )
"""
_STATE = """
    SELECT since, current_at,
        (SELECT count(*) FROM (
            SELECT FROM papers_paper
            WHERE listed_at > (SELECT since FROM visit)
                AND (%(start)s::date IS NULL OR listed_on >= %(start)s AND listed_on < %(end)s)
                AND NOT EXISTS (
                    SELECT FROM papers_dismissed WHERE user_id = %(user)s AND paper_id = papers_paper.id
                )
            LIMIT %(max_new)s
        ) new),
        EXISTS (SELECT FROM papers_daydone WHERE user_id = %(user)s AND date = %(start)s),
        (SELECT count(*) FROM papers_day
            WHERE date >= first_day AND date <= %(today)s AND NOT EXISTS (
                SELECT FROM papers_daydone WHERE user_id = %(user)s AND papers_daydone.date = papers_day.date
            ))
    FROM visit
"""
