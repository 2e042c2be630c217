"""Pages that nobody owns: claimed by an address on their domain, or granted by a moderator."""

from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lib.refusals import NotAllowed
from orgs.models import Claim, Membership, Organisation
from orgs.roles import Role
from tests.factories import OrganisationFactory, UserFactory
from tests.orgs.conftest import confirm, join, unconfirm
from tests.race import race


@pytest.fixture
def free(db):
    return OrganisationFactory(slug="free", name="Free", website="https://www.free.example/")


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("https://www.free.example/", "free.example"),
        ("http://Lab.Free.example", "lab.free.example"),
        ("https://free.example:8443/", "free.example"),
        ("https://hub.example/free", ""),
        ("https://hub.example/?who=free", ""),
        ("https://hub.example/#free", ""),
        ("https://localhost/", ""),
        ("", ""),
    ],
)
def test_only_the_root_of_a_host_proves_a_domain(website, domain):
    assert Organisation(website=website).domain == domain


@pytest.mark.parametrize(
    ("address", "verified", "owns"),
    [
        ("carol@free.example", True, True),
        ("Carol@Lab.FREE.example", True, True),
        ("carol@free.example", False, False),
        ("carol@notfree.example", True, False),
        ("carol@free.example.evil.example", True, False),
        ("carol@example", True, False),
    ],
)
def test_a_confirmed_address_on_the_domain_owns_the_page_at_once(free, carol, signed_in, log, address, verified, owns):
    confirm(carol)
    carol.emailaddress_set.create(email=address, verified=verified)
    reader = signed_in(carol)
    assert ("Become the owner" in reader.get("/orgs/free/claim").content.decode()) is owns
    answers = [reader.act("/orgs/free/claim/prove") for _ in range(2)]
    assert {answer.status_code for answer in answers} == {302 if owns else 403}
    assert (free.role_of(carol) == "owner") is owns
    line = f"Carol Cedar claimed the page with an address at {address.rsplit('@')[1].lower()}"
    assert log(free) == [line] * owns


def test_a_website_beneath_a_host_proves_nothing(free, carol, signed_in):
    Organisation.objects.update(website="https://free.example/people/carol")
    confirm(carol, "carol@free.example")
    assert signed_in(carol).act("/orgs/free/claim/prove").status_code == 403
    assert free.role_of(carol) is None


def test_an_owned_page_cannot_be_claimed(free, alice, carol, signed_in, stranger):
    Membership.objects.create(organisation=free, user=alice, role=Role.OWNER)
    confirm(carol, "carol@free.example")
    reader = signed_in(carol)
    answers = [reader.get("/orgs/free/claim")]
    answers += [reader.act(path, {"reason": "x"}) for path in ("/orgs/free/claim", "/orgs/free/claim/prove")]
    assert all("Free has an owner" in answer.content.decode() for answer in answers)
    assert [answer.status_code for answer in answers] == [403] * 3
    assert not Claim.objects.exists()
    assert "no owner" not in stranger.get("/orgs/free").content.decode()


def test_who_asks_waits_and_asks_once(free, carol, signed_in):
    confirm(carol)
    reader = signed_in(carol)
    for reason in ("We are Free.", "We really are."):
        page = reader.act("/orgs/free/claim", {"reason": reason}, follow=True).content.decode()
        assert "Moderators will decide" in page
        assert "We are Free." in page
    assert Claim.objects.get().reason == "We are Free."


@pytest.mark.parametrize(("reason", "words"), [("", "This field is required"), ("r" * 2001, "at most 2000 characters")])
def test_a_reason_that_cannot_be_taken_is_kept(free, carol, signed_in, reason, words):
    confirm(carol)
    answer = signed_in(carol).act("/orgs/free/claim", {"reason": reason})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert reason in answer.content.decode()
    assert not Claim.objects.exists()


def test_without_a_confirmed_address_there_is_nowhere_to_answer(free, carol, signed_in):
    unconfirm(carol)
    answer = signed_in(carol).act("/orgs/free/claim", {"reason": "typed with care"})
    assert answer.status_code == 400
    assert "Confirm an email address first" in answer.content.decode()
    assert "typed with care" in answer.content.decode()


@pytest.mark.parametrize(("verb", "role"), [("grant", "owner"), ("refuse", None)])
def test_a_moderator_decides_and_the_person_is_told(free, carol, moderator, signed_in, mailed, work, log, verb, role):
    claim = Claim.objects.ask(confirm(carol), free, "We are <Free>.")
    reader = signed_in(moderator)
    queue = reader.get("/moderation/claims").content.decode()
    assert "We are &lt;Free&gt;." in queue
    assert 'href="/moderation">Moderation</a>' in queue
    path = f"/moderation/claims/{claim.pk}/{verb}"
    assert mailed(lambda: [reader.act(path, {"answer": "We looked it up & so on."}) for _ in range(2)]) == []
    letters = mailed(work)
    assert [letter.to for letter in letters] == [["carol@example.org"]]
    assert "We looked it up & so on." in letters[0].body
    assert free.role_of(carol) == role
    assert log(free)[0].startswith("Mo Moss")
    assert len(log(free)) == 2
    assert "No open claims" in reader.get("/moderation/claims").content.decode()
    other = "refuse" if verb == "grant" else "grant"
    again = reader.act(f"/moderation/claims/{claim.pk}/{other}", {"answer": "Or not."})
    assert again.status_code == 409
    assert "already" in again.content.decode()
    assert free.role_of(carol) == role


def test_a_refusal_says_why(free, carol, moderator, signed_in):
    claim = Claim.objects.ask(confirm(carol), free, "Please.")
    answer = signed_in(moderator).act(f"/moderation/claims/{claim.pk}/refuse", {"answer": ""})
    assert answer.status_code == 400
    assert "This field is required" in answer.content.decode()
    claim.refresh_from_db()
    assert claim.state == "open"
    signed_in(moderator).act(f"/moderation/claims/{claim.pk}/refuse", {"answer": "Nobody knows you."})
    page = signed_in(carol).get("/orgs/free/claim").content.decode()
    assert "“Nobody knows you.”" in page
    assert "Send claim" in page


def test_a_page_that_got_an_owner_meanwhile_is_not_granted(free, carol, alice, moderator, signed_in):
    claim = Claim.objects.ask(confirm(carol), free, "Please.")
    join(free, Role.OWNER)
    reader = signed_in(moderator)
    assert "can only be declined" in reader.get("/moderation/claims").content.decode()
    assert reader.act(f"/moderation/claims/{claim.pk}/grant", {"answer": "Yes"}).status_code == 403
    claim.refresh_from_db()
    assert (claim.state, free.role_of(carol)) == ("open", None)


def test_a_member_of_a_page_without_owner_becomes_its_owner(free, bob):
    Membership.objects.create(organisation=free, user=bob, role=Role.MEMBER)
    Claim.objects.prove(confirm(bob, "bob@free.example"), free)
    assert free.role_of(bob) == "owner"


@pytest.mark.parametrize("claims", [1, 30])
def test_a_long_queue_costs_what_a_short_one_costs(free, moderator, signed_in, claims):
    for _ in range(claims):
        Claim.objects.ask(confirm(UserFactory()), free, "Please.")
    reader = signed_in(moderator)
    with CaptureQueriesContext(connection) as statements:
        page = reader.get("/moderation/claims").content.decode()
    assert page.count('class="claim"') == claims
    assert len(statements) == 3, [s["sql"] for s in statements]


@pytest.mark.django_db(transaction=True)
def test_many_claim_at_once_and_one_owns():
    free = OrganisationFactory(website="https://free.example")
    people = [confirm(UserFactory(), f"reader{n}@free.example") for n in range(6)]
    outcome = race(*(partial(Claim.objects.prove, person, free) for person in people))
    assert [type(end) for end in outcome if end] == [NotAllowed] * 5
    assert list(free.memberships.values_list("role", flat=True)) == ["owner"]


@pytest.mark.django_db(transaction=True)
def test_one_person_asks_in_ten_windows_at_once():
    free, person = OrganisationFactory(), confirm(UserFactory())
    race(*[partial(Claim.objects.ask, person, free, "Ours.")] * 10)
    assert Claim.objects.count() == free.events.count() == 1


def test_five_pages_a_day_can_be_asked_for(carol):
    confirm(carol)
    pages = [OrganisationFactory() for _ in range(6)]
    for page in pages[:5]:
        Claim.objects.ask(carol, page, "Ours.")
    Claim.objects.ask(carol, pages[0], "Ours.")  # twice is once
    with pytest.raises(ValidationError, match="tomorrow"):
        Claim.objects.ask(carol, pages[5], "Ours.")
