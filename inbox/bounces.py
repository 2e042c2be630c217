"""What a mail server, or a mail service later, says of a mail (anymail's tracking events): reasons to write no more."""

import re
import smtplib
from dataclasses import dataclass

from anymail.signals import EventType, RejectReason

from accounts.models.suppression import Why

_BY_REASON = {
    None: Why.BOUNCED,
    RejectReason.INVALID: Why.BOUNCED,
    RejectReason.BOUNCED: Why.BOUNCED,
    RejectReason.SPAM: Why.COMPLAINED,
    RejectReason.UNSUBSCRIBED: Why.REFUSED,
}
# Where services name the kind of a bounce: Postmark, Brevo and Mandrill, MailerSend, Amazon SES.
_KINDS = ("Type", "event", "type", "bounceType")
_SOFT = re.compile("soft|transient", re.IGNORECASE)
_PASSING = re.compile(r"\b4(?:\d\d|\.\d{1,3}\.\d{1,3})\b")  # RFC 5321 and RFC 3463: may work later
_SPARKPOST_PASSING = {"20", "21", "22", "23", "24", "40", "60", "70"}


FOR_GOOD = 500  # and above: replies that a repetition will not change (RFC 5321, 4.2.1)
_AGAINST_US = b"5.7."  # a policy of the server's, that says nothing of the address (RFC 3463, 3.8)
_CLOSING = 421


@dataclass(frozen=True)
class Refusal:
    """What a server said of the one recipient of a mail."""

    code: int
    answer: bytes

    @classmethod
    def of(cls, error: smtplib.SMTPRecipientsRefused) -> "Refusal":
        ((code, answer),) = error.recipients.values()
        return cls(code, answer)

    def __str__(self) -> str:
        return f"{self.code} {self.answer.decode(errors='replace')}"

    @property
    def is_for_good(self) -> bool:
        return self.code >= FOR_GOOD and not self.answer.startswith(_AGAINST_US)

    @property
    def closes(self) -> bool:
        """It was none of the recipient, but of the connection, which is gone."""
        return self.code == _CLOSING


def reason(event) -> Why | None:
    """Only what lasts counts: a bounce that may pass is none."""
    match event.event_type:
        case EventType.COMPLAINED:
            return Why.COMPLAINED
        case EventType.UNSUBSCRIBED:
            return Why.REFUSED
        case EventType.BOUNCED if not _may_pass(event):
            return _BY_REASON.get(event.reject_reason)
        case EventType.REJECTED if event.reject_reason:
            return _BY_REASON.get(event.reject_reason)
    return None


def _may_pass(event) -> bool:
    """Services that tell soft bounces apart tell anymail, which calls both the same."""
    told = event.esp_event if hasattr(event.esp_event, "get") else {}
    kinds = " ".join(str(told.get(name, "")) for name in _KINDS)
    if _SOFT.search(kinds) or str(told.get("bounce_class", "")) in _SPARKPOST_PASSING:
        return True
    return bool(_PASSING.match((event.mta_response or "").strip()))
