import secrets
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

MOST_PAPERS = 50  # of one letter


class Cadence(models.TextChoices):
    DAILY = "daily", "Every day"
    WEEKDAYS = "weekdays", "Monday to Friday"
    WEEKLY = "weekly", "Mondays"
    MONTHLY = "monthly", "The first of the month"

    def falls_on(self, day: date) -> bool:
        match self:
            case Cadence.WEEKDAYS:
                return day.weekday() < 5
            case Cadence.WEEKLY:
                return day.weekday() == 0
            case Cadence.MONTHLY:
                return day.day == 1
        return True


class State(models.TextChoices):
    ASKED = "asked"
    ACTIVE = "active"
    ENDED = "ended"


class Why(models.TextChoices):
    UNSUBSCRIBED = "unsubscribed", "you unsubscribed"
    BOUNCED = "bounced", "mail to this address came back"
    COMPLAINED = "complained", "a letter was reported as unwanted"
    LOST = "lost", "its list is not there any more"


class Subscription(models.Model):
    """A list that comes to an address by mail, as letters. See `Letter`.

    `address` is the list's own, with its filters in their normal form: "/papers?min_votes=20". `user` is set where the
    list is that person's (what they follow). `hour` is the local one in `zone`, an IANA name. `next_at` is the moment
    of the next issue while the subscription is active. `most`: papers of one letter.
    """

    key = models.CharField(max_length=22, unique=True, default=partial(secrets.token_urlsafe, 16))
    email = models.EmailField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="subscriptions", null=True)
    address = models.CharField(max_length=6100, default="/papers")
    cadence = models.CharField(max_length=10, choices=Cadence, default=Cadence.DAILY)
    hour = models.PositiveSmallIntegerField(default=7, validators=[MaxValueValidator(23)])
    zone = models.CharField(max_length=64, default="UTC")
    most = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(MOST_PAPERS)]
    )
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    why = models.CharField(max_length=12, choices=Why, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email", "address"], condition=~Q(state="ended"), name="subscription_once_a_list"
            ),
            models.CheckConstraint(condition=Q(hour__lte=23), name="subscription_hour_of_a_day"),
            models.CheckConstraint(condition=Q(most__gte=1, most__lte=MOST_PAPERS), name="subscription_most"),
            models.CheckConstraint(condition=Q(cadence__in=Cadence.values), name="subscription_cadence_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="subscription_state_known"),
            models.CheckConstraint(
                condition=Q(state="active") ^ Q(next_at=None), name="subscription_active_has_a_next_issue"
            ),
            models.CheckConstraint(
                condition=Q(state="ended") ^ Q(ended_at=None, why=""), name="subscription_ended_says_why"
            ),
        ]
        indexes = [models.Index(fields=["next_at"], condition=Q(state="active"), name="subscription_due")]

    def __str__(self) -> str:
        return f"{self.address}, {self.cadence}"

    def end(self, why: str) -> None:
        """No letter comes any more."""
        self.state, self.why, self.ended_at, self.next_at = State.ENDED, why, timezone.now(), None
        self.save(update_fields=["state", "why", "ended_at", "next_at"])

    def last_issue(self, now: datetime) -> datetime:
        """The moment of the last issue that is due by now, of an active subscription whose next one is."""
        at = self.next_at
        while (following := self.issue_after(at)) <= now:
            at = following
        return at

    def issue_after(self, moment: datetime) -> datetime:
        """The moment of the first issue after this one.

        Where clocks go forward over the hour, it is the moment they are moved; where they go back, the first of two.
        """
        zone = ZoneInfo(self.zone)
        day = moment.astimezone(zone).date()
        while True:
            at = datetime.combine(day, time(self.hour), zone).astimezone(ZoneInfo("UTC"))
            if at > moment and Cadence(self.cadence).falls_on(day):
                return at
            day += timedelta(days=1)
