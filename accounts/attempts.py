"""Limits on attempts to sign in, and the log and warnings of those that fail."""

import logging
from datetime import timedelta

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts import browser, tasks
from accounts.backends import find
from accounts.models import SecurityEvent, User
from accounts.models.securityevent import EventKind
from accounts.securitylog import record_failure
from lib import throttle
from lib.jobs import defer
from lib.limits import network_of
from lib.mailboxes import canonical
from lib.throttle import Limit

WARN_AFTER = 5  # wrong passwords, or wrong codes, within a day

# Counted before a password is hashed. Attempts for an account count for each network: nobody can lock others out.
_NETWORK = Limit("passwords network", 30, timedelta(minutes=5))
_ACCOUNT = Limit("passwords account", 5, timedelta(minutes=5))
_WARNING = Limit("failed sign-ins warning", 1, timedelta(days=1))

logger = logging.getLogger("accounts.security")


def demand(request: HttpRequest, credentials: dict) -> None:
    """Count an attempt to sign in. Raises TooMany after too many from its network, for this account or altogether."""
    user, network = find(**credentials), network_of(request)
    throttle.demand(
        (_NETWORK, network),
        (_ACCOUNT, _key(user or canonical(_login(credentials)), network)),
        message="Too many sign-in attempts from your network. Try again in a few minutes, or reset your password.",
    )


def demand_hash(request: HttpRequest) -> None:
    """Count a password hash for another purpose. Raises TooMany if there were too many from this network."""
    throttle.demand(
        (_NETWORK, network_of(request)),
        message="Too many sign-ins and sign-ups from your network. Try again in a few minutes.",
    )


def forget(request: HttpRequest, user: User) -> None:
    """Forget the failed attempts for this account from this network."""
    throttle.release((_ACCOUNT, _key(user, network_of(request))))


def wrong_password(request: HttpRequest, credentials: dict) -> None:
    """Log a wrong password. If the account exists, write it to the security log and warn after WARN_AFTER in a day."""
    user = find(**credentials)
    _log(request, EventKind.WRONG_PASSWORD, user)
    if user:
        _record(request, user, EventKind.WRONG_PASSWORD)


def wrong_code(request: HttpRequest, user: User) -> None:
    """Log a wrong code of a second factor, which comes after a right password that somebody else may know."""
    _log(request, EventKind.WRONG_CODE, user)
    _record(request, user, EventKind.WRONG_CODE)


def _record(request: HttpRequest, user: User, kind: EventKind) -> None:
    event = record_failure(request, user, kind)
    count = SecurityEvent.objects.count_recent(user, kind)
    if count >= WARN_AFTER and throttle.take((_WARNING, f"{user.pk} {kind}")) is None:
        knows_password = kind == EventKind.WRONG_CODE
        defer(tasks.warn, {"user": user.pk, "network": event.network, "knows_password": knows_password})


def _log(request: HttpRequest, kind: EventKind, user: User | None) -> None:
    """Log a line for monitoring tools. It holds nothing that was typed, since that may be a password or an address.

    `account` is the id of the account, or None. `network` is the same for attempts from one network, and names none.
    """
    details = {
        "reason": kind.value,
        "account": user.pk if user else None,
        "network": salted_hmac("accounts.security", network_of(request), algorithm="sha256").hexdigest()[:12],
        "browser": browser.name(request.headers.get("User-Agent", "")),
    }
    logger.warning("sign_in_failed", extra=details)


def _login(credentials: dict) -> str:
    return credentials.get("email") or credentials.get("username") or ""


def _key(account: User | str, network: str) -> str:
    """Returns the key of the limit for an account, or for a name without an account, and a network."""
    return f"{account.pk if isinstance(account, User) else repr(account)} from {network}"
