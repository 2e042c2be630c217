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
from lib.http import client_ip
from lib.jobs import defer
from lib.throttle import Limit

WARN_AFTER = 5  # wrong passwords within a day
LONGEST_LOGIN = 100  # characters of what was typed that the log keeps

# Counted before any password is hashed. An account is counted for each network by itself: nobody can lock others out.
_NETWORK = Limit("passwords network", 30, timedelta(minutes=5))
_ACCOUNT = Limit("passwords account", 5, timedelta(minutes=5))
_WARNING = Limit("wrong passwords warning", 1, timedelta(days=1))

logger = logging.getLogger("accounts.security")


def demand(request: HttpRequest, credentials: dict) -> None:
    """Count an attempt to sign in. Raises TooMany if there were too many from this network or for this account."""
    user, network = find(**credentials), throttle.network(client_ip(request))
    throttle.demand(
        (_NETWORK, network),
        (_ACCOUNT, _key(user or _login(credentials).lower(), network)),
        message="Too many attempts to sign in came from your network. Wait some minutes, or reset your password.",
    )


def demand_hash(request: HttpRequest) -> None:
    """Count a hash for what is no attempt to sign in. Raises TooMany if there were too many for this network."""
    throttle.demand(
        (_NETWORK, throttle.network(client_ip(request))),
        message="Too many people signed up or in from your network. Wait some minutes, then try again.",
    )


def forget(request: HttpRequest, user: User) -> None:
    """Forget the failed attempts for this account from this network."""
    throttle.release((_ACCOUNT, _key(user, throttle.network(client_ip(request)))))


def wrong_password(request: HttpRequest, credentials: dict) -> None:
    """Log it; of an account that exists also in its owner's log, who gets a mail at the fifth one within a day."""
    user = find(**credentials)
    log_failure(request, EventKind.WRONG_PASSWORD, user, _login(credentials))
    if user is None:
        return
    event = record_failure(request, user, EventKind.WRONG_PASSWORD)
    count = SecurityEvent.objects.count_recent(user, EventKind.WRONG_PASSWORD)
    if count >= WARN_AFTER and throttle.take((_WARNING, str(user.pk))) is None:
        defer(tasks.warn_of_wrong_passwords, {"user": user.pk, "network": event.network})


def log_failure(request: HttpRequest, kind: EventKind, user: User | None, login: str) -> None:
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
