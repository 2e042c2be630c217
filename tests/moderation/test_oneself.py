"""Moderators decide on others: not on themselves, and not on moderators."""

import pytest

from lib.refusals import NotAllowed
from moderation.models import Action, Case
from papers.models import AuthorClaim, Collection, Comment, Content
from tests.factories import PaperFactory, UserFactory, appoint
from tests.moderation.conftest import flag, subjects, take


@pytest.fixture
def superuser(db):
    return appoint(UserFactory(name="Sue Sorrel"), is_superuser=True)


def own(mo, paper) -> dict:
    """What concerns the moderator, with the decision that moderators decide on it by."""
    claim = AuthorClaim.objects.make(mo, paper, 0)
    claim.ask(mo, "It is me.")
    shelf = Collection.objects.create(key="mine", name="Mine", user=mo, visibility="public")
    return {
        "hide": Comment.objects.post(mo, paper, Content("Rubbish.")),
        "hold": shelf,
        "grant": claim,
        "warn": mo,
    }


@pytest.mark.parametrize("decision", ["hide", "hold", "grant", "warn"])
def test_nobody_decides_on_what_concerns_oneself(mo, superuser, paper, decision):
    row = own(mo, paper)[decision]
    with pytest.raises(NotAllowed, match="about yourself"):
        take(mo, decision, row)
    action = take(superuser, decision, row)
    with pytest.raises(NotAllowed, match="about yourself"):
        action.undo(mo, "I like it.")
    action.undo(superuser, "Never mind.")


def test_nobody_dismisses_flags_about_oneself(mo, alice):
    flag(alice, mo)
    with pytest.raises(NotAllowed, match="about yourself"):
        take(mo, "dismiss", mo)
    assert Case.objects.open().exists()


@pytest.mark.parametrize("verb", ["grant", "refuse"])
def test_nobody_decides_on_an_own_claim_elsewhere(mo, paper, verb):
    claim = own(mo, paper)["grant"]
    with pytest.raises(NotAllowed, match="about yourself"):
        getattr(claim, verb)(mo, "Sure.")


def test_the_only_superuser_moderates_a_paper_that_they_submitted(superuser):
    paper = subjects(superuser)["paper"]
    action = take(superuser, "lock", paper)
    action.undo(superuser, "Calm again.")
    assert action.undone_by == superuser


@pytest.mark.parametrize("decision", ["warn", "dismiss"])
def test_superusers_alone_decide_on_moderators(mo, ned, superuser, alice, decision):
    flag(alice, ned)
    with pytest.raises(NotAllowed, match="Only superusers"):
        take(mo, decision, ned)
    action = take(superuser, decision, ned)
    with pytest.raises(NotAllowed, match="Only superusers"):
        action.undo(mo, "I like Ned.")
    assert Action.objects.get().undone_at is None


@pytest.mark.parametrize("decision", ["hide", "warn"])
def test_nobody_reads_who_flagged_them(mo, ned, paper, alice, signed_in, decision):
    rows = own(mo, paper)
    case = flag(alice, rows[decision])
    flag(alice, PaperFactory(title="Of somebody else"))
    page = f"/moderation/{case.kind}/{case.subject_id}"
    for path in ("/moderation", page):
        assert "words-of-a-flag" in signed_in(ned).get(path).content.decode(), path
        html = signed_in(mo).get(path).content.decode()
        assert ("Alice Ash" in html) is (path == "/moderation")
        assert html.count("words-of-a-flag") == (path == "/moderation")
    html = signed_in(mo).get(page).content.decode()
    assert "This is about yourself" in html
    assert 'class="decision"' not in html
