"""The link by which somebody who is suspended, and so cannot sign in, can write to the moderators."""

from django.contrib.auth import get_user_model
from django.core import signing

from lib.refusals import Gone

_SALT = "accounts.suspension"


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
