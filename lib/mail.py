"""Mail on its way out: into the log where there is no mail server yet, and to a server exactly once."""

import re
import smtplib
from collections.abc import Callable
from contextlib import ExitStack

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.console import EmailBackend as ConsoleBackend
from django.core.mail.backends.smtp import EmailBackend as DjangosSmtpBackend

_LEADING_DOT = re.compile(rb"(?m)^\.")


class LogBackend(ConsoleBackend):
    """Writes a mail into the log as a person reads it: the console backend's quoted-printable breaks links."""

    def write_message(self, message) -> None:
        self.stream.write(f"Mail to {', '.join(message.to)}: {message.subject}\n\n{message.body}\n")


class _Dotting:
    """For smtplib's classes: `before_dot` is called when all of a message is written but the dot behind it."""

    before_dot: Callable[[], None] | None = None

    def data(self, msg: bytes) -> tuple[int, bytes]:
        """As RFC 5321 has it (4.1.1.4, 4.5.2); the lines of `msg` end in CRLF."""
        self.putcmd("data")
        code, reply = self.getreply()
        if code != 354:
            raise smtplib.SMTPDataError(code, reply)
        self.send(_LEADING_DOT.sub(b"..", msg))
        if not msg.endswith(b"\r\n"):
            self.send(b"\r\n")
        if self.before_dot:
            with ExitStack() as broken:
                broken.callback(self.close)  # without a dot the server drops what it has
                self.before_dot()
                broken.pop_all()
        self.send(b".\r\n")
        return self.getreply()


class _Smtp(_Dotting, smtplib.SMTP):
    pass


class _SmtpOverTls(_Dotting, smtplib.SMTP_SSL):
    pass


class SmtpBackend(DjangosSmtpBackend):
    @property
    def connection_class(self):
        return _SmtpOverTls if self.use_ssl else _Smtp

    def send_once(self, message, commit: Callable[[], None]) -> None:
        self.open()
        self.connection.before_dot = commit
        try:
            self.send_messages([message])
        finally:
            self.connection.before_dot = None


def hand_over(mailer: BaseEmailBackend, message, commit: Callable[[], None]) -> None:
    """Send the message, and `commit` that it is sent, so that whoever dies on the way has done both or neither.

    A server takes a message at the dot that ends it, and drops what was written if the connection breaks before. So
    `commit` is called between the last line and the dot: whoever is killed earlier has sent nothing, and later
    everything. What remains is the moment between the two, microseconds long. Other services than SMTP have no such
    point: there `commit` comes first.

    Raises what `commit` raises, and then nothing is sent; OSError if the message could not be handed over, before or
    after `commit`.
    """
    if isinstance(mailer, SmtpBackend):
        mailer.send_once(message, commit)
    else:
        commit()
        mailer.send_messages([message])
