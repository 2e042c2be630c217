"""Mails to an address that has not been confirmed: the link to confirm a subscription, or to manage those there are.

Only the owner of the address learns from them whether it has subscriptions.
"""

from django.db import transaction
from django.utils import timezone

from accounts import unproven_mail
from inbox import signed_links
from inbox.models import Subscription
from lib import template_mail

SUBJECTS = {
    "confirm": "Confirm your subscription",
    "active": "You are already subscribed",
    "reminder": "Manage your email digests",
}


@transaction.atomic
def request(email: str, ip: str, by: str = "", **settings) -> None:
    """Write a pending subscription and mail the link that confirms it; if it is active already, the mail says so.

    The mail names where the request came from: the network address `ip`, and the user name `by` if somebody was signed
    in. Does nothing if the address is suppressed or has had its mails of the day.
    """
    Subscription.objects.lock(email)
    if unproven_mail.may_send(email):
        subscription = Subscription.objects.request(email, **settings)
        _send(subscription, "active" if subscription.is_active else "confirm", ip, by)


@transaction.atomic
def remind(email: str, ip: str) -> None:
    """Mail the link to manage the subscriptions of this address; does nothing if it has none, and as `request` does."""
    Subscription.objects.lock(email)
    subscription = Subscription.objects.of_addresses([email]).manageable().first()
    if subscription and unproven_mail.may_send(email):
        _send(subscription, "reminder", ip)


def _send(subscription: Subscription, template: str, ip: str, by: str = "") -> None:
    context = {"subscription": subscription, "ip": ip, "by": by, "now": timezone.now()}
    context |= {purpose.name: purpose.link(subscription) for purpose in (signed_links.CONFIRM, signed_links.NEVER)}
    context["manage"] = signed_links.MANAGE.link(signed_links.WholeAddress(subscription.key))
    template_mail.write(f"inbox/addresses/mail/{template}.txt", subscription.email, SUBJECTS[template], context).send()
