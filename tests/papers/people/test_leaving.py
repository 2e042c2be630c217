"""Deleting an account: the page, what is deleted and what remains, and concurrent requests."""

import re
from functools import partial
from pathlib import Path
from threading import Event
from time import sleep

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from accounts.models import User
from lib.refusals import BadInput, NotAllowed
from orgs import succession
from orgs.models import Membership, Organisation
from orgs.roles import Role
from papers import audit
from papers.models import Bookmark, DataExport, Paper, RemovedPaper, SavedFilter, Submission, Vote
from papers.people import tasks
from tests.factories import OrganisationFactory, PaperFactory, SubmissionFactory, UserFactory, appoint
from tests.papers.test_merged_at_once import begin_to_merge
from tests.race import interleave, race

PAGE = "/settings/delete"
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.MEDIA_ROOT, settings.EXPORT_ROOT = tmp_path / "media", tmp_path / "exports"


@pytest.fixture
def dora(db):
    """A user with a password and a row of every kind."""
    dora = UserFactory(username="dora", name="Dora Dogwood")
    dora.set_password(PASSWORD)
    cache.clear()  # the sign-in throttles
    dora.portrait.save("d.webp", ContentFile(b"picture"))
    paper = PaperFactory(arxiv_id="2509.00001", submitted_by=dora)
    Vote.objects.make(dora, paper)
    Bookmark.objects.make(dora, paper)
    SavedFilter.objects.save_as(dora, "Agents", "q=agents")
    SubmissionFactory(user=dora)
    tasks.make_export(DataExport.objects.ask(dora).token)
    return dora


@pytest.fixture
def reauthenticated(dora, signed_in):
    """Dora's client after she has typed her password again."""
    reader = signed_in(dora)
    reader.get("/accounts/reauthenticate/")
    reader.act("/accounts/reauthenticate/", {"password": PASSWORD})
    return reader


def test_one_has_to_say_again_who_one_is(dora, signed_in, stranger):
    reader = signed_in(dora)
    assert reader.get(PAGE).url == "/accounts/reauthenticate/?next=%2Fsettings%2Fdelete"
    assert reader.act(PAGE, {"username": "dora"}).url.startswith("/accounts/reauthenticate/")
    assert stranger.get(PAGE).url == f"/accounts/login/?next={PAGE}"
    assert User.objects.filter(username="dora").exists()


@pytest.mark.parametrize("typed", ["", "Dora", "dora ", "Dora Dogwood", "alice"])
def test_the_user_name_has_to_be_typed(reauthenticated, typed, alice):
    answer = reauthenticated.act(PAGE, {"username": typed})
    if typed.strip() == "dora":  # a form takes spaces for a slip
        assert answer.url == "/papers"
    else:
        assert answer.status_code == 400
        assert User.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_all_goes_but_what_others_read(settings, dora, reauthenticated, signed_in, stranger, mailoutbox):
    other_browser = signed_in()
    other_browser.get("/accounts/login/")
    other_browser.act("/accounts/login/", {"login": "dora", "password": PASSWORD})
    mailoutbox.clear()
    export, portrait = settings.EXPORT_ROOT / dora.data_export.file_name, Path(dora.portrait.path)
    assert export.exists()
    assert portrait.exists()
    answer = reauthenticated.act(PAGE, {"username": "dora"}, follow=True)
    assert "Your account was deleted" in answer.content.decode()
    assert "Sign in" in answer.content.decode()
    for model in (User, EmailAddress, Vote, Bookmark, SavedFilter, Submission, DataExport, Session):
        assert not model.objects.exists(), model
    paper = Paper.objects.get()
    assert (paper.submitted_by, paper.vote_count, audit.mismatches()) == (None, 0, [])
    assert b"Dora" not in stranger.get("/papers/2509.00001").content
    assert stranger.get("/people/dora").status_code == 404
    assert not export.exists()
    assert not portrait.exists()
    assert other_browser.get(PAGE).url == f"/accounts/login/?next={PAGE}"
    assert [(letter.to, letter.subject) for letter in mailoutbox] == [
        (["dora@example.org"], "[Broadsheet] Your account was deleted")
    ]
    assert "Your account “dora” on Broadsheet was deleted" in mailoutbox[0].body


@pytest.mark.django_db(transaction=True)
def test_twice_is_once(alice, mailoutbox):
    assert race(*[partial(succession.leave, alice)] * 5) == [None] * 5
    assert (User.objects.count(), len(mailoutbox)) == (0, 1)


def test_others_keep_what_is_theirs(alice, bob, lab, paper):
    for person in (alice, bob):
        Vote.objects.make(person, paper)
    succession.leave(bob)
    paper.refresh_from_db()
    assert (paper.vote_count, [vote.user for vote in Vote.objects.all()]) == (1, [alice])
    assert [membership.user for membership in lab.memberships.all()] == [alice]


def test_the_only_owner_hands_over_first(reauthenticated, dora, lab, bob):
    for name, people in (("Lonely", [dora]), ("Crowded", [dora, bob]), ("Shared", [dora, bob])):
        organisation = OrganisationFactory(slug=name.lower(), name=name)
        for person in people:
            role = Role.OWNER if person == dora or name == "Shared" else Role.MEMBER
            Membership.objects.create(organisation=organisation, user=person, role=role)
    page = reauthenticated.get(PAGE).content.decode()
    assert '<a href="/orgs/crowded/members">' in page
    assert re.search(r"You are the only member of\s+<a", page)
    assert ">Lonely</a>" in page
    assert ">Shared" not in page
    assert "Delete my account" not in page
    answer = reauthenticated.act(PAGE, {"username": "dora"})
    assert answer.status_code == 400
    assert "you are the only owner of Crowded." in answer.content.decode()
    assert User.objects.filter(pk=dora.pk).exists()
    Membership.objects.filter(organisation__slug="crowded", user=bob).update(role=Role.OWNER)
    assert "Delete my account" in reauthenticated.get(PAGE).content.decode()
    reauthenticated.act(PAGE, {"username": "dora"})
    assert Organisation.objects.get(slug="lonely").memberships.count() == 0
    assert Organisation.objects.get(slug="crowded").memberships.get().user == bob


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_leave_at_once_one_is_the_last(lab, alice, bob, carol):
    Membership.objects.filter(user=bob).update(role=Role.OWNER)
    Membership.objects.create(organisation=lab, user=carol, role=Role.MEMBER)
    results = race(partial(succession.leave, alice), partial(succession.leave, bob))
    assert sorted(type(result) for result in results if result) == [BadInput]
    assert lab.memberships.filter(role=Role.OWNER).count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_leaves_while_voting_leaves_counters_right(alice, bob):
    papers = [PaperFactory(imported_votes=7) for _ in range(12)]
    for paper in papers[:8]:
        Vote.objects.make(alice, paper)
        Vote.objects.make(bob, paper)
    votes = [partial(Vote.objects.make, alice, paper) for paper in papers[8:]]
    withdrawn = [partial(Vote.objects.unmake, alice, paper) for paper in papers[:6]]
    results = race(*votes, *withdrawn, partial(succession.leave, alice), partial(succession.leave, bob))
    assert {type(result) for result in results if isinstance(result, Exception)} <= {IntegrityError, NotAllowed}
    assert (Vote.objects.count(), User.objects.count(), audit.mismatches()) == (0, 0, [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["make", "unmake"])
def test_a_vote_that_is_not_written_yet_counts_once(alice, paper, act):
    if act == "unmake":
        Vote.objects.make(alice, paper)
    in_flight = Event()

    def vote():
        with transaction.atomic():
            getattr(Vote.objects, act)(alice, paper)
            in_flight.set()
            sleep(0.5)

    def leave():
        in_flight.wait()
        succession.leave(alice)

    results = race(vote, leave)
    assert {type(result) for result in results if isinstance(result, Exception)} <= {IntegrityError}
    assert (Vote.objects.count(), User.objects.count(), audit.mismatches()) == (0, 0, [])


def test_the_admin_deletes_nobody(dora, alice, signed_in):
    """Only the page of the user checks for organisations without another owner."""
    alice.is_superuser = True
    assert signed_in(appoint(alice, is_staff=True)).get(f"/admin/accounts/user/{dora.pk}/delete/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_who_leaves_while_a_paper_is_merged_is_in_no_counter(dora, reauthenticated):
    mo, old, into = appoint(UserFactory()), Paper.objects.get(), PaperFactory()
    merge = partial(RemovedPaper.objects.merge, mo, old, into, "The same.")
    answer = interleave(begin_to_merge, partial(reauthenticated.act, PAGE, {"username": "dora"}), merge)
    assert answer.url == "/papers"
    assert not User.objects.filter(username="dora").exists()
    assert (Paper.objects.get().vote_count, audit.mismatches()) == (0, [])
