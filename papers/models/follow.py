"""The base of all kinds of follows: one row per user and target. Most bring papers into `/papers/following`."""

from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction
from django.db.models import Count, Q

from lib.refusals import BadInput

MAX_FOLLOWS = 500  # of one user, of all kinds together


@dataclass(frozen=True)
class FollowState:
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
        """Follow the target. False if the user does already. Raises BadInput past MAX_FOLLOWS."""
        user.lock()
        if self._for(target).filter(user=user).exists():
            return False
        if count(user) >= MAX_FOLLOWS:
            raise BadInput(f"You follow {MAX_FOLLOWS} already, which is the maximum. Unfollow something first.")
        self.create(user=user, **self.model.row(target))
        return True

    def unmake(self, user, target) -> bool:
        """Stop following the target. False if the user does not follow it."""
        return bool(self._for(target).filter(user=user).delete()[0])

    @transaction.atomic
    def move(self, old, into) -> None:
        """Let the followers of `old` follow `into` instead, for two targets that are merged."""
        followers = self._for(old).values_list("user", flat=True)
        rows = [self.model(user_id=user, **self.model.row(into)) for user in followers]
        self.bulk_create(rows, ignore_conflicts=True)
        self._for(old).delete()

    def state(self, viewer, target) -> FollowState:
        """Return what the follow button shows, by one index-only statement."""
        return self.states(viewer, [target])[0]

    def states(self, viewer, targets) -> list[FollowState]:
        """Return what the follow buttons of these targets show, by one index-only statement."""
        rows = [self.model(**self.model.row(target)) for target in targets]
        column = self.model._meta.get_field(self.model.column).attname
        keys = [getattr(row, column) for row in rows]
        counts = self.filter(**{f"{column}__in": keys}).order_by().values_list(column)
        counts = counts.annotate(followers=Count("*"), mine=Count("user", filter=Q(user=viewer.pk)))
        found = {key: (followers, bool(mine)) for key, followers, mine in counts}
        nobody = (0, False)
        return [
            FollowState(self.model.kind, row.handle, *found.get(key, nobody))
            for row, key in zip(rows, keys, strict=True)
        ]

    def _for(self, target):
        return self.filter(**{self.model.column: self.model.row(target)[self.model.column]})


class Follow(models.Model):
    """A row says that a user follows a target. Each kind of target has a subclass, which defines

    * `kind`, its name in addresses; `title`, its name on pages;
    * `find(name)`, which returns the target of this name or raises DoesNotExist or BadInput; `handle`, that name;
    * `row(target)`, the fields of its row; `column`, the one of them that identifies the target;
    * `PAPERS_SQL`, a SELECT of (user id, paper id, reason) for the papers of its rows `followed` that match
      `{condition}`. It reads papers and search entries from `{papers}` and `{entries}`, which are tables or subqueries.
      A kind without it brings in no papers.
    """

    PAPERS_SQL = ""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = FollowManager()
    do_not_call_in_templates = True

    class Meta:
        abstract = True


def kinds() -> dict[str, type[Follow]]:
    """Return the models of all kinds of follows by their names."""
    return {model.kind: model for model in apps.get_app_config("papers").get_models() if issubclass(model, Follow)}


def sources() -> list[type[Follow]]:
    """Return the models of the kinds of follows that bring in papers."""
    return [model for model in kinds().values() if model.PAPERS_SQL]


def count(user) -> int:
    """Return how many targets of all kinds the user follows."""
    return sum(model.objects.filter(user=user).count() for model in kinds().values())
