"""Pages and verbs of moderators × people: nobody else finds them, whatever they are besides."""

from datetime import timedelta

import pytest
from django.utils import timezone

from moderation.models import Action
from orgs.models import Membership
from orgs.roles import Role
from papers.models import Comment
from tests.conftest import Reader
from tests.database import contents
from tests.factories import OrganisationFactory, PaperFactory, UserFactory, appoint
from tests.moderation.conftest import flag, take

PAGES = ["/moderation", "/moderation/comment/9000001"]
VERBS = ["/moderation/comment/9000001/hide", "/moderation/comment/9000001/dismiss", "/moderation/log/{action}/undo"]
FORM = {"reason": "An advertisement.", "seen": "0-9000001-0"}
# person → the status of a page, and of a verb
ANSWERS = {
    "moderator": (200, 302),
    "superuser": (200, 302),
    "without_factor": (403, 403),
    "staff": (404, 404),
    "owner": (404, 404),
    "admin": (404, 404),
    "member": (404, 404),
    "submitter": (404, 404),
    "author": (404, 404),
    "flagger": (404, 404),
    "reader": (404, 404),
    "suspended": (302, 302),
    "anonymous": (302, 302),
}

pytestmark = pytest.mark.usefixtures("scene")


def build_scene():
    """A flagged comment, an action about its paper, and a browser of each kind of person."""
    people = {who: UserFactory(username=who.replace("_", "-")) for who in ANSWERS if who != "anonymous"}
    for who in ("moderator", "suspended"):
        appoint(people[who])
    appoint(people["superuser"], is_superuser=True, is_appointed_moderator=False)
    appoint(people["staff"], is_staff=True, is_appointed_moderator=False)
    people["without_factor"].is_appointed_moderator = True
    people["without_factor"].save()
    lab = OrganisationFactory(slug="lab")
    for role in Role:
        Membership.objects.create(organisation=lab, user=people[role.value], role=role)
    paper = PaperFactory(organisation=lab, submitted_by=people["submitter"])
    comment = Comment.objects.create(pk=9_000_001, paper=paper, author=people["author"], text="Buy.")
    flag(people["flagger"], comment)
    action = take(people["moderator"], "lock", paper)
    readers = {who: Reader(person) for who, person in people.items()} | {"anonymous": Reader()}
    people["suspended"].suspend(people["superuser"], "Spam.", timezone.now() + timedelta(days=1))
    return {"readers": readers, "action": action.pk}


@pytest.mark.parametrize("who", ANSWERS)
@pytest.mark.parametrize("path", PAGES)
def test_who_reads_the_pages_of_moderators(scene, who, path):
    answer = scene["readers"][who].get(path)
    assert answer.status_code == ANSWERS[who][0]
    if who == "without_factor":
        assert "Set up an authenticator app" in answer.content.decode()
    assert ("words-of-a-flag" in answer.content.decode()) is (answer.status_code == 200)


@pytest.mark.parametrize("who", ANSWERS)
@pytest.mark.parametrize("path", VERBS)
def test_who_decides(scene, who, path):
    before = contents(Action, Comment)
    answer = scene["readers"][who].act(path.format(action=scene["action"]), FORM)
    assert answer.status_code == ANSWERS[who][1]
    is_done = answer.status_code == 302 and "/accounts/" not in answer.url
    assert is_done is (who in {"moderator", "superuser"})
    assert (contents(Action, Comment) != before) is is_done


def test_a_moderator_who_is_dismissed_meanwhile_decides_nothing(scene, django_user_model):
    moderator = django_user_model.objects.get(username="moderator")
    moderator.dismiss(django_user_model.objects.get(username="superuser"))
    before = contents(Action, Comment)
    assert scene["readers"]["moderator"].act(VERBS[0], FORM).status_code == 404
    assert contents(Action, Comment) == before
