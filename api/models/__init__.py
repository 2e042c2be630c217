from api.models.delivery import Delivery
from api.models.webhook import Webhook

__all__ = ["Delivery", "Webhook"]
