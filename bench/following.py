"""How fast the list of what one follows is, among synthetic papers, beside Trending in the same rounds.

    .venv/bin/python bench/following.py [--data FOLDER] [--papers N]

Pages of Django's test client in this process, signed in, with warm cards, in ms. Readers follow 5, 50 and 500 things
of all kinds; others follow one thing that is very common or very rare, or many of one kind. One has seen and dismissed
the first papers of Trending. Exits with 0 if the lists keep to their limit, 1 if one misses it, 2 without data.
"""

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from random import Random
from statistics import median
from unittest.mock import patch

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import state  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402

_MEMORY = "2GB"
_ROUNDS = 40
_PEOPLE, _VOTES, _SUBMITTED = 130, 300, 20  # who can be followed, and what each of them upvoted and submitted
_TIMES_TRENDING = 5
_SEEN, _DISMISSED = 10_000, 2_000  # the papers that stand first in Trending
_MARKED = f"{_SEEN:,} seen, {_DISMISSED:,} dismissed"
_TOPIC = "/papers?topic=large+language+models"
_SEED = 4


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--papers", type=int, default=100_000, metavar="N", help="how many papers")
    options = state.read_options(parser)
    state.set_up(f"synthetic-{options.papers}", shared_buffers=_MEMORY)
    from bench import filling, synthetic
    from papers.search import embedding

    print(state.machine())
    with patch.object(embedding, "Bundled", synthetic.Model):
        filling.fill(options.papers, options.files)
    return verdict(_measure(_readers(Random(_SEED), options.papers)))


def _measure(readers: dict) -> list[Limit]:
    """All pages in turn, several times over; the ratios are medians of those of each round."""
    from bench.database import stranger

    clients = {name: stranger() for name in readers}
    for name, user in readers.items():
        clients[name].force_login(user)
    anyone = next(iter(clients.values()))
    pages = {"trending": (anyone, "/papers/trending"), "filtered by a topic": (anyone, _TOPIC)}
    pages |= {name: (client, "/papers/following") for name, client in clients.items()}
    (marking := stranger()).force_login(_marking_reader())
    pages |= {f"trending, {_MARKED}": (marking, "/papers/trending")}
    pages |= {f"not seen, {_MARKED}": (marking, "/papers/trending?seen=no")}
    for client, path in pages.values():
        client.get(path)
    rounds = [{name: _milliseconds(*page) for name, page in pages.items()} for _ in range(_ROUNDS)]
    rows, ratios = [], {}
    for name in pages:
        times = sorted(each[name] for each in rounds)
        ratios[name] = median(each[name] / each["trending"] for each in rounds)
        rows.append((name, median(times), times[int(0.95 * _ROUNDS)], ratios[name]))
    print(table(["a list", "p50 ms", "p95 ms", "× trending"], rows))
    return [Limit("slowest, × trending", max(ratios.values()), _TIMES_TRENDING)]


def _milliseconds(client, path: str) -> float:
    started = time.perf_counter()
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return 1_000 * (time.perf_counter() - started)


def _readers(random: Random, number: int) -> dict:
    """By what they follow."""
    from django.db import connection

    from orgs.models import Organisation

    organisations, people = list(Organisation.objects.order_by("pk")), _people(random, number)
    topics = _column("SELECT t FROM papers_searchentry, unnest(topics) t GROUP BY t ORDER BY count(*) DESC, t")
    words = _column("SELECT word FROM papers_word WHERE spelled > 0 AND papers < 3000 ORDER BY papers DESC LIMIT 4000")
    authors = [" ".join(random.sample(words, 2)) for _ in range(500)]
    pools = {"organisations": organisations, "people": people, "topics": topics[:20_000], "authors": authors}

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
        "125 people": {"people": people[:125]},
    }
    readers = {name: _reader(f"reader-{place}", **kinds) for place, (name, kinds) in enumerate(follows.items())}
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return readers


def _reader(username: str, **targets: Iterable):
    from papers.models.follow import kinds

    user = _user(username)
    for name, kind in kinds().items():
        kind.objects.filter(user=user).delete()
        for target in targets.get(name, ()):
            kind.objects.make(user, target)
    return user


def _people(random: Random, number: int) -> list:
    from papers.models import Paper, Vote

    people, keys = [_user(f"person-{place}") for place in range(_PEOPLE)], range(1, number + 1)
    if not Vote.objects.exists():
        votes = [Vote(user=user, paper_id=key) for user in people for key in random.sample(keys, _VOTES)]
        Vote.objects.bulk_create(votes)
        for user in people:
            Paper.objects.filter(pk__in=random.sample(keys, _SUBMITTED)).update(submitted_by=user)
    return people


def _marking_reader():
    from papers.models import Dismissed, Paper, Seen

    user, keys = _user("marking"), Paper.objects.order_by("-hot", "-id").values_list("pk", flat=True)
    for kind, number in ((Seen, _SEEN), (Dismissed, _DISMISSED)):
        kind.objects.bulk_create([kind(user=user, paper_id=key) for key in keys[:number]], ignore_conflicts=True)
    return user


def _user(username: str):
    from django.contrib.auth import get_user_model

    defaults = {"email": f"{username}@example.org", "shows_votes": True}
    return get_user_model().objects.get_or_create(username=username, defaults=defaults)[0]


def _column(sql: str) -> list[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [value for (value,) in cursor]


if __name__ == "__main__":
    sys.exit(main())
