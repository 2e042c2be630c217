"""Every verb of comments × everybody."""

import re
from types import SimpleNamespace

import pytest

from orgs.models import Membership
from orgs.roles import Role
from papers.models import Comment, CommentVote
from tests.conftest import Reader
from tests.database import contents
from tests.factories import OrganisationFactory, PaperFactory, UserFactory, appoint
from tests.papers.discussion.talk import post

PEOPLE = ("author", "reader", "owner", "admin", "member", "moderator")
PEOPLE += ("moderator without second factor", "suspended", "deactivated", "anonymous")
SIGNED_IN = set(PEOPLE) - {"suspended", "deactivated", "anonymous"}
REPORT = {"outcome": "works", "ran": "v1", "text": "It trains."}
VERBS = {
    # what: (its address, what it takes, who may)
    "comment": ("/papers/2509.08721/comments/new", {"text": "New."}, SIGNED_IN),
    "report": ("/papers/2509.08721/report", REPORT, SIGNED_IN - {"author"}),
    # the author's own report is hidden
    "reply": ("/comments/{comment}/reply", {"text": "New."}, SIGNED_IN),
    "reply to a retracted one": ("/comments/{retracted}/reply", {"text": "New."}, set()),
    "reply to a hidden one": ("/comments/{hidden}/reply", {"text": "New."}, set()),
    "edit": ("/comments/{comment}/edit", {"text": "New.", "edit_count": 0}, {"author"}),
    "edit a retracted one": ("/comments/{retracted}/edit", {"text": "New.", "edit_count": 0}, set()),
    "edit a hidden one": ("/comments/{hidden}/edit", {"text": "New.", "edit_count": 0}, set()),
    "retract": ("/comments/{comment}/retract", {}, {"author"}),
    "upvote": ("/comments/{comment}/vote", {}, SIGNED_IN - {"author"}),
    "upvote a retracted one": ("/comments/{retracted}/vote", {}, set()),
    "upvote a hidden one": ("/comments/{hidden}/vote", {}, set()),
    "hide": ("/moderation/comment/{comment}/hide", {"reason": "spam", "seen": "0-0-0"}, {"moderator"}),
}

pytestmark = pytest.mark.usefixtures("scene")


def build_scene():
    """Comments of one author on a paper of an organisation, and a browser of each kind of person."""
    lab = OrganisationFactory(slug="lab")
    paper = PaperFactory(arxiv_id="2509.08721", organisation=lab)
    people = {name: UserFactory(username=name.replace(" ", "-")) for name in PEOPLE[:-1]}
    for role in (Role.OWNER, Role.ADMIN, Role.MEMBER):
        Membership.objects.create(organisation=lab, user=people[role.value], role=role)
    appoint(people["moderator"])
    people["moderator without second factor"].is_appointed_moderator = True
    people["moderator without second factor"].save()
    comments = {name: post(people["author"], paper, f"The {name} text.") for name in ("comment", "retracted", "hidden")}
    report = post(people["author"], paper, "The hidden text.", outcome="fails", ran="v1")
    for parent in (comments["retracted"], comments["hidden"]):
        post(people["reader"], paper, "Why?", parent)
    comments["retracted"].retract(people["author"])
    for comment in (comments["hidden"], report):
        comment.hide(people["moderator"], "spam")
    readers = {name: Reader(person) for name, person in people.items()} | {"anonymous": Reader()}
    people["deactivated"].is_active = False
    people["deactivated"].save()
    people["suspended"].suspend(people["moderator"], "spam")
    return SimpleNamespace(readers=readers, ids={name: comment.pk for name, comment in comments.items()})


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("what", VERBS)
def test_only_who_may_changes_something(what, who, scene):
    address, form, who_may = VERBS[what]
    before = contents(Comment, CommentVote)
    answer = scene.readers[who].act(address.format(**scene.ids), form)
    assert (contents(Comment, CommentVote) != before) == (who in who_may), answer.status_code
    assert answer.status_code in ({302} if who in who_may else {302, 403, 404, 409})


@pytest.mark.parametrize("who", sorted(SIGNED_IN))
@pytest.mark.parametrize("what", VERBS)
def test_a_missing_token_changes_nothing(what, who, scene):
    address, form, _ = VERBS[what]
    before = contents(Comment, CommentVote)
    answer = scene.readers[who].post(address.format(**scene.ids), form)
    assert answer.status_code in {403, 404}
    assert contents(Comment, CommentVote) == before


PAGES = [
    "/papers/2509.08721",
    "/papers/2509.08721/comments",
    "/papers/2509.08721/comments?sort=newest",
    "/papers/2509.08721/report",
    "/comments/{retracted}",
    "/comments/{hidden}",
    "/comments/{retracted}/history",
    "/comments/{hidden}/history",
    "/comments/{retracted}/reply",
    "/comments/{hidden}/reply",
    "/comments/{retracted}/edit",
    "/comments/{hidden}/edit",
    "/moderation/comment/{hidden}",
    "/moderation/comments",
]


@pytest.mark.parametrize("who", PEOPLE)
def test_what_is_retracted_or_hidden_is_read_by_moderators_alone(who, scene):
    """In the pages of its thread; in lists of comments and in feeds, see the tests of these."""
    reader = scene.readers[who]
    for page in PAGES:
        text = reader.get(page.format(**scene.ids), follow=True).content.decode()
        is_for_moderators = "moderat" in page and who == "moderator"
        assert ("The hidden text." in text) == is_for_moderators, page
        assert ("The retracted text." in text) == (page == "/moderation/comments" and is_for_moderators), page
    for page in (page for page in PAGES if "moderat" not in page):
        answer = reader.act(page.format(**scene.ids), {"text": "Mine.", "edit_count": 9}, follow=True)
        assert not {"The hidden text.", "The retracted text."} & set(re.findall(r"The \w+ text\.", str(answer.content)))
    assert "The comment text." in reader.get("/papers/2509.08721").content.decode()
