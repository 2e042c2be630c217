"""What all kinds of following have in common: one row per (user, target), written once, and what it brings in."""

from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction
from django.db.models import Count, Q

from lib.refusals import BadInput

MOST = 500  # of one person, of all kinds together


@dataclass(frozen=True)
class Standing:
    """What a follow button shows: the kind and handle of what it is for, how many follow that, and whether one does."""

    kind: str
    handle: str
    followers: int
    is_followed: bool


class FollowManager(models.Manager):
    def of(self, user):
        """What a user follows, with all that is shown of it."""
        return self.filter(user=user)

    @transaction.atomic
    def make(self, user, target) -> bool:
        """True if the row was written now, False if it stood already. Raises BadInput for one too many."""
        user.lock()
        if self._of(target).filter(user=user).exists():
            return False
        if count(user) >= MOST:
            raise BadInput(f"You follow {MOST} already, which is as many as there can be. Unfollow something first.")
        self.create(user=user, **self.model.row(target))
        return True

    def unmake(self, user, target) -> bool:
        """True if a row was removed."""
        return bool(self._of(target).filter(user=user).delete()[0])

    @transaction.atomic
    def move(self, old, into) -> None:
        """Who follows the old target follows the other one from now on; for two that are made one."""
        followers = self._of(old).values_list("user", flat=True)
        rows = [self.model(user_id=user, **self.model.row(into)) for user in followers]
        self.bulk_create(rows, ignore_conflicts=True)
        self._of(old).delete()

    def standing(self, viewer, target) -> Standing:
        """One statement, which reads nothing but an index."""
        told = self._of(target).aggregate(followers=Count("*"), mine=Count("user", filter=Q(user=viewer.pk)))
        handle = self.model(**self.model.row(target)).handle
        return Standing(self.model.kind, handle, told["followers"], bool(told["mine"]))

    def _of(self, target):
        return self.filter(**{self.model.column: self.model.row(target)[self.model.column]})


class Follow(models.Model):
    """A kind of following is a subclass that tells

    * `kind`, its name in addresses; `title`, its name on pages;
    * `find(name)`, the target that a reader means, or DoesNotExist or BadInput; `handle`, the name that finds it again;
    * `row(target)`, the fields of its row; `column`, the one of them that tells targets apart;
    * `BRINGS`, the SQL of what its rows (`followed`) that are `{whose}` bring in: (user id, paper id, why). It reads
      papers and search entries from `{papers}` and `{entries}`, which are all of them or a few.
    """

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = FollowManager()
    do_not_call_in_templates = True

    class Meta:
        abstract = True


def kinds() -> dict[str, type[Follow]]:
    return {model.kind: model for model in apps.get_app_config("papers").get_models() if issubclass(model, Follow)}


def count(user) -> int:
    """How many things the user follows."""
    return sum(kind.objects.filter(user=user).count() for kind in kinds().values())
