"""The one place that says where mail to a person goes."""

from accounts.models import Suppression, User


def of(user: User) -> str:
    """The first address that an active person has confirmed and mail may go to, or ""."""
    addresses = user.confirmed_addresses() if user.is_active else []
    suppressed = Suppression.objects.among(addresses)
    return next((address for address in addresses if address not in suppressed), "")
