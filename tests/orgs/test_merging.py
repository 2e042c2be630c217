"""Two organisations become one: what moves, what the old address leads to, and what imports mean by it."""

from dataclasses import replace
from functools import partial

import pytest

from lib.refusals import Gone
from orgs.merging import merge
from orgs.models import Claim, Event, FormerSlug, Invitation, Membership, Organisation
from orgs.roles import Role
from papers.ingest.record import PaperRecord
from papers.ingest.save import ImportCounts, save
from papers.models import Affiliation, State
from tests.factories import NOON, OrganisationFactory, PaperFactory, UserFactory, appoint
from tests.orgs.conftest import confirm, join
from tests.race import race


@pytest.fixture
def old(db):
    return OrganisationFactory(slug="laboratory", name="Laboratory")


@pytest.mark.parametrize(("is_owned", "role_of_carol"), [(True, "member"), (False, "owner")])
def test_nobody_gets_power_over_an_organisation_that_has_an_owner(
    lab, old, alice, bob, carol, moderator, signed_in, is_owned, role_of_carol
):
    if not is_owned:
        lab.memberships.filter(user=alice).update(role=Role.ADMIN)
    for user, role in ((alice, Role.MEMBER), (bob, Role.ADMIN), (carol, Role.OWNER)):
        Membership.objects.create(organisation=old, user=user, role=role)
    preview = signed_in(moderator).get("/moderation/merge?old=laboratory&into=lab").content.decode()
    assert f"These join The Lab: Carol Cedar ({role_of_carol})." in preview
    merge(moderator, old, lab)
    assert {m.user.username: m.role for m in lab.memberships.by_rank()} == {
        "alice": "owner" if is_owned else "admin",
        "bob": "member",
        "carol": role_of_carol,
    }


def test_papers_log_invitations_and_claims_move(lab, old, alice, moderator, link, log):
    paper = PaperFactory(organisation=old)
    owner = join(old, Role.OWNER)
    link(alice, lab, "dora@example.org")
    for address in ("dora@example.org", "erika@example.org"):
        link(owner, old, address)
    free = OrganisationFactory()
    claim = Claim.objects.ask(confirm(UserFactory()), free, "Ours.")
    merge(moderator, old, lab)
    merge(moderator, free, lab)
    paper.refresh_from_db()
    claim.refresh_from_db()
    assert (paper.organisation, paper.revision, claim.organisation) == (lab, 1, lab)
    assert sorted(lab.invitations.values_list("invited", flat=True)) == ["dora@example.org", "erika@example.org"]
    assert "Mo Moss merged Laboratory (laboratory) into this organisation" in log(lab)
    assert f"{owner} invited an address at example.org as a member" in log(lab)
    assert not Organisation.objects.exclude(pk=lab.pk).exists()


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/orgs/laboratory", "/orgs/lab"),
        ("/orgs/laboratory?sort=votes&x=%26", "/orgs/lab?sort=votes&x=%26"),
        ("/orgs/laboratory/log", "/orgs/lab/log"),
        ("/orgs/laboratory/members", "/orgs/lab/members"),
        ("/orgs/laboratory/edit", "/orgs/lab/edit"),
        ("/orgs/older/nothing/of/ours", "/orgs/lab/nothing/of/ours"),
    ],
)
def test_the_old_address_and_all_beneath_it_lead_to_the_new_one(lab, old, alice, moderator, signed_in, path, target):
    merge(moderator, OrganisationFactory(slug="older"), old)
    merge(moderator, old, lab)
    answer = signed_in(alice).get(path)
    assert (answer.status_code, answer.url) == (301, target)


def test_other_addresses_are_still_not_there(lab, old, moderator, stranger):
    merge(moderator, old, lab)
    for path in ("/orgs/nobody", "/orgs/lab/nothing", "/people/laboratory", "/orgs/laboratory2"):
        assert stranger.get(path).status_code == 404
    assert "1 paper" not in stranger.get("/papers?org=laboratory").content.decode()


def test_the_filter_knows_the_old_name(lab, old, moderator, stranger):
    PaperFactory(title="Ours", organisation=old)
    merge(moderator, old, lab)
    assert "Ours" in stranger.get("/papers?org=laboratory").content.decode()


def test_imports_that_name_the_old_slug_reach_the_new_organisation(lab, old, moderator):
    record = PaperRecord.from_source(
        arxiv_id="2509.00001",
        title="Imported",
        published_at=NOON,
        organisation=("laboratory", "Laboratory"),
    )
    save([record])
    merge(moderator, old, lab)
    assert save([record]) == ImportCounts(unchanged=1)
    save([replace(record, arxiv_id="2509.00002")])
    assert set(Affiliation.objects.values_list("organisation__slug", "state")) == {
        ("lab", State.ACCEPTED),
        ("lab", State.SUGGESTED),  # which has an owner
    }
    assert Organisation.objects.ensure({"laboratory": "Laboratory", "other": "Other"}) == {
        "laboratory": lab,
        "other": Organisation.objects.get(slug="other"),
    }
    assert Organisation.objects.count() == 2


def test_the_page_says_what_will_happen_and_does_it_once(lab, old, alice, moderator, signed_in):
    reader = signed_in(moderator)
    page = reader.get("/moderation/merge?old=laboratory&into=lab").content.decode()
    assert "No members join The Lab." in page
    assert "/orgs/laboratory and all pages below it redirect to /orgs/lab" in page
    assert Organisation.objects.filter(pk=old.pk).exists()
    for _ in range(2):
        answer = reader.act("/moderation/merge/carry-out", {"old": "laboratory", "into": "lab"})
        assert answer.url == "/orgs/lab"
    assert FormerSlug.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("old=nobody&into=lab", "No organisation has this address"),
        ("old=lab&into=lab", "the same organisation"),
        ("old=lab", "This field is required"),
    ],
)
def test_what_cannot_be_merged_is_explained(lab, moderator, signed_in, query, words):
    reader = signed_in(moderator)
    answer = reader.get(f"/moderation/merge?{query}")
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert reader.act("/moderation/merge/carry-out", {"old": "lab", "into": "lab"}).status_code == 400
    assert Organisation.objects.get() == lab


@pytest.mark.django_db(transaction=True)
def test_members_who_join_while_it_is_merged_are_kept_or_told():
    old, into = OrganisationFactory(slug="old"), OrganisationFactory(slug="into")
    owner, moderator = join(old, Role.OWNER), appoint(UserFactory())
    people = [confirm(UserFactory(username=f"new{n}")) for n in range(5)]
    invitations = [Invitation.objects.send(owner, old, person.username, Role.MEMBER) for person in people]
    acts = [partial(invitation.accept, person) for invitation, person in zip(invitations, people, strict=True)]
    outcome = race(partial(merge, moderator, old, into), *acts)
    assert {type(end) for end in outcome if end} <= {Gone}
    assert into.memberships.count() == 1 + 5 - len([end for end in outcome if end])


@pytest.mark.django_db(transaction=True)
def test_two_are_merged_into_each_other_at_once():
    one, other = OrganisationFactory(slug="one"), OrganisationFactory(slug="other")
    moderator = appoint(UserFactory())
    again = [Organisation.objects.get(pk=organisation.pk) for organisation in (other, one)]
    outcome = race(partial(merge, moderator, one, other), partial(merge, moderator, *again))
    assert Organisation.objects.count() == FormerSlug.objects.count() == Event.objects.count() == 1
    assert [type(end) for end in outcome if end] == [Gone]
