"""Rate limits: how often a person, a network or a mailbox may cause an action.

This is the generic cell rate algorithm (ITU-T I.371) on one table of PostgreSQL, so that all processes and machines
count together, and simultaneous requests cannot exceed a limit. The table is unlogged: a crash of the database empties
it, which only resets every limit.
"""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.crypto import salted_hmac

from lib import metrics
from lib.refusals import TooMany
from lib.replicas import primary

_GRACE = timedelta(seconds=1)  # of simultaneous requests, the one that gets the lock first may have read the clock last


@dataclass(frozen=True)
class Limit:
    """A limit of `amount` uses at once, and after that of `amount` uses in each `period`, evenly spread."""

    name: str
    amount: int
    period: timedelta

    @property
    def interval(self) -> timedelta:
        return self.period / self.amount


@dataclass(frozen=True)
class Quota:
    """What is left of a limit for one key: `left` uses at once, and all of them again after `full_in`.

    `wait` is None if the last use was allowed, otherwise the time after which one will be.
    """

    limit: Limit
    left: int
    full_in: timedelta
    wait: timedelta | None = None


def count(*uses: tuple[Limit, str]) -> list[Quota]:
    """Count one use of each limit for its key (a person, a network, a mailbox), and return what is left of them.

    That is one statement, and another one for the limits that refuse the use. A use counts for the limits that allow
    it even if another limit refuses it.
    """
    now = timezone.now()
    limits = {_digest(limit, key): limit for limit, key in uses}
    keys = sorted(limits)  # rows are locked in one order, so that no two requests wait for each other
    params = {
        "now": now,
        "keys": keys,
        "intervals": [limits[key].interval for key in keys],
        "periods": [limits[key].period + _GRACE for key in keys],
    }
    with primary().cursor() as cursor:
        cursor.execute(_TAKE, params)
        allowed = dict(cursor.fetchall())
        refused = [key for key in keys if key not in allowed]
        for key in refused:
            metrics.count_throttled(limits[key].name)
        if refused:
            cursor.execute("SELECT key, free_at FROM lib_throttle WHERE key = ANY(%s)", [refused])
        free_at = dict(cursor.fetchall()) if refused else {}
    quotas = {key: _quota(limits[key], free_at - now) for key, free_at in allowed.items()}
    # The row that refused may have been deleted since.
    quotas |= {key: _refusal(limits[key], free_at.get(key, now) - now) for key in refused}
    return [quotas[_digest(*use)] for use in uses]


def _quota(limit: Limit, used: timedelta) -> Quota:
    return Quota(limit, max(0, (limit.period - used) // limit.interval), used)


def _refusal(limit: Limit, used: timedelta) -> Quota:
    return Quota(limit, 0, used, max(timedelta(0), used + limit.interval - limit.period))


def take(*uses: tuple[Limit, str]) -> timedelta | None:
    """Count one use of each limit, as `count` does.

    Returns None if every limit allows the use, otherwise the time after which all of them will.
    """
    return max((quota.wait for quota in count(*uses) if quota.wait is not None), default=None)


def demand(*uses: tuple[Limit, str], message: str) -> None:
    """Count one use of each limit. Raises TooMany with this message if one of the limits refuses it."""
    if (wait := take(*uses)) is not None:
        raise TooMany(message, wait)


def release(*uses: tuple[Limit, str]) -> None:
    """Delete all uses that were counted of these limits for these keys."""
    with primary().cursor() as cursor:
        cursor.execute("DELETE FROM lib_throttle WHERE key = ANY(%s)", [[_digest(*use) for use in uses]])


def forget_expired() -> None:
    """Delete the rows that have no effect any more, but those that requests are using at this moment."""
    with primary().cursor() as cursor:
        cursor.execute(_FORGET, [timezone.now()])


def network(ip: str) -> str:
    """Returns the range of addresses that one subscriber of a provider commonly has: an IPv4 /24 or an IPv6 /48."""
    address = ipaddress.ip_address(ip)
    address = getattr(address, "ipv4_mapped", None) or address
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))


def _digest(limit: Limit, key: str) -> str:
    """Returns the keyed digest that stands for this key in the table, which therefore holds no personal data."""
    return salted_hmac(f"lib.throttle.{limit.name}", key, algorithm="sha256").hexdigest()


# It waits for no row, since a request that has one may wait for another one.
_FORGET = """
    DELETE FROM lib_throttle WHERE key IN (
        SELECT key FROM lib_throttle WHERE free_at < %s FOR UPDATE SKIP LOCKED
    )
"""
# `each` and `period` are columns because ON CONFLICT can only refer to values of the row that it wanted to insert.
_TAKE = """
    INSERT INTO lib_throttle AS used (key, free_at, each, period)
    SELECT key, %(now)s + each, each, period
    FROM unnest(%(keys)s::text[], %(intervals)s::interval[], %(periods)s::interval[]) AS use (key, each, period)
    ON CONFLICT (key) DO UPDATE
    SET free_at = greatest(used.free_at, %(now)s) + excluded.each, each = excluded.each, period = excluded.period
    WHERE greatest(used.free_at, %(now)s) + excluded.each <= %(now)s + excluded.period
    RETURNING key, free_at
"""
