"""Mail on its way out: into the log where there is no mail server yet, and to a server exactly once."""

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

_LEADING_DOT = re.compile(rb"(?m)^\.")


class _Whole(UnstructuredHeader):
    """A header that is never folded, since Python would fold a long address by encoding it, and nobody reads that.

    A line may have 998 characters (RFC 5322, 2.1.1); `email` itself keeps to 78.
    """

    def fold(self, *, policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _Subject(UniqueUnstructuredHeader):
    """Encoded as a whole where it must be: Python may write an empty encoded word, which RFC 2047 forbids."""

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
    """A mail that no person wrote: Auto-Submitted is RFC 3834's."""

    def message(self, *, policy=email.policy.default):
        told = {
            "Message-ID": make_msgid(domain=urlsplit(settings.BASE_URL).hostname),
            "Auto-Submitted": "auto-generated",
        }
        self.extra_headers = told | self.extra_headers
        return super().message(policy=policy.clone(header_factory=_HEADERS))

    def _add_bodies(self, msg) -> None:
        """Quoted-printable, for text in base64 looks like spam; `email` took that, after having tried both."""
        msg.set_content(self.body, cte="quoted-printable")
        for html, _ in self.alternatives:
            msg.add_alternative(html, subtype="html", cte="quoted-printable")


def one_click(address: str) -> dict[str, str]:
    """The headers by which a mail program offers to stop such mails: it sends a POST to this address (RFC 8058)."""
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


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
        self.sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)  # or the dot waits until the lines are acknowledged, 40 ms
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
