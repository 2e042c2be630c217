from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import F

from lib.refusals import Gone
from papers.models.collection import Collection
from papers.models.follow import Follow, FollowManager


class CollectionFollowManager(FollowManager):
    """Keeps the collection's `follower_count`, by which the list of collections is ordered."""

    def of(self, user):
        return super().of(user).filter(collection__in=Collection.objects.open_to(user)).select_related("collection")

    @transaction.atomic
    def move(self, old: Collection, into: Collection) -> None:
        """Let the followers of `old` follow `into`, unless that is private."""
        if not into.is_private:
            super().move(old, into)
            count = self.filter(collection=into).count()
            Collection.objects.filter(pk=into.pk).update(follower_count=count)

    @transaction.atomic
    def make(self, user, target) -> bool:
        """See `FollowManager.make`. Raises Gone for a collection that is private or deleted by now."""
        user.lock()
        target.lock()  # before the follow is written, as when collections are merged
        if target.is_private:
            raise Gone("This collection is private now.")
        if is_new := super().make(user, target):
            self._add_followers(target, 1)
        return is_new

    @transaction.atomic
    def unmake(self, user, target) -> bool:
        Collection.objects.filter(pk=target.pk).lock()
        is_removed = super().unmake(user, target)
        if is_removed:
            self._add_followers(target, -1)
        return is_removed

    def _add_followers(self, collection: Collection, number: int) -> None:
        Collection.objects.filter(pk=collection.pk).update(follower_count=F("follower_count") + number)


class CollectionFollow(Follow):
    """Lists the papers of a collection, and none while it is private."""

    kind, title, column = "collections", "Collections", "collection"

    pk = models.CompositePrimaryKey("user", "collection")
    collection = models.ForeignKey(Collection, models.CASCADE, related_name="follows", db_index=False)

    objects = CollectionFollowManager()

    PAPERS_SQL = """
        SELECT followed.user_id, item.paper_id, collection.name
        FROM papers_collectionfollow followed
        JOIN papers_collection collection ON collection.id = followed.collection_id AND visibility <> 'private'
        LEFT JOIN accounts_user owner ON owner.id = collection.user_id
        JOIN papers_item item ON item.collection_id = collection.id AND removed_at IS NULL
        WHERE {condition} AND owner.is_active IS NOT false
    """

    class Meta:
        ordering = ["collection__name"]
        indexes = [models.Index(fields=["collection", "user"], name="followers_of_collection")]

    def __str__(self) -> str:
        return str(self.collection)

    @classmethod
    def find(cls, name: str) -> Collection:
        return Collection.objects.open_to(AnonymousUser()).get(key=name)

    @classmethod
    def row(cls, target: Collection) -> dict:
        return {"collection": target}

    @property
    def handle(self) -> str:
        return self.collection.key

    def get_absolute_url(self) -> str:
        return self.collection.get_absolute_url()
