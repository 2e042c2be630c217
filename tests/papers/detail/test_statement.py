"""The statement of a paper's page says what Django's QuerySets say, and does without neighbours if they are slow."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.db import connection

from papers.detail import statement
from papers.models import Affiliation, Comment, Content, DayDone, Paper, PaperFollow, State
from papers.models.bits import bits
from papers.models.mark import marks
from papers.paper.summary import summaries
from papers.search import results
from tests.factories import NOON, OrganisationFactory, PaperFactory
from tests.papers import querysets
from tests.papers.collections.shelf import shelf
from tests.papers.search import library as sample_papers


@pytest.fixture
def viewers(alice, bob, carol):
    return [AnonymousUser(), alice, bob, carol]


def test_the_paper_and_the_marks_of_each_viewer(lab, alice, bob, viewers):
    paper = PaperFactory(organisation=lab, submitted_by=alice, authors=["Ada Lovelace", "The Team"])
    for mark in marks():
        mark.objects.make(alice, paper)
    DayDone.objects.make(bob, paper.listed_on)
    shelf(alice, papers=[paper])
    columns = [field.attname for field in Paper._meta.concrete_fields] + list(bits())
    for viewer in viewers:
        expected = querysets.seen_by(Paper.objects, viewer).get(pk=paper.pk)
        found = statement.find(paper.arxiv_id, viewer)
        assert [getattr(found.paper, name) for name in columns] == [getattr(expected, name) for name in columns]
        assert found.paper.organisation == found.organisations[0] == lab
        assert found.lister == alice
        assert [author.name for author in found.authors] == ["Ada Lovelace", "The Team"]
        assert [author.details for author in found.authors] == [author.details for author in paper.authors.all()]


def test_follows_and_organisations(lab, alice, bob, viewers):
    paper, club = PaperFactory(organisation=lab), OrganisationFactory(slug="club")
    Affiliation.objects.create(paper=paper, organisation=club, state=State.ACCEPTED, since=NOON + timedelta(days=9_999))
    for user in (alice, bob):
        PaperFollow.objects.make(user, paper)
    for viewer in viewers:
        found = statement.find(paper.arxiv_id, viewer)
        assert found.follow == PaperFollow.objects.state(viewer, paper)
        assert found.organisations == [lab, club]


def test_comments_that_stand_here(alice, viewers):
    paper, other = PaperFactory(imported_comments=3, comment_count=3), PaperFactory()
    for source_id, retracted_at in (("a", None), ("b", None), ("c", NOON)):
        Comment.objects.create(paper=paper, text="Fine.", source_id=source_id, retracted_at=retracted_at)
    Comment.objects.post(alice, paper, Content("Thanks."))
    here = paper.comments.imported().filter(retracted_at=None).count()
    for viewer in viewers:
        found = statement.find(paper.arxiv_id, viewer)
        assert (found.has_comments, [site.count for site in found.other_sites]) == (True, [3 - here]) == (True, [1])
        assert statement.find(other.arxiv_id, viewer).has_comments is False


def test_the_neighbours_are_those_of_a_search(library, viewers):
    for paper in Paper.objects.all():
        hits = results.similar(paper, Paper.objects.all()).hits[: statement.SIMILAR_SHOWN]
        expected = [summary.arxiv_id for summary in summaries([hit.pk for hit in hits], 0).values()]
        for viewer in viewers:
            assert [near.arxiv_id for near in statement.find(paper.arxiv_id, viewer).similar] == expected


def test_neighbours_that_take_too_long_are_left_out_for_a_while(transactional_db, caplog):
    papers = [PaperFactory(title=f"Sampling tokens {n} times", abstract="") for n in range(3)]
    sample_papers.index()
    assert len(statement.find(papers[0].arxiv_id, AnonymousUser()).similar) == 2
    with connection.cursor() as cursor:
        cursor.execute(_SLOW)
    try:
        found = statement.find(papers[0].arxiv_id, AnonymousUser())
    finally:
        with connection.cursor() as cursor:
            cursor.execute(_FAST)
    assert (found.paper, found.similar) == (papers[0], [])
    assert "leave out similar papers" in caplog.text
    assert statement.find(papers[0].arxiv_id, AnonymousUser()).similar == []
    caches["searches"].clear()
    assert len(statement.find(papers[0].arxiv_id, AnonymousUser()).similar) == 2


# A view that waits for each vector that is read.
_SLOW = """
    ALTER TABLE papers_embedding RENAME TO papers_embedding_rows;
    CREATE VIEW papers_embedding AS SELECT * FROM papers_embedding_rows WHERE pg_sleep(1) IS NOT NULL;
    SET statement_timeout = 200;
"""
_FAST = """
    RESET statement_timeout;
    DROP VIEW papers_embedding;
    ALTER TABLE papers_embedding_rows RENAME TO papers_embedding;
"""
