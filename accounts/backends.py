from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from django.db.models.functions import Lower

from accounts.models import User
from lib.mailboxes import canonical


def find(*, username: str = "", email: str = "", **credentials) -> User | None:
    """Returns the account of a user name or address. An account that confirmed the address precedes all others."""
    addresses = EmailAddress.objects.filter(email=canonical(email)).select_related("user")
    if email and (address := addresses.order_by("-verified", "-primary", "pk").first()):
        return address.user
    if email and (user := User.objects.filter(email=email).order_by("pk").first()):
        return user
    return User.objects.alias(lower=Lower("username")).filter(lower=username.lower()).first()


class OneHashBackend(AuthenticationBackend):
    """allauth's sign-in by user name or address, which always computes exactly one hash.

    allauth itself hashes once for each way to interpret the input, so that the time shows whether there is an account.
    """

    def _authenticate(self, request, **credentials) -> User | None:
        return self._check_password(find(**credentials), credentials["password"])
