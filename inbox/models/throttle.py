"""How often strangers may have us write a mail."""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, models
from django.utils import timezone
from django.utils.crypto import salted_hmac


@dataclass(frozen=True)
class Limit:
    """So many at once, and from then on as many in a period, evenly spread."""

    name: str
    amount: int
    period: timedelta

    @property
    def each(self) -> timedelta:
        return self.period / self.amount


OF_A_MAILBOX = Limit("mailbox", 3, timedelta(days=1))
OF_REMINDERS = Limit("reminders", 3, timedelta(days=1))  # to a mailbox, whatever others ask for it
OF_A_NETWORK = Limit("network", 20, timedelta(hours=1))
GRACE = timedelta(seconds=1)  # of several at once, the first in line may have looked at the clock last


class ThrottleManager(models.Manager):
    def take(self, limit: Limit, whose: str) -> timedelta | None:
        """Take one of what the limit allows; None, or how long to wait where there is none left.

        The generic cell rate algorithm (ITU-T I.371), in one statement, so that of several at once none is one too
        many.
        """
        key, now = _digest(limit, whose), timezone.now()
        told = {"key": key, "now": now, "each": limit.each, "period": limit.period + GRACE}
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, told)
            if cursor.rowcount:
                return None
        return self.values_list("free_at", flat=True).get(key=key) + limit.each - limit.period - now

    def forget(self) -> None:
        """Those that hold nobody up any more."""
        self.filter(free_at__lt=timezone.now()).delete()


class Throttle(models.Model):
    """Until when what was taken of a limit counts. `key` is a digest of the limit and of whose it is."""

    key = models.CharField(max_length=64, primary_key=True)
    free_at = models.DateTimeField()

    objects = ThrottleManager()

    def __str__(self) -> str:
        return f"until {self.free_at}"


_TAKE = """
    INSERT INTO inbox_throttle AS known (key, free_at) VALUES (%(key)s, %(now)s + %(each)s)
    ON CONFLICT (key) DO UPDATE SET free_at = greatest(known.free_at, %(now)s) + %(each)s
    WHERE greatest(known.free_at, %(now)s) + %(each)s <= %(now)s + %(period)s
"""


def mailbox(email: str) -> str:
    """The address without its tag, since one person gets the mail to all of them (RFC 5233)."""
    local, _, domain = email.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def network(ip: str) -> str:
    """What one subscriber of a provider commonly has to choose from: an IPv4 /24, an IPv6 /48."""
    address = ipaddress.ip_address(ip)
    address = getattr(address, "ipv4_mapped", None) or address
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))


def _digest(limit: Limit, whose: str) -> str:
    return salted_hmac(f"inbox.throttle.{limit.name}", whose, algorithm="sha256").hexdigest()
