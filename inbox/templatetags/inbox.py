from django import template

from inbox.models import Notification
from inbox.models.notification import COUNT_LIMIT

register = template.Library()


@register.simple_tag
def unread_notifications(user) -> str:
    """The number of unread notifications as the bell shows it: "" for none, "99+" for more than 99."""
    count = Notification.objects.unread_count(user)
    return f"{COUNT_LIMIT - 1}+" if count >= COUNT_LIMIT else f"{count or ''}"
