"""What undoing makes of the cases: what was decided is open again, and answers to it are settled."""

import pytest

from moderation.models import Answer, Case
from tests.moderation.conftest import flag, take


def open_questions() -> list[str]:
    return sorted(Case.objects.open().values_list("question", flat=True))


def test_undoing_settles_the_answer(rows, mo, ned):
    action = take(mo, "hide", rows.comment)
    Answer.objects.write(rows.person, action, "You have misread it.")
    action.undo(ned, "You are right.")
    assert open_questions() == []


def test_moderators_read_an_answer_also_after_the_decision_was_undone(rows, mo, ned, signed_in):
    action = take(mo, "hide", rows.comment)
    Answer.objects.write(rows.person, action, "You have misread it.")
    action.undo(ned, "You are right.")
    page = signed_in(ned).get(f"/moderation/comment/{rows.comment.pk}").content.decode()
    assert page.count("You have misread it.") == 1


def test_undoing_leaves_the_answer_to_another_decision(rows, mo, ned):
    for decision in ("warn", "suspend"):
        action = take(mo, decision, rows.person)
        Answer.objects.write(rows.person, action, "You have misread it.")
    action.undo(ned, "You are right.")
    assert open_questions() == ["answer"]


@pytest.mark.parametrize(("decision", "kind"), [("hide", "comment"), ("hold", "collection"), ("warn", "person")])
def test_undoing_opens_the_flags_again(rows, mo, alice, decision, kind):
    case = flag(alice, getattr(rows, kind))
    action = take(mo, decision, getattr(rows, kind))
    assert open_questions() == []
    action.undo(mo, "Wrong one.")
    assert Case.objects.open().get() == case


def test_undoing_a_dismissal_opens_the_answer_again(rows, mo):
    action = take(mo, "hide", rows.comment)
    Answer.objects.write(rows.person, action, "You have misread it.")
    dismissal = take(mo, "dismiss", rows.comment)
    dismissal.undo(mo, "Too early.")
    assert open_questions() == ["answer"]


def test_undoing_a_dismissal_does_not_open_an_answer_to_what_was_undone(rows, mo):
    action = take(mo, "hide", rows.comment)
    Answer.objects.write(rows.person, action, "You have misread it.")
    dismissal = take(mo, "dismiss", rows.comment)
    action.undo(mo, "You are right.")
    dismissal.undo(mo, "Too early.")
    assert open_questions() == []
