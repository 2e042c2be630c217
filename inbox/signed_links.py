"""Links in mails: each opens one thing for whoever has it, without an account, and nothing else.

A link is signed for its purpose, so that one to unsubscribe cannot be made into one to confirm. It names
what it is for, a subscription or some of a person's mails, by its `key`, never the address.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from lib.refusals import BadInput


class Expired(BadInput):
    """The link was good once."""


@dataclass(frozen=True)
class Purpose:
    """`lasts`: None where a link must work for ever."""

    name: str
    lasts: timedelta | None

    def link(self, what) -> str:
        """The address, with the site's."""
        return settings.BASE_URL + reverse(f"inbox:{self.name}", args=[self.token(what)])

    def token(self, what) -> str:
        return signing.dumps(what.key, salt=self._salt)

    def key(self, token: str) -> str:
        """The key of what the token is for.

        Raises BadInput for a token that is damaged or for something else, Expired for one too old.
        """
        try:
            return signing.loads(token, salt=self._salt, max_age=self.lasts)
        except signing.SignatureExpired:
            raise Expired("This link is too old to be used. Ask for a new one.") from None
        except signing.BadSignature:
            raise BadInput("This link is not complete. Open it from the mail once more.") from None

    @property
    def _salt(self) -> str:
        return f"inbox.{self.name}"


@dataclass(frozen=True)
class Everything:
    """All that comes to the address of a subscription, for a link that only that address gets.

    Whoever is passed a letter on has the link in it, and that is for its own subscription.
    """

    subscription: str
    mark = "all "

    @property
    def key(self) -> str:
        return self.mark + self.subscription


CONFIRM = Purpose("confirm", timedelta(days=3))
NEVER = Purpose("never", CONFIRM.lasts)
MANAGE = Purpose("manage", timedelta(days=30))
UNSUBSCRIBE = Purpose("unsubscribe", None)
RESUME = Purpose("resume", timedelta(days=1))  # for who has just unsubscribed
STOP = Purpose("stop", None)
