from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import Q

from inbox.models.kind import KINDS, Delivery
from inbox.models.notification import Notification


@dataclass(frozen=True)
class NotificationMails:
    """The mails with notifications of some kinds to a user: what the link to stop them in such a mail is for."""

    user_id: int
    kinds: tuple[str, ...]

    @property
    def key(self) -> str:
        """A text from which `find` makes the same object."""
        return f"{self.user_id}:{','.join(self.kinds)}"

    @classmethod
    def find(cls, key: str) -> "NotificationMails":
        user_id, _, names = key.partition(":")
        return cls(int(user_id), tuple(name for name in names.split(",") if name in KINDS))

    @property
    def titles(self) -> list[str]:
        return [KINDS[name].title for name in self.kinds]

    def stop(self) -> None:
        """Send none of them any more, also none that waits to be sent. Does nothing for a user who has left."""
        for user in get_user_model().objects.filter(pk=self.user_id):
            Choice.objects.choose(user, dict.fromkeys(self.kinds, Delivery.NEVER))


class ChoiceManager(models.Manager):
    @transaction.atomic
    def choose(self, user, deliveries: dict[str, Delivery]) -> None:
        """Set the delivery of notifications of these kinds. Those that wait to be mailed are only affected by NEVER."""
        rows = [Choice(user=user, kind=kind, delivery=delivery) for kind, delivery in deliveries.items()]
        self.bulk_create(rows, update_conflicts=True, unique_fields=["user", "kind"], update_fields=["delivery"])
        stopped = [kind for kind, delivery in deliveries.items() if delivery == Delivery.NEVER]
        Notification.objects.unmailed().filter(user=user, kind__in=stopped).update(delivery=Delivery.NEVER)

    def of(self, user) -> dict[str, Delivery]:
        """The delivery of every kind: the user's choice, or else the default of the kind."""
        choices = dict(self.filter(user=user).values_list("kind", "delivery"))
        return {key: Delivery(choices.get(key, kind.default)) for key, kind in KINDS.items()}


class Choice(models.Model):
    """The delivery that a user has chosen for a kind of notification. Without a row, it is the default of the kind."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_choices")
    kind = models.CharField(max_length=30)
    delivery = models.CharField(max_length=10, choices=Delivery)

    objects = ChoiceManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="choice_once"),
            models.CheckConstraint(condition=Q(delivery__in=Delivery.values), name="choice_how_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.delivery}"
