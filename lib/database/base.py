"""Django's PostgreSQL, which measures the statements of requests.

It asks an open connection whether it is one only if there is reason to doubt it.
"""

from select import POLLIN, poll
from time import monotonic

from django.db.backends.postgresql import base

from lib import watching
from lib.outage import Guarded

# Settings of PostgreSQL that each connection gets, name → value; upper apps add theirs. A pooler's connections are left
# as the pooler has set them up, since other clients use them, too.
SESSION: dict[str, str] = {}

_TRUSTED_SECONDS = 60
_SET = "SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) AS setting (name, value)"


class DatabaseWrapper(Guarded, base.DatabaseWrapper):
    _checked_at = float("-inf")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.execute_wrappers.append(watching.measure)

    def init_connection_state(self) -> None:
        super().init_connection_state()
        settings = SESSION | self.settings_dict.get("SESSION", {})
        if settings and not self.settings_dict.get("IS_POOLED"):
            self.connection.execute(_SET, [list(settings), list(settings.values())])

    def is_usable(self) -> bool:
        """Returns whether the connection can be used, which Django wants to know once a request.

        PostgreSQL sends nothing unasked but that it ends the connection. So a statement is only needed if there is
        something to read, and once a minute, since a network may drop an idle connection without a word.
        """
        if self.connection.closed:
            return False
        (socket := poll()).register(self.connection, POLLIN)
        now = monotonic()
        if now < self._checked_at + _TRUSTED_SECONDS and not socket.poll(0):
            return True
        self._checked_at = now
        return super().is_usable()
