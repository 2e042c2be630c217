from api.models.delivery import Delivery
from api.models.storedanswer import StoredAnswer
from api.models.token import Scope, Token
from api.models.webhook import Webhook

__all__ = ["Delivery", "Scope", "StoredAnswer", "Token", "Webhook"]
