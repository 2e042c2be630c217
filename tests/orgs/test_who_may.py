"""Every verb and page of organisations × everybody, by the table in `orgs/roles.py`."""

from html import unescape
from types import SimpleNamespace

import pytest
from django.core import mail
from django.test import TestCase

from orgs.models import Claim, Event, FormerSlug, Invitation, Membership, Organisation
from orgs.roles import APPOINT, EDIT, INVITE, KEEP, MAY, SEE, SUGGEST, TAG, Role
from papers.models import Collection, Item
from tests.conftest import Reader
from tests.database import contents
from tests.factories import OrganisationFactory, PaperFactory, UserFactory, appoint
from tests.orgs.conftest import confirm, invitation_link, join

PEOPLE = ("owner", "admin", "member", "invited", "former", "moderator", "reader")
PEOPLE += ("moderator without second factor", "suspended owner", "anonymous")
ROLES = set(Role.values)
SIGNED_OUT = {"suspended owner", "anonymous"}
SIGNED_IN = set(PEOPLE) - SIGNED_OUT


def may(permission):
    return {role.value for role in Role if permission in MAY[role]}


VERBS = {
    # what: (its address, what it takes, who may)
    "appoint": ("/orgs/lab/members/tom/role", {"role": "admin"}, may(APPOINT)),
    "appoint an owner": ("/orgs/lab/members/tom/role", {"role": "owner"}, may(APPOINT)),
    "remove a member": ("/orgs/lab/members/tom/remove", {}, may(INVITE)),
    "remove an admin": ("/orgs/lab/members/ada/remove", {}, may(APPOINT)),
    "remove an owner": ("/orgs/lab/members/olga/remove", {}, may(APPOINT)),
    "leave": ("/orgs/lab/leave", {}, ROLES),
    "invite a member": ("/orgs/lab/invite", {"invited": "x@example.org", "role": "member"}, may(INVITE)),
    "invite an admin": ("/orgs/lab/invite", {"invited": "tess", "role": "admin"}, may(APPOINT)),
    "invite an owner": ("/orgs/lab/invite", {"invited": "x@example.org", "role": "owner"}, may(APPOINT)),
    "revoke": ("/orgs/lab/invitations/{invitation}/revoke", {}, may(INVITE)),
    "accept": ("{link}/accept", {}, {"invited"}),
    "refuse": ("{link}/refuse", {}, {"invited"}),
    "found": ("/orgs/new", {"name": "Harbour"}, SIGNED_IN),
    "ask for a page": ("/orgs/free/claim", {"reason": "We wrote these papers."}, SIGNED_IN),
    "ask for an owned page": ("/orgs/lab/claim", {"reason": "I was here first."}, set()),
    "prove to own it": ("/orgs/free/claim/prove", {}, set()),
    "grant a claim": ("/moderation/claims/{claim}/grant", {"answer": "Welcome."}, {"moderator"}),
    "refuse a claim": ("/moderation/claims/{claim}/refuse", {"answer": "Who are you?"}, {"moderator"}),
    "begin a collection": ("/papers/2509.08721/collections/begin", {"name": "New", "owner": "lab"}, may(KEEP)),
    "put into a collection": ("/papers/2509.08721/collections/add", {"collection": "winter"}, may(KEEP)),
    "take out of a collection": ("/collections/autumn/remove", {"paper": "2509.08721"}, may(KEEP)),
    "transfer a paper": ("/collections/autumn/transfer", {"paper": "2509.08721", "into": "winter"}, may(KEEP)),
    "merge collections": ("/collections/autumn/merge", {"into": "winter"}, may(KEEP)),
    "delete a collection": ("/collections/autumn/delete", {}, may(KEEP)),
    "feature a paper": ("/orgs/lab/featured/add", {"what": "2509.00001"}, may(EDIT)),
    "publish a section": ("/orgs/lab/sections/add", {"what": "winter"}, may(EDIT)),
    "tag": ("/orgs/lab/papers/2509.08721/tag", {}, may(TAG)),
    "untag": ("/orgs/lab/papers/2509.00001/untag", {}, may(TAG)),
    "suggest": ("/orgs/lab/papers/2509.08721/suggest", {"reason": "Ours."}, may(SUGGEST)),
    "merge": ("/moderation/merge/carry-out", {"old": "free", "into": "lab"}, {"moderator"}),
}
HARMLESS = {"leave", "delete a collection"}  # which is done already for whoever has nothing there
BY_FORM = {"/orgs/new", "/orgs/free/claim", "/orgs/lab/claim"}  # whose GET is the form
PAGES = {
    "/orgs/lab/members": may(SEE) | {"moderator"},
    "/orgs/lab/log": may(SEE) | {"moderator"},
    "/orgs/new": SIGNED_IN,
    "/orgs/free/claim": SIGNED_IN,
    "/moderation/claims": {"moderator"},
    "/moderation/merge": {"moderator"},
    "{link}": set(PEOPLE),
}


MODELS = (Claim, Event, FormerSlug, Invitation, Membership, Organisation)

pytestmark = pytest.mark.usefixtures("scene")


def build_scene():
    """The lab with one of everybody, a page that nobody owns, and the rows that the addresses name."""
    alice, lab = UserFactory(username="alice"), OrganisationFactory(slug="lab", name="The Lab")
    Membership.objects.create(organisation=lab, user=alice, role=Role.OWNER)
    free = OrganisationFactory(slug="free", name="Free", website="https://free.example")
    people = {"owner": confirm(alice), "anonymous": None}
    people["member"] = join(lab, Role.MEMBER, username="bob")
    people["moderator"] = confirm(appoint(UserFactory(username="mo")))
    people["moderator without second factor"] = confirm(UserFactory(is_appointed_moderator=True))
    people["suspended owner"] = join(lab, Role.OWNER, username="sue")
    people["reader"] = confirm(UserFactory(username="rita"))
    people["admin"] = join(lab, Role.ADMIN, username="adam")
    people["invited"] = confirm(UserFactory(username="ivy"))
    people["former"] = join(lab, Role.ADMIN, username="fred")
    Membership.objects.remove(alice, lab, people["former"])
    for name, role in (("tom", Role.MEMBER), ("ada", Role.ADMIN), ("olga", Role.OWNER)):
        join(lab, role, username=name)
    confirm(UserFactory(username="tess"))
    papers = [PaperFactory(arxiv_id="2509.08721"), PaperFactory(arxiv_id="2509.00001", organisation=lab)]
    for key in ("autumn", "winter"):
        collection = Collection.objects.create(key=key, name=key, organisation=lab, visibility="public")
        Item.objects.add(alice, collection, [papers[key == "winter"].pk])
    with TestCase.captureOnCommitCallbacks(execute=True):
        Invitation.objects.send(alice, lab, "ivy", Role.MEMBER)
    at = {"link": invitation_link(mail.outbox[-1]), "invitation": lab.invitations.get().pk}
    at["claim"] = Claim.objects.ask(confirm(UserFactory(username="clea")), free, "It is ours.").pk
    readers = {who: Reader(person) for who, person in people.items()}
    people["suspended owner"].suspend(people["moderator"], "Spam")
    return SimpleNamespace(people=people, at=at, readers=readers)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("what", VERBS)
def test_the_table_decides_and_twice_is_once(what, who, scene):
    path, data, allowed = VERBS[what]
    path, reader, before = path.format(**scene.at), scene.readers[who], contents(*MODELS)
    first = reader.act(path, data)
    after = contents(*MODELS)
    assert (after != before) is (who in allowed)
    if who in allowed:
        assert first.status_code == 302
        assert Event.objects.latest("id").actor == scene.people[who]
    elif who in SIGNED_OUT:
        assert path in BY_FORM or first.url.startswith("/accounts/login/?next=")
    else:
        assert first.status_code in ((302,) if what in HARMLESS else (400, 403, 404))
    reader.act(path, data)
    assert contents(*MODELS) == after


@pytest.mark.parametrize("what", VERBS)
def test_nothing_happens_by_get_or_without_a_token(what, scene):
    path, data, _ = VERBS[what]
    path, before = path.format(**scene.at), contents(*MODELS)
    for reader in scene.readers.values():
        assert reader.get(path).status_code == 405 or path in BY_FORM
        reader.cookies.pop("csrftoken", None)
        assert reader.post(path, data).status_code in (302, 403)
    assert contents(*MODELS) == before


@pytest.mark.parametrize("page", PAGES)
def test_pages_open_to_whom_the_table_says(page, scene):
    path = page.format(**scene.at)
    for who, reader in scene.readers.items():
        answer = reader.get(path)
        if who in PAGES[page]:
            assert answer.status_code == 200
            assert "<h1>" in answer.content.decode()
        elif who in SIGNED_OUT:
            assert answer.url == f"/accounts/login/?next={path}"
        else:
            is_hidden = page.startswith("/moderation") and who != "moderator without second factor"
            assert answer.status_code == (404 if is_hidden else 403)
            assert "tom" not in answer.content.decode()


def test_the_members_page_shows_the_same_table(scene):
    page = scene.readers["member"].get("/orgs/lab/members").content.decode()
    rows = page.split('class="roles"')[1].split("</table>")[0].split("<tr>")[2:]
    shown = {
        row.split("</th>")[0].split(">")[-1]: [cell.count("yes") for cell in row.split("<td>")[1:]] for row in rows
    }
    by_the_table = {
        permission: [int(permission in MAY[role]) for role in Role] for permission in set().union(*MAY.values())
    }
    assert {unescape(permission): cells for permission, cells in shown.items()} == {
        permission[0].upper() + permission[1:]: cells for permission, cells in by_the_table.items()
    }


@pytest.mark.parametrize("role", Role)
def test_the_page_of_the_organisation_leads_to_what_one_may_see(role, scene, stranger):
    page = scene.readers[role].get("/orgs/lab").content.decode()
    assert ('href="/orgs/lab/log"' in page) is (SEE in MAY[role])
    assert 'href="/orgs/lab/log"' not in stranger.get("/orgs/lab").content.decode()
    assert 'href="/orgs/free/claim"' in stranger.get("/orgs/free").content.decode()
