"""The rules for submitting papers, as the settings SUBMIT_* and DAY_* have them: who, how many, and on which list.

Most readers never meet a rule, because the page to submit states them (`sentences`) before it applies them (`demand`).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.template.defaultfilters import pluralize
from django.utils import timezone

from lib.refusals import NotAllowed, TooMany
from lib.text import byline
from papers import period
from papers.models import Submission

WEEKDAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
LOOK_UPS, NETWORK = 3, 5  # look-ups for each paper of the daily limit; people on one network
UNCONFIRMED = "Confirm an email address first (Settings, Email address); then you can submit papers."


@dataclass(frozen=True)
class Allowance:
    """How many papers a person may submit in a day, and how many of these are left until `renewed_at`."""

    limit: int
    left: int
    renewed_at: datetime


def allowance(user) -> Allowance:
    today, limit = period.today(), settings.SUBMIT_DAILY_LIMIT
    since = period.beginning_of(today)
    used = user.submissions.listed_since(since).count() + Submission.objects.count_removed(user, since)
    return Allowance(limit, max(limit - used, 0), period.beginning_of(today + timedelta(days=1)))


def lacks_address(user) -> bool:
    """Whether the person has to confirm a mail address before submitting."""
    return settings.SUBMIT_CONFIRMED_ADDRESS and not user.confirmed_addresses()


def demand(user) -> None:
    """Raises NotAllowed or TooMany unless the person may submit one more paper today."""
    if lacks_address(user):
        raise NotAllowed(UNCONFIRMED)
    allowed = allowance(user)
    if not allowed.left:
        papers = f"{allowed.limit} paper{pluralize(allowed.limit)}"
        raise TooMany(
            f"You have submitted {papers} today, which is the most. You can submit again {clock(allowed.renewed_at)}.",
            allowed.renewed_at - timezone.now(),
        )


def look_ups() -> tuple[int, int]:
    """How many papers a person, and everybody on one network together, may look up at arXiv in a day."""
    return settings.SUBMIT_DAILY_LIMIT * LOOK_UPS, settings.SUBMIT_DAILY_LIMIT * LOOK_UPS * NETWORK


def listing_day(published_at: datetime, now: datetime) -> date | None:
    """The day on whose list a paper comes that is submitted now; None if it is too old for any."""
    today = period.day_of(now)
    if today - published_at.astimezone(UTC).date() > timedelta(days=settings.SUBMIT_MAX_AGE_DAYS):
        return None
    days = (today + timedelta(days=number) for number in range(len(WEEKDAYS)))
    return next(day for day in days if list(WEEKDAYS)[day.weekday()] in settings.SUBMIT_WEEKDAYS)


def listing_time(day: date, now: datetime) -> datetime:
    """The `listed_at` of a paper that comes on the list of this day now: the UTC day of it is this day.

    In a time zone behind UTC, the day may still last when it is over in UTC.
    """
    return min(now, datetime.combine(day, time.max, UTC))


def sentences() -> list[str]:
    """The rules in words, for the page to submit."""
    limit, age = settings.SUBMIT_DAILY_LIMIT, settings.SUBMIT_MAX_AGE_DAYS
    person, network = look_ups()
    days = f"in the last {age} days" if age > 1 else "today or yesterday" if age else "today"
    return [
        *(["You need a confirmed email address."] if settings.SUBMIT_CONFIRMED_ADDRESS else []),
        f"You can submit {limit} paper{pluralize(limit)} a day. {_turn()}",
        f"Papers first published on arXiv {days} can be listed {_when()}; older ones are added to the site and its "
        "search, but to no day’s list.",
        *_weekdays(),
        f"Each paper is looked up at arXiv first: {person} a day for you, and {network} for everybody on your network.",
    ]


def clock(moment: datetime) -> str:
    """The hour of a moment in a sentence, in the site's time zone: "at 20:00 (Europe/Berlin)", "at midnight UTC"."""
    hour = "midnight" if moment.hour == 0 else f"{moment:%H:%M}"
    zone = settings.DAY_TIME_ZONE
    return f"at {hour} UTC" if zone == "UTC" else f"at {hour} ({zone})"


def _turn() -> str:
    at = clock(period.beginning_of(period.today()))
    return f"A day begins {at}{' on the evening before' if settings.DAY_TURNS_AT >= period.NOON else ''}."


def _when() -> str:
    return "today" if len(settings.SUBMIT_WEEKDAYS) == len(WEEKDAYS) else "on the next list"


def _weekdays() -> list[str]:
    names = [f"{name}s" for key, name in WEEKDAYS.items() if key in settings.SUBMIT_WEEKDAYS]
    if len(names) == len(WEEKDAYS):
        return []
    return [f"There is a list on {byline(names, len(names))}. What is submitted on another day comes on the next one."]
