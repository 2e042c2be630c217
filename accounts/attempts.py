"""Attempts to sign in: how many there may be, and what becomes of those that fail."""

import json
import logging
from datetime import timedelta

from django.http import HttpRequest

from accounts import browser, tasks
from accounts.backends import find
from accounts.models import SecurityEvent, User
from accounts.models.securityevent import EventKind
from accounts.securitylog import record_failure
from lib import throttle
from lib.http import client_ip, network_of
from lib.jobs import defer
from lib.throttle import Limit

WARN_AFTER = 5  # wrong passwords, or wrong codes, within a day
LONGEST_LOGIN = 100  # characters of what was typed that the log keeps

# Counted before any password is hashed. An account is counted for each network by itself: nobody can lock others out.
_NETWORK = Limit("passwords network", 30, timedelta(minutes=5))
_ACCOUNT = Limit("passwords account", 5, timedelta(minutes=5))
_WARNING = Limit("failed sign-ins warning", 1, timedelta(days=1))

logger = logging.getLogger("accounts.security")


def demand(request: HttpRequest, credentials: dict) -> None:
    """Count an attempt to sign in. Raises TooMany if there were too many from this network or for this account."""
    user, network = find(**credentials), network_of(request)
    throttle.demand(
        (_NETWORK, network),
        (_ACCOUNT, _key(user or _login(credentials).lower(), network)),
        message="Too many attempts to sign in came from your network. Wait some minutes, or reset your password.",
    )


def demand_hash(request: HttpRequest) -> None:
    """Count a hash for what is no attempt to sign in. Raises TooMany if there were too many for this network."""
    throttle.demand(
        (_NETWORK, network_of(request)),
        message="Too many people signed up or in from your network. Wait some minutes, then try again.",
    )


def forget(request: HttpRequest, user: User) -> None:
    """Forget the failed attempts for this account from this network."""
    throttle.release((_ACCOUNT, _key(user, network_of(request))))


def wrong_password(request: HttpRequest, credentials: dict) -> None:
    """Log it; of an account that exists also in its owner's log, who gets a mail at the fifth one within a day."""
    user = find(**credentials)
    _log(request, EventKind.WRONG_PASSWORD, user, _login(credentials))
    if user:
        _record(request, user, EventKind.WRONG_PASSWORD)


def wrong_code(request: HttpRequest, user: User) -> None:
    """The same for a wrong code of a second factor, behind a right password: somebody may know that password."""
    _log(request, EventKind.WRONG_CODE, user, user.username)
    _record(request, user, EventKind.WRONG_CODE)


def _record(request: HttpRequest, user: User, kind: EventKind) -> None:
    event = record_failure(request, user, kind)
    count = SecurityEvent.objects.count_recent(user, kind)
    if count >= WARN_AFTER and throttle.take((_WARNING, f"{user.pk} {kind}")) is None:
        knows_password = kind == EventKind.WRONG_CODE
        defer(tasks.warn, {"user": user.pk, "network": event.network, "knows_password": knows_password})


def _log(request: HttpRequest, kind: EventKind, user: User | None, login: str) -> None:
    """One line of JSON in the log, for tools that watch it. What was typed stands in it escaped."""
    line = {
        "event": "sign_in_failed",
        "reason": kind.value,
        "login": login[:LONGEST_LOGIN],
        "account": user.username if user else None,
        "ip": client_ip(request),
        "browser": browser.in_words(request.headers.get("User-Agent", "")),
    }
    logger.warning("%s", json.dumps(line))


def _login(credentials: dict) -> str:
    return credentials.get("email") or credentials.get("username") or ""


def _key(account: User | str, network: str) -> str:
    """The key under which attempts from a network are counted for an account, or for a name that no account has."""
    return f"{account.pk if isinstance(account, User) else repr(account)} from {network}"
