"""When a reader was here, and what is new since then."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import models
from django.db.models import Case, When
from django.utils import timezone

from lib.statements import rows
from papers.period import today

BREAK = timedelta(minutes=30)  # without activity, which ends a visit
RECORDED_EVERY = timedelta(minutes=10)
MAX_NEW = 100  # papers that are counted
MAX_DAYS = 30  # that a reader can catch up on
FIRST_DAYS = 7  # for a reader who was not here on an earlier day


@dataclass(frozen=True)
class VisitState:
    """What the line above a list says.

    * `since`: the end of the reader's last visit, or None if this is the first one.
    * `must_record`: whether the page has to post that the reader is here.
    * `new_count`: the number of papers of the list that are new since then, at most MAX_NEW.
    * `is_done`: whether the reader is done with the first day of the list.
    * `day_count`: the number of days that the reader can catch up on, which are those since the last activity on an
      earlier day that have a paper that the reader has neither seen nor dismissed.
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
        previous_at = Case(When(current_at__lt=now - BREAK, then="current_at"), default="previous_at")
        earlier_at = Case(When(current_at__lt=_midnight(), then="current_at"), default="earlier_at")
        visit = self.filter(user=user)
        if not visit.update(previous_at=previous_at, earlier_at=earlier_at, current_at=now):
            self.get_or_create(user=user, defaults={"current_at": now})

    def since(self, user) -> datetime | None:
        """The end of the user's last visit, or None if there was none before this one."""
        return self._row(user, "SELECT since FROM visit")[0]

    def first_day(self, user) -> date:
        """The first of the days that the user can catch up on: that of the last activity before today."""
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
            "midnight": _midnight(),
            "max_new": MAX_NEW,
            "earliest_day": today() - timedelta(days=MAX_DAYS - 1),
            "default_day": today() - timedelta(days=FIRST_DAYS - 1),
        }
        return rows(_VISIT + select, params)[0]


def _midnight() -> datetime:
    """The beginning of the present UTC day."""
    return datetime.combine(today(), time.min, UTC)


class Visit(models.Model):
    """When the reader was last here.

    * `current_at`: the reader's last activity.
    * `previous_at`: the end of the visit before that one.
    * `earlier_at`: the last activity before the day of `current_at`. A break moves `previous_at` and not this, so that
      the reader can catch up all day.
    """

    user = models.OneToOneField("accounts.User", models.CASCADE, primary_key=True, related_name="+")
    current_at = models.DateTimeField()
    previous_at = models.DateTimeField(null=True, blank=True)
    earlier_at = models.DateTimeField(null=True, blank=True)

    objects = VisitManager()


# The aggregates make one row of none. `since` and `earlier_at` are the same before and after the page has posted the
# visit.
_VISIT = """
    WITH activity AS (
        SELECT max(current_at) AS current_at,
               max(CASE WHEN current_at < %(break)s THEN current_at ELSE previous_at END) AS since,
               max(CASE WHEN current_at < %(midnight)s THEN current_at ELSE earlier_at END) AS earlier_at
        FROM papers_visit WHERE user_id = %(user)s
    ), visit AS (
        SELECT current_at, since,
               greatest(coalesce((earlier_at AT TIME ZONE 'UTC')::date, %(default_day)s), %(earliest_day)s) AS first_day
        FROM activity
    )
"""
# PostgreSQL does not know `since` and `first_day` when it plans. So new papers have an order, along which it stops at
# the last one that is counted, and each day is read for itself, up to its first paper. Each bound is one of the index,
# so that one plan is good for all lists; the upper one is a pair, since of two alike it guesses that few papers are
# between them, and sorts all.
_STATE = """
    SELECT since, current_at,
        (SELECT count(*) FROM (
            SELECT FROM papers_paper
            WHERE listed_at > (SELECT since FROM visit)
                AND listed_at >= coalesce(%(start)s::date::timestamp AT TIME ZONE 'UTC', '-infinity')
                AND (listed_at, id) < (coalesce(%(end)s::date::timestamp AT TIME ZONE 'UTC', 'infinity'), 0)
                AND is_listed
                AND id NOT IN (SELECT paper_id FROM papers_dismissed WHERE user_id = %(user)s)
            ORDER BY listed_at DESC LIMIT %(max_new)s
        ) new),
        EXISTS (SELECT FROM papers_daydone WHERE user_id = %(user)s AND date = %(start)s),
        (SELECT count(*)
            FROM papers_day day LEFT JOIN papers_daydone done ON done.user_id = %(user)s AND done.date = day.date,
            LATERAL (
                SELECT FROM papers_paper
                WHERE listed_at >= day.date::timestamp AT TIME ZONE 'UTC'
                    AND listed_at < (day.date + 1)::timestamp AT TIME ZONE 'UTC'
                    AND listed_at > coalesce(done_at, '-infinity')
                    AND is_listed
                    AND id NOT IN (SELECT paper_id FROM papers_dismissed WHERE user_id = %(user)s)
                    AND id NOT IN (SELECT paper_id FROM papers_seen WHERE user_id = %(user)s)
                LIMIT 1
            ) unseen
            WHERE day.date BETWEEN first_day AND %(today)s)
    FROM visit
"""
