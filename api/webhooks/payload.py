"""What is sent to a webhook, and its signature."""

import hashlib
import hmac
import json
from datetime import datetime

from django.contrib.auth.models import AnonymousUser

from api.models import Delivery, Webhook
from api.rows.papers import daily_rows
from api.rows.values import absolute, moment

LISTED, TEST = "papers.listed", "test"


def body(delivery: Delivery, papers: list[int]) -> bytes:
    """The JSON document of a delivery with these papers, as everybody may read them."""
    webhook = delivery.webhook
    document = {
        "event": TEST if delivery.is_test else LISTED,
        "delivery": delivery.key,
        "createdAt": moment(delivery.created_at),
        "list": {"title": webhook.title, "url": absolute(webhook.address)},
        "papers": daily_rows(papers, AnonymousUser()),
    }
    return json.dumps(document, ensure_ascii=False).encode()


def headers(webhook: Webhook, delivery: Delivery, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of an attempt at this time, with the signature of the time and the body."""
    timestamp = str(int(now.timestamp()))
    return {
        "Content-Type": "application/json",
        "Broadsheet-Delivery": delivery.key,
        "Broadsheet-Timestamp": timestamp,
        "Broadsheet-Signature": f"sha256={signature(webhook.secret, timestamp, body)}",
    }


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA-256 of the timestamp, a full stop and the body, in hexadecimal digits."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
