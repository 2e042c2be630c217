"""Mails to one person that are rendered from a template.

A template shows text that a person typed only with the filter `quoted`, or with `line` behind words of its own.
"""

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from lib.mail import Message
from lib.text import cut, one_line

LONGEST_SUBJECT = 150


def post(template: str, address: str, subject: str, context: dict) -> None:
    """Send the mail after the transaction. A failure is logged as an error, and the request or the job goes on."""
    transaction.on_commit(write(template, address, subject, context).send, robust=True)


def write(template: str, address: str, subject: str, context: dict, headers: dict[str, str] | None = None) -> Message:
    """Returns the mail. Its method `send` sends it, and raises an exception if that fails."""
    subject = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + cut(one_line(subject), LONGEST_SUBJECT)
    text = render_to_string(template, context | {"site": settings.BASE_URL})
    return Message(subject, text, to=[address], headers=headers)
