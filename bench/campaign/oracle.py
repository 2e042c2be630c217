"""What the site must have after a kill: everything that it acknowledged, and each thing once.

The ledger is outside of the site. Of each thing (a kind and a key) it keeps the values that it may have: one value
after an answer that was read completely, and two after a request that nobody answered. `compare` reads the tables.
"""

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

import psycopg

# Of each kind: a key, and how many rows it has, or what its row says. A key that is missing has the value 0.
_SQL = {
    "vote": """
        SELECT username || ' ' || arxiv_id, count(*) FROM papers_vote vote
        JOIN accounts_user person ON person.id = vote.user_id JOIN papers_paper paper ON paper.id = vote.paper_id
        WHERE username LIKE 'campaign-%' GROUP BY 1""",
    "bookmark": """
        SELECT username || ' ' || arxiv_id, count(*) FROM papers_bookmark mark
        JOIN accounts_user person ON person.id = mark.user_id JOIN papers_paper paper ON paper.id = mark.paper_id
        WHERE username LIKE 'campaign-%' GROUP BY 1""",
    "follow": """
        SELECT username || ' ' || name_of.name, count(*) FROM papers_topicfollow name_of
        JOIN accounts_user person ON person.id = name_of.user_id WHERE username LIKE 'campaign-%' GROUP BY 1""",
    "item": """
        SELECT username || ' ' || arxiv_id, count(*) FROM papers_item item
        JOIN papers_collection collection ON collection.id = item.collection_id AND collection.name = 'Campaign'
        JOIN accounts_user person ON person.id = collection.user_id JOIN papers_paper paper ON paper.id = item.paper_id
        WHERE item.removed_at IS NULL GROUP BY 1""",
    "collection": """
        SELECT username || ' ' || collection.name, count(*) FROM papers_collection collection
        JOIN accounts_user person ON person.id = collection.user_id WHERE username LIKE 'campaign-%' GROUP BY 1""",
    "comment": "SELECT text, count(*) FROM papers_comment WHERE text LIKE 'Campaign %' AND outcome = '' GROUP BY 1",
    "report": """
        SELECT username || ' ' || arxiv_id, min(ran) || CASE WHEN count(*) > 1 THEN ' doubled' ELSE '' END
        FROM papers_comment report JOIN accounts_user person ON person.id = report.author_id
        JOIN papers_paper paper ON paper.id = report.paper_id
        WHERE username LIKE 'campaign-%' AND outcome <> '' GROUP BY 1""",
    "flag": """
        SELECT DISTINCT ON (username, subject_id) username || ' ' || subject_id,
            details || CASE WHEN count(*) OVER (PARTITION BY details) > 1 THEN ' doubled' ELSE '' END
        FROM moderation_flag flag
        JOIN moderation_case about ON about.id = flag.case_id JOIN accounts_user person ON person.id = flag.user_id
        WHERE details LIKE 'Campaign %' ORDER BY username, subject_id, flag.id DESC""",
    "hidden": "SELECT id::text, 1 FROM papers_comment WHERE hidden_at IS NOT NULL",
    "action": "SELECT reason, count(*) FROM moderation_action WHERE reason LIKE 'Campaign %' GROUP BY 1",
    "subscription": """
        SELECT email || ' ' || address, count(*) FROM inbox_subscription
        WHERE state = 'active' AND email LIKE 'campaign-%' GROUP BY 1""",
    "submission": """
        SELECT username || ' ' || arxiv_id, count(*) FROM papers_submission submission
        JOIN accounts_user person ON person.id = submission.user_id WHERE username LIKE 'campaign-%' GROUP BY 1""",
    "import": "SELECT arxiv_id, count(*) FROM papers_paper WHERE arxiv_id LIKE '1201.%' GROUP BY 1",
}
_KEPT_REFUSALS = 20

type Change = tuple[str, str, int | str]  # kind, key and the new value


class Refused(Exception):
    """The site answered that it does not do it, so it must not be done. The text says what it answered."""


@dataclass(frozen=True)
class Wrong:
    """A thing that is not as it may be. `is_doubled`: it is there more often than once; otherwise something is lost."""

    kind: str
    key: str
    possible: list
    actual: int | str

    @property
    def is_doubled(self) -> bool:
        return (isinstance(self.actual, int) and self.actual > 1) or str(self.actual).endswith(" doubled")

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.actual!r} instead of {' or '.join(map(repr, self.possible))}"


@dataclass
class Ledger:
    """`possible`: the values of each thing. `counts`: how many requests were acknowledged, unanswered and so on."""

    possible: dict[str, list] = field(default_factory=dict)
    counts: Counter = field(default_factory=Counter)
    refusals: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def value(self, kind: str, key: str) -> int | str | None:
        """Returns the value that the thing has, or None if it may have one of two."""
        values = self.possible.get(f"{kind} {key}", [0])
        return values[0] if len(values) == 1 else None

    @contextmanager
    def change(self, *changes: Change):
        """Around a request that makes these changes, which become certain if the block ends without an error.

        ConnectionRefusedError and Refused mean that all is as it was before; any other OSError, that it may be either.
        None of them is passed on.
        """
        former = self._expect(changes)
        try:
            yield
        except ConnectionRefusedError:
            self._settle(former, "not sent")
        except Refused as refusal:
            self.refusals = [*self.refusals, str(refusal)][-_KEPT_REFUSALS:]
            self._settle(former, "refused")
        except OSError:
            self._settle({}, "unanswered")
        else:
            self._settle({f"{kind} {key}": [value] for kind, key, value in changes}, "acknowledged")

    def _expect(self, changes: tuple[Change, ...]) -> dict[str, list]:
        """Also allow the new value of each thing. Returns the values that were allowed so far."""
        former = {}
        with self.lock:
            for kind, key, value in changes:
                old = former[f"{kind} {key}"] = self.possible.get(f"{kind} {key}", [0])
                self.possible[f"{kind} {key}"] = [*(each for each in old if each != value), value]
        return former

    def _settle(self, possible: dict[str, list], count: str) -> None:
        with self.lock:
            self.possible |= possible
            self.counts[count] += 1

    def compare(self, connection: psycopg.Connection) -> list[Wrong]:
        """Returns what is wrong in the database. Whatever is there becomes what must be there from now on."""
        return self.judge(_read(connection))

    def adopt(self, connection: psycopg.Connection) -> None:
        """Take all that is in the database for right, whoever has written it."""
        self.possible = {name: [value] for name, value in _read(connection).items()}

    def judge(self, found: dict[str, int | str]) -> list[Wrong]:
        """Returns what is wrong in these values, which become those that are right from now on."""
        wrong = []
        for name, possible in self.possible.items():
            actual = found.get(name, 0)
            if actual not in possible:
                wrong.append(Wrong(*name.split(" ", 1), possible, actual))
            self.possible[name] = [actual]
        return wrong


def _read(connection: psycopg.Connection) -> dict[str, int | str]:
    found = {}
    for kind, sql in _SQL.items():
        found |= {f"{kind} {key}": value for key, value in connection.execute(sql).fetchall()}
    return found
