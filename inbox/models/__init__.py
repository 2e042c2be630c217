from inbox.models.cadence import Cadence
from inbox.models.letter import Letter
from inbox.models.subscription import Subscription
from inbox.models.suppression import Suppression
from inbox.models.throttle import Throttle

__all__ = ["Cadence", "Letter", "Subscription", "Suppression", "Throttle"]
