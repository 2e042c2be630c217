"""Who may moderate. Permission is read from the database when a verb asks, not from what the request began with."""

from django.contrib.auth import get_user_model

from lib.refusals import NotAllowed


def demand_moderator(user) -> None:
    """Raises NotAllowed unless the user is a moderator now.

    Views for moderators also require a second factor, which belongs to the session (`accounts.factors`).
    """
    if user.acts_as_member or not get_user_model().objects.moderators().filter(pk=user.pk).exists():
        raise NotAllowed("Only moderators can do this.")


def demand_superuser(user) -> None:
    """Raises NotAllowed unless the user is an active superuser now."""
    if user.acts_as_member or not get_user_model().objects.superusers().filter(pk=user.pk).exists():
        raise NotAllowed("Only superusers can do this.")
