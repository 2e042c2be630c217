import math
from datetime import timedelta

import pytest

from papers import ranking
from papers.models import Paper
from tests.factories import NOON, PaperFactory


@pytest.mark.parametrize(("votes", "comments"), [(0, 0), (1, 0), (9, 0), (128, 7), (2_000_000_000, 1)])
def test_the_column_is_the_formula(db, votes, comments):
    paper = PaperFactory(imported_votes=votes, comment_count=comments)
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
    assert [ranking.explain(paper).place for paper in listed] == [1, 2, 3, 4]
    why = ranking.explain(papers[0])
    assert (why.place, why.of, why.votes, why.points) == (3, 4, 5, 6)
    assert why.interest + why.freshness == pytest.approx(why.hot)
