"""Among twenty thousand papers, no statement of a list reads more than a small number of blocks.

The blocks are counted by EXPLAIN, so that the load of the machine does not matter.
"""

import json
import re
from contextlib import contextmanager
from datetime import timedelta
from itertools import repeat

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from papers.lists.list import ORDERS
from papers.models import Affiliation, Bookmark, Collection, Day, Dismissed, Outcome, Paper, TopicFollow, Visit
from tests.factories import OrganisationFactory

PAPERS, DAYS = 20_000, 500
MAX_BLOCKS = 8_000  # blocks: of two thousand papers that are tested, four each; all papers would be eighty thousand
FEW_BLOCKS = 1_000  # blocks; the table of papers has eighteen hundred


@pytest.fixture(scope="module")
def many(django_db_setup, django_db_blocker):
    """Papers with even ids have code, those with odd ones the topic "odd"; every 51st was reproduced.

    Forty a day, until 10 September 2025.

    Their ids do not come from the sequence, which a rollback would not reset. What earlier runs rolled back is
    vacuumed, or its blocks would be counted, too.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("VACUUM papers_paper, papers_searchentry, papers_dismissed")
        with transaction.atomic():
            cursor.execute(_FILL, {"papers": PAPERS, "days": DAYS})
            Day.objects.recount()
            cursor.execute("ANALYZE papers_paper, papers_searchentry")
            yield
            transaction.set_rollback(True)


_FILL = """
    INSERT INTO papers_paper (
        id, arxiv_id, version, title, abstract, author_count, categories, keywords, code_url, project_url, media_urls,
        code_source, code_state, code_licence, project_source, picture, picture_source, locked_reason, published_at,
        keywords_corrected, is_listed, listed_at, imported_votes, vote_count, held_count, revision, changed_at,
        imported_comments, comment_count, commenter_count, works_count, partly_count, fails_count,
        model_count, dataset_count, demo_count
    )
    SELECT
        n, '2509.' || lpad(n::text, 5, '0'), 1, 'Paper ' || n, repeat('word ', 100), 0, '{}', '{}',
        CASE n %% 2 WHEN 0 THEN 'https://example.org' ELSE '' END, '', '{}',
        'import', 'unknown', '', 'import', '', '', '', listed_at, false, true, listed_at,
        n * 7919 %% 97, n * 7919 %% 97, 0, 0, listed_at, n * 7919 %% 89, n * 7919 %% 89, 0, (n %% 51 = 0)::int, 0, 0,
        (n %% 51 = 1)::int, 0, 0
    FROM generate_series(1, %(papers)s) n, LATERAL (
        SELECT timestamptz '2025-09-10 12:00Z' - (n * 7919 %% %(days)s) * interval '1 day' + n * interval '1 second'
    ) day(listed_at);
    INSERT INTO papers_searchentry (paper_id, words, topics, revision)
    SELECT id, 'paper:1D', CASE code_url WHEN '' THEN '{odd}'::text[] ELSE '{}' END, 1 FROM papers_paper
"""


@contextmanager
def blocks():
    """A list of the numbers of blocks that the SELECTs of papers read meanwhile."""
    counts = []

    def explain(execute, sql, params, many, context):
        if re.match(r"\s*(SELECT|WITH)", sql) and "papers_paper" in sql:
            execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params, many, context)
            (plan,) = context["cursor"].fetchone()
            plan = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
            counts.append(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield counts


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    "path",
    [
        "/papers/trending?",
        "/papers/date/2024-05-01?",
        "/papers/week/2024-W18?",
        "/papers/month/2024-05?",
        "/papers/month/2025-08?",
        "/papers/trending?before=2024-05-31&",
        "/papers/trending?after=2024-05-01&before=2024-05-31&",
        "/papers/month/2024-05?topic=odd&",
        "/papers/month/2024-05?has=code&",
        "/papers/trending?topic=odd&",
        "/papers/trending?min_votes=96&",
        "/papers?after=2024-06-01&min_votes=96&",
        "/papers/trending?has=code&min_votes=20&",
        "/papers/trending?repro=works&",
        "/papers/trending?has=model&",
    ],
)
def test_a_page_of_a_list_reads_a_part_of_the_papers(many, db, stranger, path, order):
    with blocks() as counts:
        page = stranger.get(f"{path}sort={order}")
    assert page.content.decode().count('class="card"') == 30
    assert max(counts) < MAX_BLOCKS


@pytest.fixture
def reader(many, alice, signed_in):
    """Alice, an hour after the newest paper. She was last here more than a year ago."""
    newest = Paper.objects.latest("listed_at").listed_at
    with time_machine.travel(newest + timedelta(hours=1)):
        Visit.objects.create(user=alice, current_at=newest - timedelta(days=400))
        yield signed_in(alice)


@pytest.mark.parametrize("path", ["/papers", "/papers/date/2025-09-08", "/papers/date/2024-06-01", "/papers/trending"])
def test_a_readers_page_reads_few_blocks_whenever_the_last_visit_was(reader, path):
    for ago in (timedelta(days=400), timedelta(days=2), timedelta(hours=3)):
        Visit.objects.update(current_at=timezone.now() - ago)
        with blocks() as counts:
            page = reader.get(path).content.decode()
        assert page.count('class="card"') == 30
        assert "since your last visit" in page
        assert max(counts) < FEW_BLOCKS


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/papers/trending?min_votes=96&sort=newest&export=csv", 3 * MAX_BLOCKS),  # up to six thousand are tested
        ("/papers/month/2025-08.atom?min_votes=96&sort=hot", MAX_BLOCKS),
    ],
)
def test_a_file_and_a_feed_of_rare_papers_read_few_blocks(many, stranger, path, most):
    with blocks() as counts:
        assert b"Paper " in stranger.get(path).content
    assert max(counts) < most


@pytest.mark.parametrize("order", ORDERS)
def test_two_thousand_dismissed_papers_before_a_page_do_not_make_it_slow(reader, alice, order):
    first = Paper.objects.order_by(*(f"-{column}" for column in ORDERS[order].columns))[:2_000]
    Dismissed.objects.bulk_create(Dismissed(user=alice, paper=paper) for paper in first)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE papers_dismissed")
    with blocks() as counts:
        page = reader.get(f"/papers/trending?sort={order}")
    assert page.content.decode().count('class="card"') == 30
    assert max(counts) < MAX_BLOCKS


@pytest.mark.parametrize("order", ORDERS)
def test_marks_from_long_ago_are_found_along_any_order(many, alice, signed_in, order):
    old = Paper.objects.filter(listed_on__lt="2024-06-01").order_by("pk")[:1_500]
    Bookmark.objects.bulk_create(Bookmark(user=alice, paper=paper, version=1) for paper in old)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE papers_bookmark")
    with blocks() as counts:
        page = signed_in(alice).get(f"/bookmarks?sort={order}")
    assert page.content.decode().count('class="card"') == 30
    assert max(counts) < MAX_BLOCKS


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("query", ["", "topic=odd&", "min_votes=20&", "topic=odd&min_votes=20&"])
def test_what_one_follows_is_found_along_any_order(many, alice, signed_in, query, order):
    TopicFollow.objects.make(alice, "odd")
    with blocks() as counts:
        page = signed_in(alice).get(f"/papers/following?{query}sort={order}")
    assert page.content.decode().count('class="card"') == 30
    assert max(counts) < MAX_BLOCKS // 2


def test_a_list_in_its_own_order_is_walked_along_it(many, alice, signed_in):
    Bookmark.objects.bulk_create(
        Bookmark(user=alice, paper=paper, version=1) for paper in Paper.objects.order_by("pk")[:5_000]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE papers_bookmark")
    with blocks() as counts:
        page = signed_in(alice).get("/bookmarks?topic=odd&min_votes=20")
    assert page.content.decode().count('class="card"') == 30
    assert max(counts) < MAX_BLOCKS // 2


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    "query", ["topic=odd&has=code", "topic=none", "min_votes=97", "author=paper", "org=none", "repro=fails", "has=demo"]
)
def test_filters_that_no_paper_meets_are_answered_without_a_walk(many, db, stranger, query, order):
    with blocks() as counts:
        page = stranger.get(f"/papers?{query}&sort={order}")
    assert '<div class="empty">' in page.content.decode()
    assert max(counts, default=0) < MAX_BLOCKS


@pytest.mark.parametrize("reports", [Paper.objects.reported(), *map(Paper.objects.reported_as, Outcome)])
def test_reports_are_found_by_their_own_index(many, db, reports):
    assert "paper_reported" in reports.values("pk").explain()


@pytest.mark.parametrize(
    ("papers", "index"),
    [
        (Paper.objects.with_code(), "paper_with_code"),
        (Paper.objects.with_artefacts("model"), "paper_with_models"),
        (Paper.objects.with_artefacts("dataset"), "paper_with_datasets"),
        (Paper.objects.with_artefacts("demo"), "paper_with_demos"),
    ],
)
def test_what_papers_have_is_found_by_an_index_of_its_own(many, db, papers, index):
    newest = papers.order_by("-listed_at", "-id").values("listed_at", "id")[:30]
    assert index in newest.explain()


@pytest.mark.parametrize("form", ["", ".atom"])
def test_an_organisation_of_half_of_the_papers_is_read_along_an_index(many, lab, stranger, form):
    """Others have one paper each, so that PostgreSQL expects few of an organisation that it does not know."""
    papers = Paper.objects.filter(code_url="").order_by("-listed_at")
    others = OrganisationFactory.create_batch(100)
    Affiliation.objects.bulk_create(
        Affiliation(paper=paper, organisation=organisation, state="accepted", since=paper.listed_at)
        for paper, organisation in [*zip(papers, repeat(lab), strict=False), *zip(papers, others, strict=False)]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE papers_affiliation")
    with blocks() as counts:
        page = stranger.get(f"/orgs/lab{form}")
    assert papers[0].title in page.content.decode()
    assert max(counts) < MAX_BLOCKS


def test_public_collections_are_found_without_reading_all_people(db):
    assert "SubPlan" not in Collection.objects.listed().explain()
