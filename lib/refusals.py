"""Exceptions for what is not done, with a message for the person who wanted it. Nothing here depends on HTTP.

A verb raises one of these; `lib.http.RefusalMiddleware` answers the request with a page that shows the message.
"""

from datetime import timedelta


class Refusal(Exception):
    """Something is not done. The message says why, in words that help."""


class BadInput(Refusal):
    """The input cannot be used as it stands; the message says what to change."""


class NotAllowed(Refusal):
    """This person may not do it; the message says who may, or what is missing."""


class Gone(Refusal):
    """What it was to be done with does not exist, does not exist any more, or does not exist for this person."""


class Conflict(Refusal):
    """It is not in the state that this person saw: somebody has changed, decided or used it, or it expired."""


class TooMany(Refusal):
    """It was done too often; it can be tried again after `wait`."""

    def __init__(self, message: str, wait: timedelta):
        super().__init__(message)
        self.wait = wait


class Busy(Refusal):
    """The site has too much to do for this at the moment; a later try, after `wait`, may succeed."""

    wait = timedelta(seconds=10)
