import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models


class FeedKeyManager(models.Manager):
    def of(self, user) -> str:
        """The user's key; "" if none was made."""
        return self.filter(user=user).values_list("key", flat=True).first() or ""

    def make(self, user) -> str:
        """The user's key, which is made now if there is none."""
        return self.get_or_create(user=user)[0].key

    def reader(self, key: str):
        """Whose key it is; None if it is nobody's, or of somebody who is not active."""
        return get_user_model().objects.filter(feed_key__key=key, is_active=True).first()

    def renew(self, user) -> None:
        """If the user has a key, it opens nothing from now on, and a new one takes its place."""
        self.filter(user=user).update(key=secrets.token_urlsafe())

    def replace(self, user, key: str) -> bool:
        """A new key in the place of this one, which then opens nothing. False if it was not the user's, or no more."""
        return bool(self.filter(user=user, key=key).update(key=secrets.token_urlsafe()))


class FeedKey(models.Model):
    """What stands in the addresses of a person's own feeds, since a feed reader can't sign in. It opens feeds only."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="feed_key", primary_key=True)
    key = models.CharField(max_length=43, unique=True, default=secrets.token_urlsafe)

    objects = FeedKeyManager()

    def __str__(self) -> str:
        return f"feed key of {self.user_id}"
