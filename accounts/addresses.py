"""The mail address of a person. All mail to people goes to the address that this module returns."""

from accounts.models import Suppression, User


def of(user: User) -> str:
    """Returns the first confirmed address of an active person that is not suppressed, or ""."""
    return Suppression.objects.first_allowed(user.confirmed_addresses()) if user.is_active else ""
