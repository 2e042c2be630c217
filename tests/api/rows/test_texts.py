"""Rows as text that the process keeps: the same as rows that are made anew, for everybody."""

import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.rows import papers, texts
from papers.models import AiText, Bookmark, Paper, Vote
from papers.paper import credit
from tests.factories import NOON, PaperFactory


def read(write, viewer) -> list[dict]:
    rows = Paper.objects.order_by().rows(viewer, order=("id",))
    return json.loads(write(rows, credit.people([row.pk for row in rows]), viewer))


def test_they_are_the_same_as_rows_made_anew(full_paper: Paper, alice, bob):
    PaperFactory(title='A "quoted" title')
    Vote.objects.make(alice, full_paper)
    Bookmark.objects.make(bob, full_paper)
    pks = list(Paper.objects.order_by("-pk").values_list("pk", flat=True))
    for viewer in (AnonymousUser(), alice, bob, AnonymousUser()):
        assert read(texts.daily, viewer) == papers.daily_rows(pks, viewer)
        assert read(texts.flat, viewer) == papers.papers(pks, viewer)


def test_a_row_that_is_kept_takes_no_statement(full_paper: Paper, alice):
    rows = Paper.objects.rows(alice)
    people = credit.people([full_paper.pk])
    first = texts.daily(rows, people, alice)
    with CaptureQueriesContext(connection) as statements:
        assert texts.daily(rows, people, alice) == first
    assert len(statements) == 0


def test_what_a_person_hides_is_gone_at_once(full_paper: Paper, alice):
    assert read(texts.daily, AnonymousUser())[0]["submittedBy"]["user"] == "alice"
    alice.shows_submissions = False
    alice.save()
    assert read(texts.daily, AnonymousUser())[0]["submittedBy"]["user"] == "broadsheet"


def test_an_ai_text_is_gone_when_the_setting_is(full_paper: Paper, settings):
    AiText.objects.create(paper=full_paper, summary="It shares.", model="Qwen", made_at=NOON)
    shown = []
    for settings.SHOW_AI_TEXT in (True, False):
        shown.append(read(texts.daily, AnonymousUser())[0].get("ai_summary"))
    assert shown == ["It shares.", None]


def test_a_paper_that_was_deleted_meanwhile_is_left_out(full_paper: Paper):
    rows = Paper.objects.rows(AnonymousUser())
    full_paper.delete()
    assert texts.daily(rows, {}, AnonymousUser()) == b"[]"


@pytest.mark.parametrize("write", [texts.daily, texts.flat])
def test_no_papers_are_an_empty_array(write):
    assert write([], {}, AnonymousUser()) == b"[]"
