"""What others do that concerns letters: people leave, give up an address, or their mail comes back."""

from allauth.account.models import EmailAddress
from anymail.signals import tracking
from django.contrib.auth import get_user_model
from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver

from inbox import bounces
from inbox.models import Subscription, Suppression
from inbox.models.subscription import Why


@receiver(pre_delete, sender=get_user_model())
def take_subscriptions_along(instance, **kwargs) -> None:
    Subscription.objects.of_person(instance).delete()


@receiver(post_delete, sender=EmailAddress)
def end_private_letters(instance, **kwargs) -> None:
    """To an address that is given up goes nothing any more that only its person may read."""
    Subscription.objects.of_address(instance.email).filter(user=instance.user_id).end(Why.LOST)


@receiver(tracking)
def stop_where_mail_comes_back(event, **kwargs) -> None:
    why = bounces.reason(event)
    if why and event.recipient:
        Suppression.objects.add(event.recipient, why)
