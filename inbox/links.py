"""Links in mails: each opens one thing for whoever has it, without an account, and nothing else.

A link is signed for its purpose, so that one to unsubscribe cannot be made into one to confirm. It names the
subscription by its key, never the address.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from lib.http import BadInput


@dataclass(frozen=True)
class Purpose:
    """`lasts`: None where a link must work for ever."""

    name: str
    lasts: timedelta | None

    def link(self, subscription) -> str:
        """The address, with the site's."""
        token = signing.dumps(subscription.key, salt=self._salt)
        return settings.BASE_URL + reverse(f"inbox:{self.name}", args=[token])

    def key(self, token: str) -> str:
        """The key of the subscription that the token is for. Raises BadInput for one that is damaged or too old."""
        try:
            return signing.loads(token, salt=self._salt, max_age=self.lasts)
        except signing.SignatureExpired:
            raise BadInput(f"This link was good for {self.lasts.days} days, and is older. Ask for a new one.") from None
        except signing.BadSignature:
            raise BadInput("This link is not complete. Open it from the mail once more.") from None

    @property
    def _salt(self) -> str:
        return f"inbox.{self.name}"


CONFIRM = Purpose("confirm", timedelta(days=3))
MANAGE = Purpose("manage", timedelta(days=30))
UNSUBSCRIBE = Purpose("unsubscribe", None)
STOP = Purpose("stop", None)
