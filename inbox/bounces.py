"""What a mail service tells of a mail (anymail's tracking events), as a reason to write no more."""

import re

from anymail.signals import EventType, RejectReason

from inbox.models.suppression import Why

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
