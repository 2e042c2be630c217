"""How fast the pages of a large organisation are: 20,000 papers of 100,000, 300,000 upvotes, 300 members, and a
collection of 5,000 papers.

    .venv/bin/python bench/organisation.py [--data FOLDER] [--seconds N]

Synthetic papers in a state folder of its own (var/bench/organisation), the real server, measured as pages.py does it;
the yardstick is the page of a month, in the same rounds. What insights cost when they are counted anew, which happens
once an hour in each process, stands in a table of its own. Exits with 0 if all limits hold, 1 if one is missed, 2
without data.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from statistics import median
from unittest.mock import patch

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import rounds, servers, state  # noqa: E402
from bench.load import ROWS, Line, Request  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402

_ALL, _PAPERS, _MEMBERS, _VOTES_EACH, _WAITING, _COLLECTED = 100_000, 20_000, 300, 1_000, 2_000, 5_000
_TIMES_MONTH, _ANEW_MS, _ANEW = 3, 2_000, 7


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=3.0, metavar="N", help="for each line and way of asking")
    options = state.read_options(parser)
    state.set_up("organisation")
    return verdict(_measure_all(options.files, options.seconds))


def _measure_all(files: list[Path], seconds: float) -> list[Limit]:
    from bench import database
    from lib.env import DATA

    print(state.machine())
    _fill(files)
    _client, headers = database.reader()
    anew = _insights_anew()
    month = Request(f"/papers/month/{database.Day.objects.latest_date():%Y-%m}", rows=ROWS)
    deep = database.walk("/orgs/large", database.DEEP)[-1]
    deep_in_collection = database.walk("/collections/five-thousand", database.DEEP)[-1]
    database.leave()
    with servers.site(int(os.environ["PORT"]), DATA / "site.log") as site:
        lines = list(_lines(site, month, (deep, deep_in_collection), headers))
        results = rounds.rounds(lines, seconds)
    print(rounds.report(lines, results))
    slowest = max(
        rounds.p50(results, line.name) for line in lines if line.name.startswith(("organisation", "collection"))
    )
    return [
        Limit(
            "slowest list of the organisation or the collection, × month",
            slowest / rounds.p50(results, "month"),
            _TIMES_MONTH,
        ),
        Limit("insights counted anew, p50 in ms", anew, _ANEW_MS),
    ]


def _lines(site: servers.Server, month: Request, deep: tuple[str, str], reader: dict[str, str]) -> Iterator[Line]:
    requests = {
        "month": month,
        "organisation": Request("/orgs/large", rows=ROWS),
        "organisation, by upvotes": Request("/orgs/large?sort=votes", rows=ROWS),
        "organisation, by comments": Request("/orgs/large?sort=discussed", rows=ROWS),
        "organisation, hot": Request("/orgs/large?sort=hot", rows=ROWS),
        "organisation, 100 pages on": Request(deep[0], rows=ROWS),
        "organisation as a filter": Request("/papers?org=large", rows=ROWS),
        "a small organisation": Request("/orgs/organisation-480", rows=ROWS),
        "collection": Request("/collections/five-thousand", rows=ROWS),
        "collection, 100 pages on": Request(deep[1], rows=ROWS),
        "collection, filtered": Request("/collections/five-thousand?min_votes=1&sort=votes", rows=ROWS),
        "signed in: collection": Request("/collections/five-thousand", headers=reader, rows=ROWS),
        "signed in: arranging it": Request("/collections/five-thousand/arrange", headers=reader, holds=b"row-"),
        "signed in: month": Request(month.path, headers=reader, rows=ROWS),
        "signed in: members": Request("/orgs/large/members", headers=reader, holds=b"member-300"),
        "signed in: organisation": Request("/orgs/large", headers=reader, rows=ROWS),
        "signed in: suggestions": Request("/orgs/large/suggestions", headers=reader, rows=ROWS),
        "insights": Request("/orgs/large/insights", holds=b"Most upvoted"),
        "signed in: insights": Request("/orgs/large/insights", headers=reader, holds=b"Most upvoted"),
        "topics as CSV": Request("/orgs/large/insights/topics.csv", holds=b"topic,papers"),
    }
    for name, request in requests.items():
        yield Line(name, site, lambda client, request=request: repeat((request,)))


def _insights_anew() -> float:
    """In ms, the median; prints what each of its statements takes."""
    from django.core.cache import caches
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench.database import stranger

    took, statements = [], []
    for _ in range(_ANEW):
        caches["pages"].clear()
        with CaptureQueriesContext(connection) as captured:
            started = time.perf_counter()
            stranger().get("/orgs/large/insights")
            took.append(1_000 * (time.perf_counter() - started))
        statements.append([1_000 * float(query["time"]) for query in captured])
    names = ["organisation", "last tagged", "last refused", "months", "upvotes", "most upvoted", "topics", "together"]
    rows = [(name, median(times)) for name, times in zip(names, zip(*statements, strict=True), strict=True)]
    print(table(["insights counted anew", "ms"], [*rows, ("the page", median(took))]))
    return median(took)


def _fill(files: list[Path]) -> None:
    """The papers, and among them those of the organisation, unless they are there already."""
    from django.db import connection

    from bench import filling, synthetic
    from orgs.models import Organisation
    from papers.models import Day
    from papers.search import embedding

    with patch.object(embedding, "Bundled", synthetic.Model):
        filling.fill(_ALL, files)
    large = Organisation.objects.ensure({"large": "Large Laboratory"})["large"]
    if not large.affiliations.exists():
        with connection.cursor() as cursor:
            for statement in _ORGANISATION:
                cursor.execute(statement, _NUMBERS | {"large": large.pk})
        _collect(large)
    Day.objects.recount()


def _collect(large) -> None:
    from accounts.models import User
    from papers.models import Collection, Item, Paper

    owner, papers = User.objects.get(username="bench"), Paper.objects.order_by("-arxiv_id").values_list("pk", flat=True)
    collection = Collection.objects.begin(owner, large, "Five thousand", visibility="public")
    Collection.objects.filter(pk=collection.pk).update(key="five-thousand")
    Item.objects.add(owner, collection, list(papers[:_COLLECTED]))


_NUMBERS = {"step": _ALL // _PAPERS, "members": _MEMBERS, "each": _PAPERS // _VOTES_EACH, "waiting": _WAITING}
_ORGANISATION = (
    """
    INSERT INTO accounts_user (
        username, name, email, password, is_superuser, is_staff, is_active, date_joined, about, links, portrait,
        shows_votes, shows_submissions, shows_collections, shows_memberships
    )
    SELECT name, '', name || '@example.org', '', false, false, true, now(), '', '[]', '', false, true, true, true
    FROM (SELECT 'member-' || n FROM generate_series(2, %(members)s) n UNION SELECT 'bench') AS made(name)
    """,
    """
    INSERT INTO orgs_membership (organisation_id, user_id, role, created_at)
    SELECT %(large)s, id, CASE WHEN username = 'bench' THEN 'owner' ELSE 'member' END, now() FROM accounts_user
    """,
    """
    INSERT INTO papers_affiliation (paper_id, organisation_id, state, since, is_guess, reason)
    SELECT id, %(large)s, CASE WHEN id %% %(step)s = 0 THEN 'accepted' ELSE 'suggested' END, listed_at, true, ''
    FROM papers_paper WHERE id %% %(step)s = 0 OR id < %(waiting)s
    """,
    """
    INSERT INTO papers_vote (user_id, paper_id, created_at)
    SELECT accounts_user.id, paper_id, since + random() * interval '90 days'
    FROM accounts_user
    JOIN papers_affiliation ON paper_id / %(step)s %% %(each)s = accounts_user.id %% %(each)s
    WHERE organisation_id = %(large)s AND state = 'accepted'
    """,
    """
    UPDATE papers_paper SET vote_count = vote_count + cast_here
    FROM (SELECT paper_id, count(*) AS cast_here FROM papers_vote GROUP BY paper_id) votes WHERE id = paper_id
    """,
    "VACUUM ANALYZE",
)


if __name__ == "__main__":
    sys.exit(main())
