"""Roles given and taken, the last owner, two owners at once, three hundred members."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lib.refusals import BadInput, NotAllowed
from orgs.models import Invitation, Membership
from orgs.roles import Role
from tests.factories import OrganisationFactory, UserFactory
from tests.orgs.conftest import join
from tests.race import race


def roles(organisation):
    return {membership.user.username: membership.role for membership in organisation.memberships.by_rank()}


def test_roles_change_and_the_log_tells(lab, alice, bob, signed_in, log):
    owner = signed_in(alice)
    owner.act("/orgs/lab/members/bob/role", {"role": "admin"})
    assert roles(lab) == {"alice": "owner", "bob": "admin"}
    owner.act("/orgs/lab/members/bob/remove")
    assert roles(lab) == {"alice": "owner"}
    assert log(lab) == ["Alice Ash removed Bob Birch, who was an admin", "Alice Ash made Bob Birch an admin"]
    assert signed_in(bob).get("/orgs/lab/members").status_code == 403


@pytest.mark.parametrize(
    ("path", "data"),
    [("members/alice/role", {"role": "admin"}), ("members/alice/remove", {}), ("leave", {})],
)
def test_the_last_owner_stays(lab, alice, bob, signed_in, log, path, data):
    reader = signed_in(alice)
    answer = reader.act(f"/orgs/lab/{path}", data)
    assert answer.status_code == 400
    assert "The Lab needs an owner" in answer.content.decode()
    assert (roles(lab), log(lab)) == ({"alice": "owner", "bob": "member"}, [])
    Membership.objects.appoint(alice, lab, bob, Role.OWNER)
    assert reader.act(f"/orgs/lab/{path}", data).status_code == 302
    assert roles(lab)["bob"] == "owner"


@pytest.mark.parametrize(
    ("path", "data", "words"),
    [
        ("members/carol/role", {"role": "admin"}, "Carol Cedar is not a member of The Lab"),
        ("members/bob/role", {"role": "king"}, "owner, admin or member"),
        ("members/bob/role", {}, "owner, admin or member"),
    ],
)
def test_what_cannot_be_a_role(lab, alice, carol, signed_in, path, data, words):
    answer = signed_in(alice).act(f"/orgs/lab/{path}", data)
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_who_leaves_is_told_so_and_nobody_else_is_touched(lab, bob, carol, signed_in, log):
    page = signed_in(bob).act("/orgs/lab/leave", follow=True).content.decode()
    assert "You are no longer a member of The Lab" in page
    signed_in(carol).act("/orgs/lab/leave")
    assert (roles(lab), log(lab)) == ({"alice": "owner"}, ["Bob Birch left"])


def test_a_role_that_is_lost_takes_its_invitations_along(lab, alice, link, log):
    other = join(lab, Role.OWNER, username="otto")
    link(other, lab, "first@example.org", Role.OWNER)
    link(other, lab, "second@example.org", Role.MEMBER)
    Membership.objects.appoint(alice, lab, other, Role.ADMIN)
    assert list(lab.invitations.open().values_list("invited", flat=True)) == ["second@example.org"]
    Membership.objects.remove(alice, lab, other)
    assert not lab.invitations.open().exists()
    assert log(lab)[:2] == [
        "Alice Ash revoked open invitations that otto had sent: 1",
        "Alice Ash removed otto, who was an admin",
    ]


@pytest.mark.django_db(transaction=True)
def test_two_owners_demote_each_other_at_once():
    lab = OrganisationFactory()
    one, other = (join(lab, Role.OWNER, username=name) for name in ("one", "other"))
    outcome = race(
        partial(Membership.objects.appoint, one, lab, other, Role.MEMBER),
        partial(Membership.objects.appoint, other, lab, one, Role.MEMBER),
    )
    assert sorted(roles(lab).values()) == ["member", "owner"]
    assert [type(end) for end in outcome if end] == [NotAllowed]


@pytest.mark.django_db(transaction=True)
def test_two_owners_leave_at_once():
    lab = OrganisationFactory()
    owners = [join(lab, Role.OWNER) for _ in range(2)]
    outcome = race(*(partial(Membership.objects.leave, owner, lab) for owner in owners))
    assert list(roles(lab).values()) == ["owner"]
    assert [type(end) for end in outcome if end] == [BadInput]


@pytest.mark.parametrize("members", [1, 300])
def test_three_hundred_members_cost_what_one_costs(lab, alice, signed_in, members):
    crowd = [UserFactory(name=f"Member {n}") for n in range(members)]
    Membership.objects.bulk_create(Membership(organisation=lab, user=user) for user in crowd)
    for user in crowd[:30]:
        Invitation.objects.create(
            organisation=lab,
            inviter=alice,
            invited=user.username,
            email=user.email,
            digest=user.username,
            expires_at="2100-01-01T00:00Z",
        )
    reader = signed_in(alice)
    with CaptureQueriesContext(connection) as statements:
        page = reader.get("/orgs/lab/members").content.decode()
    assert page.count("/remove") == members + 2
    assert len(statements) == 7, [s["sql"] for s in statements]
    assert len(page) < 350_000


def test_the_log_is_paged_and_keeps_the_names_of_who_is_gone(lab, alice, bob, signed_in):
    for n in range(60):
        lab.events.record(bob, lab, f"took action {n}")
    bob.delete()
    reader = signed_in(alice)
    first = reader.get("/orgs/lab/log").content.decode()
    assert first.index("action 59") < first.index("action 10")
    assert "action 9<" not in first
    assert "Bob Birch took action 59" in first
    older = first.split('href="?older=')[1].split('"')[0]
    second = reader.get(f"/orgs/lab/log?older={older}").content.decode()
    assert ("action 9<" in second, "action 10<" in second, "?older=" in second) == (True, False, False)
    assert reader.get("/orgs/lab/log?older=x").status_code == 400


@pytest.mark.parametrize("lines", [1, 30])
def test_a_long_log_costs_what_a_short_one_costs(lab, alice, bob, signed_in, lines):
    for n in range(lines):
        lab.events.record((alice, bob)[n % 2], lab, "did something")
    reader = signed_in(alice)
    with CaptureQueriesContext(connection) as statements:
        page = reader.get("/orgs/lab/log").content.decode()
    assert page.count("did something") == lines
    assert len(statements) == 5, [s["sql"] for s in statements]


def test_changes_in_the_admin_are_in_the_log_too(lab, carol, moderator, signed_in, log):
    moderator.is_staff = moderator.is_superuser = True
    moderator.save()
    alices, bobs = lab.memberships.order_by("user__username")
    rows = [(alices.pk, alices.user_id, "owner"), (bobs.pk, bobs.user_id, "admin"), ("", carol.pk, "member")]
    data = {"name": "The Lab", "slug": "lab", "memberships-TOTAL_FORMS": 3, "memberships-INITIAL_FORMS": 2}
    for n, (pk, user, role) in enumerate(rows):
        fields = {"id": pk, "user": user, "role": role, "organisation": lab.pk}
        data |= {f"memberships-{n}-{name}": value for name, value in fields.items()}
    answer = signed_in(moderator).act(f"/admin/orgs/organisation/{lab.pk}/change/", data)
    assert answer.url == "/admin/orgs/organisation/"
    assert sorted(log(lab)) == [
        "Mo Moss made Bob Birch an admin, in the admin",
        "Mo Moss made Carol Cedar a member, in the admin",
    ]
