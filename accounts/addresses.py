"""The mail address of a person. All mail to people goes to the address that this module returns."""

from accounts.models import Suppression, User


def of(user: User) -> str:
    """Returns the first confirmed address of an active person that is not suppressed, or ""."""
    addresses = user.confirmed_addresses() if user.is_active else []
    suppressed = Suppression.objects.among(addresses)
    return next((address for address in addresses if address not in suppressed), "")
