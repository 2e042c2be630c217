from accounts.models.suppression import Suppression
from accounts.models.user import User

__all__ = ["Suppression", "User"]
