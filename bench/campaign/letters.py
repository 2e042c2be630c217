"""Letters to a real SMTP server in the campaign's own process, which notes what it has accepted."""

import asyncio
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

import psycopg
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from bench.servers import HOST, free_port

UNSURE_SECONDS = 10  # that a letter may be on its way after “sent” was committed
_OURS = re.compile(r"letter-.*@example\.org")
_DUE = """
    INSERT INTO inbox_subscription (key, email, address, title, cadence, hour, zone, most, state, end_reason,
        requested_at, confirmed_at, next_at)
    SELECT left(md5(%(prefix)s || number), 22), 'letter-' || %(prefix)s || '-' || number || '@example.org', '/papers',
        'Papers', 'daily', 7, 'UTC', 10, 'active', '', now(), now(), now()
    FROM generate_series(1, %(number)s) number ON CONFLICT DO NOTHING"""
_BEGIN = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args)
    VALUES ('default', 'inbox.letters.tasks.send_letters', 0, 'letters', '{"timestamp": 0}') ON CONFLICT DO NOTHING"""
_LETTERS = """
    SELECT email, count(*) FILTER (WHERE letter.state = 'sent') FROM inbox_subscription
    LEFT JOIN inbox_letter letter ON letter.subscription_id = inbox_subscription.id
    WHERE email LIKE 'letter-%' GROUP BY email"""


@dataclass
class Judgement:
    """`lost` and `doubled` say which letters; the others are numbers.

    `cut_off` are lost ones that the site documents (docs/inbox.md, “Once”): “sent” is committed right before the dot
    that ends the message, and what is killed in between loses that letter.
    """

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    cut_off: int = 0
    waiting: int = 0


@dataclass
class Post:
    """The server. `accepted` counts its letters for each recipient; `cut_off` has those whose dot never came.

    `judged` has the recipients whose letter was judged, and how many letters they had by then.
    """

    port: int = field(default_factory=free_port)
    accepted: Counter = field(default_factory=Counter)
    cut_off: set[str] = field(default_factory=set)
    judged: dict[str, int] = field(default_factory=dict)
    unsure: dict[str, float] = field(default_factory=dict)  # since when letters are on their way

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        self.accepted.update(address for address in envelope.rcpt_tos if _OURS.fullmatch(address))
        return "250 OK"

    @contextmanager
    def open(self):
        controller = _Controller(self, HOST, self.port)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()

    def plan(self, connection: psycopg.Connection, prefix: str, letters: int) -> None:
        """Let this many letters be due, and let the worker begin with them."""
        connection.execute(_DUE, {"prefix": prefix, "number": letters})
        connection.execute(_BEGIN)

    def compare(self, connection: psycopg.Connection) -> Judgement:
        """Returns which letters were lost and doubled since the last time, and how many are still to be sent."""
        found = Judgement()
        for email, sent in connection.execute(_LETTERS).fetchall():
            letters = self.accepted[email]
            if letters > max(1, self.judged.get(email, 0)):
                found.doubled.append(f"{letters} letters to {email}")
            elif email in self.judged or (sent and letters):
                pass
            elif not sent or monotonic() < self.unsure.setdefault(email, monotonic()) + UNSURE_SECONDS:
                found.waiting += 1
                continue
            elif email in self.cut_off:
                found.cut_off += 1
            else:
                found.lost.append(f"no letter to {email}, although the site says that it was sent")
            self.judged[email] = letters
        return found

    def adopt(self, connection: psycopg.Connection) -> None:
        """Say nothing of the letters that are there: this process does not know what became of them."""
        self.judged |= {email: self.accepted[email] for email, _ in connection.execute(_LETTERS).fetchall()}


class _Server(SMTP):
    async def smtp_DATA(self, arg) -> None:  # noqa: N802 (aiosmtpd's name)
        recipients = list(self.envelope.rcpt_tos)
        try:
            await super().smtp_DATA(arg)
        except asyncio.CancelledError:  # the connection was lost
            self.event_handler.cut_off.update(recipients)
            raise


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, hostname="campaign")
