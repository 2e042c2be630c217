"""Many people on one paper at once: nobody waits for ever, nothing is lost, and all counters are right."""

from functools import partial

import pytest
from django.db import IntegrityError

from accounts.models import User
from lib.refusals import Conflict, Gone, NotAllowed
from lib.statements import is_about_nothing
from moderation.models import Action, Case
from papers import audit
from papers.models import Bookmark, Comment, Content, Paper, Vote
from tests.conftest import Reader
from tests.database import contents
from tests.factories import AuthorClaimFactory, PaperFactory, UserFactory, appoint
from tests.moderation.conftest import flag, suspect, take
from tests.race import race

pytestmark = pytest.mark.django_db(transaction=True)
REFUSED = {Conflict, NotAllowed}  # what somebody who comes second reads


@pytest.fixture
def paper():
    return PaperFactory(arxiv_id="2509.08721", imported_votes=7)


def fresh(paper) -> Paper:
    """The paper as a request reads it."""
    return Paper.objects.get(pk=paper.pk)


def vote(voter, paper) -> None:
    """In the end, the vote stands."""
    for change in (Vote.objects.make, Vote.objects.unmake, Vote.objects.make):
        change(voter, fresh(paper))


def comment(author, paper) -> None:
    """One that stands and one that does not, unless the discussion is locked."""
    Comment.objects.post(author, fresh(paper), Content("Good."))
    Comment.objects.post(author, fresh(paper), Content("Wrong.")).retract(author)


def decide(moderator, decision: str, paper) -> None:
    take(moderator, decision, fresh(paper)).undo(moderator, "I was wrong.")
    take(moderator, decision, fresh(paper))


def test_64_moderators_voters_and_commenters_lose_nothing(paper):
    ring = suspect(paper, 8)
    voters, commenters, flaggers = ([UserFactory() for _ in range(number)] for number in (28, 12, 4))
    moderators = [appoint(UserFactory()) for _ in range(12)]
    claim = AuthorClaimFactory(paper=paper, state="open")
    claim.ask(claim.user, "It is me.")
    acts = [partial(vote, voter, paper) for voter in voters]
    acts += [partial(comment, author, paper) for author in commenters]
    acts += [partial(flag, person, paper) for person in flaggers]
    acts += [partial(vote, voter, paper) for voter in ring[:4]]
    acts += [partial(Vote.objects.hold, fresh(paper), [voter.pk for voter in voters[n::4]], {}) for n in range(4)]
    decisions = ("count-votes", "refuse-votes", "lock") * 3
    acts += [
        partial(decide, moderator, decision, paper) for moderator, decision in zip(moderators, decisions, strict=False)
    ]
    acts += [partial(take, moderator, "grant", claim) for moderator in moderators[9:]]
    assert len(acts) == 64
    results = race(*acts)
    assert {type(result) for result in results if isinstance(result, Exception)} <= REFUSED
    assert Vote.objects.count() == 36
    assert audit.mismatches() == []
    undecided = Vote.objects.in_review().exists()
    assert Case.objects.open().filter(question="votes").exists() >= undecided
    assert Action.objects.filter(decision="grant").count() == 1


def test_a_paper_that_is_merged_while_people_vote_and_comment_keeps_all_of_it(paper):
    into, moderator = PaperFactory(arxiv_id="2509.00002"), appoint(UserFactory())
    people = [UserFactory() for _ in range(24)]
    suspect(paper)
    for person in people[:4]:
        Vote.objects.make(person, into)
    written = [partial(write, person, paper) for person in people]
    done = race(*written[:12], partial(take, moderator, "merge", fresh(paper)), *written[12:])
    action = done.pop(12)
    assert isinstance(action, Action), action
    assert not Paper.objects.filter(pk=paper.pk).exists()
    assert Comment.objects.filter(paper=into).count() == sum("comment" in result for result in done)
    voted = {result[0] for result in done if "vote" in result}
    assert set(into.votes.values_list("user", flat=True)) >= voted
    assert into.votes.in_review().count() == 3
    assert Bookmark.objects.filter(paper=into).count() == sum("bookmark" in result for result in done)
    assert audit.mismatches() == []
    assert Case.objects.open().get().subject() == into


def write(person, paper) -> list:
    """The id of the person, and what of a vote, a bookmark and a comment was accepted before the paper was gone."""
    done, row = [person.pk], Paper(pk=paper.pk, arxiv_id=paper.arxiv_id, title=paper.title)
    acts = {
        "vote": lambda: Vote.objects.make(person, row),
        "bookmark": lambda: Bookmark.objects.make(person, row),
        "comment": lambda: Comment.objects.post(person, row, Content("Good.")),
    }
    for name, act in acts.items():
        try:
            act()
        except (Gone, IntegrityError) as error:
            assert isinstance(error, Gone) or is_about_nothing(error)  # which the site answers like Gone
            return done
        done.append(name)
    return done


def test_the_open_tabs_of_a_suspended_person_do_nothing_any_more(paper):
    moderator, person = appoint(UserFactory()), UserFactory(username="sue")
    mine = Comment.objects.post(person, paper, Content("First."))
    tabs = [Reader(person) for _ in range(4)]
    take(moderator, "suspend", person)
    before = contents()
    paths = [f"/papers/{paper.arxiv_id}/vote", f"/flag/paper/{paper.arxiv_id}", f"/comments/{mine.pk}/retract"]
    paths += [f"/papers/{paper.arxiv_id}/claim/make", "/papers/submit", f"/papers/{paper.arxiv_id}/comments/new"]
    form = {"reason": "spam", "position": "0", "arxiv_id": "2509.00009", "text": "Again."}
    for tab in tabs:
        for path in paths:
            answer = tab.act(path, form)
            assert answer.status_code in {302, 403}, path
            assert "/accounts/login/" in answer.headers.get("Location", answer.content.decode()), path
    assert contents() == before
    Action.objects.get().undo(moderator, "I was wrong.")
    assert Comment.objects.get().is_standing
    assert User.objects.get(username="sue").is_active
