"""A letter as a mail."""

import email.policy
import hashlib
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from inbox.drawing import draw
from inbox.edition import Edition, cut
from inbox.links import MANAGE, UNSUBSCRIBE
from inbox.models import Cadence, Letter
from papers.period import Period

SUBJECT_LIST, SUBJECT_TITLE = 60, 120  # characters of the list's name and of the first paper's


class _Whole(UnstructuredHeader):
    """A header that is never folded, since Python would fold a long address by encoding it, and nobody reads that.

    A line may have 998 characters (RFC 5322, 2.1.1); `email` itself keeps to 78.
    """

    def fold(self, *, policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
for _name in ("List-Id", "List-Unsubscribe"):
    _HEADERS.map_to_type(_name, _Whole)


class LetterMessage(EmailMultiAlternatives):
    def message(self, *, policy=email.policy.default):
        return super().message(policy=policy.clone(header_factory=_HEADERS))

    def _add_bodies(self, msg) -> None:
        """Quoted-printable, for text in base64 looks like spam; `email` took that, after having tried both."""
        msg.set_content(self.body, cte="quoted-printable")
        for html, _ in self.alternatives:
            msg.add_alternative(html, subtype="html", cte="quoted-printable")


def message(letter: Letter, edition: Edition) -> EmailMultiAlternatives:
    """The mail of this letter, with the same Message-ID at every attempt, so that two can be told for one."""
    subscription = letter.subscription
    unsubscribe = UNSUBSCRIBE.link(subscription)
    page = settings.BASE_URL + letter.get_absolute_url()
    own = {"page": page, "manage": MANAGE.link(subscription), "unsubscribe": unsubscribe}
    drawn = draw(edition, Cadence(subscription.cadence).label).fill(own)
    mail = LetterMessage(subject(edition), drawn.text, to=[subscription.email], headers=_headers(letter, unsubscribe))
    mail.attach_alternative(drawn.html, "text/html")
    return mail


def subject(edition: Edition) -> str:
    first = cut(edition.papers[0].title, SUBJECT_TITLE)
    told = f"{cut(edition.title, SUBJECT_LIST)}, {Period.day(edition.issue).short_title}: {first}"
    return settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + told


def _headers(letter: Letter, unsubscribe: str) -> dict[str, str]:
    """One-click unsubscribing is RFC 8058, List-Id RFC 2919 (a list is all that comes of one address), Auto-Submitted
    RFC 3834."""
    host = urlsplit(settings.BASE_URL).hostname
    of_list = hashlib.blake2b(letter.subscription.address.encode(), digest_size=8).hexdigest()
    return {
        "Message-ID": f"<{letter.key}@{host}>",
        "List-Id": f"<{of_list}.letters.{host}>",
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
