"""Reading at speed: visits, seen and dismissed papers, days that are done. With JavaScript and without."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from papers.models import Dismissed, Seen, Visit
from tests.browser.axe import faults
from tests.factories import PaperFactory, UserFactory

DAY = timedelta(days=1)


@pytest.fixture
def reader(transactional_db):
    """Rita, who was here two days ago; since then came three papers yesterday and one today."""
    reader, now = UserFactory(username="rita"), timezone.now()
    Visit.objects.create(user=reader, current_at=now - 2 * DAY)
    for votes, title in enumerate(("third", "second", "first")):
        PaperFactory(title=title, imported_votes=votes, listed_at=now - DAY)
    PaperFactory(title="T" * 100, listed_at=now - timedelta(seconds=1))
    return reader


def test_a_morning(visit, reader, javascript):
    page = visit("/papers", user=reader, javascript=javascript)
    remember = page.get_by_role("button", name="Remember this visit")
    if javascript:
        expect(remember).to_have_count(0)
    else:
        remember.click()
    page.get_by_role("link", name=re.compile("^Catch up on")).click()
    titles = page.locator(".card h2")
    expect(titles).to_have_text(["T" * 100, "first", "second", "third"])
    page.get_by_role("link", name="first").click()
    if not javascript:
        page.get_by_role("button", name="Mark as seen").click()
    expect(page.get_by_role("button", name=re.compile("^Seen"))).to_be_visible()
    page.goto("/papers/catch-up")
    expect(titles).to_have_text(["T" * 100, "second", "third"])
    page.get_by_role("button", name=re.compile("^Mark as done")).first.click()
    expect(titles).to_have_text(["second", "third"])
    expect(page.get_by_text("1 day left")).to_be_visible()
    page.get_by_role("button", name=re.compile("is done. Undo")).click()
    expect(titles).to_have_text(["T" * 100, "second", "third"])
    assert not javascript or faults(page) == []
    assert Seen.objects.get().paper.title == "first"
    assert Visit.objects.get().previous_at is not None


def test_dismissing_and_undoing(visit, reader, javascript):
    page = visit("/papers/trending?min_votes=0", user=reader, javascript=javascript)
    count = page.get_by_text("4 papers match")
    expect(count).to_be_visible()
    card = page.locator(".card").filter(has_text="second")
    dismiss = card.get_by_role("button", name="Dismiss")
    dismiss.focus()
    page.keyboard.press("Enter")
    undo = page.get_by_role("button", name="Undo: you have dismissed this paper")
    if javascript:
        expect(card).to_have_text(re.compile("^Dismissed “second”. Undo"), use_inner_text=True)
        expect(card.get_by_role("button")).to_have_count(1)
        expect(undo).to_be_focused()
        expect(count).not_to_be_visible()
        page.keyboard.press("Enter")
        expect(count).to_be_visible()
        expect(dismiss).to_be_focused()
        expect(card.get_by_role("button", name="Bookmark")).to_be_visible()
        page.keyboard.press("Enter")
        expect(undo).to_be_focused()
        assert faults(page) == []
        page.reload()
    else:
        expect(page.locator(".messages")).to_contain_text("Dismissed “second”.")
        expect(page).to_have_url(re.compile(r"/papers/trending\?min_votes=0$"))
    expect(page.get_by_text("3 papers match")).to_be_visible()
    expect(page.locator(".card")).to_have_count(3)
    page.goto("/papers/dismissed")
    expect(page.locator(".card h2")).to_have_text(["second"])
    undo.click()
    expect(undo).to_have_count(0)
    assert not Dismissed.objects.exists()
