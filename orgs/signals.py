"""What rooms above are told. Each is sent inside the transaction that makes it so."""

from django.dispatch import Signal

# old, into: the organisations. What `old` has must be `into`'s when the receiver is done: `old` is deleted then.
organisation_merged = Signal()
