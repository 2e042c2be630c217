"""Django's PostgreSQL, which measures the statements of requests.

It asks an open connection whether it is one only if there is reason to doubt it.
"""

from select import POLLIN, poll
from time import monotonic

from django.db.backends.postgresql import base

from lib import watching
from lib.outage import Guarded

_TRUSTED_SECONDS = 60


class DatabaseWrapper(Guarded, base.DatabaseWrapper):
    _asked_at = float("-inf")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.execute_wrappers.append(watching.measure)

    def is_usable(self) -> bool:
        """Returns whether the connection can be used, which Django wants to know once a request.

        PostgreSQL sends nothing unasked but that it ends the connection. So a statement is only needed if there is
        something to read, and once a minute, since a network may drop an idle connection without a word.
        """
        if self.connection.closed:
            return False
        (socket := poll()).register(self.connection, POLLIN)
        now = monotonic()
        if now < self._asked_at + _TRUSTED_SECONDS and not socket.poll(0):
            return True
        self._asked_at = now
        return super().is_usable()
