"""Makes the mail of a letter."""

import hashlib
import re
from urllib.parse import urlsplit

from django.conf import settings

from inbox.letters.issue import Issue
from inbox.letters.render import render
from inbox.models import Cadence, Letter
from inbox.signed_links import MANAGE, UNSUBSCRIBE
from lib.mail import Message, one_click
from lib.text import cut
from papers.period import Period

SUBJECT_LIST, SUBJECT_PAPER = 60, 120  # characters of the list's title and of the first paper's
_UNSAFE = re.compile(r"[^A-Za-z0-9 .,:+-]")  # in a quoted string of a header


def message(letter: Letter, issue: Issue) -> Message:
    """The mail of this letter. Its Message-ID is the same at every attempt, so that a second copy can be recognised."""
    subscription = letter.subscription
    unsubscribe = UNSUBSCRIBE.link(subscription)
    page = settings.BASE_URL + letter.get_absolute_url()
    addresses = {"page": page, "manage": MANAGE.link(subscription), "unsubscribe": unsubscribe}
    bodies = render(issue, Cadence(subscription.cadence).label).fill(addresses)
    mail = Message(subject(issue), bodies.text, to=[subscription.email], headers=_headers(letter, unsubscribe))
    mail.attach_alternative(bodies.html, "text/html")
    return mail


def subject(issue: Issue) -> str:
    """The day, the list and the first paper: “[Broadsheet] Thu 11 Sep, Papers: Attention is enough”."""
    paper = cut(issue.papers[0].title, SUBJECT_PAPER)
    text = f"{Period.day(issue.day).short_title}, {cut(issue.title, SUBJECT_LIST)}: {paper}"
    return settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + text


def _headers(letter: Letter, unsubscribe: str) -> dict[str, str]:
    """List-Id (RFC 2919) is the same for all subscribers of one list with the same filters."""
    title = _UNSAFE.sub("", letter.subscription.title)[:60].strip()
    host = urlsplit(settings.BASE_URL).hostname
    list_id = hashlib.blake2b(letter.subscription.address.encode(), digest_size=8).hexdigest()
    return {
        "Message-ID": f"<{letter.key}@{host}>",
        "List-Id": f'"{title}" <{list_id}.letters.{host}>',
    } | one_click(unsubscribe)
