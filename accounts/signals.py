"""What happens to accounts and addresses, for the apps above."""

from django.dispatch import Signal

suppressed = Signal()  # email, why (`accounts.models.suppression.Why`); in the transaction that suppresses the address
