"""How many comments a person may post, by the age of the account, and how often forms may be sent and votes changed."""

from datetime import timedelta

from lib import throttle
from lib.limits import request_limit
from lib.throttle import Limit
from papers.models.content import is_new

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
OF_NEW_ACCOUNTS = (Limit("comments of new accounts a minute", 3, _MINUTE), Limit("comments of new accounts", 10, _DAY))
OF_ACCOUNTS = (Limit("comments a minute", 6, _MINUTE), Limit("comments", 200, _DAY))
EDITS_OF_NEW_ACCOUNTS = (Limit("edits of new accounts a minute", 6, _MINUTE), Limit("edits of new accounts", 30, _DAY))
EDITS = (Limit("edits a minute", 20, _MINUTE), Limit("edits", 500, _DAY))
count_form = request_limit("comment form", person=60, network=600, period=_MINUTE)
count_vote = request_limit("comment votes", person=120, network=1200, period=_MINUTE)
TOO_MANY = "You have posted many comments in a short time. Try again in a moment."


def count_comment(user) -> None:
    """Count a comment that the user is about to post. Raises TooMany."""
    _count(user, OF_NEW_ACCOUNTS if is_new(user) else OF_ACCOUNTS)


def count_edit(user) -> None:
    """Count an edit that the user is about to save. Raises TooMany."""
    _count(user, EDITS_OF_NEW_ACCOUNTS if is_new(user) else EDITS)


def _count(user, limits: tuple[Limit, Limit]) -> None:
    throttle.demand(*((limit, str(user.pk)) for limit in limits), message=TOO_MANY)
