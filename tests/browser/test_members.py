"""What a reader with an account does, from signing up to signing out. With JavaScript and without."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from papers.models import Paper, Vote
from tests.browser.entrance import PASSWORD, give_password, link_in_the_last_letter, sign_in
from tests.factories import PaperFactory, UserFactory


@pytest.fixture
def dora(transactional_db):
    """Somebody who signs in by password."""
    return give_password(UserFactory(username="dora"))


def test_from_signing_up_to_signing_out(visit, javascript, paper):
    page = visit("/papers", javascript=javascript)
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Username").fill("erika")
    page.get_by_label("Email").fill("erika@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")
    assert [letter.to for letter in mail.outbox] == [["erika@example.org"]]

    page.goto(link_in_the_last_letter())
    page.get_by_role("button", name="Confirm").click()
    expect(page).to_have_url(re.compile("/papers/following/start$"))
    expect(page.get_by_role("button", name="Account of erika")).to_be_visible()

    page.goto("/papers")
    page.get_by_role("button", name="Bookmark").click()
    expect(page.get_by_role("button", name="Bookmark")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Account of").click()
    page.get_by_role("link", name="Bookmarks").click()
    expect(page.locator(".card h2")).to_have_text([paper.title])

    page.get_by_role("button", name="Account of").click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_vote_is_cast_and_withdrawn(visit, javascript, alice):
    papers = [PaperFactory(imported_votes=votes) for votes in (9, 8, 7)]
    page = visit("/papers", user=alice, javascript=javascript)
    votes = page.locator(f"#vote-{papers[2].pk}")
    expect(votes).to_have_attribute("aria-pressed", "false")
    votes.click()
    expect(votes).to_have_attribute("aria-pressed", "true")
    expect(votes).to_have_text("8")
    expect(votes).to_have_accessible_name("Upvote, 8 so far")
    if javascript:
        expect(votes).to_be_focused()
        assert page.url.endswith("/papers")
    else:
        expect(page).to_have_url(re.compile(f"/papers#vote-{papers[2].pk}$"))
    page.reload()
    expect(votes).to_have_attribute("aria-pressed", "true")
    assert Vote.objects.filter(user=alice, paper=papers[2]).exists()
    votes.click()
    expect(votes).to_have_attribute("aria-pressed", "false")
    expect(votes).to_have_text("7")
    assert not Vote.objects.exists()


def test_a_stranger_who_votes_signs_in_and_is_back(visit, javascript, paper, dora):
    page = visit("/papers/month/2025-09?sort=newest", javascript=javascript)
    page.get_by_role("button", name="Upvote").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    sign_in(page, "dora")
    expect(page).to_have_url(re.compile(r"/papers/month/2025-09\?sort=newest#vote-\d+$"))
    expect(page.get_by_role("button", name="Account of dora")).to_be_visible()
    vote = page.get_by_role("button", name="Upvote")
    if not javascript:
        vote.click()
    expect(vote).to_have_attribute("aria-pressed", "true")
    page.goto("/papers")
    expect(vote).to_have_text("1")
    assert Vote.objects.get() == Vote(user=dora, paper=paper)


def test_a_search_is_saved_and_removed(visit, javascript, alice):
    PaperFactory(title="Agents that plan")
    page = visit("/papers?q=agents", user=alice, javascript=javascript)
    page.get_by_text("Save this search").click()
    page.get_by_label("Save as").fill("Planning")
    page.get_by_role("button", name="Save", exact=True).click()
    tab = page.get_by_role("navigation", name="Saved searches").get_by_role("link", name="Planning")
    expect(tab).to_have_attribute("aria-current", "page")
    page.goto("/papers")
    tab.click()
    expect(page).to_have_url(re.compile(r"/papers\?q=agents$"))
    page.get_by_role("button", name="Delete the saved search “Planning”").click()
    expect(page.get_by_text("Save this search")).to_be_visible()
    expect(tab).to_have_count(0)


def test_a_topic_is_followed_and_unfollowed(visit, javascript, alice):
    PaperFactory(title="Agents that plan", keywords=["agents"])
    PaperFactory(title="Something else")
    page = visit("/papers?topic=Agents", user=alice, javascript=javascript)
    page.get_by_role("button", name="Follow", exact=True).click()
    following = page.get_by_role("button", name="Following 1 follower")
    expect(following).to_be_visible()
    expect(page).to_have_url(re.compile(r"/papers\?topic=Agents$"))
    if javascript:
        expect(following).to_be_focused()
    page.get_by_role("button", name="Account of").click()
    page.get_by_role("link", name="Following", exact=True).click()
    expect(page.locator(".card h2")).to_have_text(["Agents that plan"])
    expect(page.locator(".reason")).to_have_text(["Agents"])
    page.get_by_role("link", name="What you follow").click()
    page.get_by_label("An author to follow").fill("Ada Lovelace")
    page.get_by_role("button", name="Follow", exact=True).last.click()
    expect(page.get_by_role("link", name="Ada Lovelace")).to_be_visible()
    page.get_by_role("button", name="Unfollow Agents").click()
    expect(page.get_by_role("link", name="Agents")).to_have_count(0)
    page.get_by_role("button", name="Unfollow Ada Lovelace").click()
    expect(page.get_by_text("Nothing yet.")).to_be_visible()


def test_a_stranger_who_follows_signs_in_and_is_back(visit, javascript, paper, dora):
    page = visit("/papers?author=Ada+Lovelace", javascript=javascript)
    page.get_by_role("button", name="Follow").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    sign_in(page, "dora")
    expect(page).to_have_url(re.compile(r"/papers\?author=Ada\+Lovelace$"))
    if not javascript:
        page.get_by_role("button", name="Follow").click()
    expect(page.get_by_role("button", name="Following 1 follower")).to_be_visible()


def test_a_forgotten_password_is_replaced_by_mail(visit, javascript, dora):
    page = visit("/accounts/login/", javascript=javascript)
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Email").fill("dora@example.org")
    page.get_by_role("button", name="Reset").click()
    expect(page).to_have_url(re.compile("/accounts/password/reset/done/$"))
    page.goto(link_in_the_last_letter())
    page.get_by_label("New password", exact=True).fill("an entirely new one")
    page.get_by_label("New Password (again)").fill("an entirely new one")
    page.get_by_role("button", name="Change password").click()
    page.goto("/accounts/login/")
    sign_in(page, "dora", "an entirely new one")
    expect(page).to_have_url(re.compile("/papers$"))
    expect(page.get_by_role("button", name="Account of dora")).to_be_visible()


def test_a_reader_hears_what_did_not_work(visit, alice, paper):
    offline, gone = ["ERR_INTERNET_DISCONNECTED", "htmx:sendError"], ["status of 404", "Code 404"]
    page = visit("/papers", user=alice, expecting=offline + gone)
    vote, status = page.get_by_role("button", name="Upvote"), page.locator("#status")
    page.context.set_offline(True)
    vote.click()
    expect(status).to_have_text("The site can't be reached. Are you online?")
    expect(vote).to_have_attribute("aria-pressed", "false")
    page.context.set_offline(False)
    vote.click()
    expect(vote).to_have_attribute("aria-pressed", "true")
    expect(status).to_be_empty()
    Paper.objects.all().delete()
    vote.click()
    expect(status).to_have_text("This paper no longer exists.")


def test_a_passkey_signs_in_and_is_a_second_factor(visit, dora):
    dora.is_appointed_moderator = True
    dora.save()
    page = visit("/accounts/login/?next=/accounts/2fa/webauthn/add/")
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": key | {"isUserVerified": True}})
    sign_in(page, "dora")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("button", name="Account of dora")).to_be_visible()
    page.goto("/moderation/claims")
    expect(page.get_by_role("heading", name="Claims")).to_be_visible()
