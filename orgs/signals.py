"""Signals to the apps above, each sent inside the transaction of the change."""

from django.dispatch import Signal

# old, into: two organisations. Receivers give to `into` what `old` has; then `old` is deleted.
organisation_merged = Signal()
# invitation: one that was created just now.
invited = Signal()
# organisation, user, role, actor: the role that the user has there now; None if the actor removed the user.
role_changed = Signal()
# claim: one that a moderator has granted or refused.
claim_decided = Signal()
