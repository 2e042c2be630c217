"""Receivers of signals."""

from django.dispatch import receiver

from api.models import Webhook
from orgs.signals import organisation_merged


@receiver(organisation_merged)
def move_webhooks(old, into, **kwargs) -> None:
    Webhook.objects.move(old, into)
