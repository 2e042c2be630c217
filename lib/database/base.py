"""Django's PostgreSQL, which asks an open connection whether it is one only if there is reason to doubt it."""

from select import POLLIN, poll

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Returns whether the connection can be used, which Django wants to know once a request.

        PostgreSQL sends nothing unasked but that it ends the connection. So a statement is only needed if there is
        something to read.
        """
        if self.connection.closed:
            return False
        (socket := poll()).register(self.connection, POLLIN)
        return not socket.poll(0) or super().is_usable()
