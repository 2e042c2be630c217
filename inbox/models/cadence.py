import logging
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import models

logger = logging.getLogger(__name__)


class Cadence(models.TextChoices):
    DAILY = "daily", "Every day"
    WEEKDAYS = "weekdays", "Monday to Friday"
    WEEKLY = "weekly", "Mondays"
    MONTHLY = "monthly", "The first of the month"

    @property
    def often(self) -> str:
        """In the middle of a sentence."""
        return {"weekdays": "Monday to Friday", "weekly": "on Mondays", "monthly": "on the first of the month"}.get(
            self.value, "every day"
        )

    def falls_on(self, day: date) -> bool:
        match self:
            case Cadence.WEEKDAYS:
                return day.weekday() < 5
            case Cadence.WEEKLY:
                return day.weekday() == 0
            case Cadence.MONTHLY:
                return day.day == 1
        return True

    def after(self, moment: datetime, hour: int, zone: ZoneInfo) -> datetime:
        """The first moment after this one, in UTC, at which it is this hour there on a day that it falls on.

        Where clocks go forward over the hour, it is the moment they are moved; where they go back, the first of two.
        """
        day = moment.astimezone(zone).date()
        while True:
            at = datetime.combine(day, time(hour), zone).astimezone(UTC)
            if at > moment and self.falls_on(day):
                return at
            day += timedelta(days=1)


def clock(zone: str) -> ZoneInfo:
    """The zone of this name; UTC, and an error in the log, for one that was given up since it was chosen."""
    try:
        return ZoneInfo(zone)
    except ZoneInfoNotFoundError:
        logger.exception("A subscription has a time zone that is not known any more: %s", zone)
        return ZoneInfo("UTC")
