import logging
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import models

logger = logging.getLogger(__name__)


class Cadence(models.TextChoices):
    """On which days letters come."""

    DAILY = "daily", "Every day"
    WEEKDAYS = "weekdays", "Monday to Friday"
    WEEKLY = "weekly", "Mondays"
    MONTHLY = "monthly", "The first of the month"

    @property
    def phrase(self) -> str:
        """The days in words, as they stand in the middle of a sentence."""
        return {"weekdays": "Monday to Friday", "weekly": "on Mondays", "monthly": "on the first of the month"}.get(
            self.value, "every day"
        )

    def includes(self, day: date) -> bool:
        match self:
            case Cadence.WEEKDAYS:
                return day.weekday() < 5
            case Cadence.WEEKLY:
                return day.weekday() == 0
            case Cadence.MONTHLY:
                return day.day == 1
        return True

    def next_after(self, moment: datetime, hour: int, zone: ZoneInfo) -> datetime:
        """The first moment after this one at which it is `hour` o'clock in the zone on one of the days, in UTC.

        If clocks go forward over that hour, it is the moment when they do; if they go back, the first of the two.
        """
        day = moment.astimezone(zone).date()
        while True:
            at = datetime.combine(day, time(hour), zone).astimezone(UTC)
            if at > moment and self.includes(day):
                return at
            day += timedelta(days=1)


def zone_info(name: str) -> ZoneInfo:
    """The time zone of this name; UTC, with an error in the log, if the installed tz database has it no longer."""
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        logger.exception("A subscription has a time zone that is not known any more: %s", name)
        return ZoneInfo("UTC")
