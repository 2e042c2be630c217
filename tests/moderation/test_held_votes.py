"""Votes that are held as those of a suspected ring: their case, what moderators see and decide, and what is public."""

import pytest

from lib.refusals import Conflict
from moderation.models import Action, Case
from papers import audit
from papers.models import Paper, Vote
from tests.factories import PaperFactory, UserFactory
from tests.moderation.conftest import flag, other_paper, suspect, take

PUBLIC = ("/moderation/log", "/moderation/log.atom", "/moderation/log.json", "/papers/2509.08721")


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def paper(rows):
    suspect(rows.paper)
    rows.paper.refresh_from_db()
    return rows.paper


def counters() -> tuple[int, int]:
    return Paper.objects.values_list("vote_count", "held_count").get(arxiv_id="2509.08721")


def test_a_hold_opens_one_case_and_a_second_one_adds_to_it(paper, mo, signed_in):
    suspect(paper, 2, {"together": 1.0, "risk": 0.8})
    case = Case.objects.get()
    assert (case.question, [hold["number"] for hold in case.holds]) == ("votes", [3, 2])
    page = text(signed_in(mo).get("/moderation"))
    assert "Upvotes under review" in page
    assert "3 upvotes held, risk 87" in page
    assert "Upvoted together 75" in page
    assert "2 upvotes held, risk 80" in page
    take(mo, "refuse-votes", paper)
    suspect(paper, 1)
    assert [hold["number"] for hold in Case.objects.open().get().holds] == [1]


def test_moderators_alone_see_who_voted(paper, mo, signed_in, client):
    assert text(signed_in(mo).get(f"/moderation/paper/{paper.pk}")).count(f"Voter {paper.pk}-") == 3
    take(mo, "refuse-votes", paper)
    for path in (*PUBLIC, Action.objects.get().get_absolute_url()):
        page = client.get(path).content.decode()
        assert f"Voter {paper.pk}-" not in page
        assert ("refused 3 upvotes under review for the paper “Common paper”" in page) is ("log" in path)


@pytest.mark.parametrize(("decision", "counted"), [("count-votes", 3), ("refuse-votes", 0)])
def test_a_decision_moves_the_counters_and_undoing_it_moves_them_back(paper, mo, decision, counted):
    action = take(mo, decision, paper)
    assert (counters(), Case.objects.open().exists()) == ((counted, 0), False)
    assert action.data["number"] == 3
    action.undo(mo, "I was wrong.")
    assert (counters(), Case.objects.open().exists()) == ((0, 3), True)
    assert audit.mismatches() == []


def test_undoing_a_refusal_leaves_votes_alone_that_were_counted(paper, mo):
    take(mo, "count-votes", paper)
    suspect(paper, 2)
    action = take(mo, "refuse-votes", paper)
    action.undo(mo, "I was wrong.")
    assert counters() == (3, 2)


@pytest.mark.parametrize("decision", ["count-votes", "refuse-votes"])
def test_undoing_a_decision_leaves_the_same_decision_before_it(paper, mo, decision):
    take(mo, decision, paper)
    before = counters()
    late = suspect(paper, 2)
    action = take(mo, decision, paper)
    action.undo(mo, "Too early.")
    assert counters() == (before[0], 2)
    assert {vote.user for vote in Vote.objects.in_review().select_related("user")} == set(late)
    assert audit.mismatches() == []


def test_undoing_a_decision_reopens_votes_that_were_withdrawn_before_it(paper, mo):
    voter = Vote.objects.filter(paper=paper).select_related("user").first().user
    Vote.objects.unmake(voter, paper)
    action = take(mo, "refuse-votes", paper)
    action.undo(mo, "I was wrong.")
    Vote.objects.make(voter, paper)
    assert counters() == (0, 3)


def test_who_leaves_is_in_no_decision_any_more(paper, mo):
    voters = list(Vote.objects.filter(paper=paper).select_related("user").order_by("user"))
    action = take(mo, "count-votes", paper)
    voters[1].user.leave()
    action.refresh_from_db()
    assert action.data["voters"] == [voters[0].user_id, voters[2].user_id]
    action.undo(mo, "I was wrong.")
    assert counters() == (0, 2)


def test_other_decisions_leave_the_votes_to_be_decided(paper, mo, carol):
    flag(carol, paper)
    take(mo, "dismiss", paper)
    take(mo, "lock", paper)
    assert [case.question for case in Case.objects.open()] == ["votes"]
    with pytest.raises(Conflict, match="nothing to do"):
        take(mo, "dismiss", paper)
    flag(carol, paper)
    take(mo, "count-votes", paper)
    assert [case.question for case in Case.objects.open()] == ["flags"]


def test_a_case_whose_voters_have_withdrawn_can_be_decided(paper, mo, client):
    for vote in Vote.objects.filter(paper=paper).select_related("user"):
        Vote.objects.unmake(vote.user, paper)
    take(mo, "refuse-votes", paper)
    assert not Case.objects.open().exists()
    assert "refused 0 upvotes under review" in text(client.get("/moderation/log"))


def test_removing_a_paper_closes_its_cases_and_restoring_it_opens_what_is_undecided(rows, paper, mo, carol):
    flag(carol, paper)
    rows.authorclaim.ask(rows.person, "I wrote it.")
    assert Case.objects.open().count() == 3
    action = take(mo, "remove", paper)
    assert not Case.objects.open().exists()
    action.undo(mo, "It is none.")
    assert sorted(case.question for case in Case.objects.open()) == ["authorship", "flags", "votes"]
    assert counters() == (0, 3)


def test_merging_a_paper_moves_its_case_along_with_the_votes(paper, mo):
    into = other_paper()
    action = take(mo, "merge", paper)
    case = Case.objects.open().get()
    assert (case.subject(), case.described_holds) == (into, [{"number": 3, "risk": None, "factors": []}])
    take(mo, "count-votes", Paper.objects.get())
    assert Paper.objects.values_list("vote_count", "held_count").get() == (3, 0)
    action.undo(mo, "They are two papers.")
    assert Case.objects.open().get().subject() == Paper.objects.get(arxiv_id="2509.08721")
    assert audit.mismatches() == []


def test_merging_a_paper_without_held_votes_opens_no_case(rows, mo):
    Vote.objects.make(UserFactory(), rows.paper)
    other_paper()
    take(mo, "merge", rows.paper)
    assert not Case.objects.exists()


def test_the_case_of_a_paper_that_was_deleted_otherwise_is_dismissed(mo):
    gone = PaperFactory()
    suspect(gone)
    case = Case.objects.get()
    gone.delete()
    gone.pk = case.subject_id
    take(mo, "dismiss", gone)
    assert not Case.objects.open().exists()
