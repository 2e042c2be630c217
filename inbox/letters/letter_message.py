"""A letter as a mail."""

import hashlib
import re
from urllib.parse import urlsplit

from django.conf import settings

from inbox.letters.issue import Edition
from inbox.letters.render import draw
from inbox.models import Cadence, Letter
from inbox.signed_links import MANAGE, UNSUBSCRIBE
from lib.mail import Message, one_click
from lib.text import cut
from papers.period import Period

_NOT_QUOTED = re.compile(r"[^A-Za-z0-9 .,:+-]")
SUBJECT_LIST, SUBJECT_TITLE = 60, 120  # characters of the list's name and of the first paper's


def message(letter: Letter, edition: Edition) -> Message:
    """The mail of this letter, with the same Message-ID at every attempt, so that two can be told for one."""
    subscription = letter.subscription
    unsubscribe = UNSUBSCRIBE.link(subscription)
    page = settings.BASE_URL + letter.get_absolute_url()
    own = {"page": page, "manage": MANAGE.link(subscription), "unsubscribe": unsubscribe}
    drawn = draw(edition, Cadence(subscription.cadence).label).fill(own)
    mail = Message(subject(edition), drawn.text, to=[subscription.email], headers=_headers(letter, unsubscribe))
    mail.attach_alternative(drawn.html, "text/html")
    return mail


def subject(edition: Edition) -> str:
    first = cut(edition.papers[0].title, SUBJECT_TITLE)
    text = f"{Period.day(edition.issue).short_title}, {cut(edition.title, SUBJECT_LIST)}: {first}"
    return settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + text


def _headers(letter: Letter, unsubscribe: str) -> dict[str, str]:
    """List-Id is RFC 2919: a list is all that comes of one address."""
    title = _NOT_QUOTED.sub("", letter.subscription.title)[:60].strip()
    host = urlsplit(settings.BASE_URL).hostname
    of_list = hashlib.blake2b(letter.subscription.address.encode(), digest_size=8).hexdigest()
    return {
        "Message-ID": f"<{letter.key}@{host}>",
        "List-Id": f'"{title}" <{of_list}.letters.{host}>',
    } | one_click(unsubscribe)
