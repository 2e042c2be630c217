"""Why something is not done, in words for the person who wanted it. Nothing here knows of HTTP.

A verb raises one of these; `lib.http.RefusalMiddleware` makes the page of it.
"""

from datetime import timedelta


class Refusal(Exception):
    """What was wanted is not done. The message says why, in words that help."""


class BadInput(Refusal):
    """The input cannot be used as it stands; the message says what to change."""


class TooMany(Refusal):
    """It was done too often; it can be tried again after `wait`."""

    def __init__(self, message: str, wait: timedelta):
        super().__init__(message)
        self.wait = wait


class Busy(Refusal):
    """The site has too much to do for this at the moment; a later try, after `wait`, may succeed."""

    wait = timedelta(seconds=10)
