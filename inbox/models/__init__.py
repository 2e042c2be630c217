from inbox.models.letter import Letter
from inbox.models.subscription import Cadence, Subscription

__all__ = ["Cadence", "Letter", "Subscription"]
