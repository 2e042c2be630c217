"""Mail to one person: after the transaction, and whatever becomes of it, the request or the job goes on."""

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from lib.mail import Message
from lib.text import one_line


def post(template: str, address: str, context: dict) -> None:
    """Mail the template, whose first line is the subject; a failure goes to the log as an error."""
    transaction.on_commit(write(template, address, context).send, robust=True)


def write(template: str, address: str, context: dict, headers: dict[str, str] | None = None) -> Message:
    """The mail, for who has to know whether it could be sent."""
    text = render_to_string(template, context | {"site": settings.BASE_URL})
    subject, _, body = text.partition("\n\n")
    subject = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + one_line(subject)
    return Message(subject, body, to=[address], headers=headers)
