"""What all kinds of following have in common: one row per (user, target), written once, and what it brings in."""

from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction
from django.db.models import Count, Q

from lib.refusals import BadInput

MOST = 500  # of one person, of all kinds together


@dataclass(frozen=True)
class Standing:
    """What a follow button shows: kind and handle of its target, how many follow it, and whether the viewer does."""

    kind: str
    handle: str
    followers: int
    is_followed: bool


class FollowManager(models.Manager):
    def of(self, user):
        """The user's rows of this kind, with everything that pages show of their targets."""
        return self.filter(user=user)

    @transaction.atomic
    def make(self, user, target) -> bool:
        """Follow the target. False if the user does already. Raises BadInput past MOST."""
        user.lock()
        if self._of(target).filter(user=user).exists():
            return False
        if count(user) >= MOST:
            raise BadInput(f"You follow {MOST} already, which is as many as there can be. Unfollow something first.")
        self.create(user=user, **self.model.row(target))
        return True

    def unmake(self, user, target) -> bool:
        """Stop following the target. False if the user does not follow it."""
        return bool(self._of(target).filter(user=user).delete()[0])

    @transaction.atomic
    def move(self, old, into) -> None:
        """Let the followers of `old` follow `into` instead, for two targets that are merged."""
        followers = self._of(old).values_list("user", flat=True)
        rows = [self.model(user_id=user, **self.model.row(into)) for user in followers]
        self.bulk_create(rows, ignore_conflicts=True)
        self._of(old).delete()

    def standing(self, viewer, target) -> Standing:
        """How the target is followed, and whether by this viewer. One statement, which reads nothing but an index."""
        counts = self._of(target).aggregate(followers=Count("*"), mine=Count("user", filter=Q(user=viewer.pk)))
        handle = self.model(**self.model.row(target)).handle
        return Standing(self.model.kind, handle, counts["followers"], bool(counts["mine"]))

    def _of(self, target):
        return self.filter(**{self.model.column: self.model.row(target)[self.model.column]})


class Follow(models.Model):
    """A row says that a user follows a target. Each kind of target has a subclass, which defines

    * `kind`, its name in addresses; `title`, its name on pages;
    * `find(name)`, which returns the target of this name or raises DoesNotExist or BadInput; `handle`, that name;
    * `row(target)`, the fields of its row; `column`, the one of them that identifies the target;
    * `BRINGS`, the SQL of the papers that its rows (`followed`) bring in to users that are `{whose}`: (user id, paper
      id, why). It reads papers and search entries from `{papers}` and `{entries}`, which are all of them or a few.
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
