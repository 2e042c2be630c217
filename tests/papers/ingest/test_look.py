"""The look at a paper that was fetched, and its listing: additions, duplicates, and what is refused without a loss."""

from contextlib import suppress
from functools import partial

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from lib.locks import take
from lib.refusals import BadInput, NotAllowed, TooMany
from orgs.models import Membership
from papers.ingest import submitting
from papers.ingest.save import ImportCounts, save
from papers.ingest.submitting import Additions
from papers.models import Affiliation, Comment, Paper, State, Submission
from papers.models.removedpaper import IMPORTS_LOCK
from tests.factories import NOON, RECORD, OrganisationFactory, PaperFactory, SubmissionFactory, UserFactory
from tests.orgs.conftest import confirm
from tests.race import race

ADDED = {
    "code_url": "https://github.com/example/sharing",
    "project_url": "https://sharing.example.org",
    "organisation": "lab",
    "comment": "Read the appendix.",
}


@pytest.fixture(autouse=True)
def _today(alice, bob, time_machine):
    """It is noon of the day on which the paper was published. Alice and Bob have confirmed their addresses."""
    time_machine.move_to(NOON)
    confirm(alice)
    confirm(bob)


@pytest.fixture
def look(alice) -> Submission:
    """What Alice looks at."""
    return SubmissionFactory(user=alice, state="fetched")


def test_what_is_added_is_on_the_paper(look, lab, alice, signed_in):
    assert signed_in(alice).act(look.get_absolute_url(), ADDED).url == "/papers/2509.08721"
    paper = Paper.objects.get()
    assert (paper.code_url, paper.project_url) == (ADDED["code_url"], ADDED["project_url"])
    assert (paper.organisation, paper.comment_count, paper.commenter_count) == (lab, 1, 1)
    assert Comment.objects.get().text == "Read the appendix."
    look.refresh_from_db()
    assert (look.state, look.paper, look.record, look.listed_at) == ("listed", paper, None, look.listed_at)


def test_a_member_suggests_and_chooses_among_their_own_organisations(lab, bob, signed_in):
    look, reader = SubmissionFactory(user=bob, state="fetched"), signed_in(bob)
    OrganisationFactory(slug="club", name="The Club")
    page = reader.get(look.get_absolute_url()).content.decode()
    assert ('value="lab"' in page, "The Club" in page) == (True, False)
    assert reader.act(look.get_absolute_url(), {"organisation": "club"}).status_code == 400
    reader.act(look.get_absolute_url(), {"organisation": "lab"})
    pair = Affiliation.objects.get()
    assert (pair.state, pair.suggested_by, Paper.objects.get().organisation) == (State.SUGGESTED, bob, None)


def test_who_is_in_no_organisation_is_not_asked_for_one(look, alice, signed_in):
    assert "id_organisation" not in signed_in(alice).get(look.get_absolute_url()).content.decode()


def assert_kept(answer, *, but=()):
    """The page has all that was typed into the form."""
    page = answer.content.decode()
    for name in ADDED.keys() - set(but):
        assert ADDED[name] in page
    assert not Paper.objects.exists()


def test_what_cannot_be_listed_loses_nothing_that_was_typed(look, lab, alice, signed_in):
    reader, page = signed_in(alice), look.get_absolute_url()
    answer = reader.act(page, ADDED | {"code_url": "nowhere"})
    assert_kept(answer, but=["code_url"])
    assert (answer.status_code, 'value="nowhere"' in answer.content.decode()) == (400, True)
    answer = reader.act(page, ADDED | {"comment": "x" * 20_000})
    assert_kept(answer, but=["comment"])
    assert (answer.status_code, "A comment has at most" in answer.content.decode()) == (400, True)
    answer = reader.post(page, ADDED)
    assert_kept(answer)
    assert (answer.status_code, "You signed in or out in another window" in answer.content.decode()) == (403, True)
    answer = reader.act(page, ADDED | {"preview": "1"})
    assert_kept(answer)
    assert "<p>Read the appendix.</p>" in answer.content.decode()
    assert 'value="lab" selected' in answer.content.decode()


@pytest.fixture
def importing(transactional_db):
    """An import that does not end, while each statement of ours may take a fifth of a second."""
    other = connection.copy()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 200")
        other.set_autocommit(False)
        take(IMPORTS_LOCK, database=other)
        yield
        other.close()
        cursor.execute("RESET statement_timeout")


def test_an_import_that_takes_long_loses_nothing_that_was_typed(importing, look, lab, alice, signed_in):
    answer = signed_in(alice).act(look.get_absolute_url(), ADDED)
    assert_kept(answer)
    assert (answer.status_code, "Nothing is lost: send this again." in answer.content.decode()) == (503, True)


def test_who_has_signed_out_keeps_what_was_typed_and_sees_no_paper(look, lab, stranger):
    answer = stranger.post(look.get_absolute_url(), ADDED)
    assert_kept(answer)
    page = answer.content.decode()
    assert (answer.status_code, "You are signed out" in page, RECORD.title in page) == (403, True, False)
    assert 'value="lab" selected' in page


def test_nobody_else_sees_or_lists_it(look, bob, signed_in, stranger):
    reader, page = signed_in(bob), look.get_absolute_url()
    assert (reader.get(page).status_code, reader.act(page, ADDED).status_code) == (404, 404)
    assert stranger.get(page).url == f"/accounts/login/?next={page}"
    assert not Paper.objects.exists()


def test_of_two_who_look_the_first_who_lists_is_the_submitter(look, alice, bob, signed_in):
    of_bob, reader = SubmissionFactory(user=bob, state="fetched"), signed_in(bob)
    assert RECORD.title in reader.get(of_bob.get_absolute_url()).content.decode()
    signed_in(alice).act(look.get_absolute_url())
    assert reader.act(of_bob.get_absolute_url(), {"comment": "Mine."}).url == "/papers/2509.08721"
    page = reader.get("/papers/2509.08721").content.decode()
    assert "Another reader has submitted this paper first." in page
    assert (Paper.objects.get().submitted_by, Comment.objects.count()) == (alice, 0)
    assert list(Submission.objects.values_list("state", flat=True)) == ["listed", "listed"]


def test_a_look_at_what_an_import_has_brought_leads_to_the_paper(look, alice, signed_in):
    save([RECORD])
    assert signed_in(alice).get(look.get_absolute_url()).url == "/papers/2509.08721"
    assert Paper.objects.get().submitted_by is None


@pytest.mark.django_db(transaction=True)
def test_readers_and_imports_at_once_list_one_paper_once():
    people = [confirm(UserFactory()) for _ in range(4)]
    looks = [SubmissionFactory(user=person, state="fetched") for person in people]
    additions = [Additions(comment=f"By {person.username}.") for person in people]
    acts = [partial(submitting.list_paper, *act) for act in zip(people, looks, additions, strict=True)]
    answers = race(*acts, partial(save, [RECORD]))
    paper = Paper.objects.get()
    assert answers[:4] == [paper] * 4
    assert isinstance(answers[4], ImportCounts)
    assert set(Submission.objects.values_list("state", "paper")) == {("listed", paper.pk)}
    comments = [comment.author for comment in Comment.objects.select_related("author")]
    assert comments == ([paper.submitted_by] if paper.submitted_by else [])


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_from_eight_tabs_lists_once():
    person = confirm(UserFactory())
    look = SubmissionFactory(user=person, state="fetched")
    answers = race(*[partial(submitting.list_paper, person, look, Additions(comment="Once."))] * 8)
    assert answers == [Paper.objects.get()] * 8
    assert Comment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_submitter_who_leaves_meanwhile_leaves_the_paper_or_nothing():
    person = confirm(UserFactory())
    look = SubmissionFactory(user=person, state="fetched")
    race(person.leave, partial(_list_unless_gone, person, look))
    assert not Submission.objects.exists()
    assert [paper.submitted_by for paper in Paper.objects.all()] in ([], [None])


def _list_unless_gone(person, look) -> None:
    with suppress(ObjectDoesNotExist, NotAllowed):
        submitting.list_paper(person, look, Additions())


def test_a_refused_comment_or_organisation_leaves_nothing_behind(look, lab, alice, carol):
    with pytest.raises(BadInput, match="at most"):
        submitting.list_paper(alice, look, Additions(organisation=lab, comment="x" * 20_000))
    of_carol = SubmissionFactory(user=confirm(carol), state="fetched")
    with pytest.raises(NotAllowed):
        submitting.list_paper(carol, of_carol, Additions(organisation=lab))
    assert (Paper.objects.count(), Affiliation.objects.count()) == (0, 0)
    Membership.objects.create(organisation=lab, user=carol)
    assert submitting.list_paper(carol, of_carol, Additions(organisation=lab)).submitted_by == carol


def test_nobody_lists_more_in_a_day_than_the_rules_allow(alice, signed_in, settings, time_machine):
    settings.SUBMIT_DAILY_LIMIT = 2
    looks = []
    for number in range(3):
        look = SubmissionFactory(user=alice, arxiv_id=f"2509.0000{number}", state="fetched")
        look.record |= {"arxiv_id": look.arxiv_id}
        look.save()
        looks.append(look)
    for look in looks[:2]:
        submitting.list_paper(alice, look, Additions())
    PaperFactory(submitted_by=alice)  # of another day
    reader = signed_in(alice)
    assert "0 of 2 left today" in reader.get("/papers/submit").content.decode()
    answer = reader.act(looks[2].get_absolute_url(), ADDED)
    assert answer.status_code == 429
    assert 0 <= 12 * 3600 - int(answer.headers["Retry-After"]) < 60
    assert "You can submit again at midnight UTC." in answer.content.decode()
    assert ADDED["comment"] in answer.content.decode()
    assert reader.act("/papers/submit", {"arxiv_id": "2509.55555"}).status_code == 429
    time_machine.move_to("2025-09-11T00:00:01Z")
    assert "2 of 2 left today" in reader.get("/papers/submit").content.decode()
    assert submitting.list_paper(alice, looks[2], Additions()).submitted_by == alice


@pytest.mark.django_db(transaction=True)
def test_the_daily_limit_holds_in_ten_tabs(settings):
    settings.SUBMIT_DAILY_LIMIT = 3
    person = confirm(UserFactory())
    looks = [
        SubmissionFactory(
            user=person,
            arxiv_id=f"2509.0000{number}",
            state="fetched",
            record=RECORD.as_json() | {"arxiv_id": f"2509.0000{number}"},
        )
        for number in range(8)
    ]
    answers = race(*[partial(submitting.list_paper, person, look, Additions()) for look in looks])
    assert sum(isinstance(answer, TooMany) for answer in answers) == 5
    assert Paper.objects.count() == 3


def test_who_has_confirmed_no_address_is_led_to_that_first(signed_in, settings):
    dora = UserFactory(confirmed=False)
    reader = signed_in(dora)
    page = reader.get("/papers/submit").content.decode()
    assert "You have no confirmed email address yet." in page
    assert 'href="/accounts/email/"' in page
    answer = reader.act("/papers/submit", {"arxiv_id": "2509.08721"})
    assert (answer.status_code, Submission.objects.count()) == (403, 0)
    assert "Confirm an email address first" in answer.content.decode()
    look = SubmissionFactory(user=dora, state="fetched")
    with pytest.raises(NotAllowed, match="Confirm an email address first"):
        submitting.list_paper(dora, look, Additions())
    settings.SUBMIT_CONFIRMED_ADDRESS = False
    assert "confirmed" not in reader.get("/papers/submit").content.decode()
    assert submitting.list_paper(dora, look, Additions()).submitted_by == dora
