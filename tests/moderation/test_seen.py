"""Moderators decide on what they have read: what came since their page was drawn is not closed with the rest."""

import re

import pytest

from lib.refusals import Conflict
from moderation.models import Action, Answer, Case
from moderation.seen import Seen
from moderation.subjects import KINDS
from tests.moderation.conftest import flag, seen_by_now, suspect, take


def seen(row) -> Seen:
    return seen_by_now(KINDS["comment"], row.pk)


def test_a_flag_that_came_after_the_page_is_not_closed(rows, mo, alice, bob):
    flag(alice, rows.comment)
    drawn = seen(rows.comment)
    flag(bob, rows.comment, "private", "It has my home address.")
    for decision in ("dismiss", "hide"):
        with pytest.raises(Conflict, match="new flag or answer"):
            take(mo, decision, rows.comment, seen=drawn)
    assert Case.objects.open().exists()
    take(mo, "dismiss", rows.comment)
    assert not Case.objects.open().exists()


def test_an_answer_that_came_after_the_page_is_not_closed(rows, mo, ned, alice):
    flag(alice, rows.comment)
    action = take(mo, "hide", rows.comment)
    drawn = seen(rows.comment)
    Answer.objects.write(rows.person, action, "You have misread it.")
    with pytest.raises(Conflict, match="new flag or answer"):
        take(ned, "dismiss", rows.comment, seen=drawn)
    assert Case.objects.open().get().question == "answer"


def test_flags_do_not_hinder_a_decision_that_leaves_them_open(rows, mo, alice):
    suspect(rows.paper)
    drawn = seen_by_now(KINDS["paper"], rows.paper.pk)
    flag(alice, rows.paper)
    take(mo, "count-votes", rows.paper, seen=drawn)
    assert Case.objects.open().get().question == "flags"


def test_the_page_says_in_its_forms_what_it_shows(rows, mo, alice, bob, signed_in):
    reader, path = signed_in(mo), f"/moderation/person/{rows.person.pk}"
    flag(alice, rows.person)
    Answer.objects.write(rows.person, take(mo, "warn", rows.person), "You have misread it.")
    flag(bob, rows.person)
    [drawn] = set(re.findall(r'name="seen" value="([^"]+)"', reader.get(path).content.decode()))
    assert Seen.read(drawn) == seen_by_now(KINDS["person"], rows.person.pk)
    flag(mo, rows.person)
    answer = reader.act(f"{path}/dismiss", {"reason": "Fine.", "seen": drawn})
    assert answer.status_code == 409
    assert "new flag or answer" in answer.content.decode()


@pytest.mark.parametrize("damaged", ["", "1", "1-2", "1-2-x", "1-2--3", f"{'9' * 19}-1-1", "1-2-3-4", "1-2-²"])
def test_a_damaged_form_decides_nothing(rows, mo, alice, signed_in, damaged):
    flag(alice, rows.comment)
    answer = signed_in(mo).act(f"/moderation/comment/{rows.comment.pk}/hide", {"reason": "Spam.", "seen": damaged})
    assert answer.status_code == 400
    assert not Action.objects.exists()


def test_another_value_is_another_form(rows, mo):
    drawn = seen_by_now(KINDS["person"], rows.person.pk)
    first = take(mo, "suspend", rows.person, seen=drawn)
    assert take(mo, "suspend", rows.person, seen=drawn) == first
    with pytest.raises(Conflict, match="Mo Moss has just done this"):
        take(mo, "suspend", rows.person, seen=drawn, until=rows.person.date_joined.replace(year=2100))
