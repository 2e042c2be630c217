from accounts.models.securityevent import SecurityEvent
from accounts.models.suppression import Suppression
from accounts.models.user import User

__all__ = ["SecurityEvent", "Suppression", "User"]
