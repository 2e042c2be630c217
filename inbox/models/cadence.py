from datetime import date

from django.db import models


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
