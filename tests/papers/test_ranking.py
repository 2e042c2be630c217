import math
from datetime import UTC, datetime, time, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from papers import ranking
from papers.detail import statement
from papers.models import Paper
from tests.factories import NOON, PaperFactory


@pytest.mark.parametrize(("votes", "comments"), [(0, 0), (1, 0), (9, 0), (128, 7), (2_000_000_000, 1)])
def test_the_column_is_the_formula(db, votes, comments):
    paper = PaperFactory(imported_votes=votes, imported_comments=comments)
    assert paper.hot == pytest.approx(ranking.hot(votes, comments, paper.listed_at), abs=1e-9)
    assert paper.hot == pytest.approx(math.log10(1 + votes + comments / 2) + NOON.timestamp() / 172_800)


def test_two_days_later_weighs_as_much_as_ten_times_the_points(db):
    older = PaperFactory(imported_votes=99)
    newer = PaperFactory(imported_votes=9, listed_at=NOON + timedelta(days=2))
    assert older.hot == pytest.approx(newer.hot)


def test_explain_tells_place_and_terms(db):
    papers = [PaperFactory(imported_votes=votes) for votes in (5, 9, 9, 0)]
    PaperFactory(imported_votes=100, listed_at=NOON + timedelta(days=1))
    listed = list(Paper.objects.filter(listed_on=NOON.date()).order_by("-vote_count", "-listed_at", "-id"))
    assert [statement.find(paper.arxiv_id, AnonymousUser()).why.place for paper in listed] == [1, 2, 3, 4]
    why = statement.find(papers[0].arxiv_id, AnonymousUser()).why
    assert (why.place, why.paper_count, why.votes, why.points) == (3, 4, 5, 6)
    assert why.interest + why.freshness == pytest.approx(why.hot)


@pytest.mark.parametrize(("votes", "comments"), [(0, 0), (2**31 - 2, 2**31 - 1)])  # PostgreSQL adds 1 to the votes
@pytest.mark.parametrize("time", [time.min, time.max])
def test_a_day_has_its_coldest_and_its_hottest_paper(db, votes, comments, time):
    listed_at = datetime.combine(NOON, time, UTC)
    PaperFactory(imported_votes=votes, imported_comments=comments, listed_at=listed_at)
    day = NOON.date()
    assert Paper.objects.since(day).until(day).count() == 1
    assert Paper.objects.between(day, day + timedelta(days=1)).count() == 1
    assert not Paper.objects.since(day + timedelta(days=1)).exists()
    assert not Paper.objects.until(day - timedelta(days=1)).exists()


def test_the_first_and_the_last_day_of_the_calendar_are_days(paper, stranger):
    page = stranger.get("/papers?after=0001-01-01&before=9999-12-31").content.decode()
    assert page.count('class="card"') == 1
