"""What apps above hear of accounts and addresses. Each is sent inside the transaction that makes it so."""

from django.dispatch import Signal

# email, why (`accounts.models.suppression.Why`): nothing is sent to this address any more.
suppressed = Signal()
# user: everything must end that opens what is theirs without a sign-in, such as keys in the addresses of feeds.
access_revoked = Signal()
