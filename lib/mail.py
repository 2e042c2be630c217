"""Mail backends and messages: a backend that writes to the log, and one that hands a mail to a server exactly once."""

import email.policy
import re
import smtplib
from collections.abc import Callable
from contextlib import ExitStack
from email.header import Header
from email.headerregistry import HeaderRegistry, UniqueUnstructuredHeader, UnstructuredHeader
from email.utils import make_msgid
from socket import IPPROTO_TCP, TCP_NODELAY
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.console import EmailBackend as ConsoleBackend
from django.core.mail.backends.smtp import EmailBackend as DjangosSmtpBackend

from lib import metrics

_LEADING_DOT = re.compile(rb"(?m)^\.")


class _Whole(UnstructuredHeader):
    """A header that is never folded: Python folds a long address by encoding it, and mail programs do not decode that.

    A line may have 998 characters (RFC 5322, 2.1.1); `email` itself stops at 78.
    """

    def fold(self, *, policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _Subject(UniqueUnstructuredHeader):
    """A subject that is encoded as a whole unless it is ASCII: Python may write empty encoded words (RFC 2047)."""

    def fold(self, *, policy) -> str:
        if self.isascii():
            return super().fold(policy=policy)
        encoded = Header(self, "utf-8", header_name=self.name).encode(linesep=policy.linesep)
        return f"{self.name}: {encoded}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("Subject", _Subject)
for _name in ("List-Id", "List-Unsubscribe"):
    _HEADERS.map_to_type(_name, _Whole)


class Message(EmailMultiAlternatives):
    """A mail that was written by a program, which the header Auto-Submitted says (RFC 3834)."""

    def message(self, *, policy=email.policy.default):
        headers = {
            "Message-ID": make_msgid(domain=urlsplit(settings.BASE_URL).hostname),
            "Auto-Submitted": "auto-generated",
        }
        self.extra_headers = headers | self.extra_headers
        return super().message(policy=policy.clone(header_factory=_HEADERS))

    def _add_bodies(self, msg) -> None:
        """Add the bodies in quoted-printable: `email` may choose base64, which spam filters dislike for text."""
        msg.set_content(self.body, cte="quoted-printable")
        for html, _ in self.alternatives:
            msg.add_alternative(html, subtype="html", cte="quoted-printable")


def one_click(address: str) -> dict[str, str]:
    """Returns the headers by which mail programs offer to unsubscribe: with a POST to this address (RFC 8058)."""
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


class LogBackend(ConsoleBackend):
    """Writes the text of each mail to the log. Django's console backend writes quoted-printable, which breaks links."""

    def write_message(self, message) -> None:
        self.stream.write(f"Mail to {', '.join(message.to)}: {message.subject}\n\n{message.body}\n")
        metrics.count_mail("sent")


class _CommitBeforeDot:
    """Mixin for smtplib's classes that calls `before_dot` when a message is written except for the dot that ends it."""

    before_dot: Callable[[], None] | None = None

    def data(self, msg: bytes) -> tuple[int, bytes]:
        """Send the command DATA and the message (RFC 5321, 4.1.1.4 and 4.5.2). The lines of `msg` end in CRLF."""
        self.putcmd("data")
        code, reply = self.getreply()
        if code != 354:
            raise smtplib.SMTPDataError(code, reply)
        self.sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)  # or the dot waits until the lines are acknowledged, 40 ms
        self.send(_LEADING_DOT.sub(b"..", msg))
        if not msg.endswith(b"\r\n"):
            self.send(b"\r\n")
        if self.before_dot:
            with ExitStack() as on_error:
                on_error.callback(self.close)  # without the dot the server drops the message
                self.before_dot()
                on_error.pop_all()
        self.send(b".\r\n")
        return self.getreply()


class _Smtp(_CommitBeforeDot, smtplib.SMTP):
    pass


class _SmtpOverTls(_CommitBeforeDot, smtplib.SMTP_SSL):
    pass


class SmtpBackend(DjangosSmtpBackend):
    @property
    def connection_class(self):
        return _SmtpOverTls if self.use_ssl else _Smtp

    def open(self) -> bool | None:
        """Connect to the mail server, unless there is a connection. Raises OSError, and counts that."""
        try:
            return super().open()
        except OSError:
            metrics.count_mail("unreachable")
            raise

    def _send(self, message) -> bool:
        """Hand over a message, and count what the server does with it."""
        try:
            was_sent = super()._send(message)
        except OSError as error:
            metrics.count_mail("refused" if _is_permanent(error) else "postponed")
            raise
        metrics.count_mail("sent")
        return was_sent

    def send_once(self, message, commit: Callable[[], None]) -> None:
        self.open()
        self.connection.before_dot = commit
        try:
            self.send_messages([message])
        finally:
            self.connection.before_dot = None


def _is_permanent(error: OSError) -> bool:
    """Returns whether the server will take this mail at no other time either (RFC 5321, 4.2.1)."""
    replies = getattr(error, "recipients", {}).values()
    return any(code >= 500 for code in (getattr(error, "smtp_code", 0), *(code for code, _ in replies)))


def hand_over(mailer: BaseEmailBackend, message, commit: Callable[[], None]) -> None:
    """Send the message, and call `commit` to record that it was sent. A killed process has done both or neither.

    A mail server accepts a message at the dot that ends it, and drops the message if the connection breaks before. So
    `commit` is called between the last line and the dot: a process that is killed earlier has sent nothing. Only a
    process that is killed in the microseconds between the commit and the dot records a message that was not sent.
    Services other than SMTP have no such point, so `commit` is called before anything is sent.

    Raises what `commit` raises, and then nothing is sent. Raises OSError if the message could not be handed over; this
    can happen before or after `commit`.
    """
    if isinstance(mailer, SmtpBackend):
        mailer.send_once(message, commit)
    else:
        commit()
        mailer.send_messages([message])
