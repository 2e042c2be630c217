"""A decision that is refused leads back to its form: with the reason, and all that was typed."""

from moderation.models import Action
from papers.models import Paper
from tests.moderation.conftest import take


def form_of(answer, action: str) -> str:
    """The form of the page that is sent to this address; "" if there is none."""
    page = answer.content.decode()
    start = page.find(f'action="{action}"')
    return page[start : page.index("</form>", start)] if start >= 0 else ""


def test_a_second_moderator_reads_what_was_done_and_can_send_the_form_again(rows, mo, ned, signed_in):
    take(mo, "warn", rows.person, "Be kind.")
    reader, path = signed_in(ned), f"/moderation/person/{rows.person.pk}/suspend"
    answer = reader.act(path, {"reason": "Nothing but spam.", "seen": "0-0-0", "until": "2100-12-03"})
    form = form_of(answer, path)
    assert answer.status_code == 409
    assert "Mo Moss has just done this: warned Arthur Author (Be kind.)" in form
    assert 'value="Nothing but spam."' in form
    assert 'value="2100-12-03"' in form
    seen = form.split('name="seen" value="')[1].split('"')[0]
    assert reader.act(path, {"reason": "Nothing but spam.", "seen": seen}).status_code == 302
    rows.person.refresh_from_db()
    assert rows.person.suspension_reason == "Nothing but spam."


def test_a_decision_that_is_not_possible_any_more_says_so_above_the_rest(rows, mo, ned, signed_in):
    take(mo, "hide", rows.comment)
    path = f"/moderation/comment/{rows.comment.pk}/hide"
    answer = signed_in(ned).act(path, {"reason": "Spam.", "seen": "0-0-0"})
    assert answer.status_code == 409
    assert form_of(answer, path) == ""
    assert answer.content.decode().count("Mo Moss has just done this") == 1
    assert "Decisions about it" in answer.content.decode()


def test_a_paper_is_not_merged_into_itself(rows, mo, signed_in):
    path = f"/moderation/paper/{rows.paper.pk}/merge"
    answer = signed_in(mo).act(path, {"reason": "The same.", "seen": "0-0-0", "into": "2509.08721"})
    assert answer.status_code == 400
    form = form_of(answer, path)
    assert "merged into itself" in form
    assert 'value="2509.08721"' in form
    assert 'value="The same."' in form
    assert Paper.objects.exists()


def test_nobody_suspends_themself_and_the_form_says_so(mo, signed_in):
    path = f"/moderation/person/{mo.pk}/suspend"
    answer = signed_in(mo).act(path, {"reason": "Holidays.", "seen": "0-0-0"})
    assert answer.status_code == 403
    assert (form_of(answer, path), "This is about yourself" in answer.content.decode()) == ("", True)
    assert not Action.objects.exists()


def test_undoing_that_is_refused_comes_back_with_its_reason(rows, mo, signed_in):
    first = take(mo, "relink", rows.paper, code_url="https://one.example")
    take(mo, "relink", rows.paper, code_url="https://two.example")
    path = f"/moderation/log/{first.pk}/undo"
    answer = signed_in(mo).act(path, {"reason": "Wrong link."})
    form = form_of(answer, path)
    assert answer.status_code == 409
    assert "Undo that first" in form
    assert 'value="Wrong link."' in form
    first.refresh_from_db()
    assert first.undone_at is None
