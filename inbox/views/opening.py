"""What a link from a mail opens."""

from django.http import Http404

from inbox.links import Purpose
from inbox.models import Subscription


def subscription_of(purpose: Purpose, token: str) -> Subscription:
    """Raises BadInput for a link that is not good, Http404 for one whose subscription is gone."""
    subscription = Subscription.objects.select_related("user").filter(key=purpose.key(token)).first()
    if subscription is None:
        raise Http404
    return subscription
