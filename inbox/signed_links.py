"""Links in mails. Each lets whoever has it do one thing without an account.

A link is signed for its purpose, so that one to unsubscribe cannot be turned into one to confirm. It holds the `key` of
a subscription, or of the notification mails of a person, and never an address.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from lib.refusals import BadInput


class Expired(BadInput):
    """The link was valid once and is too old now."""


@dataclass(frozen=True)
class Purpose:
    """What a link is for. `name` is also the name of its view; `max_age` is None for a link that never expires."""

    name: str
    max_age: timedelta | None

    def link(self, target) -> str:
        """The absolute address of the page for `target`, which is any object with a `key`."""
        return settings.BASE_URL + reverse(f"inbox:{self.name}", args=[self.token(target)])

    def token(self, target) -> str:
        """The signed key of `target`."""
        return signing.dumps(target.key, salt=self._salt)

    def key(self, token: str) -> str:
        """The key that the token holds.

        Raises BadInput for a token that is damaged or of another purpose, and Expired for one that is too old.
        """
        try:
            return signing.loads(token, salt=self._salt, max_age=self.max_age)
        except signing.SignatureExpired:
            raise Expired("This link has expired. Request a new one.") from None
        except signing.BadSignature:
            raise BadInput("This link is incomplete. Open it from the email again.") from None

    @property
    def _salt(self) -> str:
        return f"inbox.{self.name}"


@dataclass(frozen=True)
class WholeAddress:
    """The target of a link to all subscriptions of an address, which are found by the key of one of them.

    Such a link is mailed to the address alone. The link in a letter, which may be passed on, is for one subscription.
    """

    subscription_key: str
    prefix = "all "

    @property
    def key(self) -> str:
        return self.prefix + self.subscription_key


CONFIRM = Purpose("confirm", timedelta(days=3))
NEVER = Purpose("never", CONFIRM.max_age)
MANAGE = Purpose("manage", timedelta(days=30))
UNSUBSCRIBE = Purpose("unsubscribe", None)
RESUME = Purpose("resume", timedelta(days=1))  # on the page after unsubscribing
STOP = Purpose("stop", None)
