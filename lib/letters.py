"""Mail to one person: after the transaction, and whatever becomes of it, the request or the job goes on."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string

from lib.text import one_line


def post(template: str, address: str, context: dict) -> None:
    """Mail the template, whose first line is the subject; a failure goes to the log as an error."""
    text = render_to_string(template, context | {"site": settings.BASE_URL})
    subject, _, body = text.partition("\n\n")
    subject = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + one_line(subject)
    transaction.on_commit(EmailMessage(subject, body, to=[address]).send, robust=True)
