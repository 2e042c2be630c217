from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import Q

from inbox.models.kind import KINDS, How
from inbox.models.notification import Notification


@dataclass(frozen=True)
class Mails:
    """The mails that tell somebody (an id) of some kinds: what a link to unsubscribe stops. `key` finds it again."""

    user: int
    kinds: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.user}:{','.join(self.kinds)}"

    @classmethod
    def find(cls, key: str) -> "Mails":
        user, _, names = key.partition(":")
        return cls(int(user), tuple(name for name in names.split(",") if name in KINDS))

    @property
    def titles(self) -> list[str]:
        return [KINDS[name].title for name in self.kinds]

    def stop(self) -> None:
        """Also those that wait. Twice is once; somebody who has left gets none anyway."""
        for user in get_user_model().objects.filter(pk=self.user):
            Choice.objects.choose(user, dict.fromkeys(self.kinds, How.NEVER))


class ChoiceManager(models.Manager):
    @transaction.atomic
    def choose(self, user, hows: dict[str, How]) -> None:
        """How mails tell this user of these kinds from now on; what waits is still told as it was to be, or never."""
        rows = [Choice(user=user, kind=kind, how=how) for kind, how in hows.items()]
        self.bulk_create(rows, update_conflicts=True, unique_fields=["user", "kind"], update_fields=["how"])
        stopped = [kind for kind, how in hows.items() if how == How.NEVER]
        Notification.objects.unmailed().filter(user=user, kind__in=stopped).update(how=How.NEVER)

    def of(self, user) -> dict[str, How]:
        """For every kind, as chosen or by default."""
        chosen = dict(self.filter(user=user).values_list("kind", "how"))
        return {key: How(chosen.get(key, kind.default)) for key, kind in KINDS.items()}


class Choice(models.Model):
    """How mails tell a person of one kind, where that was chosen."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_choices")
    kind = models.CharField(max_length=30)
    how = models.CharField(max_length=10, choices=How)

    objects = ChoiceManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="choice_once"),
            models.CheckConstraint(condition=Q(how__in=How.values), name="choice_how_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.how}"
