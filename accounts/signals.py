"""What rooms above are told of accounts. Each is sent inside the transaction that makes it so."""

from django.dispatch import Signal

# user: everything must end that opens what is theirs without a sign-in, such as keys in the addresses of feeds.
access_revoked = Signal()
