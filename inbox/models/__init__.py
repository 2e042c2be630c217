from inbox.models.cadence import Cadence
from inbox.models.choice import Choice
from inbox.models.letter import Letter
from inbox.models.notification import Notification
from inbox.models.subscription import Subscription

__all__ = ["Cadence", "Choice", "Letter", "Notification", "Subscription"]
