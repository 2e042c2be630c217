"""Letters to a real SMTP server in the campaign's own process, which notes what it has accepted."""

import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg
from aiosmtpd.controller import Controller

from bench.servers import HOST, free_port

SHARED_SECONDS = 0.25  # before a kill, in which “sent” was committed and the dot was not sent any more
_OURS = re.compile(r"letter-.*@example\.org")
_DUE = """
    INSERT INTO inbox_subscription (key, email, address, title, cadence, hour, zone, most, state, why,
        asked_at, confirmed_at, next_at)
    SELECT left(md5(%(round)s || number), 22), 'letter-' || %(round)s || '-' || number || '@example.org', '/papers',
        'Papers', 'daily', 7, 'UTC', 10, 'active', '', now(), now(), now()
    FROM generate_series(1, %(number)s) number ON CONFLICT DO NOTHING"""
_BEGIN = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args)
    VALUES ('default', 'inbox.letters.tasks.send_letters', 0, 'letters', '{"timestamp": 0}') ON CONFLICT DO NOTHING"""
_LETTERS = """
    SELECT email, count(*) FILTER (WHERE letter.state = 'sent'), max(letter.sent_at) FROM inbox_subscription
    LEFT JOIN inbox_letter letter ON letter.subscription_id = inbox_subscription.id
    WHERE email LIKE 'letter-%' GROUP BY email"""


@dataclass
class Judgement:
    """`lost` and `doubled` say which letters; the others are numbers.

    `shared` are lost ones that the site documents (docs/inbox.md, “Once”): “sent” is committed right before the dot
    that ends the message, and what is killed in between loses that letter.
    """

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    shared: int = 0
    waiting: int = 0


@dataclass
class Post:
    """The server, and how many letters it has accepted for each recipient. `kills`: when something was killed."""

    port: int = field(default_factory=free_port)
    accepted: Counter = field(default_factory=Counter)
    kills: list[float] = field(default_factory=list)
    judged: set[str] = field(default_factory=set)

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        self.accepted.update(address for address in envelope.rcpt_tos if _OURS.fullmatch(address))
        return "250 OK"

    @contextmanager
    def open(self):
        controller = Controller(self, HOST, self.port)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()

    def plan(self, connection: psycopg.Connection, number: int, letters: int) -> None:
        """Let so many letters be due, and let the worker begin with them."""
        connection.execute(_DUE, {"round": str(number), "number": letters})
        connection.execute(_BEGIN)

    def compare(self, connection: psycopg.Connection) -> "Judgement":
        """Returns which letters were lost and doubled since the last time, and how many wait still."""
        found = Judgement()
        for email, sent, sent_at in connection.execute(_LETTERS).fetchall():
            accepted = self.accepted[email]
            if email in self.judged:
                continue
            if accepted > 1:
                found.doubled.append(f"{accepted} letters to {email}")
            elif not sent:
                found.waiting += 1
                continue
            elif not accepted and self._was_killed_after(sent_at):
                found.shared += 1
            elif not accepted:
                found.lost.append(f"no letter to {email}, although it was sent at {sent_at}")
            self.judged.add(email)
        return found

    def adopt(self, connection: psycopg.Connection) -> None:
        """Say nothing of the letters that are there: this process does not know what became of them."""
        self.judged |= {email for email, _, _ in connection.execute(_LETTERS).fetchall()}

    def _was_killed_after(self, sent_at: datetime) -> bool:
        moment = sent_at.astimezone(UTC).timestamp()
        return any(0 <= kill - moment < SHARED_SECONDS for kill in self.kills)
