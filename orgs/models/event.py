from django.conf import settings
from django.db import models
from django.utils import timezone

from lib.fields import LineField


class EventManager(models.Manager):
    def record(self, actor, organisation, text: str) -> None:
        """Add a line to the organisation's log: the actor's name, then `text`, such as "made Bob an admin"."""
        self.create(organisation=organisation, actor=actor, actor_name=str(actor), text=text)


class Event(models.Model):
    """A line of an organisation's log, written in the same transaction as the change that it is about."""

    organisation = models.ForeignKey("orgs.Organisation", models.CASCADE, related_name="events")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    actor_name = LineField(max_length=120)
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    objects = EventManager()

    class Meta:
        indexes = [models.Index(fields=["organisation", "created_at", "id"], name="event_of_organisation")]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.text}"
