"""What rooms above are told. Each is sent inside the transaction that makes it so."""

from django.dispatch import Signal

# old, into: the organisations. What `old` has must be `into`'s when the receiver is done: `old` is deleted then.
organisation_merged = Signal()
# invitation: it was sent.
invited = Signal()
# organisation, user, role, actor: what the user is there from now on; role is None for whom the actor removed.
role_changed = Signal()
# claim: a moderator granted or refused it.
claim_decided = Signal()
