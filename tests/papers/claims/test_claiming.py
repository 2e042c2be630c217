"""The page of a claim and the person's list: from the form to the mark, with the worker's check and the moderators."""

from datetime import timedelta

import pytest
import stamina
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from papers.models import Affiliation, AuthorClaim, Comment, Content, Paper
from tests.factories import AuthorClaimFactory, OrganisationFactory, PaperFactory, UserFactory, appoint

PAGE = "/papers/2509.08721/claim"


@pytest.fixture
def paper(db):
    return PaperFactory(arxiv_id="2509.08721", code_url="https://github.com/lovelace/engine")


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name="papers.claims.tasks.check_claim").count()


def test_a_stranger_is_led_to_the_page_by_sign_in(paper, stranger):
    assert 'href="/papers/2509.08721/claim" rel="nofollow">Claim it</a>' in text(stranger.get(paper.path))
    assert stranger.get(PAGE).url == f"/accounts/login/?next={PAGE}"


def test_the_form_proposes_the_author_of_ones_name_and_says_that_a_claim_is_public(paper, ada, bob, signed_in):
    page = text(signed_in(ada).get(PAGE))
    assert '<option value="0" selected> Ada Lovelace</option>' in page
    assert '<option value="1"> Grace Hopper</option>' in page
    assert "A claim is public" in page
    page = text(signed_in(bob).get(PAGE))
    assert " selected>" not in page
    assert "No single author has the" in page


def test_from_the_form_to_the_mark_by_a_code_in_the_readme(paper, ada, signed_in, stranger, sites, work):
    reader = signed_in(ada)
    reader.act(f"{PAGE}/make", {"position": "0"})
    claim, page = AuthorClaim.objects.get(), text(reader.get(PAGE))
    assert claim.token in page
    assert "No ORCID iD is connected to your account." in page
    reader.act(f"{PAGE}/check")
    page = text(reader.get(PAGE))
    assert "Checking. This usually takes a few seconds." in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert reader.get(PAGE, headers={"hx-request": "true"}).status_code == 204
    work()
    assert reader.get(PAGE, headers={"hx-request": "true"}).headers["HX-Refresh"] == "true"
    assert "The code is neither in the README nor in the description of lovelace/engine." in text(reader.get(PAGE))
    sites.readme = f"See {claim.token}"
    reader.act(f"{PAGE}/check")
    work()
    page = text(reader.get(PAGE))
    assert "You are marked as the author <strong>Ada Lovelace</strong>" in page
    assert "http-equiv" not in page
    page = text(stranger.get(paper.path))
    assert 'href="/people/alice" title="Ada Lovelace has claimed this name"' in page
    assert page.count('class="claimed"') == 1
    assert paper.title in text(stranger.get("/people/alice/authored"))


def test_a_proof_that_is_here_grants_at_once(paper, ada, signed_in, connect_orcid):
    connect_orcid(ada, "Ada", "Lovelace")
    answer = signed_in(ada).act(f"{PAGE}/make", {"position": "0"}, follow=True)
    assert "You are now marked as Ada Lovelace." in text(answer)
    assert (AuthorClaim.objects.get().state, jobs()) == ("granted", 0)


@pytest.mark.parametrize("position", ["", "x", "-1", "2", "9" * 30, "²"])
def test_a_position_that_is_none_is_refused(paper, ada, signed_in, position):
    answer = signed_in(ada).act(f"{PAGE}/make", {"position": position})
    assert (answer.status_code, "Choose which of the authors you are." in text(answer)) == (400, True)
    assert not AuthorClaim.objects.exists()


def test_a_check_is_started_once_and_again_when_it_did_not_end(paper, ada, signed_in, time_machine):
    time_machine.move_to("2025-09-11T12:00Z", tick=False)
    AuthorClaimFactory(user=ada, paper=paper, state="open")
    for _ in range(3):
        signed_in(ada).act(f"{PAGE}/check")
    assert jobs() == 1
    time_machine.move_to(timezone.now() + timedelta(minutes=3), tick=False)
    page = text(signed_in(ada).get(PAGE))
    assert "The last check did not finish." in page
    assert "Check now" in page
    signed_in(ada).act(f"{PAGE}/check")
    assert jobs() == 2


def test_checks_and_claims_are_limited(ada, signed_in):
    reader = signed_in(ada)
    for number in range(21):
        paper = PaperFactory(arxiv_id=f"2510.{number:05}")
        answer = reader.act(f"{paper.path}/claim/make", {"position": "0"})
    assert (answer.status_code, AuthorClaim.objects.count()) == (429, 20)
    for number in range(21):
        answer = reader.act(f"/papers/2510.{number % 20:05}/claim/check")
    assert (answer.status_code, jobs()) == (429, 20)


def test_a_site_that_is_down_is_said_so_and_the_check_ends(paper, ada, signed_in, sites, work):
    stamina.set_testing(True)
    sites.is_down = True
    AuthorClaimFactory(user=ada, paper=paper, state="open")
    signed_in(ada).act(f"{PAGE}/check")
    work()
    stamina.set_testing(False)
    assert "GitHub could not be reached. Try again in a few minutes." in text(signed_in(ada).get(PAGE))


def test_the_moderators_are_asked_with_what_was_tried(paper, carol, signed_in, sites, work):
    reader = signed_in(carol)
    reader.act(f"{PAGE}/make", {"position": "0"})
    sites.readme = AuthorClaim.objects.get().token
    reader.act(f"{PAGE}/check")
    work()
    reader.act(f"{PAGE}/ask", {"message": "I married: example.org/ada."})
    page, claim = text(reader.get(PAGE)), AuthorClaim.objects.get()
    assert "The moderators decide. You asked them on" in page
    assert "Ask the moderators" not in page
    assert "is not Ada Lovelace" in claim.tried["repository"]
    claim.refuse(appoint(UserFactory()), "That page does not exist.")
    page = text(reader.get(PAGE))
    assert "Moderators declined your claim to be Ada Lovelace: “That page does not exist.”" in page
    assert "Claim this name" in page


def test_who_was_found_false_sees_that_moderators_decide(paper, ada, signed_in):
    AuthorClaimFactory(user=ada, paper=paper).withdraw(appoint(UserFactory()), "It is another Ada.")
    reader = signed_in(ada)
    assert "Moderators withdrew your claim to be Ada Lovelace: “It is another Ada.”" in text(reader.get(PAGE))
    page = text(reader.act(f"{PAGE}/make", {"position": "0"}, follow=True))
    assert "so they have to decide again" in page
    assert "Prove it" not in page
    assert "Ask the moderators" in page


def test_an_author_is_led_to_correct_and_release(paper, ada, signed_in, stranger):
    claim, reader = AuthorClaimFactory(user=ada, paper=paper), signed_in(ada)
    assert 'href="/papers/2509.08721/correct">correct this paper</a>' in text(reader.get(paper.path))
    answer = reader.act(f"{PAGE}/release", follow=True)
    assert "Your claim was released." in text(answer)
    assert "Claim it" in text(answer)
    claim.refresh_from_db()
    assert claim.state == "released"
    assert 'class="claimed"' not in text(stranger.get(paper.path))


def test_a_claim_of_nobody_is_gone(paper, bob, signed_in):
    AuthorClaimFactory(paper=paper)
    for verb in ("check", "ask", "release"):
        answer = signed_in(bob).act(f"{PAGE}/{verb}", {"message": "Mine."})
        assert (answer.status_code, "You have no claim to this paper." in text(answer)) == (404, True)


def test_the_list_of_what_a_person_has_written_is_public_whatever_is_hidden(paper, ada, signed_in, stranger):
    for field in ("shows_submissions", "shows_votes", "shows_collections", "shows_memberships"):
        setattr(ada, field, False)
    ada.save()
    AuthorClaimFactory(user=ada, paper=paper)
    AuthorClaimFactory(user=ada, paper=PaperFactory(title="Only claimed"), state="waiting")
    page = text(stranger.get("/people/alice"))
    assert (paper.title in page, "Only claimed" in page) == (True, False)
    feed = text(stranger.get("/people/alice/authored.atom"))
    assert "<title>Papers of Ada Lovelace · Broadsheet</title>" in feed
    assert paper.title in feed
    ada.is_active = False
    ada.save()
    assert stranger.get("/people/alice/authored").status_code == 404
    assert stranger.get("/people/alice/authored.atom").status_code == 404


def test_a_list_of_papers_is_in_the_order_in_which_they_were_claimed_in_feeds(ada, stranger):
    early, late = PaperFactory(title="Claimed first"), PaperFactory(title="Claimed last")
    now = timezone.now()
    AuthorClaimFactory(user=ada, paper=late, decided_at=now)
    AuthorClaimFactory(user=ada, paper=early, decided_at=now - timedelta(days=1))
    feed = text(stranger.get("/people/alice/authored.atom"))
    assert feed.index("Claimed last") < feed.index("Claimed first")


def test_the_mark_is_shown_beside_what_an_author_writes(paper, ada, stranger):
    Comment.objects.post(ada, paper, Content("I wrote it."))
    assert 'class="comment-mark">author<' not in text(stranger.get(paper.path))
    AuthorClaimFactory(user=ada, paper=paper, state="waiting").grant(appoint(UserFactory()), "Yes.")
    assert 'class="comment-mark">author<' in text(stranger.get(paper.path))


def test_the_page_and_its_verbs_are_about_the_claim_that_stands(paper, ada, signed_in):
    """Moderators have granted an earlier claim after all."""
    moderator, reader = appoint(UserFactory()), signed_in(ada)
    first = AuthorClaim.objects.make(ada, paper, 0)
    first.refuse(moderator, "No.")
    AuthorClaim.objects.make(ada, paper, 0).release(ada)
    first.grant(moderator, "Yes, after all.")
    assert "You are marked as the author <strong>Ada Lovelace</strong>" in text(reader.get(PAGE))
    reader.act(f"{PAGE}/release")
    first.refresh_from_db()
    assert first.state == "released"


@pytest.mark.parametrize(
    ("fields", "shown", "hidden"),
    [
        ({"code_url": ""}, ["No automatic check"], ["Check now", "Copy code", "Copy line", "Confirm an email"]),
        ({"project_url": "https://engine.example/"}, ["of lovelace/engine at GitHub", "Copy line", "Check now"], []),
        ({"code_source": "submitter"}, ["No automatic check"], ["Copy code"]),
        ({"code_url": "https://gitlab.com/a/b"}, ["No automatic check"], ["Copy code"]),
    ],
)
def test_only_proofs_that_can_succeed_are_listed(paper, ada, signed_in, fields, shown, hidden):
    Paper.objects.filter(pk=paper.pk).update(**fields)
    reader = signed_in(ada)
    reader.act(f"{PAGE}/make", {"position": "0"})
    page = text(reader.get(PAGE))
    assert [words for words in shown if words not in page] == []
    assert [words for words in hidden if words in page] == []
    meta = f"&lt;meta name=&quot;broadsheet-claim&quot; content=&quot;{AuthorClaim.objects.get().token}&quot;&gt;"
    assert (meta in page) is ("project_url" in fields)
    assert "Connect your ORCID iD" not in page


def test_a_proof_by_mail_names_the_domain(paper, ada, bob, signed_in):
    lab = OrganisationFactory(name="The Lab", website="https://lab.example", verified=True)
    Affiliation.objects.create(organisation=lab, paper=paper, state="accepted", decided_by=bob)
    reader = signed_in(ada)
    reader.act(f"{PAGE}/make", {"position": "0"})
    assert "Confirm an email address</a> at lab.example." in text(reader.get(PAGE))


def test_a_message_is_as_long_as_browsers_let_it_be(paper, ada, signed_in):
    reader = signed_in(ada)
    reader.act(f"{PAGE}/make", {"position": "0"})
    reader.act(f"{PAGE}/ask", {"message": "a\r\n" * 499 + "bc"})
    assert AuthorClaim.objects.get().message == "a\n" * 499 + "bc"
