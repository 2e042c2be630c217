from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from django.db.models.functions import Lower

from accounts.models import User


def find(*, username: str = "", email: str = "", **credentials) -> User | None:
    """The account that these credentials are for: one whose address is confirmed before one that only claims it."""
    addresses = EmailAddress.objects.filter(email=email.lower()).select_related("user")
    if email and (address := addresses.order_by("-verified", "-primary", "pk").first()):
        return address.user
    if email and (user := User.objects.filter(email=email.lower()).order_by("pk").first()):
        return user
    return User.objects.alias(lower=Lower("username")).filter(lower=username.lower()).first()


class OneHashBackend(AuthenticationBackend):
    """allauth's sign-in by user name or address, at the price of one hash whether there is such an account or not.

    allauth itself tries a password once for each way to read what was typed, so that time tells them apart.
    """

    def _authenticate(self, request, **credentials) -> User | None:
        return self._check_password(find(**credentials), credentials["password"])
