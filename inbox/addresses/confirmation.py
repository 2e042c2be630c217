"""Mails about a subscription itself, with the links that belong to it: to confirm it, and to manage it.

Nobody but the owner of the address learns from any of this whether something comes to it.
"""

from django.db import transaction
from django.utils import timezone

from accounts import unproven_mail
from inbox import signed_links
from inbox.models import Subscription
from lib import template_mail

SUBJECTS = {
    "confirm": "Confirm that you want letters",
    "active": "You get these letters already",
    "reminder": "Your link to change or end letters",
}


@transaction.atomic
def request(email: str, ip: str, by: str = "", **settings) -> None:
    """Write a subscription that waits to be confirmed, and mail the link that confirms it.

    `ip` is where it was requested from, `by` the user name of who was signed in. A subscription that is active is left
    alone, and the mail says so. Nothing happens where nothing may be sent, or enough was today.
    """
    Subscription.objects.lock(email)
    if unproven_mail.may_go(email):
        subscription = Subscription.objects.request(email, **settings)
        _send(subscription, "active" if subscription.is_active else "confirm", ip, by)


@transaction.atomic
def remind(email: str, ip: str) -> None:
    """Mail the link to manage what this address has, if it has something and one more mail may go there."""
    Subscription.objects.lock(email)
    subscription = Subscription.objects.of_addresses([email]).manageable().first()
    if subscription and unproven_mail.may_go(email):
        _send(subscription, "reminder", ip)


def _send(subscription: Subscription, template: str, ip: str, by: str = "") -> None:
    context = {"subscription": subscription, "ip": ip, "by": by, "now": timezone.now()}
    context |= {purpose.name: purpose.link(subscription) for purpose in (signed_links.CONFIRM, signed_links.NEVER)}
    context["manage"] = signed_links.MANAGE.link(signed_links.Everything(subscription.key))
    template_mail.write(f"inbox/addresses/mail/{template}.txt", subscription.email, SUBJECTS[template], context).send()
