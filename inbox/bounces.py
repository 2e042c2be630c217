"""Reasons to write to an address no more: replies of mail servers, and reports of mail services (anymail's events)."""

import re
import smtplib
from dataclasses import dataclass

from anymail.signals import EventType, RejectReason

from accounts.models.suppression import Why

PERMANENT = 500  # and above: reply codes that a repetition will not change (RFC 5321, 4.2.1)
_CLOSING = 421
_POLICY = b"5.7."  # an enhanced status code that says nothing of the recipient (RFC 3463, 3.8)
_REASONS = {
    None: Why.BOUNCED,
    RejectReason.INVALID: Why.BOUNCED,
    RejectReason.BOUNCED: Why.BOUNCED,
    RejectReason.SPAM: Why.COMPLAINED,
    RejectReason.UNSUBSCRIBED: Why.REFUSED,
}
# Where services write the type of a bounce: Postmark, Brevo and Mandrill, MailerSend, Amazon SES.
_TYPE_FIELDS = ("Type", "event", "type", "bounceType")
_SOFT = re.compile("soft|transient", re.IGNORECASE)
_TEMPORARY = re.compile(r"\b4(?:\d\d|\.\d{1,3}\.\d{1,3})\b")  # RFC 5321 and RFC 3463
_SPARKPOST_TEMPORARY = {"20", "21", "22", "23", "24", "40", "60", "70"}


@dataclass(frozen=True)
class Refusal:
    """The reply with which a mail server refused the one recipient of a mail."""

    code: int
    reply: bytes

    @classmethod
    def of(cls, error: smtplib.SMTPRecipientsRefused) -> "Refusal":
        ((code, reply),) = error.recipients.values()
        return cls(code, reply)

    def __str__(self) -> str:
        return f"{self.code} {self.reply.decode(errors='replace')}"

    @property
    def is_permanent(self) -> bool:
        """Whether the address takes no mail at all: not if the server only has a policy against the sender."""
        return self.code >= PERMANENT and not self.reply.startswith(_POLICY)

    @property
    def closes_connection(self) -> bool:
        """Whether the server closed the connection, whoever the recipient was."""
        return self.code == _CLOSING


def reason(event) -> Why | None:
    """Why nothing is to be sent to the recipient any more; None for events that are harmless or may be temporary."""
    match event.event_type:
        case EventType.COMPLAINED:
            return Why.COMPLAINED
        case EventType.UNSUBSCRIBED:
            return Why.REFUSED
        case EventType.BOUNCED if not _is_temporary(event):
            return _REASONS.get(event.reject_reason)
        case EventType.REJECTED if event.reject_reason:
            return _REASONS.get(event.reject_reason)
    return None


def _is_temporary(event) -> bool:
    """Whether a bounce may pass. Anymail reports soft and hard bounces alike, so the service's own data is read."""
    data = event.esp_event if hasattr(event.esp_event, "get") else {}
    types = " ".join(str(data.get(name, "")) for name in _TYPE_FIELDS)
    if _SOFT.search(types) or str(data.get("bounce_class", "")) in _SPARKPOST_TEMPORARY:
        return True
    return bool(_TEMPORARY.match((event.mta_response or "").strip()))
