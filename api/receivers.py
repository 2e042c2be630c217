"""Receivers of signals: those after which nothing opens a person's data without sign-in, and merging organisations."""

from allauth.account.signals import password_changed, password_reset, password_set
from django.dispatch import receiver

from accounts.models import SecurityEvent
from accounts.models.securityevent import EventKind
from accounts.securitylog import MAX_DETAIL
from accounts.signals import access_revoked
from api.models import Token, Webhook
from orgs.signals import organisation_merged


@receiver([access_revoked, password_changed, password_set, password_reset])
def revoke_tokens(user, **kwargs) -> None:
    """Revoke all tokens of the user, and write one event that names them."""
    if names := Token.objects.revoke_all(user):
        detail = ", ".join(names)[:MAX_DETAIL]
        SecurityEvent.objects.create(user=user, kind=EventKind.TOKEN_REVOKED, detail=detail)


@receiver([access_revoked, password_changed, password_set, password_reset])
def pause_webhooks(user, **kwargs) -> None:
    """Pause the webhooks of private lists of the user, and write one event that names their hosts."""
    if hosts := Webhook.objects.revoke(user):
        detail = ", ".join(hosts)[:MAX_DETAIL]
        SecurityEvent.objects.create(user=user, kind=EventKind.WEBHOOK_PAUSED, detail=detail)


@receiver(organisation_merged)
def move_webhooks(old, into, **kwargs) -> None:
    Webhook.objects.move(old, into)
