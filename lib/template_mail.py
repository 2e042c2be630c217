"""Mail to one person from a template, after the transaction; where it fails, the request or the job goes on.

What a person typed stands in it only `quoted`, or as a `line` that begins with something of ours.
"""

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from lib.mail import Message
from lib.text import cut, one_line

LONGEST_SUBJECT = 150


def post(template: str, address: str, subject: str, context: dict) -> None:
    """Mail the template; a failure goes to the log as an error."""
    transaction.on_commit(write(template, address, subject, context).send, robust=True)


def write(template: str, address: str, subject: str, context: dict, headers: dict[str, str] | None = None) -> Message:
    """Returns the mail without sending it: its `send` raises an error where it cannot be sent."""
    subject = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + cut(one_line(subject), LONGEST_SUBJECT)
    text = render_to_string(template, context | {"site": settings.BASE_URL})
    return Message(subject, text, to=[address], headers=headers)
