"""A suspension: how long it lasts in words, and the link by which the person, who cannot sign in, can answer."""

from datetime import UTC, datetime, time, timedelta

from django.contrib.auth import get_user_model
from django.core import signing

from lib.refusals import Gone

_SALT = "accounts.suspension"


def length(until: datetime | None) -> str:
    """Returns the end of a suspension as words: "until the end of 5 December 2026 (UTC)", or "permanently".

    It has the time if that is not the end of a day.
    """
    if until is None:
        return "permanently"
    end = until.astimezone(UTC)
    if end.time() == time.min:
        last = end - timedelta(days=1)
        return f"until the end of {last.day} {last:%B %Y} (UTC)"
    return f"until {end.day} {end:%B %Y, %H:%M} (UTC)"


def token(user) -> str:
    """Returns the token that stands for this person in the link."""
    return signing.dumps(user.pk, salt=_SALT)


def read(token: str):
    """Returns the person of a token. Raises Gone if the token is damaged, or the person not suspended any more."""
    try:
        pk = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        raise Gone("This link is incomplete. Open it from the email again.") from None
    person = get_user_model().objects.filter(pk=pk).first()
    if person is None or not person.is_suspended:
        raise Gone("This account is not suspended any more.")
    return person


def path(user) -> str:
    """Returns the path of the page on which this person can answer."""
    return f"/moderation/suspended/{token(user)}"
