"""The base of all kinds of follows: one row per user and target, from which the papers of `/papers/following` come."""

from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction
from django.db.models import Count, Q

from lib.refusals import BadInput

MAX_FOLLOWS = 500  # of one user, of all kinds together


@dataclass(frozen=True)
class FollowState:
    """What a follow button shows of its target: kind, handle, number of followers, and whether the viewer is one."""

    kind: str
    handle: str
    followers: int
    is_followed: bool


class FollowManager(models.Manager):
    def of(self, user):
        """Return the follows of a user, with the related rows that pages show."""
        return self.filter(user=user)

    @transaction.atomic
    def make(self, user, target) -> bool:
        """Return whether the row is new. Raises BadInput if the user has MAX_FOLLOWS follows already."""
        user.lock()
        if self._for(target).filter(user=user).exists():
            return False
        if count(user) >= MAX_FOLLOWS:
            raise BadInput(
                f"You follow {MAX_FOLLOWS} already, which is as many as there can be. Unfollow something first."
            )
        self.create(user=user, **self.model.row(target))
        return True

    def unmake(self, user, target) -> bool:
        """Return whether a row was deleted."""
        return bool(self._for(target).filter(user=user).delete()[0])

    @transaction.atomic
    def move(self, old, into) -> None:
        """Make the followers of one target follow another one instead, into which it is merged."""
        followers = self._for(old).values_list("user", flat=True)
        rows = [self.model(user_id=user, **self.model.row(into)) for user in followers]
        self.bulk_create(rows, ignore_conflicts=True)
        self._for(old).delete()

    def state(self, viewer, target) -> FollowState:
        """Return what the follow button shows, by one index-only statement."""
        counts = self._for(target).aggregate(followers=Count("*"), mine=Count("user", filter=Q(user=viewer.pk)))
        handle = self.model(**self.model.row(target)).handle
        return FollowState(self.model.kind, handle, counts["followers"], bool(counts["mine"]))

    def _for(self, target):
        return self.filter(**{self.model.column: self.model.row(target)[self.model.column]})


class Follow(models.Model):
    """The base class of a kind of follows. A subclass defines

    * `kind`, its name in addresses, and `title`, its name on pages;
    * `find(handle)`, which returns the target or raises DoesNotExist or BadInput, and `handle`, the target's handle;
    * `row(target)`, the fields of a row of the target, and `column`, the one of them that identifies the target;
    * `PAPERS_SQL`, a SELECT of (user id, paper id, reason) for the papers of its rows `followed` that match
      `{condition}`. It reads papers and search entries from `{papers}` and `{entries}`, which are tables or subqueries.
    """

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = FollowManager()
    do_not_call_in_templates = True

    class Meta:
        abstract = True


def kinds() -> dict[str, type[Follow]]:
    """Return the models of all kinds of follows by their names."""
    return {model.kind: model for model in apps.get_app_config("papers").get_models() if issubclass(model, Follow)}


def count(user) -> int:
    """Return how many targets of all kinds the user follows."""
    return sum(model.objects.filter(user=user).count() for model in kinds().values())
