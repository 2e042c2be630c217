"""People who vote, save, comment and follow, among synthetic papers: ten votes a paper, and a person for five papers.

Person 1 cast most votes, and paper 1 got most: of a million papers, about 20,000 and 10,000.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from random import Random

import numpy
from django.contrib.auth import get_user_model
from django.db import connection
from numpy.random import default_rng

from bench import synthetic
from orgs.models import Organisation
from papers.models import Dismissed, Paper, Seen
from papers.models.follow import kinds

_VOTES, _PAPERS_A_PERSON = 10, 5
_FOLLOWED = 125  # people who can be followed: those who upvoted most
_SEEN, _DISMISSED = 1_000, 500  # the papers that stand first in Trending
_SEED = 5
_TOPICS = "SELECT t FROM papers_searchentry, unnest(topics) t GROUP BY t ORDER BY count(*) DESC, t LIMIT 1200"
_NAMES = "SELECT word FROM papers_word WHERE spelled > 0 AND papers < 3000 ORDER BY papers DESC, word LIMIT 4000"
TABLES = [
    "accounts_user",
    "papers_vote",
    "papers_bookmark",
    "papers_comment",
    "papers_collection",
    "papers_item",
    "papers_organisationfollow",
    "papers_topicfollow",
    "papers_authorfollow",
]


def count(papers: int) -> int:
    """How many people there are among this many papers."""
    return papers // _PAPERS_A_PERSON


def people(papers: int) -> Iterator:
    """All of them, without a password; they show their votes, and joined before the first."""
    joined = synthetic.LAST_DAY - timedelta(days=730)
    for key in range(1, count(papers) + 1):
        name = f"person-{key}"
        fields = {"username": name, "email": f"{name}@example.org", "date_joined": joined}
        yield get_user_model()(id=key, password="!", shows_votes=True, **fields)


def votes(papers: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Who voted for which paper: two columns of ids, no pair twice, sorted."""
    random, number = default_rng(_SEED), _VOTES * papers
    users = 1 + (count(papers) * random.random(number) ** 2).astype(numpy.int64)
    targets = 1 + (papers * random.random(number) ** 2).astype(numpy.int64)
    pairs = numpy.unique((users << 32) | targets)
    return pairs >> 32, pairs & 0xFFFFFFFF


# In the year before the last day.
VOTES = f"""
    INSERT INTO papers_vote (user_id, paper_id, state, created_at)
    SELECT user_id, paper_id, 'counted',
           '{synthetic.LAST_DAY}'::timestamptz - make_interval(secs => (user_id * 7919 + paper_id * 31) %% 31536000)
    FROM unnest(%s::bigint[], %s::bigint[]) cast_(user_id, paper_id)
"""
# Confirmed addresses, so that votes count. One bookmark for ten votes; comments as their counts say; three
# organisations, five topics and an author followed by everybody; a public collection of twenty papers for ten people,
# one of them with five thousand.
STATEMENTS = [
    """
    INSERT INTO account_emailaddress (user_id, email, verified, "primary") SELECT id, email, true, true
    FROM accounts_user
    """,
    """
    INSERT INTO papers_bookmark (user_id, paper_id, created_at, version)
    SELECT user_id, paper_id, created_at, 1 FROM papers_vote WHERE (user_id + paper_id) %% 10 = 0
    """,
    """
    INSERT INTO papers_comment (
        paper_id, author_id, text, outcome, ran, hardware, duration, depth, by_author, mentioned, created_at,
        hidden_reason, reply_count, vote_count, edit_count, revision, source_id, source_name, source_url
    )
    SELECT id, 1 + id * 7919 %% %(people)s, 'Was the seed of paper ' || id || ' fixed?', '', '', '', '', 0, false, '{}',
           listed_at + interval '1 hour', '', 0, 0, 0, 0, '', '', ''
    FROM papers_paper WHERE comment_count > imported_comments ORDER BY id
    """,
    """
    INSERT INTO papers_organisationfollow (user_id, organisation_id, created_at)
    SELECT DISTINCT ON (person, organisation.id) person, organisation.id, now()
    FROM generate_series(1, %(people)s) person CROSS JOIN generate_series(0, 2) nth
    JOIN orgs_organisation organisation ON slug = 'organisation-' || 1 + person * (31 + nth * 13) %% 500
    """,
    """
    WITH topics AS (
        SELECT topic, row_number() OVER (ORDER BY count(*) DESC, topic) AS rank
        FROM papers_searchentry, unnest(topics) topic GROUP BY topic ORDER BY rank LIMIT 1000
    )
    INSERT INTO papers_topicfollow (user_id, name, folded, created_at)
    SELECT DISTINCT ON (person, topic) person, topic, topic, now()
    FROM generate_series(1, %(people)s) person CROSS JOIN generate_series(0, 4) nth
    JOIN topics ON rank = 1 + person * (31 + nth * 17) %% 1000
    """,
    """
    INSERT INTO papers_authorfollow (user_id, name, folded, created_at)
    SELECT DISTINCT ON (person, name) person, name, lower(name), now()
    FROM generate_series(1, %(people)s) person
    JOIN papers_author ON paper_id = 1 + person * 7919 %% %(papers)s AND position = 0 AND name ~ '^[a-z]+ [a-z]+$'
    """,
    """
    INSERT INTO papers_collection (
        key, name, description, visibility, user_id, paper_count, follower_count, created_at, updated_at,
        held_reason
    )
    SELECT 'collection-' || n, 'Collection ' || n, '', 'public', n, CASE n WHEN 1 THEN 5000 ELSE 20 END,
           n * 31 %% 97, now(), now(), ''
    FROM generate_series(1, %(people)s / 10) n
    """,
    """
    INSERT INTO papers_item (collection_id, paper_id, position, note, added_at)
    SELECT id, 1 + (user_id * 7919 + place * 31) %% %(papers)s, place, '', now()
    FROM papers_collection, generate_series(1, paper_count) place WHERE paper_count < %(papers)s
    """,
    "SELECT setval(pg_get_serial_sequence('accounts_user', 'id'), max(id)) FROM accounts_user",
]


def followers() -> dict:
    """Readers by what they follow: a few things and many, common and rare ones; made if they are not there."""
    random = Random(_SEED)
    organisations = list(Organisation.objects.order_by("pk"))
    people = list(get_user_model().objects.filter(username__startswith="person-").order_by("pk")[:_FOLLOWED])
    topics, words = _column(_TOPICS), _column(_NAMES)
    authors = [" ".join(random.sample(words, 2)) for _ in range(500)]
    pools = {"organisations": organisations, "people": people, "topics": topics, "authors": authors}

    def mix(size: int) -> dict:
        return {kind: random.sample(pool, size // 4) for kind, pool in pools.items()}

    follows = {
        "nothing": {},
        "5 things": mix(4) | {"topics": topics[90:1_000:800]},
        "50 things": mix(50),
        "500 things": mix(500),
        "a rare topic": {"topics": topics[-1:]},
        "the commonest topic": {"topics": topics[:1]},
        "the largest organisation": {"organisations": organisations[:1]},
        "a common name": {"authors": ["wang"]},
        "500 topics": {"topics": topics[500:1_000]},
        "500 authors": {"authors": authors},
        "499 authors, an organisation": {"organisations": organisations[:1], "authors": authors[1:]},
        "125 people": {"people": people},
    }
    return {name: _reader(f"reader-{place}", **targets) for place, (name, targets) in enumerate(follows.items())}


def marking():
    """A reader who has seen and dismissed what stands first in Trending."""
    user, keys = _user("marking")[0], Paper.objects.order_by("-hot", "-id").values_list("pk", flat=True)
    for kind, number in ((Seen, _SEEN), (Dismissed, _DISMISSED)):
        kind.objects.bulk_create([kind(user=user, paper_id=key) for key in keys[:number]], ignore_conflicts=True)
    return user


def _reader(username: str, **targets: Iterable):
    user, is_new = _user(username)
    if is_new:
        for name, kind in kinds().items():
            for target in targets.get(name, ()):
                kind.objects.make(user, target)
    return user


def _user(username: str) -> tuple:
    return get_user_model().objects.get_or_create(username=username, defaults={"email": f"{username}@example.org"})


def _column(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [value for (value,) in cursor]
