from django.db import models
from django.utils import timezone


class DayDoneManager(models.Manager):
    def make(self, user, date) -> None:
        """Mark the day as done: all papers that are listed on it by now count as seen."""
        self.update_or_create(user=user, date=date, defaults={"done_at": timezone.now()})

    def unmake(self, user, date) -> bool:
        """Remove the mark. False if the day was not marked."""
        return bool(self.filter(user=user, date=date).delete()[0])


class DayDone(models.Model):
    """A reader is done with the papers that a day had at the time `done_at`; those listed on it later are new."""

    pk = models.CompositePrimaryKey("user", "date")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="done_days", db_index=False)
    date = models.DateField()
    done_at = models.DateTimeField()

    objects = DayDoneManager()
