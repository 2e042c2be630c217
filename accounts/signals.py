"""Signals about accounts and addresses for the apps above. Each is sent inside the transaction of the change."""

from django.dispatch import Signal

# Arguments: email, why (`accounts.models.suppression.Why`). No mail is sent to this address from now on.
suppressed = Signal()
# Argument: user. Whatever gives access to the person's data without sign-in must end, such as keys of feeds.
access_revoked = Signal()
# Arguments: actor, user, appointed (whether the user became a moderator, or ceased to be one by appointment).
moderator_appointed = Signal()
