"""A real SMTP server, in a thread, that takes, refuses and breaks off as it is reply."""

from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket

from aiosmtpd.controller import Controller


class PostOffice:
    """`taken`: each message that the server has said yes to, as (recipient, bytes).

    `refuses`: recipient → the reply instead of a yes. `at_the_dot`: replies for the next messages, one after the
    other; None breaks the connection off without one, but the message is taken.
    """

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.refuses: dict[str, str] = {}
        self.at_the_dot: list[str | None] = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 (aiosmtpd's name)
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        reply = self.at_the_dot.pop(0) if self.at_the_dot else "250 OK"
        if reply is None or reply.startswith("2"):
            self.taken += [(address, envelope.content) for address in envelope.rcpt_tos]
        if reply is None:
            server.transport.abort()
            return "250 nobody hears this"
        return reply

    @property
    def recipients(self) -> list[str]:
        return [address for address, _ in self.taken]


@contextmanager
def open_office(settings) -> Iterator[PostOffice]:
    """The server, and the site's mail goes there."""
    office = PostOffice()
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(office, hostname="127.0.0.1", port=port)
    server.start()
    options = {"host": "127.0.0.1", "port": port, "timeout": 5}
    settings.MAILERS = {"default": {"BACKEND": "lib.mail.SmtpBackend", "OPTIONS": options}}
    try:
        yield office
    finally:
        server.stop()
