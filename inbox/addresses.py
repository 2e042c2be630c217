"""The one place that says where mail to a person goes."""


def of(user) -> str:
    """The first address that an active person has confirmed, or ""."""
    return next(iter(user.confirmed_addresses()), "") if user.is_active else ""
