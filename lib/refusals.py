"""Exceptions for what is not done, with a message for the person who wanted it. Nothing here depends on HTTP.

A verb raises one of these; `lib.http.RefusalMiddleware` answers the request with a page that shows the message.
"""

from datetime import timedelta


class Refusal(Exception):
    """Something is not done. The message says why, in words that help."""


class BadInput(Refusal):
    """The input is not valid; the message says what to change."""


class NotAllowed(Refusal):
    """This person may not do it; the message says who may, or what is missing."""


class Gone(Refusal):
    """The object of the action does not exist, was deleted, or is not visible to this person."""


class Conflict(Refusal):
    """The object is no longer in the state that this person saw: it was changed, decided or used, or it has expired."""


class TooMany(Refusal):
    """It was done too often; it can be tried again after `wait`."""

    def __init__(self, message: str, wait: timedelta):
        super().__init__(message)
        self.wait = wait


class Busy(Refusal):
    """The site has too much to do for this at the moment; a later try, after `wait`, may succeed."""

    wait = timedelta(seconds=10)
