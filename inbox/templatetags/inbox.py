from django import template

from inbox.models import Notification
from inbox.models.notification import COUNTED

register = template.Library()


@register.simple_tag
def unread_notifications(user) -> str:
    """How many there are, as the bell tells it: "" for none, "99+" past 99."""
    count = Notification.objects.unread_count(user)
    return f"{COUNTED - 1}+" if count >= COUNTED else f"{count or ''}"
