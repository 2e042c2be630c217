"""Access tokens: what a person gives to a program, so that it may do some of what the person may do."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.models import User
from lib.fields import LineField
from lib.refusals import BadInput, Conflict, NotAllowed

MOST = 30  # tokens of one person
USE_NOTED = timedelta(hours=1)  # a use that follows the noted one within this time is not written
_BEGINNING, _RANDOM = "hf_", 36  # characters at random, each one of 62
PREFIX = 7  # characters of a token that its person sees later


class Scope(models.TextChoices):
    READ = "read", "Read what you can read"
    VOTE = "vote", "Upvote papers and comments, and withdraw upvotes"
    KEEP = "keep", "Change your bookmarks and collections"
    DISCUSS = "discuss", "Write comments, replies and reports, and flag"
    SUBMIT = "submit", "Submit papers, set their links, and claim authorship"


class TokenManager(models.Manager):
    @transaction.atomic
    def make(self, user, name: str, scopes: Iterable[str], expires: datetime | None = None) -> tuple["Token", str]:
        """Returns a new token of the user, and its text, which is stored nowhere.

        Raises BadInput for a time in the past and for no or unknown scopes, Conflict for the name of another token of
        the user and if there are MOST, and NotAllowed for a user who is not active, or who has another password than
        when the user was read: that change has revoked all tokens.
        """
        user.lock()
        user.demand_same_password()
        scopes = [scope for scope in Scope.values if scope in set(scopes)]
        if not scopes:
            raise BadInput("Choose at least one scope.")
        if expires and expires <= timezone.now():
            raise BadInput("The token must expire in the future.")
        if self.filter(user=user).count() >= MOST:
            raise Conflict(f"You have {MOST} tokens, which is the most. Revoke one first.")
        if self.filter(user=user, name__iexact=name).exists():
            raise Conflict(f"You have a token with the name “{name}” already.")
        text = _BEGINNING + get_random_string(_RANDOM)
        row = self.create(
            user=user, name=name, scopes=scopes, prefix=text[:PREFIX], digest=_digest(text), expires_at=expires
        )
        return row, text

    def find(self, text: str) -> "Token | None":
        """Returns the token with this text and its person, in one statement; None if there is none.

        It is found by its digest, so the time that this takes says nothing about the text of any token.
        """
        return self.select_related("user").filter(digest=_digest(text)).first()

    @transaction.atomic
    def revoke_all(self, user) -> list[str]:
        """Delete all tokens of the user, also one that is being made. Returns their names."""
        User.objects.filter(pk=user.pk).lock()
        names = list(self.filter(user=user).order_by("pk").values_list("name", flat=True))
        self.filter(user=user).delete()
        return names


class Token(models.Model):
    """An access token, of which the text itself is not stored. It is deleted when it is revoked."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens", db_index=False)
    name = LineField(max_length=60)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope))
    prefix = models.CharField(max_length=PREFIX)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = TokenManager()

    class Meta:
        constraints = [
            models.UniqueConstraint("user", Lower("name"), name="token_once_by_name"),
            models.CheckConstraint(
                condition=Q(scopes__len__gte=1, scopes__contained_by=Scope.values), name="token_has_scopes"
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=models.F("created_at")), name="token_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def granted(self) -> list[Scope]:
        """What the token may do."""
        return [Scope(scope) for scope in self.scopes]

    def note_use(self) -> None:
        """Write that the token is used now, at most once in USE_NOTED."""
        now = timezone.now()
        if self.last_used_at is None or now - self.last_used_at >= USE_NOTED:
            Token.objects.filter(pk=self.pk).update(last_used_at=now)

    def revoke(self, actor) -> None:
        """Delete the token, which opens nothing from now on. Raises NotAllowed unless it is the actor's own."""
        if self.user_id != actor.pk:
            raise NotAllowed("This is not your token.")
        self.delete()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
