"""Mails about a subscription itself, with the links that belong to it: to confirm it, and to manage it."""

from django.utils import timezone

from inbox import signed_links
from lib import template_mail

SUBJECTS = {
    "confirm": "Confirm that you want letters",
    "active": "You get these letters already",
    "reminder": "Your link to change or end letters",
}


def send(subscription, template: str, ip: str, by: str = "") -> None:
    """Send the mail of this template (a key of SUBJECTS), which says from where and by whom it was requested."""
    context = {"subscription": subscription, "ip": ip, "by": by, "now": timezone.now()}
    context |= {purpose.name: purpose.link(subscription) for purpose in (signed_links.CONFIRM, signed_links.NEVER)}
    context["manage"] = signed_links.MANAGE.link(signed_links.Everything(subscription.key))
    template_mail.write(f"inbox/mail/{template}.txt", subscription.email, SUBJECTS[template], context).send()
